import pytest

from tenants.identifiers import TITLES, IdentifierKind, identifiers_in


def test_what_a_provider_tells_that_only_one_company_has():
    facts = {
        "name": "Acme", "country": "GB", "lei": "529900T8BM49AURSDO55", "cik": "0000320193",
        "register_number": "SC123456", "wikidata_id": "Q42", "leads_to": "acme.org",
    }  # fmt: skip
    assert list(identifiers_in(facts)) == [
        (IdentifierKind.DOMAIN, "acme.org"),
        (IdentifierKind.LEI, "529900T8BM49AURSDO55"),
        (IdentifierKind.CIK, "0000320193"),
        (IdentifierKind.COMPANIES_HOUSE, "SC123456"),
        (IdentifierKind.WIKIDATA, "Q42"),
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"lei": "5299"},
        {"lei": "529900t8bm49aurSDO55"},
        {"cik": "320193"},
        {"cik": 320193},
        {"wikidata_id": "P42"},
        {"register_number": "123", "country": "GB"},  # of another register, such as that of charities
        {"register_number": "12345678", "country": "DE"},
        {"register_number": "12345678"},
        {"leads_to": None, "lei": None},
    ],
    ids=str,
)
def test_what_could_be_several_companies_is_none(facts):
    assert list(identifiers_in(facts)) == []


def test_every_register_has_a_name_to_tell_people():
    assert set(TITLES) == set(IdentifierKind) - {IdentifierKind.DOMAIN}
