import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.people.ranking import rank, wanted
from actors.core.questions import PersonFound
from tenants.icp import Persona

SALES = Persona(titles=("VP Sales",))
TITLES = [
    "Vice President of Sales",
    "Head of Sales",
    "Sales Intern",
    "CTO",
    "Assistant to the VP Sales",
    "Former CEO",
    "",
]


def person(title, **fields):
    return PersonFound(first_name="Ann", last_name="Example", title=title, **fields)


def titles(people):
    return [one.title for one in people]


@pytest.mark.parametrize(
    "title", ["Vice President of Sales", "SVP, Global Sales", "VP, Sales", "VP Sales & Marketing"]
)
def test_a_title_is_compared_by_what_it_means(title):
    (ranked,) = rank([person(title)], SALES)
    assert ranked.reasons == ("title asked for: VP Sales",)


def test_a_near_title_stands_behind_the_one_that_was_asked_for():
    people = [person("Head of Sales"), person("Vice President of Sales")]
    first, second = rank(people, SALES)
    assert first.person is people[1]
    assert second.reasons == ("near the title asked for: VP Sales",)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Assistant to the VP Sales", "assists somebody, and decides nothing"),
        ("Former VP Sales", "no longer there"),
        ("Sales Intern", "intern, where vp or higher was asked for"),
        ("CTO", "not a title asked for"),
    ],
)
def test_who_does_not_match_at_all_is_left_out_for_a_reason(title, reason):
    (ranked,) = rank([person(title)], SALES)
    assert ranked.is_left_out
    assert ranked.reasons == (reason,)
    assert wanted([person(title)], SALES) == []


def test_department_and_seniority_are_said():
    asked = Persona(seniorities=("vp",), departments=("sales",))
    (ranked,) = rank([person("Interim Sales Director")], asked)
    assert ranked.reasons == ("in sales, as asked", "less senior than asked", "interim")
    assert (
        titles(wanted([person("VP Marketing"), person("Sales Director"), person("VP Sales")], asked))[0]
        == "VP Sales"
    )


def test_the_first_title_is_the_most_wanted():
    asked = Persona(titles=("CTO", "VP Engineering"))
    assert titles(wanted([person("VP of Engineering"), person("CTO")], asked)) == ["CTO", "VP of Engineering"]


def test_nobody_is_left_out_where_nothing_is_asked_but_who_decides_nothing():
    people = [person("Sales Intern"), person("CEO"), person(""), person("Former CEO")]
    assert titles(wanted(people, Persona())) == ["CEO", "Sales Intern", ""]


def test_whom_nothing_is_known_of_is_not_left_out():
    assert wanted([person("")], SALES) == [person("")]


def test_what_a_provider_says_counts_where_the_title_says_nothing():
    asked = Persona(seniorities=("vp",), departments=("sales",))
    assert wanted([person("Ninja", seniority="vp", department="sales")], asked)


def test_of_two_alike_the_one_with_an_address_is_first():
    people = [person("VP Sales"), person("VP Sales", has_email=True)]
    assert wanted(people, SALES)[0].has_email


@given(st.lists(st.sampled_from(TITLES), max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_does_not_matter(named, chance):
    people = [person(title, provider_id=str(place)) for place, title in enumerate(named)]
    mixed = list(people)
    chance.shuffle(mixed)
    assert rank(mixed, SALES) == rank(people, SALES)
    assert len(rank(people, SALES)) == len(people)


def test_where_nothing_is_asked_for_the_most_senior_comes_first_whoever_has_an_address():
    people = [
        person("Director", has_email=True),
        person("", seniority="wizard"),
        person("VP"),
        person("Owner"),
    ]
    assert titles(wanted(people, Persona())) == ["Owner", "VP", "Director", ""]


def test_a_short_title_is_not_found_within_another_word():
    people = [person("Director of Sales"), person("VP Engineering")]
    assert titles(wanted(people, Persona(titles=("CTO", "VP Engineering")))) == ["VP Engineering"]
