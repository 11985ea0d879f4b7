"""A turn is somebody's until it is given back, and only by them."""

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
