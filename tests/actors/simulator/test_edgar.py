import pytest

from actors.simulator import edgar as simulated
from actors.simulator.coverage import covers
from actors.simulator.registered import cik, legal_name, ticker
from tests.actors.simulator.conftest import client_of

CONTACT = {"user-agent": "Acme Ltd ops@acme.example"}


@pytest.fixture
async def edgar(simulator):
    async with client_of(f"{simulator.http}/edgar", headers=CONTACT) as client:
        yield client


@pytest.fixture
def listed(world):
    return [company for company in world.companies if covers("edgar", company)]


async def test_who_gives_no_mail_address_is_sent_away(edgar):
    for agent in ("", "leadmill", "python-httpx/0.28"):
        response = await edgar.get("/files/company_tickers.json", headers={"user-agent": agent})
        assert response.status_code == 403
        assert response.headers["content-type"].startswith("text/html")
        # one title for both, as the SEC has it
        assert "Undeclared Automated Tool" in response.text
        assert "Request Rate Threshold Exceeded" in response.text


async def test_who_asks_too_fast_is_sent_away_without_a_word_of_when_to_come_back(edgar, http):
    await http.put("/_simulator/settings", json={"edgar": {"rate_429": 1.0}})
    response = await edgar.get("/files/company_tickers.json")
    assert response.status_code == 403
    assert "Request Rate Threshold Exceeded" in response.text
    assert "Undeclared" not in response.text
    assert "retry-after" not in response.headers


async def test_the_list_has_a_line_for_each_ticker(edgar, listed):
    lines = (await edgar.get("/files/company_tickers.json")).json()
    assert list(lines) == [str(number) for number in range(len(lines))]
    assert all(line.keys() == {"cik_str", "ticker", "title"} for line in lines.values())
    assert {line["cik_str"] for line in lines.values()} == {cik(company) for company in listed}
    assert len({line["ticker"] for line in lines.values()}) == len(lines) >= len(listed)


async def test_files_are_found_by_ten_digits_only(edgar, listed):
    number = cik(listed[0])
    for path in ("/submissions/CIK{}.json", "/api/xbrl/companyfacts/CIK{}.json"):
        assert (await edgar.get(path.format(f"{number:010}"))).status_code == 200
        assert (await edgar.get(path.format(number))).status_code == 404
        assert (await edgar.get(path.format("0" * 10))).status_code == 404


async def test_submissions_tell_filings_in_columns(edgar, listed):
    for company in listed:
        told = (await edgar.get(f"/submissions/CIK{cik(company):010}.json")).json()
        assert (told["name"], told["tickers"]) == (legal_name(company), [ticker(company)])
        assert told["sicDescription"] == simulated.industry(company)
        assert (told["website"] == "") != simulated.has_website(company)
        columns = told["filings"]["recent"]
        assert len({len(column) for column in columns.values()}) == 1
        assert columns["filingDate"] == sorted(columns["filingDate"], reverse=True)


async def test_addresses_name_american_states_twice_and_other_countries_in_words(edgar, listed):
    abroad = 0
    for company in listed:
        told = (await edgar.get(f"/submissions/CIK{cik(company):010}.json")).json()
        address = told["addresses"]["business"]
        is_american = address["stateOrCountry"] == address["stateOrCountryDescription"]
        assert is_american == (company.country == "US")
        abroad += not is_american
    assert abroad


async def test_figures_stand_among_quarters_and_earlier_years(edgar, listed):
    for company in [company for company in listed if company.country == "US"]:
        facts = (await edgar.get(f"/api/xbrl/companyfacts/CIK{cik(company):010}.json")).json()["facts"]
        assert ("EntityNumberOfEmployees" in facts["dei"]) == simulated.tells_headcount(company)
        if company.revenue_usd is None:
            assert facts["us-gaap"] == {}
            continue
        entries = facts["us-gaap"]["Revenues"]["units"]["USD"]
        assert {entry["form"] for entry in entries} == {"10-K", "10-Q"}
        assert company.revenue_usd in [entry["val"] for entry in entries]
        assert len({entry["end"] for entry in entries}) == len(entries)


def test_telephone_numbers_are_fictional(listed):
    assert all(simulated.phone(company).startswith("20255501") for company in listed)
