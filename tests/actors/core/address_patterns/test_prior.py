"""How often companies write by each pattern, before anything is known of one."""

import pytest

from actors.core.address_patterns.patterns import OTHER, PATTERNS
from actors.core.address_patterns.prior import prior


@pytest.mark.parametrize("employees", [None, 0, 1, 10, 11, 250, 1000, 1_000_000])
@pytest.mark.parametrize("country", [None, "", "DE", "AT", "us", "ZZ"])
def test_the_shares_are_positive_and_sum_to_one(employees, country):
    shares = prior(employees, country)
    assert set(shares) == {*PATTERNS, OTHER}
    assert min(shares.values()) > 0
    assert sum(shares.values()) == pytest.approx(1)


def test_without_size_and_country_it_is_what_vendors_report():
    shares = prior()
    assert 0.35 <= shares["{first}.{last}"] <= 0.45
    assert 0.13 <= shares["{f}{last}"] <= 0.17
    assert 0.08 <= shares["{first}"] <= 0.12
    assert 0.05 <= shares["{first}_{last}"] <= 0.08


def test_the_smaller_the_company_the_more_often_a_first_name_will_do():
    shares = [prior(employees)["{first}"] for employees in (5, 40, 200, 800, 5000)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.3 > 0.02 > shares[-1]


def test_germans_write_the_whole_name_more_often():
    assert prior(100, "DE")["{first}.{last}"] > prior(100, "US")["{first}.{last}"]
    assert prior(100, "AT") == prior(100, "DE")
