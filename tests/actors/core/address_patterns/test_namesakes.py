"""Whether somebody else has the address that a person would have."""

import pytest

from actors.core.address_patterns.namesakes import chance_as_a_way_out, chance_that_it_is_free, instead_of


def test_alone_one_has_it_and_of_n_namesakes_each_is_as_likely_first():
    assert [chance_that_it_is_free("{first}", "anna", "vogel", others, 0) for others in (0, 1, 3)] == [
        1,
        1 / 2,
        1 / 4,
    ]


def test_the_larger_the_company_and_the_commoner_the_name_the_likelier_it_is_taken():
    sizes = [chance_that_it_is_free("{first}", "anna", "vogel", 0, unnamed) for unnamed in (0, 10, 100, 1000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.2
    assert chance_that_it_is_free("{f}{last}", "j", "smith", 0, 500) < chance_that_it_is_free(
        "{f}{last}", "j", "whitfield", 0, 500
    )


def test_a_longer_pattern_is_seldom_taken():
    assert chance_that_it_is_free("{first}.{last}", "imogen", "whitfield", 0, 1000) > 0.99


@pytest.mark.parametrize("pattern", ["{first}", "{f}{last}", "{first}.{last}"])
def test_whoever_comes_second_gets_a_number_or_a_longer_form_or_something_else(pattern):
    found = instead_of(pattern, "anna", "vogel")
    assert 0.2 < sum(found.values()) < 1
    assert any(local.endswith("2") for local in found)


def test_the_plain_form_is_no_way_out():
    assert "anna.vogel" not in instead_of("{first}.{last}", "anna", "vogel")
    assert chance_as_a_way_out("anna", "{first}", "anna", "vogel") == 0
    assert chance_as_a_way_out("anna.vogel", "{first}", "anna", "vogel") > chance_as_a_way_out(
        "anna2", "{f}{last}", "anna", "vogel"
    )
