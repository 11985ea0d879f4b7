from collections import Counter

from actors.simulator.places import COUNTRIES
from actors.simulator.registered import cik, legal_name, lei, ticker


def test_a_legal_name_ends_with_one_legal_form(world):
    capitals = 0
    for company in world.companies:
        form = COUNTRIES[company.country].legal_form
        name = legal_name(company)
        capitals += name.isupper()
        assert name.upper().endswith(f" {form}".upper())
        assert not name.upper().endswith(f" {form} {form}".upper())
        assert name.upper().startswith(company.name.upper())
    assert 0.4 < capitals / len(world.companies) < 0.6


def test_the_check_digits_of_an_lei_are_right(world):
    for company in world.companies:
        number = lei(company.domain)
        assert len(number) == 20
        assert int("".join(str(int(sign, 36)) for sign in number)) % 97 == 1


def test_numbers_are_no_two_companies(world):
    for number in (lambda company: lei(company.domain), cik, ticker):
        (_, most), *_ = Counter(map(number, world.companies)).most_common(1)
        assert most == 1


def test_the_check_digits_of_a_real_lei_are_those_that_it_has():
    # the LEI of GLEIF itself
    assert int("".join(str(int(sign, 36)) for sign in "506700GE1G29325QX363")) % 97 == 1
