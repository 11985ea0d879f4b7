import pytest

from actors.simulator import pdl_query, pdl_records
from actors.simulator.coverage import shows
from actors.simulator.directory import symbol
from actors.simulator.pdl_query import COMPANY, PERSON, named, parsed
from actors.simulator.pdl_query import test_of as predicate
from actors.simulator.vendor import InvalidInputError


@pytest.fixture
def company(world):
    return next(
        one
        for one in world.companies
        if one.industry == "machinery" and one.country == "DE" and not symbol(one)
        if shows("pdl", one, "industry") and shows("pdl", one, "employees")
    )


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ({"match_all": {}}, True),
        ({"term": {"industry": "machinery"}}, True),
        ({"term": {"industry": "machine"}}, False),
        ({"terms": {"location.country": ["france", "germany"]}}, True),
        ({"terms": {"location.country": ["france"]}}, False),
        ({"exists": {"field": "website"}}, True),
        ({"exists": {"field": "ticker"}}, False),
        ({"range": {"employee_count": {"gte": 1, "lte": 50_000}}}, True),
        ({"range": {"employee_count": {"gt": 50_000}}}, False),
        ({"bool": {"must": [{"term": {"industry": "machinery"}}, {"match_all": {}}]}}, True),
        ({"bool": {"must": {"term": {"industry": "retail"}}}}, False),
        ({"bool": {"should": [{"term": {"industry": "retail"}}, {"term": {"industry": "machinery"}}]}}, True),
        ({"bool": {"should": [{"term": {"industry": "retail"}}]}}, False),
        ({"bool": {"must_not": [{"term": {"industry": "machinery"}}]}}, False),
        ({"bool": {"filter": [{"term": {"industry": "machinery"}}], "must_not": []}}, True),
    ],
)
def test_what_a_query_means(company, query, passes):
    assert predicate(query, COMPANY)(company) == passes


def test_words_and_phrases(world):
    company, person = next(
        (one, who) for one in world.companies for who in world.people(one) if who.title == "Head of Sales"
    )
    staff = (company, person)
    for query, passes in (
        ({"match": {"job_title": "sales wizard"}}, True),
        ({"match": {"job_title": "sale"}}, False),
        ({"match_phrase": {"job_title": "head of sales"}}, True),
        ({"match_phrase": {"job_title": "sales head"}}, False),
        ({"term": {"job_title_levels": "director"}}, True),
        ({"term": {"id": pdl_records.person_id(person)}}, True),
    ):
        assert predicate(query, PERSON)(staff) == passes, query


@pytest.mark.parametrize(
    "query",
    [
        {},
        [],
        "x",
        {"term": {"industry": "a"}, "match_all": {}},
        {"wildcard": {"industry": "ma*"}},
        {"term": {"shoe_size": 43}},
        {"term": []},
        {"terms": {"industry": "machinery"}},
        {"range": {"employee_count": {"about": 5}}},
        {"exists": {"field": "shoe_size"}},
        {"bool": {"must": [{"match_all": {}}], "minimum_should_match": 1}},
        {"bool": {"should": [{"fuzzy": {"name": "acm"}}]}},
    ],
)
def test_what_is_not_allowed_is_refused_before_anything_is_looked_at(query):
    with pytest.raises(InvalidInputError):
        predicate(query, COMPANY)


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"query": []}', '{"query": "x"}'])
def test_what_is_no_query(text):
    with pytest.raises(InvalidInputError):
        parsed(text)


def test_the_company_that_a_query_names():
    term = {"term": {"job_company_website": "acme.com"}}
    assert named(term, "job_company_website") == "acme.com"
    assert named({"bool": {"must": [{"match_all": {}}, term]}}, "job_company_website") == "acme.com"
    assert named({"bool": {"must": term}}, "job_company_website") == "acme.com"
    assert named({"bool": {"should": [term]}}, "job_company_website") is None
    assert pdl_query.named({"match_all": {}}, "job_company_website") is None
