import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_models.intent import HAPPENINGS, HIRING_CEILING, SIGNALS, did, happened, hiring, intent

acts = st.lists(
    st.tuples(st.sampled_from([*SIGNALS, "open", "other"]), st.floats(allow_nan=True)), max_size=20
)
jobs = st.none() | st.floats()


@given(acts, jobs)
def test_intent_stays_between_none_and_full(engagement, open_jobs):
    assert 0.0 <= intent(engagement, open_jobs) <= 1.0


@given(acts, jobs, st.sampled_from([*SIGNALS, "open"]), st.floats(allow_nan=False))
def test_one_more_act_never_lowers_intent(engagement, open_jobs, kind, days_ago):
    before = intent(engagement, open_jobs)
    assert intent([*engagement, (kind, days_ago)], open_jobs) >= before - 1e-12


@given(st.sampled_from(list(SIGNALS)), st.floats(0, 1000), st.floats(0, 1000))
def test_a_fresher_act_never_says_less(kind, one, other):
    fresh, stale = sorted((one, other))
    assert intent([(kind, fresh)], None) >= intent([(kind, stale)], None)


@pytest.mark.parametrize("kind", SIGNALS)
def test_an_act_says_half_as_much_after_its_half_life(kind):
    signal = SIGNALS[kind]
    assert intent([(kind, 0)], None) == pytest.approx(signal.weight)
    assert intent([(kind, signal.half_life_days)], None) == pytest.approx(signal.weight / 2)


def test_a_meeting_says_more_than_a_reply_and_a_reply_more_than_a_visit():
    meeting, reply, visit = (intent([(kind, 3)], None) for kind in ("meeting", "reply", "visit"))
    assert meeting > reply > visit > 0


def test_opens_and_unknown_acts_say_nothing():
    assert intent([("open", 0), ("levitated", 0)], None) == 0.0


def test_an_act_without_a_usable_date_is_left_out_and_one_from_the_future_is_of_today():
    assert intent([("reply", math.nan)], None) == 0.0
    assert intent([("reply", -3)], None) == intent([("reply", 0)], None)


def test_a_thousand_scanner_clicks_do_not_make_a_buyer():
    assert intent([("click", 0)] * 1000, None) == pytest.approx(SIGNALS["click"].ceiling)


def test_hiring_is_a_weak_signal():
    assert hiring(None) == hiring(0) == hiring(-4) == hiring(math.nan) == 0.0
    assert 0 < hiring(5) < hiring(50) <= HIRING_CEILING


happenings = st.lists(
    st.tuples(st.sampled_from([*HAPPENINGS, "other"]), st.floats(allow_nan=True)), max_size=20
)


@given(acts, jobs, happenings, st.sampled_from(list(HAPPENINGS)), st.floats(allow_nan=False))
def test_one_more_thing_that_happened_never_lowers_intent(engagement, open_jobs, known, kind, days_ago):
    before = intent(engagement, open_jobs, known)
    assert 0.0 <= before <= intent(engagement, open_jobs, [*known, (kind, days_ago)]) + 1e-12 <= 1.0 + 1e-12


@given(st.sampled_from(list(HAPPENINGS)), st.floats(0, 1000), st.floats(0, 1000))
def test_what_happened_later_never_says_less(kind, one, other):
    fresh, stale = sorted((one, other))
    assert intent([], None, [(kind, fresh)]) >= intent([], None, [(kind, stale)])


@pytest.mark.parametrize("kind", HAPPENINGS)
def test_a_kind_says_its_weight_half_of_it_after_its_half_life_and_never_more_than_its_ceiling(kind):
    signal = HAPPENINGS[kind]
    assert intent([], None, [(kind, 0)]) == pytest.approx(signal.weight)
    assert intent([], None, [(kind, signal.half_life_days)]) == pytest.approx(signal.weight / 2)
    assert intent([], None, [(kind, 0)] * 1000) == pytest.approx(signal.ceiling)


def test_all_that_can_happen_at_a_company_says_less_than_a_reply():
    assert intent([], 1e6, [(kind, 0) for kind in HAPPENINGS] * 1000) < SIGNALS["reply"].weight


@given(jobs, st.lists(st.floats(0, 400), max_size=30))
def test_open_jobs_and_jobs_announced_are_the_same_jobs(open_jobs, days):
    announced = [("hiring", one) for one in days]
    both = intent([], open_jobs, announced)
    assert both == pytest.approx(max(intent([], open_jobs), intent([], None, announced)))
    assert both <= HIRING_CEILING + 1e-12


def test_what_happened_is_told_as_reasons_the_weightiest_first():
    told = happened([("hiring", 2), ("hiring", 20), ("hiring", 30), ("hiring", 80), ("funding", 50)])
    assert [(kind, text) for kind, text, _ in told] == [
        ("funding", "raised money in the last three months"),
        ("hiring", "announced 3 jobs in the last month"),
    ]
    assert told[0][2] == pytest.approx(-math.log1p(-0.12 * 0.5 ** (50 / 90)))
    assert happened([("site", 300), ("other", 0), ("news", math.nan)]) == ()


def test_what_prospects_did_is_told_with_what_it_says_the_weightiest_first_and_opens_are_not():
    told = did([("click", 1.0), ("click", 2.0), ("reply", 3.2), ("open", 0.0), ("meeting", 500.0)])
    assert [(kind, sentence) for kind, sentence, _ in told] == [
        ("reply", "replied 3 days ago"),
        ("click", "clicked in a message 2 times in the last month"),
    ]
    # what the reasons say together is what intent says
    assert 1 - math.exp(-sum(weight for _, _, weight in told)) == pytest.approx(
        intent([("click", 1.0), ("click", 2.0), ("reply", 3.2)], None)
    )
