from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.icp import IdealCustomer, mismatch
from tenants.lookalikes import Criterion, propose
from tenants.records import Account


def account(**facts):
    return Account(id=uuid4(), identity_key="k", name="Acme", source="won", **facts)


WON = [
    *(
        account(industry="Software", country="DE", employees=40 + n, technologies=("HubSpot", "AWS"))
        for n in range(6)
    ),
    *(
        account(industry="logistics", country="NO", employees=200, technologies=("hubspot",))
        for _ in range(3)
    ),
    account(industry="Steel", country="US", employees=90_000, technologies=("SAP",)),
]


def test_what_most_have_in_common_is_proposed_with_the_share_that_each_criterion_covers():
    found = propose(WON)
    assert found.icp == IdealCustomer(
        industries=("software", "logistics"),
        countries=("DE", "NO"),
        employees_min=40,
        employees_max=200,
        technologies=("HubSpot", "AWS"),
    )
    assert found.criteria == (
        Criterion(fields=("industries",), known=10, covered=9),
        Criterion(fields=("countries",), known=10, covered=9),
        Criterion(fields=("employees_min", "employees_max"), known=10, covered=9),
        Criterion(fields=("technologies",), known=10, covered=9),
    )
    assert [one.share for one in found.criteria] == [0.9] * 4
    assert (found.companies, found.covered) == (10, 9)


def test_what_is_known_of_too_few_is_left_out():
    few = [
        account(country="DE"),
        account(country="DE", industry="software"),
        account(country="DE", employees=5),
    ]
    found = propose(few)
    assert found.icp == IdealCustomer(countries=("DE",))
    assert [(one.fields, one.known) for one in found.criteria] == [(("countries",), 3)]


def test_companies_that_have_nothing_in_common_are_no_pattern():
    found = propose([account(industry=f"industry {n}", technologies=(f"tool {n}",)) for n in range(40)])
    assert found.icp == IdealCustomer()
    assert found.criteria == ()
    assert found.covered == 40


@pytest.mark.parametrize(
    ("sizes", "least", "most"),
    [([7, 7, 7], 7, 7), ([37, 41, 512], 30, 600), ([0, 5, 10], 0, 10), ([1] * 8 + [50, 999_999], 1, 50)],
)
def test_sizes_are_a_range_of_round_numbers_without_its_ends(sizes, least, most):
    icp = propose([account(employees=size) for size in sizes]).icp
    assert (icp.employees_min, icp.employees_max) == (least, most)


@given(
    st.lists(
        st.builds(
            account,
            industry=st.none() | st.sampled_from(("Software", "software ", "Steel & metal", "IT")),
            country=st.none() | st.sampled_from(("DE", "de", "US")),
            employees=st.none() | st.integers(0, 10**7),
            technologies=st.none()
            | st.lists(st.sampled_from(("AWS", "C++", "Node.js")), max_size=3).map(tuple),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_each_criterion_covers_what_it_says(accounts):
    found = propose(accounts)
    assert found.covered == sum(mismatch(found.icp, one) is None for one in accounts)
    for one in found.criteria:
        assert one.known >= 3
        least = 0.3 if one.fields == ("technologies",) else 0.8
        assert least <= one.share <= 1
