import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.people.names import Grade, compare, compare_read, fits_mask, read_name

NAMES = st.sampled_from(
    [
        "Ann Example",
        "J. Smith",
        "Müller, Anna",
        "Maria Garcia Lopez",
        "Jan van der Berg",
        "X",
        "",
        "Юрий Жуков",
        "***",
    ]
)


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("Anna Müller", "ANNA MUELLER", Grade.SAME),
        ("Anna Müller", "Anna Muller", Grade.SAME),
        ("Jürgen Groß", "Juergen Gross", Grade.SAME),
        ("Søren Ørsted", "Soren Oersted", Grade.SAME),
        ("Łukasz Wójcik", "Lukasz Wojcik", Grade.SAME),
        ("Dr. Anna Müller, PhD", "Anna Müller", Grade.SAME),
        ("Smith, John", "John Smith", Grade.SAME),
        ("John Q. Smith", "John Smith", Grade.SAME),
        ("John Quincy Smith", "John Q. Smith", Grade.SAME),
        ("Sean O'Brien", "Sean O\u2019Brien", Grade.SAME),
        ("Jan van der Berg", "Jan Vanderberg", Grade.SAME),
        ("Bob Smith", "Robert Smith", Grade.LIKELY),
        ("Kasia Nowak", "Katarzyna Nowak", Grade.LIKELY),
        ("Sasha Ivanov", "Alexander Ivanov", Grade.LIKELY),
        ("Юрий Жуков", "Yuriy Zhukov", Grade.LIKELY),
        ("Maria Garcia", "Maria Garcia Lopez", Grade.LIKELY),
        ("Jan van der Berg", "Jan Berg", Grade.LIKELY),
        ("Smith John", "John Smith", Grade.LIKELY),
        ("J. Smith", "John Smith", Grade.POSSIBLE),
        ("Anna Müller-Schmidt", "Anna Müller", Grade.POSSIBLE),
        ("John A. Smith", "John B. Smith", Grade.POSSIBLE),
        ("Anna Schneider", "Anna Schneidet", Grade.POSSIBLE),
        ("John Smith Jr.", "John Smith Sr.", Grade.DIFFERENT),
        ("John Smith", "Jane Smith", Grade.DIFFERENT),
        ("John Smith", "John Doe", Grade.DIFFERENT),
        ("K. Smith", "John Smith", Grade.DIFFERENT),
    ],
)
def test_names_are_compared(one, other, grade):
    assert compare(one, other).grade == grade, compare(one, other)
    assert compare(other, one).grade == grade


@pytest.mark.parametrize(
    ("shown", "whole", "fits"),
    [
        ("ma***z", "martinez", True),
        ("ma***z", "ma***z", True),
        ("ma***z", "mueller", False),
        ("ex***e", "example", True),
    ],
)
def test_a_name_shown_in_part_fits_or_not(shown, whole, fits):
    assert fits_mask(shown, whole) is fits
    grade = compare_read(read_name("Ann", shown), read_name("Ann", whole)).grade
    assert grade == (Grade.LIKELY if fits else Grade.DIFFERENT)


def test_the_reason_is_said():
    assert compare("Bob Smith", "Robert Smith").reason == "bob and robert are forms of one name"
    assert compare("John Smith", "John Doe").reason == "smith is not doe"


@given(NAMES, NAMES)
def test_it_does_not_matter_which_name_is_first(one, other):
    assert compare(one, other).grade == compare(other, one).grade


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_compared(one, other):
    assert compare(one, other).grade in Grade
