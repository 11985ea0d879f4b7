import pytest

from console.components.badges import STATUS_WORDS, address_kind, status_badge, tier_badge
from console.components.bars import activity, reason_bars
from console.components.facts import facts
from console.components.filters import chosen
from console.components.funnel import funnel
from console.faults import BadRequest
from tenants.records import RunStatus

COUNTS = {"sourced": 10, "enriched": 5, "contactable": 4, "scored": 2}


def test_every_status_has_a_word_and_a_drawing():
    assert set(STATUS_WORDS) == set(RunStatus)
    for status in RunStatus:
        badge = status_badge(status)
        assert badge.children[1] == STATUS_WORDS[status]
        assert f"icon-{status.replace('_', '-')}" in badge.children[0].className


def test_tiers_and_addresses():
    assert tier_badge("A").className == "tier tier-a"
    assert tier_badge(None).className == "faint"
    assert [address_kind(status) for status in ("valid", "bounced", "catch_all", None)] == [
        "good",
        "bad",
        "doubtful",
        "doubtful",
    ]


def test_reasons_stand_on_their_side_with_their_share_of_the_largest():
    bars = reason_bars(
        [{"text": "grows", "contribution": 0.8}, {"text": "small", "contribution": -0.4}]
    ).children
    drawn = [bar.children[1].children for bar in bars]
    assert [one.className for one in drawn] == ["reason-for", "reason-against"]
    assert [one.style["width"] for one in drawn] == ["50.0%", "25.0%"]
    assert reason_bars([]).children == []


def test_the_last_hour_is_drawn_to_scale():
    slices = activity((0, 4, 2), (0, 1, 0)).children
    assert [one.style["height"] for one in slices] == ["0%", "100%", "50%"]
    assert slices[1].children.style["height"] == "25%"


def test_the_funnel_narrows_and_says_why():
    losses = [
        {"stage": "sourced", "hold": "skipped", "reason": f"reason {n}", "leads": 9 - n} for n in range(5)
    ]
    steps = funnel(COUNTS, losses).children
    shape = steps[0].children[1].children.style
    assert shape == {"--here": "100.00%", "--there": "50.00%"}
    said = [item.children for item in steps[0].children[2].children]
    assert len(said) == 4
    assert said[-1] == "and 11 for other reasons"
    assert str(funnel(dict.fromkeys(COUNTS, 0), []))


def test_only_known_facts_are_shown():
    assert len(facts([("a", 1), ("b", None), ("c", ""), ("d", 0)]).children) == 2


def test_only_what_there_is_can_be_chosen():
    assert chosen({"tier": "A,B,"}, "tier", ["A", "B"]) == ("A", "B")
    assert chosen({}, "tier", ["A"]) == ()
    with pytest.raises(BadRequest, match="There is no tier 'Z'; there are A, B"):
        chosen({"tier": "Z"}, "tier", ["A", "B"])
