import asyncio
from collections import Counter

import httpx
import pytest

from actors.simulator.coverage import covers
from actors.simulator.server import Simulator


async def test_vendors_sites_and_control_share_one_port(http, world):
    key = {"x-api-key": "sim-a", "authorization": "Bearer sim-a"}
    company = next(c for c in world.companies if c.has_site)
    for path in (
        f"/apollo/api/v1/organizations/enrich?domain={company.domain}",
        "/hunter/v2/account",
        "/hubspot/crm/v3/owners",
        "/salesforce/services/data/v66.0/query?q=SELECT+Id+FROM+Lead",
        f"/sites/{company.domain}/",
        "/_simulator/health",
    ):
        assert (await http.get(path, headers=key)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/apollo", "/apollo/v1/people/match", "/hunter/v2/nothing", "/sites"]
)
async def test_everything_else_is_404(http, path):
    assert (await http.get(path, headers={"x-api-key": "sim-a"})).status_code == 404


async def test_many_requests_at_once_are_all_answered_and_billed(simulator, apollo, world):
    domains = [company.domain for company in world.companies if covers("apollo", company)][:300]
    assert len(domains) == 300
    responses = await asyncio.gather(
        *(apollo.get("/organizations/enrich", params={"domain": domain}) for domain in domains)
    )
    assert [r.json()["organization"]["primary_domain"] for r in responses] == domains
    assert simulator.bill.report()["total"] == {"calls": 300, "billed_calls": 300, "credits": 300}


async def test_faults_come_at_the_rates_that_are_set(http, apollo, world):
    await http.put("/_simulator/settings", json={"apollo": {"rate_429": 0.2, "rate_500": 0.1}})
    domain = {"domain": next(one.domain for one in world.companies if covers("apollo", one))}
    statuses = Counter(
        [(await apollo.get("/organizations/enrich", params=domain)).status_code for _ in range(400)]
    )
    assert 55 < statuses[429] < 105
    assert 22 < statuses[500] < 60
    assert statuses[200] == 400 - statuses[429] - statuses[500]
    bill = (await http.get("/_simulator/bill")).json()
    assert bill["total"] == {"calls": 400, "billed_calls": statuses[200], "credits": statuses[200]}


async def test_a_long_search_fits_into_the_query(apollo, world):
    domains = [company.domain for company in world.companies]
    params = {"q_organization_domains_list[]": domains, "per_page": 100}
    response = await apollo.post("/mixed_companies/search", params=params)
    assert response.json()["pagination"]["total_entries"] == len(domains)


async def test_stopping_lets_go_of_the_port(world):
    simulator = Simulator(world)
    await simulator.start()
    address = simulator.http
    await simulator.stop()
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{address}/_simulator/health")
