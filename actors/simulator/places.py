"""Where companies are: twelve countries with their cities, web suffixes and people's names."""

from dataclasses import dataclass

from actors.simulator.words import pairs, words


@dataclass(frozen=True, slots=True)
class Country:
    """A country: how often companies are there, and how they and their people are called."""

    code: str
    name: str
    weight: int
    suffixes: tuple[str, ...]
    legal_form: str
    cities: tuple[tuple[str, str], ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


COUNTRIES: dict[str, Country] = {
    country.code: country
    for country in (
        Country(
            "US",
            "United States",
            34,
            (".com", ".com", ".com", ".io", ".co"),
            "Inc",
            pairs(
                "New York/New York, San Francisco/California, Austin/Texas, Boston/Massachusetts, "
                "Chicago/Illinois, Denver/Colorado, Seattle/Washington, Atlanta/Georgia"
            ),
            words(
                "James, Mary, Robert, Linda, Michael, Aisha, David, Jennifer, Carlos, Susan, Kevin, Mei, "
                "Brian, Nicole, Tyrone, Megan, Priya, Scott, Hannah, Diego, Lauren, Mary-Ann, Jordan, "
                "Keisha"
            ),
            words(
                "Johnson, Williams, Brown, Miller, Davis, Rodríguez, Nguyen, Jackson, Thompson, O'Connor, "
                "Whitfield, Chen, Patel, Kowalski, Harding, Okafor, Sullivan, Ramirez, Baker, Foster, "
                "Smith-Reyes, Goldberg, Kim, Delgado"
            ),
        ),
        Country(
            "GB",
            "United Kingdom",
            12,
            (".co.uk", ".co.uk", ".com", ".io"),
            "Ltd",
            pairs("London/England, Manchester/England, Bristol/England, Leeds/England, Edinburgh/Scotland"),
            words(
                "Oliver, Amelia, Harry, Isla, George, Poppy, Callum, Niamh, Imran, Zara, Alistair, Fiona, "
                "Gareth, Siân, Rory, Eleanor, Kwame, Bethan, Nigel, Priyanka, Hugh, Tamsin"
            ),
            words(
                "Smith, Jones, Taylor, Hughes, Evans, Wright, MacDonald, O'Brien, Khan, Ahmed, Fairbairn, "
                "Clarke, Whittaker, Singh, Barnes, Llewellyn, Pemberton, Okonkwo, Shaw, Marsh, Parker-Bowen"
            ),
        ),
        Country(
            "DE",
            "Germany",
            10,
            (".de", ".de", ".com"),
            "GmbH",
            pairs(
                "Berlin/Berlin, München/Bayern, Hamburg/Hamburg, Köln/Nordrhein-Westfalen, "
                "Stuttgart/Baden-Württemberg"
            ),
            words(
                "Lukas, Anna, Jürgen, Katharina, Felix, Sabine, Björn, Heike, Matthias, Jörg, Claudia, "
                "Tobias, Annika, Karl-Heinz, Ayşe, Stefan, Greta, Moritz, Ulrike, Mehmet, Johanna, Sören"
            ),
            words(
                "Müller, Schmidt, Schneider, Fischer, Weber, Krüger, Schäfer, Hoffmann, Groß, Yılmaz, "  # noqa: RUF001 (Turkish)
                "Vogel, Lange, Böhm, Richter, Schröder, Neumann, Köhler, Maier-Lutz, Winkler, Brandt, "
                "Jäger, Weiß"
            ),
        ),
        Country(
            "FR",
            "France",
            8,
            (".fr", ".fr", ".com", ".io"),
            "SAS",
            pairs(
                "Paris/Île-de-France, Lyon/Auvergne-Rhône-Alpes, Nantes/Pays de la Loire, "
                "Lille/Hauts-de-France"
            ),
            words(
                "Jean-Luc, Camille, Antoine, Léa, Hélène, Mathieu, Chloé, François, Amélie, Thierry, Inès, "
                "Benoît, Margaux, Karim, Anne-Sophie, Rémi, Élodie, Youssef, Gaëlle, Olivier"
            ),
            words(
                "Martin, Bernard, Dubois, Lefèvre, Moreau, Girard, Rousseau, Benali, Lambert, Fournier, Le "
                "Goff, Marchand, Béranger, Dupont-Morel, Chevalier, Garnier, Diallo, Perrin, Guérin, "
                "d'Aubigny"
            ),
        ),
        Country(
            "CA",
            "Canada",
            6,
            (".ca", ".com", ".io"),
            "Inc",
            pairs("Toronto/Ontario, Vancouver/British Columbia, Montréal/Québec, Calgary/Alberta"),
            words(
                "Liam, Emma, Étienne, Geneviève, Connor, Sophie, Raj, Maxime, Heather, Wei, Marie-Ève, "
                "Trevor, Simone, Arjun, Claire, Gordon, Mélanie, Owen"
            ),
            words(
                "Tremblay, MacKenzie, Gagnon, Campbell, Singh, Bouchard, Wong, Fraser, Côté, Morrison, "
                "Sidhu, Pelletier, Stewart, Lavoie-Roy, Chan, Gallagher, Hébert, Grant"
            ),
        ),
        Country(
            "NL",
            "Netherlands",
            6,
            (".nl", ".nl", ".com"),
            "BV",
            pairs(
                "Amsterdam/Noord-Holland, Rotterdam/Zuid-Holland, Utrecht/Utrecht, Eindhoven/Noord-Brabant"
            ),
            words(
                "Daan, Sanne, Bram, Lotte, Jeroen, Femke, Thijs, Marieke, Ruben, Noor, Wouter, Anouk, "
                "Joost, Fatima, Sjoerd, Eline, Jan-Willem, Mirjam"
            ),
            words(
                "de Vries, Jansen, van den Berg, Bakker, Visser, Smit, Mulder, van Dijk, Bos, Hendriks, "
                "Dekker, Brouwer, Kuipers, el Amrani, Vermeulen, van der Heijden, Schouten, Postma"
            ),
        ),
        Country(
            "ES",
            "Spain",
            5,
            (".es", ".es", ".com"),
            "SL",
            pairs(
                "Madrid/Comunidad de Madrid, Barcelona/Cataluña, Valencia/Comunidad Valenciana, "
                "Sevilla/Andalucía"
            ),
            words(
                "Javier, Lucía, Álvaro, María José, Sergio, Inés, Íñigo, Carmen, Andrés, Núria, Raúl, "
                "Pilar, Óscar, Begoña, Joaquín, Marta, Iván, Rocío"
            ),
            words(
                "García López, Fernández, Martínez, Sánchez, Núñez, Ibáñez, Ruiz, Ortega-Vidal, Castillo, "
                "Muñoz, Serrano, Peña, Molina, Gutiérrez, Iglesias, Cabrera, Domènech, Prieto"
            ),
        ),
        Country(
            "IT",
            "Italy",
            5,
            (".it", ".it", ".com"),
            "Srl",
            pairs("Milano/Lombardia, Roma/Lazio, Torino/Piemonte, Bologna/Emilia-Romagna"),
            words(
                "Luca, Giulia, Matteo, Chiara, Alessandro, Francesca, Niccolò, Elena, Davide, Martina, "
                "Giancarlo, Silvia, Andrea, Noemi, Fabrizio, Beatrice, Pierluigi, Ilaria"
            ),
            words(
                "Rossi, Bianchi, Ferrari, Esposito, Romano, D'Angelo, Ricci, Marino, Greco, Conti, De Luca, "
                "Lombardi, Moretti, Fontana, Caruso, Galli, Dell'Orto, Pellegrini"
            ),
        ),
        Country(
            "SE",
            "Sweden",
            4,
            (".se", ".se", ".com", ".io"),
            "AB",
            pairs("Stockholm/Stockholm, Göteborg/Västra Götaland, Malmö/Skåne, Uppsala/Uppsala"),
            words(
                "Erik, Astrid, Lars, Åsa, Oskar, Märta, Björn, Linnéa, Göran, Elin, Magnus, Sara, Håkan, "
                "Maja, Per-Olof, Ingrid, Amir, Freja"
            ),
            words(
                "Andersson, Johansson, Lindström, Åkesson, Bergqvist, Nyström, Öberg, Sjögren, Holm, "
                "Ekström, Forsberg, Hällgren, Lundin, Strand, Månsson, Haddad, Wallin, Sundqvist"
            ),
        ),
        Country(
            "PL",
            "Poland",
            4,
            (".pl", ".pl", ".com"),
            "Sp. z o.o.",
            pairs("Warszawa/Mazowieckie, Kraków/Małopolskie, Wrocław/Dolnośląskie, Gdańsk/Pomorskie"),
            words(
                "Łukasz, Agnieszka, Paweł, Małgorzata, Tomasz, Katarzyna, Michał, Joanna, Grzegorz, Zofia, "
                "Jakub, Ewa, Wojciech, Magdalena, Krzysztof, Aleksandra"
            ),
            words(
                "Nowak, Kowalczyk, Wiśniewski, Wójcik, Zieliński, Szymański, Dąbrowski, Kozłowski, "
                "Jankowska, Mazur, Krawczyk, Piotrowska, Grabowski, Pawłowska, Michalska, Król-Nowicka"
            ),
        ),
        Country(
            "AU",
            "Australia",
            3,
            (".com.au", ".com.au", ".com", ".io"),
            "Pty Ltd",
            pairs("Sydney/New South Wales, Melbourne/Victoria, Brisbane/Queensland, Perth/Western Australia"),
            words(
                "Jack, Charlotte, Lachlan, Matilda, Angus, Ruby, Darcy, Imogen, Cooper, Tahlia, Hamish, "
                "Grace, Dimitri, Freya, Rohan, Bronwyn"
            ),
            words(
                "Walker, Nguyen, Mitchell, Kelly, Papadopoulos, Harris, Ryan, O'Sullivan, Burgess, Chandra, "
                "Doyle, Lawson, Maguire, Tran, Whelan, Hayes-Carter"
            ),
        ),
        Country(
            "IN",
            "India",
            3,
            (".in", ".co.in", ".com"),
            "Pvt Ltd",
            pairs("Bengaluru/Karnataka, Mumbai/Maharashtra, Pune/Maharashtra, Hyderabad/Telangana"),
            words(
                "Aarav, Ananya, Rohit, Deepika, Vikram, Kavya, Sanjay, Meera, Arjun, Lakshmi, Nikhil, "
                "Pooja, Rahul, Shreya, Farhan, Divya"
            ),
            words(
                "Sharma, Iyer, Reddy, Gupta, Mehta, Banerjee, Nair, Kulkarni, Chatterjee, Joshi, Pillai, "
                "Rao, Malhotra, Qureshi, Desai, Bhattacharya"
            ),
        ),
    )
}
