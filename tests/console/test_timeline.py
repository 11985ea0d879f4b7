from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from console.timeline import Scale, lanes

BEGAN = datetime(2026, 11, 1, 12, tzinfo=UTC)
RUN = UUID(int=1)


def at(seconds):
    return BEGAN + timedelta(seconds=seconds)


def run(status="done", **facts):
    given = {
        "id": RUN,
        "started_at": BEGAN,
        "finished_at": at(2),
        "duration_s": 2.0,
        "reason": None,
        "attempts": [],
    }
    return {**given, "status": status, **facts}


def attempt(ended, took, reason="down"):
    return {"ended_at": at(ended).isoformat(), "duration_s": took, "reason": reason}


def drawn(*runs, approvals=(), now=3600):
    return [
        [(one.kind, one.seconds, one.text) for one in lane.stretches]
        for lane in lanes(runs, approvals, at(now))
    ]


def test_one_attempt_is_work_from_its_beginning_to_its_end():
    assert drawn(run()) == [[("work", 2.0, "")]]
    assert drawn(run(finished_at=None)) == [[("work", 2.0, "")]]
    assert drawn(run(finished_at=None, duration_s=None)) == [[]]


def test_between_attempts_it_waits_for_what_the_last_one_said():
    twice = run(finished_at=at(70), attempts=[attempt(2, 2), attempt(70, 8, "")])
    assert drawn(twice) == [[("work", 2.0, "down"), ("wait", 60.0, "waits: down"), ("work", 8.0, "")]]


def test_what_still_moves_reaches_until_now():
    assert drawn(run("running", finished_at=None, duration_s=None), now=10) == [
        [("work", 10.0, "it is being worked on")]
    ]
    assert drawn(run("retrying", attempts=[attempt(2, 2)]), now=12)[0][-1] == ("wait", 10.0, "waits: down")
    assert drawn(run("held"), now=12)[0][-1] == ("off", 10.0, "its agent is switched off")


def test_a_wait_for_a_person_is_told_apart_and_ends_with_the_decision():
    question = {"run_id": RUN, "created_at": at(2), "decided_at": at(50), "settled_at": at(51)}
    waited = run(finished_at=at(51), duration_s=1.0, attempts=[attempt(2, 2), attempt(51, 1, "")])
    assert [one[:2] for one in drawn(waited, approvals=[question])[0]] == [
        ("work", 2.0),
        ("person", 48.0),
        ("work", 1.0),
    ]
    open_still = {**question, "decided_at": None, "settled_at": None}
    assert drawn(run("awaiting_approval"), approvals=[open_still], now=102)[0][-1][:2] == ("person", 100.0)
    others = {**open_still, "run_id": UUID(int=2)}
    assert drawn(run(), approvals=[others]) == [[("work", 2.0, "")]]


def test_the_scale_goes_from_end_to_end_in_order_and_folds_what_nobody_lived_through():
    first = run()
    last = run(id=UUID(int=2), started_at=at(86_400), finished_at=at(86_402))
    both = lanes([first, last], [], at(90_000))
    scale = Scale(both)
    places = [scale.at(at(second)) for second in (0, 2, 86_400, 86_402)]
    assert (places[0], places[-1]) == (0.0, 100.0)
    assert places == sorted(places)
    assert places[2] - places[1] == pytest.approx(3 / (3 + 2 * (1 + 2**0.5)) * 100)
    assert both[0].seconds("work") == 2.0
    assert Scale([]).at(BEGAN) == 0.0
