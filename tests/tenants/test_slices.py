from hypothesis import given
from hypothesis import strategies as st

from tenants.icp import IdealCustomer
from tenants.slices import Slice, cut, fitting, whole

COUNTRIES = ("DE", "FR", "NL", "US")
SIZES = st.none() | st.integers(0, 20_000)
SLICES = st.builds(
    Slice,
    countries=st.lists(st.sampled_from(COUNTRIES), max_size=5).map(tuple),
    employees_min=SIZES,
    employees_max=SIZES,
)
COMPANIES = st.lists(
    st.tuples(st.sampled_from(COUNTRIES), st.integers(0, 12) | st.integers(0, 60_000)), max_size=60
)


def holds(one, company):
    country, size = company
    return (
        (not one.countries or country in one.countries)
        and (one.employees_min is None or size >= one.employees_min)
        and (one.employees_max is None or size <= one.employees_max)
    )


@given(SLICES, COMPANIES)
def test_each_company_of_a_slice_is_in_one_part_and_no_other_company_is_in_any(one, companies):
    parts = cut(one)
    for company in companies if parts else ():
        assert sum(holds(part, company) for part in parts) == holds(one, company)


@given(SLICES, st.lists(st.integers(0, 7), min_size=80, max_size=80))
def test_parts_are_narrower_so_that_cutting_comes_to_an_end(one, turns):
    for turn in turns:
        parts = cut(one)
        if not parts:
            return
        assert one not in parts
        one = parts[turn % len(parts)]
    raise AssertionError("there is no end to it")


@given(COMPANIES, st.integers(1, 8), st.booleans())
def test_a_search_is_cut_until_each_slice_fits_and_together_they_are_the_whole(companies, most, anywhere):
    """As a schedule does it: the totals are learned slice by slice."""
    search = Slice(countries=() if anywhere else COUNTRIES)
    slices, totals = (search,), {}
    while unknown := [one for one in slices if one not in totals]:
        totals[unknown[0]] = sum(holds(unknown[0], company) for company in companies)
        slices = fitting(slices, totals, most)
    for one in slices:
        assert totals[one] <= most or not cut(one)
    for company in companies:
        assert sum(holds(one, company) for one in slices) == 1


def test_what_fits_is_not_cut_and_what_is_too_large_is_cut_where_it_stands():
    small, large, last = Slice(countries=("DE",)), Slice(countries=("FR", "NL")), Slice(countries=("US",))
    totals = {small: 10, large: 11, last: 10}
    assert fitting((small, large, last), totals, 10) == (
        small,
        Slice(countries=("FR",)),
        Slice(countries=("NL",)),
        last,
    )
    assert fitting((small, large), {}, 10) == (small, large)


def test_a_slice_of_one_country_is_cut_by_the_classes_in_which_directories_count():
    parts = cut(Slice(countries=("DE",), employees_min=20, employees_max=700))
    assert [(part.employees_min, part.employees_max) for part in parts] == [
        (20, 50),
        (51, 200),
        (201, 500),
        (501, 700),
    ]
    assert {part.countries for part in parts} == {("DE",)}
    assert [(part.employees_min, part.employees_max) for part in cut(Slice(employees_min=20_000))] == [
        (20_000, 40_000),
        (40_001, None),
    ]
    assert cut(Slice(countries=("DE", "DE"), employees_min=7, employees_max=7)) == ()


def test_a_slice_narrows_the_ideal_customer_and_leaves_the_rest_of_it():
    icp = IdealCustomer(industries=("software",), countries=("DE", "FR"), employees_max=90)
    assert whole(icp).of(icp) == icp
    narrow = cut(whole(icp))[1].of(icp)
    assert narrow == IdealCustomer(industries=("software",), countries=("FR",), employees_max=90)
