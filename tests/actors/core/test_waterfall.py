"""The waterfall: the order that costs least, and what is tried now and then."""

from collections import Counter
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.core.waterfall import EFFORT_USD, Option, Track, best_order, choose, segment

OFTEN = 1_000_000
FIELDS = ("employees", "industry")


def option(provider, price, hit, *, knows=FIELDS, bills_misses=False, **fills):
    """A provider that was asked very often, so that only what it did counts."""
    hits = int(hit * OFTEN)
    spent = price * (OFTEN if bills_misses else hits)
    found = {name: int(fills.get(name, 1.0) * hits) for name in knows}
    return Option(provider, frozenset(knows), price, Track(OFTEN, hits, spent, found))


def order(*options, missing=FIELDS):
    return best_order(options, missing, min_samples=20)


def test_where_hits_are_billed_the_cheaper_goes_first_although_it_knows_less():
    assert order(option("dear", 0.10, 0.9), option("cheap", 0.03, 0.4)) == ["cheap", "dear"]


def test_where_misses_are_billed_it_is_the_chance_for_the_money_that_counts():
    seldom = option("seldom", 0.03, 0.1, bills_misses=True)
    often = option("often", 0.05, 0.9, bills_misses=True)
    assert order(seldom, often) == ["often", "seldom"]


def test_who_has_half_of_what_is_missing_is_no_bargain_where_the_other_is_needed_all_the_same():
    half = option("half", 0.04, 0.9, employees=1.0, industry=0.0)
    whole = option("whole", 0.05, 0.9)
    assert order(half, whole) == ["whole", "half"]
    assert order(half, whole, missing=["employees"]) == ["half", "whole"]


def test_of_equals_the_first_by_name_goes_first():
    assert order(option("b", 0.05, 0.5), option("a", 0.05, 0.5)) == ["a", "b"]


def test_without_experience_the_cheapest_goes_first():
    new = [Option(name, frozenset(FIELDS), price) for name, price in (("a", 0.10), ("b", 0.03), ("c", 0.05))]
    assert best_order(new, FIELDS, min_samples=20) == ["b", "c", "a"]


def test_a_segment_is_believed_the_more_the_more_often_it_was_tried():
    well = Track(OFTEN, OFTEN // 10 * 9, 0.05 * OFTEN, {"employees": OFTEN // 10 * 9})  # billed, hit or not
    as_well = replace(well, spent_usd=0.06 * OFTEN)
    rival = Option("rival", frozenset(["employees"]), 0.06, as_well, as_well)

    def first(asked):
        misses = Track(asked, 0, 0.05 * asked, {})
        tried = Option("tried", frozenset(["employees"]), 0.05, misses, well)
        return best_order([tried, rival], ["employees"], min_samples=20)[0]

    assert first(0) == "tried"  # as well as the rival in all, and cheaper
    assert first(500) == "rival"


CHANCES = st.floats(0.05, 0.95)
PRICES = st.floats(0.001, 0.2)


@st.composite
def tables(draw):
    count = draw(st.integers(2, 4))
    return [
        option(
            f"p{number}",
            draw(PRICES),
            draw(CHANCES),
            bills_misses=draw(st.booleans()),
            employees=draw(CHANCES),
            industry=draw(CHANCES),
        )
        for number in range(count)
    ]


def cost_of(ordered):
    """What it costs to ask in this order until nothing is missing: every course of events, by its chance."""

    def go(rest, missing, chance):
        if not rest or not missing:
            return 0.0
        one, later = rest[0], rest[1:]
        hit = one.here.hits / one.here.asked
        price = one.here.spent_usd / one.here.asked + EFFORT_USD
        total = chance * price + go(later, missing, chance * (1 - hit))
        for found in ((), ("employees",), ("industry",), FIELDS):
            weight = 1.0
            for name in FIELDS:
                fill = one.here.found[name] / one.here.hits
                weight *= fill if name in found else 1 - fill
            total += go(later, missing - set(found), chance * hit * weight)
        return total

    return go(list(ordered), set(FIELDS), 1.0)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_no_other_order_costs_less(options):
    by_name = {one.provider: one for one in options}
    best = cost_of(by_name[name] for name in best_order(options, FIELDS, min_samples=20))
    for other in permutations(options):
        assert best <= cost_of(other) * 1.001


def chosen(options, missing=FIELDS, explore=0.1, min_samples=20, draws=2_000):
    return [
        choose(options, missing, explore=explore, min_samples=min_samples, luck=(number + 0.5) / draws)
        for number in range(draws)
    ]


KNOWN = [option("a", 0.03, 0.5), option("b", 0.05, 0.5), option("c", 0.10, 0.5)]


def test_the_best_goes_first_but_for_the_share_that_is_tried_out_and_each_choice_tells_how_likely_it_was():
    choices = chosen(KNOWN)
    counted = Counter(one.provider for one in choices)
    for one in choices:
        assert counted[one.provider] / len(choices) == pytest.approx(one.propensity, abs=0.001)
        assert one.explores == (one.provider != "a")
    assert counted["a"] / len(choices) == pytest.approx(0.9 + 0.1 / 3, abs=0.001)


def test_who_was_hardly_asked_yet_is_tried_more_often():
    new = Option("new", frozenset(FIELDS), 0.2, Track(19))
    counted = Counter(one.provider for one in chosen([*KNOWN, new]))
    assert counted["new"] == 1_000
    tried = Option("new", frozenset(FIELDS), 0.2, Track(20))
    assert Counter(one.provider for one in chosen([*KNOWN, tried]))["new"] < 100


def test_what_is_frozen_tries_nothing():
    assert {(one.provider, one.propensity) for one in chosen(KNOWN, explore=0.0)} == {("a", 1.0)}


def test_nobody_is_asked_who_can_not_know_what_is_missing():
    able = option("able", 0.2, 0.1, knows=("employees",))
    assert choose([*KNOWN[:1], able], ["city"], explore=0.5, min_samples=20, luck=0.0) is None
    unable = option("unable", 0.01, 0.9, knows=("city",))
    assert {one.provider for one in chosen([able, unable], ["employees"])} == {"able"}


def test_more_providers_than_can_be_compared_are_asked_by_what_they_give_for_the_money():
    many = [option(f"p{number}", 0.10 - number / 100, 0.5) for number in range(8)]
    assert best_order(many, FIELDS, min_samples=20) == [f"p{number}" for number in range(7, -1, -1)]


@pytest.mark.parametrize(
    ("country", "employees", "name"),
    [
        ("DE", 50, "DE/small"),
        ("DE", 51, "DE/medium"),
        ("US", 1000, "US/medium"),
        ("US", 1001, "US/large"),
        (None, None, "?/?"),
    ],
)
def test_a_segment_is_where_a_company_is_and_how_large(country, employees, name):
    assert segment(country=country, employees=employees) == name
