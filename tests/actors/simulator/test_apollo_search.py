import pytest

from actors.simulator import apollo_search
from actors.simulator.apollo_records import technology_uid
from actors.simulator.vendor import InvalidInputError, Params


def companies(world, **filters):
    return apollo_search.companies(world, Params(filters))


def people(world, **filters):
    return [person for _, person in apollo_search.people(world, Params(filters))]


def test_no_filter_finds_all_in_order(world):
    assert companies(world) == world.companies


@pytest.mark.parametrize(
    ("location", "test"),
    [
        ("Germany", lambda c: c.country == "DE"),
        ("california", lambda c: c.region == "California"),
        ("Munchen", lambda c: c.city == "München"),
        ("Berlin, Germany", lambda c: c.city == "Berlin"),
        ("Berlin, France", lambda _: False),
    ],
)
def test_locations_are_countries_regions_or_cities(world, location, test):
    assert companies(world, organization_locations=[location]) == list(filter(test, world.companies))


def test_locations_can_be_left_out(world):
    found = companies(world, organization_not_locations=["united states", "india"])
    assert found == [c for c in world.companies if c.country not in {"US", "IN"}]


def test_tags_are_found_in_industry_and_keywords(world):
    found = companies(world, q_organization_keyword_tags=["fintech", "hospitality"])
    assert found == [c for c in world.companies if "fintech" in c.keywords or c.industry == "hospitality"]


def test_ranges_and_technologies_narrow(world):
    bounds = {"organization_num_jobs_range[min]": [3], "total_funding_range[max]": [10**8]}
    found = companies(world, currently_using_any_of_technology_uids=["amazon_aws"], **bounds)
    assert found
    for company in found:
        assert company.open_jobs >= 3
        assert company.total_funding_usd <= 10**8
        assert "amazon_aws" in map(technology_uid, company.technologies)


def test_funding_dates_narrow(world):
    found = companies(world, **{"latest_funding_date_range[min]": ["2026-01-01"]})
    assert found == [
        c for c in world.companies if c.latest_funding_date and c.latest_funding_date.year >= 2026
    ]


def test_wrong_dates_are_refused(world):
    with pytest.raises(InvalidInputError, match="not a date"):
        companies(world, **{"latest_funding_date_range[min]": ["yesterday"]})


def test_companies_are_named_by_domain_or_id(world):
    first, second = world.companies[:2]
    assert companies(world, q_organization_domains_list=[second.domain], organization_ids=[first.id]) == [
        second,
        first,
    ]


def test_people_pass_by_seniority_and_place(world):
    found = people(world, person_seniorities=["vp", "director"], organization_locations=["germany"])
    assert found
    assert {person.seniority for person in found} == {"vp", "director"}
    assert all(person.country == "DE" for person in found)


def test_titles_match_by_their_words(world):
    found = {person.title for person in people(world, person_titles=["vp sales"])}
    assert found == {"VP Sales", "VP of Sales", "Vice President of Sales"}


def test_titles_can_be_taken_strictly(world):
    found = {p.title for p in people(world, person_titles=["vp sales"], include_similar_titles=["false"])}
    assert found == {"VP Sales"}


def test_people_pass_by_whether_an_address_is_known(world):
    known = people(world, contact_email_status=["verified"])
    unknown = people(world, contact_email_status=["unavailable"])
    assert all(person.apollo_knows_email for person in known)
    assert not any(person.apollo_knows_email for person in unknown)
    assert len(known) + len(unknown) == len(people(world))
