import csv
from uuid import uuid4

import pytest

from tenants.matching import MAYBE_FROM, SAME_FROM, Company, Verdict, company_of, compare
from tenants.records import Account

HARBOUR = Company("Harbour Textiles GmbH", "harbour.example", "DE", "Kiel", 1999)


def verdict(name="Harbour Textiles", **facts):
    return compare(HARBOUR, Company(name, **facts)).verdict


def test_one_domain_is_one_company_whatever_it_is_called():
    found = compare(HARBOUR, Company("Something Else", "harbour.example", "FR"))
    assert found.verdict is Verdict.SAME
    assert found.evidence[0] == "both at harbour.example"
    assert found.score >= SAME_FROM


def test_a_name_alone_is_never_enough_and_a_person_is_to_look():
    assert verdict() is Verdict.MAYBE
    assert verdict(country="DE", city="Kiel", founded_year=1999) is Verdict.MAYBE
    assert verdict(domain="textiles.example", country="DE") is Verdict.MAYBE


@pytest.mark.parametrize(
    "facts",
    [
        {"country": "FR", "domain": "textiles.example"},
        {"country": "FR"},
        {"domain": "textiles.example"},  # and nothing that ties them
        {"name": "Harbour Textile", "domain": "textiles.example", "country": "DE"},  # nor quite the same name
        {"name": "Harbour Foodworks", "country": "DE"},
        {"name": "Harbour Textiles e.V."},
    ],
    ids=str,
)
def test_what_speaks_against_it_counts(facts):
    assert verdict(**facts) is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"country": "FR"}),
        ({"country": "DE"}, {"domain": "textiles.example", "country": "DE"}),
        ({"domain": "harbour.test", "country": "DE"}, {"domain": "textiles.test", "country": "DE"}),
        ({"city": "Kiel"}, {"city": "Köln"}),
        ({"founded_year": 2001}, {"founded_year": 2009}),
        ({"name": "Harbour Textiles Ltd"}, {"name": "Harbour Textiles AG"}),
    ],
    ids=str,
)
def test_each_fact_moves_the_score(better, worse):
    scores = [
        compare(HARBOUR, Company(**{"name": "Harbour Textiles"} | facts)).score for facts in (better, worse)
    ]
    assert scores[0] > scores[1]


def test_a_register_that_tells_two_apart_is_believed():
    banks = [Company(f"First Harbour Bancorp /{state}/") for state in ("NC", "PR")]
    found = compare(*banks)
    assert found.verdict is Verdict.DIFFERENT
    assert "a register tells them apart as nc and pr" in found.evidence


def test_initials_need_more_than_themselves():
    full = Company("Kiel Harbour Textiles", "kht.example", "DE")
    assert compare(Company("KHT"), Company("Kiel Harbour Textiles")).verdict is Verdict.DIFFERENT
    assert compare(Company("KHT"), full).verdict is Verdict.MAYBE
    assert compare(full, Company("KHT", country="DE")).score > compare(full, Company("KHT")).score
    assert compare(Company("KHX"), full).score == 0


def test_the_reasons_are_told_in_words():
    found = compare(HARBOUR, Company("Harbour Textiles AG", "textiles.example", "FR", "Lyon", 2010))
    assert found.evidence == (
        "both: harbour textiles",
        "the one is a limited company, the other a company by shares",
        "harbour.example is not textiles.example",
        "DE is not FR",
        "Kiel is not Lyon",
        "founded in 1999 and 2010",
    )


def test_an_account_is_compared_by_what_it_tells():
    account = Account(
        id=uuid4(), identity_key="k", source="s", name=HARBOUR.name, domain=HARBOUR.domain, country="DE",
        city="Kiel", founded_year=1999,
    )  # fmt: skip
    assert company_of(account) == HARBOUR


@pytest.mark.dataset
@pytest.mark.parametrize(
    ("kinds", "bar"),
    [(("Company", "Organization"), 0.865), (("Company", "Organization", "LegalEntity"), 0.865)],
)
def test_pairs_of_organisations_are_judged_as_people_did(dataset, kinds, bar):
    """F1 of "a person is to look" on labelled pairs of names, of which nothing is known but the names."""
    with dataset("names/opensanctions_pairs.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["schema"] in kinds]
    judged = [
        (compare(Company(row["name1"]), Company(row["name2"])).score >= MAYBE_FROM, row["is_match"] == "true")
        for row in rows
    ]
    hits, false, missed = (judged.count(pair) for pair in ((True, True), (True, False), (False, True)))
    f1 = 2 * hits / (2 * hits + false + missed)
    assert f1 >= bar, f"F1 {f1:.4f} of {len(rows)} pairs: {hits} found, {false} false, {missed} missed"


LED = frozenset({("domain", "new.example")})
LEI, OTHER_LEI = ("lei", "529900T8BM49AURSDO55"), ("lei", "529900T8BM49AURSDO99")


def test_a_website_that_leads_to_another_is_a_question_whatever_the_two_are_called():
    old = Company("Harbour Textiles", "old.example", "DE", identifiers=LED)
    new = Company("Kiel Weaving", "new.example", "FR")
    for found in (compare(old, new), compare(new, old)):
        assert found.verdict is Verdict.MAYBE
        assert found.evidence[0] == "old.example leads to new.example"
        assert not [word for word in found.evidence if " is not new" in word or "is not old" in word]
    named = compare(old, Company("Harbour Textiles", "new.example", "DE"))
    assert compare(old, new).score < named.score < SAME_FROM


@pytest.mark.parametrize("shared", [LED, frozenset({LEI}), LED | {LEI}], ids=["led", "lei", "both"])
def test_what_two_share_is_a_question_and_never_enough_for_a_merge(shared):
    one = Company("Harbour Textiles", "a.example", "DE", "Kiel", 1999, identifiers=shared)
    for facts in (("Harbour Textiles", "a.test", "DE", "Kiel", 1999), ("Else", "b.example", "FR")):
        found = compare(one, Company(*facts, identifiers=shared))
        assert found.verdict is Verdict.MAYBE
        assert found.evidence[0] in {"both lead to new.example", f"both have the LEI {LEI[1]}"}


def test_two_numbers_of_one_register_speak_against_it_and_two_registers_say_nothing():
    def score(*identifiers):
        other = Company("Harbour Textiles", "b.example", "DE", identifiers=frozenset(identifiers))
        return compare(Company("Harbour Textiles", "a.example", "DE", identifiers=frozenset({LEI})), other)

    plain = compare(
        Company("Harbour Textiles", "a.example", "DE"), Company("Harbour Textiles", "b.example", "DE")
    )
    assert score(("cik", "0000320193")).score == score().score == plain.score
    assert score(OTHER_LEI).score < MAYBE_FROM
    assert score(OTHER_LEI).evidence[-1] == f"the LEI of the one is {LEI[1]}, of the other {OTHER_LEI[1]}"
    # who has both numbers has this one, too
    assert score(LEI, OTHER_LEI).score > plain.score
