"""The words that job titles are made of, in the languages that our customers sell in.

All are in small letters without accents, and `ae`, `oe`, `ue` are written `a`, `o`, `u`: so titles are compared.
"""

#: the most senior first
SENIORITIES = (
    "founder", "owner", "c_suite", "partner", "vp", "head", "director", "manager", "senior", "entry", "intern",
)  # fmt: skip

#: what is written short
SHORT = {
    "sr": "senior", "snr": "senior", "jr": "junior", "dir": "director", "mgr": "manager",
    "mgmt": "management", "vp": "vice president", "svp": "senior vice president",
    "evp": "executive vice president", "avp": "assistant vice president", "rvp": "regional vice president",
    "gvp": "group vice president", "v p": "vice president", "pres": "president", "exec": "executive",
    "asst": "assistant", "assoc": "associate", "eng": "engineering", "mktg": "marketing",
    "mkt": "marketing", "ops": "operations", "biz": "business", "dev": "development",
    "gm": "general manager", "md": "managing director", "rep": "representative", "coord": "coordinator",
    "acct": "account", "hrbp": "hr business partner", "bd": "business development", "tech": "technology",
    "admin": "administrator", "natl": "national", "intl": "international", "comms": "communications",
    "cofounder": "co founder", "gf": "geschaftsfuhrer", "hd": "head", "swe": "software engineer",
}  # fmt: skip

#: how senior these words make somebody; the longest phrase that stands in a title is taken
RANKS = {
    "founder": """
        founder, co founder, founding partner, founding member, grunder, grunderin, mitgrunder,
        mitgrunderin, fondateur, fondatrice, cofondateur, cofondatrice, co fondateur, co fondatrice,
        fundador, fundadora, cofundador, cofundadora, co fundador, fondatore, cofondatore,
        oprichter, mede oprichter, zalozyciel, wspolzalozyciel, grundare, medgrundare, stifter,
        medstifter, grunnlegger
    """,
    "owner": """
        owner, business owner, co owner, proprietor, inhaber, inhaberin, eigentumer, eigentumerin,
        proprietaire, propietario, propietaria, dueno, duena, dono, titolare, proprietario,
        eigenaar, eigenaresse, wlasciciel, wlascicielka, agare, ejer, indehaver, franchise owner,
        sole trader
    """,
    "c_suite": """
        president, chairman, chairwoman, chair, chairperson, managing director, executive director,
        secretary general, geschaftsfuhrer, geschaftsfuhrerin, geschaftsfuhrender gesellschafter,
        geschaftsfuhrung, vorstand, vorstandsvorsitzender, vorstandsvorsitzende, vorstandsmitglied,
        mitglied des vorstands, pdg, president directeur general, directeur general, directrice
        generale, gerant, gerante, presidente, presidenta, consejero delegado, consejera delegada,
        director general, directora general, gerente general, administrador unico, amministratore
        delegato, amministratrice delegata, amministratore unico, amministratore, direttore
        generale, direttrice generale, algemeen directeur, directievoorzitter, bestuurder,
        bestuursvoorzitter, prezes, prezes zarzadu, wiceprezes zarzadu, czlonek zarzadu, dyrektor
        generalny, dyrektor zarzadzajacy, vd, verkstallande direktor, administrerende direktor, adm
        direktor, direktor adm, diretor geral, diretora geral, board member, member of the board,
        non executive director, general counsel, managing member, toimitusjohtaja, daglig leder,
        diretor executivo
    """,
    "partner": """
        partner, managing partner, senior partner, equity partner, general partner, principal,
        partnerin, associe, associee, socio, socia, gesellschafter, partner zarzadzajacy
    """,
    "vp": """
        vice president, senior vice president, executive vice president, regional vice president,
        group vice president, vizeprasident, vizeprasidentin, vice president senior, vicepresidente,
        vicepresidenta, vice presidente, corporate vice president, area vice president, wiceprezes
    """,
    "head": """
        head, deputy head, leiter, leiterin, leitung, hoofd, chef i, global head, group head, chief,
        bereichsleiter, bereichsleiterin, abteilungsleiter, abteilungsleiterin, avdelingsleder,
        afdelingsleder, avdelningschef
    """,
    "director": """
        director, senior director, associate director, deputy director, direktor, direktorin,
        directeur, directrice, directora, direttore, direttrice, diretor, diretora, dyrektor,
        associate vice president, prokurist, prokuristin, chief of staff, general manager,
        direktorka, dyrektorka, treasurer, direktoren
    """,
    "manager": """
        manager, senior manager, mgr, team lead, team leader, teamleiter, teamleiterin, lead,
        supervisor, assistant director, assistant vice president, responsable, responsabile, chef,
        chefe, jefe, jefa, gerente, encargado, encargada, gestor, gestora, kierownik, kierowniczka,
        manageress, controller, superintendent, foreman, bedrijfsleider, teamleider, coordinatore,
        projektleiter, projektleiterin, filialleiter, filialleiterin, capo, superviseur, leder, chef
        de projet, meister, gruppenleiter, gruppenleiterin, kierownik zespolu, dean
    """,
    "senior": """
        senior, staff, product owner, business partner, director of photography, senior associate,
        founding engineer, architect, assistant manager, specialist senior, advisor, counsel,
        fellow, chef de produit
    """,
    "entry": """
        executive, account executive, junior, associate, analyst, specialist, representative,
        consultant, engineer, developer, designer, coordinator, assistant, administrator, clerk,
        officer, recruiter, generalist, accountant, marketer, technician, buyer, agent, writer,
        editor, scientist, researcher, receptionist, secretary, nurse, teacher, lawyer, attorney,
        paralegal, programmer, salesperson, salesman, strategist, planner, operator, graduate,
        entwickler, entwicklerin, sachbearbeiter, sachbearbeiterin, mitarbeiter, mitarbeiterin,
        referent, referentin, berater, beraterin, buchhalter, buchhalterin, ingenieur, ingenieurin,
        ingenieure, charge, chargee, commercial, commerciale, comptable, conseiller, conseillere,
        developpeur, developpeuse, assistante, comercial, tecnico, tecnica, ingeniero, ingeniera,
        contable, desarrollador, vendedor, vendedora, asesor, asesora, impiegato, impiegata,
        ingegnere, sviluppatore, contabile, addetto, addetta, medewerker, adviseur, verkoper,
        specjalista, specjalistka, ksiegowy, ksiegowa, inzynier, przedstawiciel, programista,
        saljare, ekonom, konsult, konsulent, medarbejder, saelger, salger, assistent, assistentin,
        asystent, asystentka, asistente, assistente, analista, advogado, engenheiro, sales engineer,
        scrum master, tester, evangelist, trainer, hostess, driver, worker, data scientist,
        handelsvertreter, aussendienst, bookkeeper, copywriter, artist, photographer, stratege,
        founders associate, founder associate, bdr, sdr, ae, kaufmann, kauffrau, instructor,
        partnerships specialist
    """,
    "intern": """
        intern, internship, trainee, apprentice, student, working student, werkstudent,
        werkstudentin, praktikant, praktikantin, auszubildender, auszubildende, azubi, stagiaire,
        alternant, alternante, apprenti, apprentie, becario, becaria, practicante, pasante,
        stagista, tirocinante, apprendista, stagiair, estagiario, estagiaria, stazysta, stazystka,
        praktykant, praktykantka, volontar, volontarin, larling, co op student, summer analyst
    """,
}

#: what people work on; the longest phrase that stands in a title is taken
FIELDS = {
    "executive": """
        founder, co founder, founding partner, owner, business owner, co owner, proprietor,
        president, chairman, chairwoman, chairperson, managing director, executive director,
        managing partner, general manager, chief of staff, ceo, board member, member of the board,
        non executive director, secretary general, prokurist, prokuristin, managing member, country
        manager, founders associate, founder associate, franchise owner, president directeur
        general, board of directors, general management
    """,
    "sales": """
        commercieel, commerciele,
        sales, sale, account executive, account manager, key account, account, business development,
        revenue, sales development, sales operations, sales engineer, sales engineering, technical
        sales, new business, commercial, partner manager, partnerships, partnership, channel,
        alliances, vertrieb, verkauf, verkaufs, vertriebs, aussendienst, ventes, vente, commerciale,
        comercial, ventas, venta, vendite, verkoop, sprzedazy, sprzedaz, handlowy, handlowego,
        handlowa, forsaljning, forsaljnings, salg, salgs, vendas, bdr, sdr, ae, salesperson,
        salesman, vendedor, vendedora, verkoper, saljare, salger, go to market, gtm, inside sales,
        pre sales, presales, handelsvertreter, comerciais, revenue operations, sales manager, sales
        enablement, deal desk
    """,
    "marketing": """
        marketing, demand gen, demand generation, growth, brand, content, communications,
        communication, communicatie, public relations, pr, seo, sem, social media, product
        marketing, marketer, marketingu, digital marketing, kommunikation, comunicacion,
        comunicazione, comunicacao, mercadeo, media, advertising, werbung, events, copywriter,
        community, marknads, marknad, crm marketing, marketing operations, reklam, lead generation,
        editor
    """,
    "product": """
        product, product owner, product management, product manager, produkt, produit, producto,
        produto, produktu, prodotto, chef de produit, produktmanager, scrum master
    """,
    "engineering": """
        engineering, engineer, software, software engineer, developer, development engineer,
        programmer, r d, rd, research and development, technology, technical, product development,
        data, data science, data engineering, qa, devops, frontend, backend, full stack, entwickler,
        entwicklerin, entwicklung, entwicklungs, forschung, technik, softwareentwickler,
        softwareentwicklerin, technique, tecnico, tecnica, ingenieur, ingenieurin, ingeniero,
        ingegnere, ingenieure, ingenierie, developpeur, developpeuse, sviluppatore, desarrollador,
        technischer, technische, techniczny, inzynier, programista, founding engineer, machine
        learning, ai, teknisk, utvecklings, utveckling, architect, quality assurance, tester,
        engenheiro, engenharia, swe, technologie, research, innovation, software development
    """,
    "it": """
        it, information technology, information security, security, cyber security, cybersecurity,
        infrastructure, information, systems, systems administrator, system administrator, network,
        helpdesk, it support, it infrastructure, it operations, edv, informatik, informatique,
        informatica, informatyki, sistemas, ict, siem, database administrator, it systems,
        information systems
    """,
    "finance": """
        finance, financial, financial planning, fp a, accounting, accountant, accounts, accounts
        payable, controller, controlling, treasury, treasurer, tax, audit, auditor, lending,
        commercial lending, investment, investments, investor relations, banking, finanzen, finanz,
        kaufmannisch, kaufmannischer, kaufmannische, buchhaltung, buchhalter, buchhalterin,
        rechnungswesen, financier, financiere, finances, comptable, comptabilite, financiero,
        financiera, finanzas, contable, contabilidad, finanza, finanziario, finanziaria,
        amministrazione, contabile, financieel, finansowy, finansowa, finansow, ksiegowy, ksiegowa,
        ekonomi, ekonom, okonomi, financeiro, financeira, bookkeeper, payroll, private equity,
        leveraged finance, investment banking, credit, risk, underwriting, glowny ksiegowy,
        administratif et financier
    """,
    "hr": """
        hr, human resources, people, people and culture, people culture, people operations, talent,
        talent acquisition, recruiting, recruitment, recruiter, personal, personalwesen, ressources
        humaines, rh, recursos humanos, rrhh, risorse umane, personeel, personalny, hr business
        partner, kadr, personale, hr generalist, learning and development, human capital, culture,
        personals, talento, p c, people ops, compensation and benefits, zasobow ludzkich,
        personalchef
    """,
    "operations": """
        operations, operation, operating, supply chain, procurement, purchasing, logistics,
        production, manufacturing, plant, customer operations, quality, facilities, office manager,
        warehouse, einkauf, einkaufs, logistik, produktion, produktions, betriebs, achats,
        logistique, operaciones, compras, logistica, produccion, acquisti, produzione, inkoop,
        logistiek, productie, produkcji, zakupow, operacyjny, operacyjna, logistyki, inkops,
        indkobs, produktionschef, operacoes, producao, project manager, program manager,
        projektleiter, projektleiterin, chef de projet, bedrijfsleider, buyer, usine, exploitation,
        operasjons, drift, office management, project, programme, program, store, restaurant,
        transport, fleet, site, maintenance, produktionsleiter, real estate
    """,
    "legal": """
        law, corporate law,
        legal, counsel, general counsel, lawyer, attorney, paralegal, compliance, recht, rechts,
        rechtsabteilung, juridique, juriste, legale, juridico, juridisch, jurist, juristin, prawny,
        company secretary, contracts, privacy, data protection, avvocato, advogado, abogado,
        juridisk, syndikus, notary, regulatory, regulatory affairs, avocat
    """,
    "support": """
        kunden,
        customer success, customer service, customer support, support, customer care, client
        services, service, customer experience, kundenservice, kundendienst, service client,
        atencion al cliente, client success, clients, klantenservice, obslugi klienta, servizio
        clienti, kundtjanst, kundeservice, technical support, help desk, contact center, call
        center, relation client, kundenbetreuung, customer
    """,
    "design": """
        design, designer, ux, ui, creative, art, graphic, director of photography, photographer,
        gestaltung, grafik, graphiste, diseno, artist, creatif, product design, product designer, ux
        designer, ui designer, ux research
    """,
    "consulting": """
        consulting, consultant, advisory, berater, beraterin, beratung, conseil, consultoria,
        consulenza, konsult, konsulent, unternehmensberater
    """,
    "education": """
        education, teacher, training, trainer, school, instructor, professor, lecturer, learning,
        dean, academic
    """,
    "medical": """
        medical, clinical, clinical operations, nurse, nursing, physician, doctor, pharmacy,
        pharmacist, arzt, arztin, health, patient, dental, veterinary
    """,
}

#: abbreviations of those at the top, and what each leads
CHIEFS = {
    "ceo": "executive", "cfo": "finance", "cto": "engineering", "coo": "operations", "cmo": "marketing",
    "cio": "it", "ciso": "it", "cro": "sales", "cso": "sales", "cco": "sales", "cpo": "product",
    "chro": "hr", "cdo": "engineering", "clo": "legal", "cao": "finance", "cxo": "executive", "cho": "hr",
}  # fmt: skip

#: what runs a whole company where nothing is said of what it is the director of
RUNS_ALL = frozenset({"directeur", "directrice", "direktor", "dyrektor", "direktorin"})

_LEAD_ALL = """
    geschaftsfuhrer geschaftsfuhrerin geschaftsfuhrung vorstand vorstandsvorsitzender vorstandsvorsitzende
    vorstandsmitglied pdg gerant gerante prezes vd toimitusjohtaja
"""
#: what these do they do for the company as a whole
LEADS_ALL = frozenset(_LEAD_ALL.split())

#: the ends of words that are put together, and how senior they make somebody
ENDINGS = {
    "leiterin": "head", "leiter": "head", "leitung": "head", "chefin": "head", "chef": "head",
    "sjef": "head", "hoofd": "head", "leder": "manager", "managerin": "manager", "manager": "manager",
    "direktor": "director", "direktorin": "director", "directeur": "director", "ansvarig": "manager",
    "ansvarlig": "manager", "mitarbeiter": "entry", "mitarbeiterin": "entry", "medewerker": "entry",
    "assistent": "entry", "assistentin": "entry", "berater": "entry", "beraterin": "entry",
    "ingenieur": "entry", "ingenieurin": "entry", "entwickler": "entry", "entwicklerin": "entry",
    "konsulent": "entry", "medarbejder": "entry", "praktikant": "intern", "spezialist": "entry",
    "vorstand": "c_suite", "geschaftsfuhrer": "c_suite", "referent": "entry", "referentin": "entry",
    "trainee": "intern", "leider": "manager", "praktikantin": "intern", "inhaber": "owner",
}  # fmt: skip


def phrases(listed: str) -> list[tuple[str, ...]]:
    """The phrases of a list with commas, each as its words."""
    return [tuple(one.split()) for one in listed.split(",") if one.strip()]
