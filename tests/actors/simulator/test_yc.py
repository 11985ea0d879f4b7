import csv
from pathlib import Path

import pytest

from actors.simulator import yc
from tests.actors.simulator.conftest import client_of


@pytest.fixture
async def companies(simulator):
    async with client_of(f"{simulator.http}/yc/api") as client:
        response = await client.get("/companies/all.json")
        assert response.status_code == 200
        yield response.json()


def test_half_of_the_small_and_medium_companies_are_on_the_list(world):
    small = [company for company in world.companies if company.employees <= 1000]
    backed = [company for company in world.companies if yc.is_backed(company)]
    assert set(backed) <= set(small)
    # four standard deviations of so many draws
    assert abs(len(backed) - len(small) / 2) <= 4 * (len(small) / 4) ** 0.5


async def test_the_list_is_all_of_them_as_they_are(companies, world):
    backed = [company for company in world.companies if yc.is_backed(company)]
    assert [record["name"] for record in companies] == [company.name for company in backed]
    assert len({record["slug"] for record in companies}) == len(companies)
    for record, company in zip(companies, backed, strict=True):
        assert record["team_size"] == (company.employees if yc.is_counted(company) else None)
        assert company.domain in record["website"]
        assert record["one_liner"] == company.one_liner
        assert record["status"] == yc.status(company)
        assert record["all_locations"].startswith(company.city if yc.is_placed(company) else "")


async def test_some_are_gone_and_some_nobody_counted(companies, world):
    assert {record["status"] for record in companies} == {"Active", "Inactive", "Acquired", "Public"}
    assert any(record["team_size"] is None for record in companies)
    assert any(record["all_locations"] == "" and record["regions"] for record in companies)
    at_work = [company for company in world.companies if yc.is_listed(company)]
    assert len(at_work) == sum(record["status"] in {"Active", "Public"} for record in companies)


async def test_nothing_else_is_there(simulator):
    async with client_of(f"{simulator.http}/yc/api") as client:
        response = await client.get("/companies/none.json")
        assert response.status_code == 404
        assert response.headers["content-type"].startswith("text/html")


@pytest.mark.dataset
async def test_companies_have_the_fields_and_the_words_of_real_ones(companies, providers: Path):
    with (providers.parent / "companies" / "yc.csv").open(newline="") as file:
        real = list(csv.DictReader(file))
    assert real[0].keys() - {"yc_url"} <= companies[0].keys()
    assert {record["status"] for record in companies} == {row["status"] for row in real}
    assert {record["industry"] for record in companies} <= {row["industry"] for row in real}
    regions = {region for row in real for region in row["regions"].split("; ")}
    assert {region for record in companies for region in record["regions"]} <= regions
