from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from actors.simulator.person import HIT_RATES, fold, local_part, staff
from actors.simulator.world import World


@pytest.mark.parametrize(
    ("name", "country", "folded"),
    [
        ("Jean-Luc", "FR", "jean-luc"),
        ("Müller", "DE", "mueller"),
        ("Müller", "FR", "muller"),
        ("O'Brien", "GB", "obrien"),
        ("van den Berg", "NL", "vandenberg"),
        ("Łukasz", "PL", "lukasz"),
        ("Weiß", "DE", "weiss"),
        ("Yılmaz", "DE", "yilmaz"),  # noqa: RUF001 (Turkish)
        ("Åkesson", "SE", "akesson"),
    ],
)
def test_names_are_folded_to_ascii(name, country, folded):
    assert fold(name, country) == folded


def test_local_parts_follow_the_pattern():
    assert local_part("{f}{last}", "Anna", "Schäfer", "DE") == "aschaefer"
    assert local_part("{first}.{last}", "Anna", "Schäfer", "DE") == "anna.schaefer"


def test_each_company_has_3_to_25_people_led_by_its_head(world):
    for company in world.companies:
        people = world.people(company)
        assert 3 <= len(people) <= 25
        assert people[0].seniority in {"founder", "c_suite"}
        assert people[1].department in {"sales", "marketing"}


def test_larger_companies_have_more_people(world):
    small = staff(7, replace(world.companies[0], employees=5))
    large = staff(7, replace(world.companies[0], employees=50_000))
    assert len(small) < len(large)


def test_addresses_are_ascii_at_the_company_and_nobody_shares_one(world):
    for company in world.companies:
        addresses = [person.email for person in world.people(company)]
        assert len(set(addresses)) == len(addresses)
        assert all(address.isascii() and address.endswith(f"@{company.domain}") for address in addresses)


def test_ids_and_profiles_are_unique(world):
    people = [person for company in world.companies for person in world.people(company)]
    assert len({person.id for person in people}) == len(people)
    assert len({person.linkedin_url for person in people}) == len(people)


def test_providers_know_addresses_by_the_table_of_hit_rates():
    world = World(3, 2500, date(2026, 11, 2))
    hits: Counter[str] = Counter()
    for company in world.companies:
        if company.country in {"US", "CA"} and 50 < company.employees <= 1000:
            for person in world.people(company):
                hits["all"] += 1
                hits["apollo"] += person.apollo_knows_email
                hits["hunter"] += person.hunter_knows_email
    apollo, hunter = HIT_RATES["north america", "middle"]
    assert hits["apollo"] / hits["all"] == pytest.approx(apollo, abs=0.03)
    assert hits["hunter"] / hits["all"] == pytest.approx(hunter, abs=0.03)


def test_some_addresses_are_stale_and_a_few_people_objected(world):
    people = [person for company in world.companies for person in world.people(company)]
    assert 0.06 < sum(person.email_is_stale for person in people) / len(people) < 0.10
    assert 0 < sum(person.objected for person in people) / len(people) < 0.02
