"""What is believed of how one company writes its addresses."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.address_patterns.posterior import AddressPatterns, Habits, learnt_habits
from actors.core.address_patterns.prior import prior
from actors.core.address_patterns.turnover import Turnover

FRESH = AddressPatterns(100, "US")
PEOPLE = [
    ("Anna", "Vogel"),
    ("James", "Whitfield"),
    ("Jo", "Li"),
    ("Siân", "Hughes"),
    ("Mary-Ann", "O'Connor"),
]


def mail(pattern, first, last):
    first, last = first.lower().replace("â", "a"), last.lower().replace("'", "")
    return pattern.format(first=first, last=last, f=first[0], l=last[0]) + "@acme.com"


def after(pattern, count, known=FRESH):
    return reduce(lambda so_far, name: so_far.observed(mail(pattern, *name), *name), PEOPLE[:count], known)


def test_before_anything_is_seen_it_is_the_prior():
    assert dict(FRESH.shares()) == pytest.approx(dict(prior(100, "US")), abs=0.05)
    assert sum(FRESH.shares().values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "pattern", ["{first}.{last}", "{last}.{first}", "{f}{last}", "{first}", "{first}{l}"]
)
def test_each_address_seen_makes_its_pattern_surer(pattern):
    sure = [after(pattern, count).shares()[pattern] for count in range(4)]
    assert sure == sorted(sure)
    assert sure[3] > 0.9


def test_an_address_that_fits_two_patterns_speaks_for_both_as_often_as_they_are():
    shares = FRESH.observed("ab@acme.com", "Al", "B").shares()
    assert shares["{f}{last}"] > 10 * FRESH.shares()["{f}{l}"]
    assert shares["{f}{l}"] > 2 * FRESH.shares()["{f}{l}"]
    assert shares["{f}{last}"] / shares["{f}{l}"] == pytest.approx(
        prior(100, "US")["{f}{last}"] / prior(100, "US")["{f}{l}"], rel=0.5
    )


def test_a_bounce_is_evidence_against_a_pattern_and_not_the_full_weight():
    before, bounced = FRESH.shares(), FRESH.bounced("anna.vogel@acme.com", "Anna", "Vogel").shares()
    assert 0.02 < bounced["{first}.{last}"] < before["{first}.{last}"] / 2
    # the others keep their proportions: a bounce does not say which of them it is
    assert bounced["{f}{last}"] / bounced["{first}"] == pytest.approx(
        before["{f}{last}"] / before["{first}"], rel=0.02
    )


def test_where_more_people_leave_a_bounce_says_less_of_the_pattern():
    stable = AddressPatterns(100, "US", Turnover(1, 99)).bounced("anna.vogel@acme.com", "Anna", "Vogel")
    restless = AddressPatterns(100, "US", Turnover(50, 50)).bounced("anna.vogel@acme.com", "Anna", "Vogel")
    assert stable.shares()["{first}.{last}"] < restless.shares()["{first}.{last}"]


def test_an_observed_address_that_bounces_later_says_that_somebody_left():
    known = after("{f}{last}", 2)
    later = known.bounced(mail("{f}{last}", *PEOPLE[0]), *PEOPLE[0])
    assert dict(later.shares()) == dict(known.shares())


def test_what_a_vendor_says_counts_as_far_as_it_is_trusted():
    sure = [
        FRESH.stated("{last}{f}", trust, "hunter").shares()["{last}{f}"] for trust in (0.0, 0.5, 0.9, 1.0)
    ]
    assert sure == sorted(sure)
    assert sure[1] > 0.4
    assert 0.8 < sure[2] < sure[3] < 0.97


def test_addresses_overrule_a_vendor():
    known = after("{f}{last}", 3, FRESH.stated("{first}", 0.9, "hunter"))
    assert known.shares()["{f}{last}"] > 0.9


def test_a_confidence_out_of_range_is_refused():
    with pytest.raises(ValueError, match="from 0 to 1"):
        FRESH.stated("{first}", 95, "hunter")


def test_what_is_seen_twice_counts_once():
    assert after("{first}", 2) == after("{first}", 2, after("{first}", 2))


acts = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["observed", "bounced"]),
            st.sampled_from(["{first}", "{f}{last}", "{last}"]),
            st.sampled_from(PEOPLE),
        ),
        st.tuples(st.just("stated"), st.sampled_from(["{first}", "{last}"]), st.sampled_from([0.3, 0.8])),
    ),
    max_size=6,
)


def done(known, act):
    kind, pattern, more = act
    if kind == "stated":
        return known.stated(pattern, more, "hunter")
    return getattr(known, kind)(mail(pattern, *more), *more)


@given(acts.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_observations_makes_no_difference(orders):
    one, other = (reduce(done, order, FRESH) for order in orders)
    assert one == other
    assert dict(one.shares()) == dict(other.shares())
    assert sum(one.shares().values()) == pytest.approx(1)
    assert min(one.shares().values()) > 0


def test_habits_are_learnt_from_companies_of_which_several_addresses_are_known():
    strict = learnt_habits([after("{f}{last}", 4)] * 80)
    mixed = learnt_habits(
        [after("{first}.{last}", 2).observed(mail("{last}{f}", *PEOPLE[3]), *PEOPLE[3])] * 80
    )
    assert strict.has_second < Habits().has_second < mixed.has_second
    assert strict.exception < Habits().exception
    assert strict.exception < mixed.exception


def test_one_address_of_each_company_teaches_no_habits():
    assert learnt_habits([after("{first}", 1)] * 50) == learnt_habits([])
