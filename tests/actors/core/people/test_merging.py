from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.people.merging import Sourced, merge, profile_of
from actors.core.questions import PersonFound
from actors.providers import apollo_reading, pdl_reading
from actors.simulator import apollo_records, hunter_records, pdl_records
from actors.simulator.world import World

ANN = PersonFound(first_name="Ann", last_name="Example", title="CEO")
PARTS = st.builds(
    lambda source, trust, first, last, title, profile, email, key: Sourced(
        PersonFound(
            provider_id=key, first_name=first, last_name=last, title=title, email=email, linkedin_url=profile
        ),
        source,
        trust,
    ),
    st.sampled_from(["apollo", "hunter", "pdl"]),
    st.sampled_from([0.3, 0.5]),
    st.sampled_from(["Ann", "Anna", "A.", None]),
    st.sampled_from(["Example", "Ex***e", "Examples", None]),
    st.sampled_from(["CEO", "VP Sales", None]),
    st.sampled_from(["linkedin.com/in/a", "https://linkedin.com/in/b", None]),
    st.sampled_from(["a@acme.com", "b@acme.com", None]),
    st.sampled_from(["1", "2", None]),
)


def said(source, trust=0.5, **fields):
    return Sourced(ANN.model_copy(update=fields), source, trust)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"linkedin_url": "http://www.linkedin.com/in/Ann/"},
            {"linkedin_url": "linkedin.com/in/ann?x=1", "title": "CTO"},
        ),
        ({"email": "ann@acme.com"}, {"email": "Ann@acme.com", "first_name": "A."}),
        ({}, {"last_name": "Ex***e"}),
        ({}, {"first_name": "Anne"}),
        ({}, {"title": "Chief Executive Officer"}),
        ({}, {"title": None}),
    ],
)
def test_one_person_of_two_sources_is_one(one, other):
    assert len(merge([said("apollo", **one), said("pdl", **other)])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"linkedin_url": "linkedin.com/in/a"}, {"linkedin_url": "linkedin.com/in/b"}),
        ({"email": "a@acme.com"}, {"email": "b@acme.com"}),
        ({"title": "CEO"}, {"title": "Sales Intern"}),
        ({"country": "DE"}, {"country": "US"}),
        ({}, {"first_name": "Bob"}),
        ({}, {"last_name": "Mu***r"}),
        ({}, {"first_name": "A.", "title": None}),
        ({}, {"first_name": None}),
    ],
)
def test_two_people_stay_two(one, other):
    assert len(merge([said("apollo", **one), said("pdl", **other)])) == 2


def test_who_could_be_either_of_two_is_neither():
    people = [
        said("pdl", email="a@acme.com"),
        said("pdl", email="b@acme.com"),
        said("apollo", last_name="Ex***e"),
    ]
    assert len(merge(people)) == 3


def test_each_value_is_the_most_trusted_ones_and_says_whose_it_is():
    (one,) = merge(
        [
            said("apollo", 0.9, last_name="Ex***e", has_email=False),
            said("pdl", 0.2, title="Chief Executive Officer", email="ann@acme.com", email_status="unknown"),
        ]
    )
    assert (one.person.last_name, one.person.title, one.person.has_email) == ("Example", "CEO", True)
    assert one.sources == {
        "first_name": "apollo",
        "last_name": "pdl",
        "title": "apollo",
        "email": "pdl",
        "email_status": "pdl",
        "has_email": "pdl",
    }


def test_a_profile_is_known_however_it_is_written():
    assert profile_of("https://de.linkedin.com/in/Ann-E/") == profile_of("linkedin.com/in/ann-e") == "ann-e"
    assert profile_of("https://acme.com/ann") is profile_of(None) is None


@given(st.lists(PARTS, max_size=7), st.randoms(use_true_random=False))
def test_the_order_does_not_matter_and_nobody_is_lost(people, chance):
    mixed = list(people)
    chance.shuffle(mixed)
    merged = merge(people)
    assert merge(mixed) == merged
    assert {part for one in merged for part in one.parts} == set(people)


@given(st.lists(PARTS, max_size=7))
def test_what_is_merged_is_merged_for_good(people):
    merged = merge(people)
    assert merge([part for one in merged for part in one.parts]) == merged


def shown(world, company):
    """Everybody of a company as three providers show them, each with who they really are."""
    for person in world.people(company):
        if person.objected:
            continue
        brief = apollo_records.person_brief(person, company, world.today)
        hidden = PersonFound(
            provider_id=brief["id"],
            first_name=brief["first_name"],
            last_name=brief["last_name_obfuscated"],
            title=brief["title"],
            has_email=brief["has_email"],
        )
        yield person.id, Sourced(hidden, "apollo", 0.6)
        in_full = apollo_reading.person(apollo_records.person(person, company, world.today, {}))
        if len(person.first_name) % 2:  # some were revealed before
            yield person.id, Sourced(in_full, "apollo", 0.6)
        yield person.id, Sourced(pdl_reading.person(pdl_records.person(person, company)), "pdl", 0.5)
    owners = {person.email: person.id for person in world.people(company)}
    for one in hunter_records.emails(world, company):
        if one["value"] in owners:
            found = PersonFound(
                first_name=one["first_name"],
                last_name=one["last_name"],
                title=one["position"],
                email=one["value"],
            )
            yield owners[one["value"]], Sourced(found, "hunter", 0.7)


def measured(companies, *, hidden=()):
    world = World(7, companies, date(2026, 6, 1))
    right = made = real = 0
    for company in world.companies:
        gone = dict.fromkeys(hidden)
        pairs = [
            (owner, Sourced(part.person.model_copy(update=gone), part.source, part.trust))
            for owner, part in shown(world, company)
        ]
        whose = {id(part): owner for owner, part in pairs}
        merged = merge([part for _, part in pairs])
        owners = [[whose[id(part)] for part in one.parts] for one in merged]
        for group in owners:
            for one, other in combinations(group, 2):
                made += 1
                right += one == other
        count = {}
        for owner, _ in pairs:
            count[owner] = count.get(owner, 0) + 1
        real += sum(number * (number - 1) // 2 for number in count.values())
    return right / made, right / real


def test_the_staff_of_300_companies_is_put_together():
    precision, recall = measured(300)
    assert precision >= 0.995
    assert recall >= 0.97


def test_names_and_titles_alone_put_most_of_them_together():
    precision, recall = measured(300, hidden=("linkedin_url", "email"))
    assert precision >= 0.995
    assert recall >= 0.9
