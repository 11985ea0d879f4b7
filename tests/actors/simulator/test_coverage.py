"""The truth table, and the companies that follow it."""

from datetime import date

import pytest

from actors.simulator.coverage import FILLS, REGIONS, SIZES, TRUTH, covers, fill, rate, segment, shows
from actors.simulator.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(3, 20_000, date(2026, 11, 1))


@pytest.mark.parametrize("vendor", TRUTH)
def test_each_vendor_knows_as_many_of_a_segment_as_the_table_says(vendor: str, world: World) -> None:
    for of in [(size, region) for size in SIZES for region in REGIONS]:
        companies = [company for company in world.companies if segment(company) == of]
        assert len(companies) > 50
        share = sum(covers(vendor, company) for company in companies) / len(companies)
        # four standard deviations of so many draws
        assert abs(share - rate(vendor, of)) <= 4 * (0.25 / len(companies)) ** 0.5


def test_knowing_one_vendor_says_nothing_of_another(world: World) -> None:
    of = [company for company in world.companies if segment(company) == ("medium", "america")]
    apollo = {company.number for company in of if covers("apollo", company)}
    pdl = {company.number for company in of if covers("pdl", company)}
    both = len(apollo & pdl) / len(of)
    assert abs(both - rate("apollo", ("medium", "america")) * rate("pdl", ("medium", "america"))) < 0.05


def test_a_company_that_nobody_has_heard_of_is_known_to_nobody(world: World) -> None:
    unknown = next(
        company
        for company in map(world.company_by_domain, (f"odd-{number}.example" for number in range(1000)))
        if not company.is_known
    )
    assert not any(covers(vendor, unknown) for vendor in TRUTH)


@pytest.mark.parametrize("vendor", FILLS)
def test_each_vendor_has_a_field_as_often_as_the_table_says(vendor: str, world: World) -> None:
    for size, region in [(size, region) for size in SIZES for region in REGIONS]:
        companies = [company for company in world.companies if segment(company) == (size, region)]
        for field in FILLS[vendor]:
            share = sum(shows(vendor, company, field) for company in companies) / len(companies)
            assert abs(share - fill(vendor, (size, region), field)) <= 4 * (0.25 / len(companies)) ** 0.5
    assert shows(vendor, world.companies[0], "founded_year")


def test_a_trade_register_knows_its_own_country_only_and_most_of_it(world: World) -> None:
    british = [company for company in world.companies if company.country == "GB"]
    known = {company.number for company in world.companies if covers("companies_house", company)}
    assert known < {company.number for company in british}
    assert 0.85 < len(known) / len(british) < 0.95
