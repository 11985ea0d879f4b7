import pytest
import yaml

from actors.simulator import pdl_records
from actors.simulator.company import SIZE_BANDS
from actors.simulator.coverage import shows


@pytest.fixture
def company(world):
    return world.companies[3]


def test_everything_is_in_small_letters_unless_titles_are_asked_for(world, company):
    person = pdl_records.person(world.people(company)[0], company)
    assert person["full_name"] == person["full_name"].lower()
    titled = pdl_records.titled(person)
    assert titled["full_name"] == person["full_name"].title()
    assert (titled["work_email"], titled["id"], titled["linkedin_url"]) == (
        person["work_email"],
        person["id"],
        person["linkedin_url"],
    )


def test_a_company_has_the_fields_that_the_truth_table_gives_it(world):
    for one in world.companies:
        shown = pdl_records.company(one)
        assert (shown["industry"] is not None) == shows("pdl", one, "industry")
        assert (shown["employee_count"] is not None) == shows("pdl", one, "employees")
        assert (shown["size"] is None) == (shown["employee_count"] is None)


def test_ids_are_a_persons_own_and_of_their_shape(world):
    ids = [
        pdl_records.person_id(person) for company in world.companies[:50] for person in world.people(company)
    ]
    assert len(set(ids)) == len(ids)
    assert all(len(one) == 27 and one.endswith("_0000") for one in ids)


def test_who_is_lead_by_whom(world):
    levels = {
        (person.seniority, pdl_records.level(person))
        for company in world.companies[:200]
        for person in world.people(company)
    }
    assert {("founder", "owner"), ("c_suite", "cxo"), ("head", "director"), ("vp", "vp")} <= levels


def test_some_addresses_are_not_known(world):
    people = [person for company in world.companies for person in world.people(company)]
    assert 0.55 < sum(map(pdl_records.knows_address, people)) / len(people) < 0.65


@pytest.mark.dataset
def test_shapes_hold_every_field_of_a_company_that_the_description_has(providers, world, company):
    described = yaml.safe_load((providers / "pdl" / "company-endpoints.yml").read_text())["components"][
        "schemas"
    ]
    ours = pdl_records.company(company)
    fields = described["Company"]["properties"]
    assert fields.keys() <= ours.keys()
    countries = set(described["CompanyLocation"]["properties"]["country"]["enum"])
    for one in world.companies:
        shown = pdl_records.company(one)
        assert shown["location"]["country"] in countries
        assert shown["industry"] in {None, *fields["industry"]["enum"]}
        assert shown["size"] in {None, *fields["size"]["enum"]}
    assert len(fields["size"]["enum"]) == len(SIZE_BANDS)


@pytest.mark.dataset
def test_shapes_of_people_hold_only_fields_that_the_description_has(providers, world, company):
    described = yaml.safe_load((providers / "pdl" / "person-endpoints.yml").read_text())["components"][
        "schemas"
    ]
    fields = described["Person"]["properties"]
    for who in world.people(company):
        ours = pdl_records.person(who, company)
        assert ours.keys() <= fields.keys()
        assert set(ours["job_title_levels"]) <= set(fields["job_title_levels"]["enum"])
        assert ours["job_title_role"] in {None, *fields["job_title_role"]["enum"]}
