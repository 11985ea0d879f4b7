"""Every cent: what the vendors bill is what the calls cost, what the runs cost, and what the findings cost."""

import httpx
import pytest

from actors.bus.settings import KafkaSettings
from actors.engine.http import open_web
from actors.engine.settings import EngineSettings
from actors.engine.sourcing import request_search
from actors.engine.wiring import Works
from actors.providers import all_providers
from actors.simulator.launch import launch
from tests.actors.engine.mills import add_tenant, counts_of, run_to_the_end
from tests.fakes.works import Judge

PAID = ("apollo", "hunter", "pdl")
ALL = (*PAID, "companies_house", "gleif", "website", "dns")


@pytest.fixture(scope="module")
def simulator():
    with launch(seed=5, companies=2_000, rate_429=0.02, rate_500=0.02) as launched:
        yield launched


def ways_to(simulator):
    keyed = {*PAID, "companies_house"}
    return {
        name: {"base_url": simulator.base_url(name)} | ({"api_key": "sim-bill"} if name in keyed else {})
        for name in ALL
    }


def billed(simulator):
    """What the simulator has billed each vendor's key: calls, billed calls, credits."""
    vendors = httpx.get(f"{simulator.http}/_simulator/bill").json()["vendors"]
    return {name: vendors[name]["keys"]["sim-bill"] for name in PAID}


async def test_findings_calls_and_runs_cost_what_the_vendors_bill(database, vault, simulator):
    async with open_web(connections=0) as http:
        providers = {name: all_providers()[name] for name in ALL}
        works = Works(
            database,
            http=http,
            vault=vault,
            providers=providers,
            scoring=Judge(),
            settings=EngineSettings(),
            kafka=KafkaSettings(),
        )
        acme = await add_tenant(
            database, vault, connections=ways_to(simulator), icp={"employees_min": 20, "employees_max": 5_000}
        )
        profile = (await works.profiles.of([acme.id]))[acme.id]
        await request_search(database, profile, name="apollo", leads=150, by="test")
        await run_to_the_end(works, acme, 150)
        await works.finish()
    counts = await counts_of(database, acme)
    assert counts["scored"] > 50
    vendors = billed(simulator)
    # Apollo takes ten companies or people in a request, and is asked that way
    assert vendors["apollo"]["calls"] < vendors["apollo"]["billed_calls"]
    bill = sum(all_providers()[name].credit_price_usd * vendors[name]["credits"] for name in PAID)
    assert bill > 5
    async with database.tenant(acme.id) as session:
        costs = {
            table: await session.value(f"SELECT sum(cost_usd) FROM {table}")
            for table in ("provider_call", "run", "finding")
        }
        assert costs == dict.fromkeys(costs, bill)
        unlike = """
            SELECT count(*) FROM finding JOIN account ON account.id = finding.subject_id
            WHERE finding.is_current AND finding.field = 'employees'
              AND account.employees <> (finding.value #>> '{}')::int
        """
        assert await session.value(unlike) == 0
