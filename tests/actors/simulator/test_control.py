import csv
import io

import pytest

from actors.simulator.history import COLUMNS, history


def rows(response):
    assert response.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(response.text)))


async def test_health(http, world):
    body = (await http.get("/_simulator/health")).json()
    assert body == {"status": "ok", "companies": len(world.companies), "seed": 7}


async def test_the_bill_tells_repeats_from_distinct_requests(http, apollo, hunter, world):
    for number in (0, 1, 1, 1):
        await apollo.get("/organizations/enrich", params={"domain": world.companies[number].domain})
    await hunter.get("/account")
    bill = (await http.get("/_simulator/bill")).json()
    assert bill["total"] == {"calls": 5, "billed_calls": 4, "credits": 4}
    assert (bill["distinct_billed_requests"], bill["repeated_billed_requests"]) == (2, 2)
    assert bill["vendors"]["apollo"]["keys"]["sim-test"]["credits"] == 4
    assert bill["vendors"]["hunter"]["billed_calls"] == 0


async def test_settings_are_changed_while_running(http, apollo, hunter):
    changed = {"apollo": {"outage": True}, "hunter": {"latency_ms": "0", "rate_500": 1.0}}
    body = (await http.put("/_simulator/settings", json=changed)).json()
    assert body == (await http.get("/_simulator/settings")).json()
    assert (body["apollo"]["outage"], body["hunter"]["rate_500"]) == (True, 1.0)
    assert (await apollo.post("/mixed_people/api_search")).status_code == 503
    assert (await hunter.get("/account")).status_code == 500
    await http.put("/_simulator/settings", json={"apollo": {"outage": False}})
    assert (await apollo.post("/mixed_people/api_search")).status_code == 200
    assert (await hunter.get("/account")).status_code == 500


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"clearbit": {}}, "no vendor 'clearbit'"),
        ({"apollo": 1}, "the settings of apollo are an object"),
        ({"apollo": {"speed": 1}}, "no setting 'speed'"),
        ([], "JSON object"),
    ],
)
async def test_wrong_settings_are_refused_and_change_nothing(http, wrong, said):
    before = (await http.get("/_simulator/settings")).json()
    body = {"hunter": {"outage": True}, **wrong} if isinstance(wrong, dict) else wrong
    response = await http.put("/_simulator/settings", json=body)
    assert response.status_code == 400
    assert said in response.json()["error"]
    assert (await http.get("/_simulator/settings")).json() == before


async def test_a_reset_empties_the_bill_and_begins_the_faults_again(http, apollo):
    await http.put("/_simulator/settings", json={"apollo": {"rate_500": 0.5}})
    first = [(await apollo.post("/mixed_people/api_search")).status_code for _ in range(20)]
    bill = (await http.post("/_simulator/reset")).json()
    assert bill["total"] == {"calls": 0, "billed_calls": 0, "credits": 0}
    assert [(await apollo.post("/mixed_people/api_search")).status_code for _ in range(20)] == first


async def test_the_companies_are_a_customers_list(http, world):
    listed = rows(await http.get("/_simulator/companies.csv", params={"limit": 10, "offset": 5}))
    assert [row["name"] for row in listed] == [company.name for company in world.companies[5:15]]
    assert all(
        company.domain in row["website"] for row, company in zip(listed, world.companies[5:15], strict=True)
    )
    assert tuple(listed[0]) == ("name", "website", "country", "industry", "employees")


async def test_the_list_can_be_narrowed(http, world):
    params = {"industry": "retail", "country": "us"}
    listed = rows(await http.get("/_simulator/companies.csv", params=params))
    assert len(listed) == sum(c.industry == "retail" and c.country == "US" for c in world.companies)


async def test_the_history_has_its_columns_and_blanks_for_the_missing(http, world):
    listed = rows(await http.get("/_simulator/history.csv", params={"rows": 300}))
    assert tuple(listed[0]) == COLUMNS
    expected = [{k: "" if v is None else str(v) for k, v in lead.items()} for lead in history(world, 300)]
    assert listed == expected


async def test_what_does_not_exist_is_404_and_wrong_numbers_are_400(http):
    assert (await http.get("/_simulator/nothing")).status_code == 404
    assert (await http.get("/_simulator/history.csv", params={"rows": "many"})).status_code == 400
