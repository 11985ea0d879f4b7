"""A turn is somebody's until it is given back, and only by them; meanwhile nobody else works."""

from actors.engine.turn import Turn


def test_it_is_one_lanes_turn_until_that_lane_gives_it_back():
    turn = Turn()
    one, other = object(), object()
    assert turn.take(one)
    assert turn.take(one)
    assert not turn.take(other)
    turn.give_back(other)
    assert not turn.take(other)
    turn.give_back(one)
    assert turn.take(other)


def test_it_begins_when_no_other_lane_works_and_until_it_is_over_none_begins_anything():
    turn = Turn()
    work = {"one": [], "other": ["a run"]}
    for name, runs in work.items():
        turn.join(name, lambda runs=runs: bool(runs))
    assert not turn.is_wanted("other")
    assert not turn.take("one")
    assert turn.is_wanted("other")
    assert not turn.is_wanted("one")
    work["other"].clear()
    assert turn.take("one")
    turn.give_back("one")
    assert not turn.is_wanted("other")


def test_a_lane_that_is_gone_is_waited_for_by_nobody():
    turn = Turn()
    turn.join("gone", lambda: True)
    assert not turn.take("one")
    turn.leave("gone")
    assert turn.take("one")
    turn.leave("one")
    assert turn.take("two")
