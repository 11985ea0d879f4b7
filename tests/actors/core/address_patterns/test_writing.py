"""How a person's name is written in an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.address_patterns.writing import letters, writings


def likeliest(first, last, country=""):
    way = writings(first, last, country)[0]
    return way.first, way.last


@pytest.mark.parametrize(
    ("first", "last", "country", "written"),
    [
        ("Jörg", "Müller", "DE", ("joerg", "mueller")),
        ("Jörg", "Müller", "SE", ("jorg", "muller")),
        ("José", "Núñez", "ES", ("jose", "nunez")),
        ("Małgorzata", "Wójcik", "PL", ("malgorzata", "wojcik")),
        ("Anna", "Groß", "DE", ("anna", "gross")),
        ("Niamh", "O'Brien", "GB", ("niamh", "obrien")),
        ("Sanne", "van der Berg", "NL", ("sanne", "vanderberg")),
        ("Ana", "García López", "ES", ("ana", "garcia")),
        ("John F.", "Kennedy", "US", ("john", "kennedy")),
    ],
)
def test_the_likeliest_way_is_the_one_of_the_country(first, last, country, written):
    assert likeliest(first, last, country) == written


def test_umlauts_are_written_in_one_style_in_both_names():
    ways = {(way.first, way.last) for way in writings("Jörg", "Müller", "DE")}
    assert ways == {("joerg", "mueller"), ("jorg", "muller")}


def test_a_double_name_is_joined_hyphenated_or_cut():
    assert {way.first for way in writings("Anna-Lena", "Vogel")} == {"annalena", "anna-lena", "anna", "lena"}


def test_a_particle_is_written_along_left_out_or_left_in_part():
    assert {way.last for way in writings("Sanne", "van der Berg")} == {
        "vanderberg",
        "van-der-berg",
        "derberg",
        "berg",
    }


def test_a_nickname_is_a_way_of_its_own_and_not_the_likeliest():
    ways = writings("Robert", "Shaw", "GB", ("Bob", "Rob"))
    assert [way.first for way in ways] == ["robert", "bob", "rob"]
    assert ways[1].chance == ways[2].chance < ways[0].chance


@pytest.mark.parametrize(
    ("first", "last"),
    [("", "Shaw"), ("Bob", ""), ("B***", "Shaw"), ("Юрий", "Shaw"), ("-", "x"), ("Bob", "7")],
)
def test_a_name_that_is_missing_partly_shown_or_in_other_letters_has_no_way(first, last):
    assert writings(first, last) == ()


names = st.text("abcdefgäöüéßł- '", max_size=12)


@given(names, names, st.sampled_from(["", "DE", "SE", "NL", "DK"]))
def test_the_chances_of_all_ways_sum_to_one_and_each_is_plain(first, last, country):
    ways = writings(first, last, country)
    assert bool(ways) == bool(letters(first) and letters(last))
    if ways:
        assert sum(way.chance for way in ways) == pytest.approx(1)
    assert all(way.first.isascii() and way.first.replace("-", "").isalnum() for way in ways)
