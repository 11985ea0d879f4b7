import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring_models.intent import HAPPENINGS, SIGNALS, intent
from scoring_models.intents import intents

days = st.one_of(st.floats(-10, 1_000), st.just(math.nan), st.just(math.inf))


def told(kinds):
    return st.lists(st.tuples(st.sampled_from([*kinds, "open"]), days), max_size=6)


leads = st.lists(
    st.tuples(told(SIGNALS), st.one_of(st.none(), st.floats(-5, 500), st.just(math.nan)), told(HAPPENINGS)),
    max_size=8,
)


@given(leads)
def test_many_leads_want_what_each_of_them_wants_alone(many):
    columns = [[lead[at] for lead in many] for at in range(3)]
    expected = [intent(*lead) for lead in many]
    found = intents(*columns)
    assert found.shape == (len(many),)
    assert np.abs(found - expected).max(initial=0.0) < 1e-12
    assert found.tolist() == [intents(*([one] for one in lead))[0] for lead in many]


def test_leads_of_whom_nothing_is_known_want_nothing():
    assert intents([()] * 3, [None] * 3, [()] * 3).tolist() == [0.0] * 3
