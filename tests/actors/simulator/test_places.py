from actors.simulator.places import COUNTRIES


def test_there_are_twelve_countries_named_by_their_iso_codes():
    assert len(COUNTRIES) == 12
    assert all(
        len(code) == 2 and code.isupper() and country.code == code for code, country in COUNTRIES.items()
    )


def test_no_list_holds_the_same_entry_twice():
    for country in COUNTRIES.values():
        for entries in (country.cities, country.first_names, country.last_names):
            assert len(set(entries)) == len(entries)


def test_names_are_international():
    names = {name for country in COUNTRIES.values() for name in country.first_names + country.last_names}
    assert {"Jean-Luc", "Łukasz", "O'Brien", "van den Berg", "García López", "Åkesson"} <= names
