from uuid import uuid4

from tenants.differences import Difference
from tenants.icp import IdealCustomer, Persona
from tenants.profiles import (
    SHOWN,
    Profile,
    differences,
    document_of,
    fields_of,
    fitting,
    profile_hash,
    unknown,
)
from tenants.records import Account


def account(**facts):
    return Account(**{"id": uuid4(), "identity_key": str(uuid4()), "name": "Acme", "source": "test"} | facts)


def test_a_document_says_only_what_makes_a_difference_and_makes_the_same_profile():
    profile = Profile(
        icp=IdealCustomer(industries=("software",), employees_min=10),
        personas=(Persona(titles=("head of sales",)), Persona()),
    )
    document = document_of(profile)
    assert document == {
        "icp": {"industries": ["software"], "employees_min": 10},
        "personas": [{"titles": ["head of sales"], "per_account": 1}, {"per_account": 1}],
    }
    assert Profile.model_validate(document) == profile


def test_what_is_left_out_says_what_the_default_says():
    for document in ({}, {"icp": None, "personas": None}, {"icp": {"industries": []}, "personas": [{}]}):
        assert profile_hash(document) == profile_hash(document_of(Profile()))
    assert profile_hash({"personas": []}) != profile_hash({})


def test_the_order_of_a_list_makes_no_difference_and_that_of_personas_does():
    one = {"icp": {"countries": ["DE", "AT"]}, "personas": [{"titles": ["cto"]}, {"titles": ["coo"]}]}
    other = {"icp": {"countries": ["AT", "DE"]}, "personas": [{"titles": ["cto"]}, {"titles": ["coo"]}]}
    turned = {"icp": {"countries": ["DE", "AT"]}, "personas": [{"titles": ["coo"]}, {"titles": ["cto"]}]}
    assert profile_hash(one) == profile_hash(other) != profile_hash(turned)
    assert differences(one, other) == []
    assert [found.field for found in differences(one, turned)] == ["personas.0.titles", "personas.1.titles"]


def test_differences_name_each_field_with_what_it_said_and_says():
    before = {"icp": {"industries": ["software"], "employees_min": 10}}
    after = {"icp": {"industries": ["software"], "cities": ["Oslo"]}, "personas": [{"per_account": 2}]}
    assert differences(before, after) == [
        Difference("icp.employees_min", 10, None),
        Difference("personas.0.per_account", 1, 2),
        Difference("icp.cities", None, ["Oslo"]),
    ]
    assert fields_of(after)["personas.0.per_account"] == 2


def test_a_draft_is_tried_on_companies_beside_what_holds_now():
    german, french = account(country="DE", employees=5), account(country="FR", employees=5)
    dutch, customer = account(country="NL"), account(country="FR")
    found = fitting(
        IdealCustomer(countries=("DE", "NL")),
        IdealCustomer(countries=("FR", "NL")),
        [german, french, dutch, customer],
        {customer.id: "customer"},
    )
    assert (found.looked_at, found.fits, found.fits_now, found.comes, found.goes) == (4, 2, 2, 1, 1)
    assert found.reasons == {"country outside the ideal customer profile": 1, "customer": 1}
    assert found.inside == (french, dutch)  # those first for whom something changes
    assert found.outside == (
        (german, "country outside the ideal customer profile"),
        (customer, "customer"),
    )


def test_of_many_companies_some_are_shown():
    some = [account(country="DE") for _ in range(SHOWN + 5)]
    found = fitting(IdealCustomer(), IdealCustomer(countries=("FR",)), some, {})
    assert (found.fits, len(found.inside), len(found.outside), found.goes) == (0, 0, SHOWN, SHOWN + 5)


def test_what_nobody_knows_of_a_company_is_named_where_the_profile_asks_for_it():
    icp = IdealCustomer(countries=("DE",), employees_max=100, technologies=("sap",), funding_usd_min=1.0)
    assert unknown(icp, account(country="DE")) == ["employees", "technologies", "funding"]
    assert unknown(icp, account(country="DE", employees=0, technologies=("x",), funding_usd=0.0)) == []
    assert unknown(IdealCustomer(), account()) == []
