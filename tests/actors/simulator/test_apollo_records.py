import json

import pytest

from actors.simulator import apollo_records


@pytest.fixture
def company(world):
    return world.companies[3]


def recorded(providers, name):
    return json.loads((providers / "apollo" / "examples" / f"{name}_200_Result.json").read_text())


@pytest.mark.dataset
def test_shapes_hold_only_fields_that_the_vendor_has(providers, world, company):
    person = world.people(company)[0]
    enriched = recorded(providers, "get_organizations_enrich")["organization"]
    listed = recorded(providers, "post_mixed_companies_search")["organizations"][0]
    matched = recorded(providers, "post_people_match")["person"]
    found = recorded(providers, "post_mixed_people_api_search")["people"][0]
    ours = apollo_records.person(person, company, world.today, None)
    brief = apollo_records.person_brief(person, company, world.today)
    assert apollo_records.organization_brief(company).keys() == listed.keys()
    assert apollo_records.organization(company).keys() <= enriched.keys() | listed.keys()
    assert ours.keys() <= matched.keys()
    assert ours["employment_history"][0].keys() <= matched["employment_history"][0].keys()
    assert brief.keys() == found.keys()
    assert brief["organization"].keys() == found["organization"].keys()


def test_the_search_says_little_and_enrichment_much(company):
    brief, full = apollo_records.organization_brief(company), apollo_records.organization(company)
    assert brief.items() <= full.items()
    assert {"industry", "estimated_num_employees", "country"} <= full.keys() - brief.keys()


def test_money_is_also_printed(world):
    for company in world.companies:
        printed = apollo_records.organization(company)["annual_revenue_printed"]
        assert (printed is None) == (company.revenue_usd is None)
        assert printed is None or printed[-1] in "BMK"


def test_the_last_round_comes_first(world):
    for company in world.companies:
        events = apollo_records.organization(company)["funding_events"]
        assert bool(events) == (company.total_funding_usd is not None)
        assert [event["date"] for event in events] == sorted(
            (event["date"] for event in events), reverse=True
        )


def test_phone_numbers_are_fictional(world):
    phones = {apollo_records.organization_brief(company)["phone"] for company in world.companies} - {None}
    assert phones
    assert all(phone.startswith(("+120255501", "+44207946")) for phone in phones)


def test_last_names_are_hidden(world, company):
    person = world.people(company)[1]
    hidden = apollo_records.person_brief(person, company, world.today)["last_name_obfuscated"]
    assert hidden == f"{person.last_name[:2]}***{person.last_name[-1]}"


def test_leaders_are_in_the_c_suite(world, company):
    leader = apollo_records.person(world.people(company)[0], company, world.today, None)
    assert leader["departments"] == ["c_suite"]


def test_technologies_are_written_with_underscores():
    assert apollo_records.technology_uid("Node.js") == "node_js"
    assert apollo_records.technology_uid("Google Tag Manager") == "google_tag_manager"
