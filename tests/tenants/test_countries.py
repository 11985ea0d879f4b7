import pytest

from tenants.countries import country_code, english_names


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        (" germany ", "DE"),
        ("DE", "DE"),
        ("de", "DE"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("Scotland", "GB"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("South Korea", "KR"),
        ("Holland", "NL"),
        ("Hong Kong", "HK"),
        ("Berlin, Germany", "DE"),
        ("San Francisco, CA, USA", "US"),
    ],
)
def test_a_country_is_known_however_it_is_written(text, code):
    assert country_code(text) == code


@pytest.mark.parametrize("text", ["", "  ", ",", "Remote", "EU", "ZZ", "Europe", "Berlin", "Germany, Berlin"])
def test_what_names_no_country_has_no_code(text):
    assert country_code(text) is None


@pytest.mark.parametrize("text", ["San Francisco, CA", "Indianapolis, IN", "Denver, CO", "Atlanta, Georgia"])
def test_a_state_of_america_is_no_other_country(text):
    # a wrong country rejects a lead for good, an unknown one does not
    assert country_code(text) in (None, "US")


def test_every_code_and_every_english_name_is_understood():
    for code, name in english_names().items():
        assert (len(code), country_code(code), country_code(name)) == (2, code, code)
    assert english_names()["DE"] == "Germany"
    assert len(english_names()) > 240


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bosnia and Herzegovina", "BA"),
        ("Trinidad and Tobago", "TT"),
        ("Myanmar", "MM"),
        ("Cote d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
    ],
)
def test_a_country_is_known_without_the_signs_that_unicode_gives_it(text, code):
    assert country_code(text) == code
