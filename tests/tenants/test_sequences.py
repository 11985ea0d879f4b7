"""Which sequence a lead is recommended, where several are to choose from."""

import random
from collections import Counter
from uuid import UUID

import pytest

from tenants.policies import TenantConfig, read_config
from tenants.records import SequenceTrack
from tenants.sequences import recommended, shares

LEADS = [UUID(int=at) for at in range(4_000)]


def config(**choice):
    given = {"learn": True, "candidates": {"A": ["call-first", "mail-first"]}}
    return read_config({"sequences": {"A": "call-first", "B": "mail"}, "sequence_choice": given | choice})


def tracks(call=(0, 0), mail=(0, 0)):
    return tuple(
        SequenceTrack(tier="A", sequence=name, enrolled=enrolled, answered=answered)
        for name, (enrolled, answered) in (("call-first", call), ("mail-first", mail))
    )


def counted(config, known):
    return Counter(recommended(lead, config, known).sequences["A"] for lead in LEADS)


def test_unless_it_is_to_be_learned_each_tier_has_its_own_sequence_whatever_came_of_it():
    for off in (config(learn=False), TenantConfig(sequences={"A": "call-first"})):
        found = recommended(LEADS[0], off, tracks((500, 0), (500, 400)))
        assert (found.sequences["A"], found.shares) == ("call-first", {})


def test_until_each_was_tried_often_enough_they_have_the_same_share():
    for known in ((), tracks((29, 0), (500, 400)), tracks((500, 400))):
        assert shares(config().sequence_choice, "A", known) == {"call-first": 0.5, "mail-first": 0.5}
        assert counted(config(), known)["call-first"] == pytest.approx(len(LEADS) / 2, rel=0.06)


def test_who_brings_more_answers_gets_more_and_the_other_at_least_what_is_tried_out():
    found = shares(config(explore=0.2).sequence_choice, "A", tracks((300, 60), (300, 15)))
    assert found == {"call-first": pytest.approx(0.9), "mail-first": pytest.approx(0.1)}
    close = shares(config().sequence_choice, "A", tracks((100, 11), (100, 9)))
    assert 0.5 < close["call-first"] < 0.8
    assert counted(config(explore=0.2), tracks((300, 60), (300, 15)))["mail-first"] == pytest.approx(
        len(LEADS) / 10, rel=0.15
    )


def test_a_lead_asks_twice_and_gets_the_same_with_the_share_that_goes_with_it():
    known = tracks((300, 60), (300, 15))
    for lead in LEADS[:50]:
        one, other = recommended(lead, config(), known), recommended(lead, config(), known)
        assert one == other
        assert one.shares["A"] == shares(config().sequence_choice, "A", known)[one.sequences["A"]]
        assert one.sequences["B"] == "mail"
        assert "B" not in one.shares


def test_over_time_it_loses_little_against_who_knew_from_the_beginning():
    """Of 3,000 leads, looked at again after every hundred; half and half would lose 3,000 · 0.03 = 90 answers."""
    rates, dice, counts = {"call-first": 0.10, "mail-first": 0.04}, random.Random(5), Counter()
    answered = Counter()
    for begin in range(0, 3_000, 100):
        known = tracks(*((counts[name], answered[name]) for name in rates))
        for lead in LEADS[begin : begin + 100]:
            name = recommended(lead, config(), known).sequences["A"]
            counts[name] += 1
            answered[name] += dice.random() < rates[name]
    lost = counts["mail-first"] * 0.06
    assert lost < 30


@pytest.mark.parametrize(
    ("candidates", "told"),
    [
        ({"E": ["one", "two"]}, "'E' is no tier"),
        ({"A": ["one"]}, "two different sequences"),
        ({"A": ["one", "one"]}, "two different sequences"),
    ],
)
def test_a_choice_that_is_none_is_refused(candidates, told):
    with pytest.raises(ValueError, match=told):
        config(candidates=candidates)


def test_whatever_may_be_recommended_has_a_name():
    assert config().sequence_names == {"call-first", "mail", "mail-first"}
    assert config(learn=False).sequence_names == {"call-first", "mail"}
