"""A lane between two threads: nothing twice, nothing left out, and never more than there is room for."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from actors.bus.base import Delivery
from actors.bus.lane import Lane
from actors.events.envelope import UnreadableEvent

WORD = UnreadableEvent("any")


def deliveries(*offsets):
    return [(Delivery(offset, WORD), 100) for offset in offsets]


def offsets(found):
    return [one.offset for one in found]


def begun(offset=0, **how):
    lane = Lane(offset, **how)
    assert lane.sought() == offset
    return lane


def test_it_gives_what_was_put_in_order_and_no_more_than_asked_for():
    lane = begun()
    lane.put(deliveries(0, 1, 2, 3))
    assert offsets(lane.take(0, 3)) == [0, 1, 2]
    assert offsets(lane.take(3, 3)) == [3]
    assert lane.take(4, 3) == []


def test_offsets_that_are_left_out_hold_nobody_up():
    lane = begun(5)
    lane.put(deliveries(7, 9))
    assert offsets(lane.take(5, 1)) == [7]
    assert offsets(lane.take(8, 1)) == [9]
    assert lane.fetch_from == 10


def test_whoever_asks_for_another_offset_gets_nothing_of_what_was_read_ahead():
    lane = begun()
    lane.put(deliveries(0, 1, 2))
    lane.take(0, 2)
    assert lane.take(0, 2) == []
    assert lane.is_sought
    lane.put(deliveries(3))  # what was fetched before anybody went back
    assert lane.sought() == 0
    assert lane.sought() is None
    lane.put(deliveries(0))
    assert offsets(lane.take(0, 9)) == [0]


def test_it_goes_on_at_what_is_left_unless_somebody_asks_for_something_else():
    lane = begun(3)
    lane.go_on_at(8)
    assert lane.fetch_from == 8
    lane.put(deliveries(8))
    assert offsets(lane.take(3, 1)) == [8]
    lane.take(1, 1)
    lane.go_on_at(8)
    assert lane.sought() == 1


def test_it_is_full_when_its_room_is_taken_and_has_room_again_when_somebody_takes():
    lane = begun(room=3)
    lane.put(deliveries(0, 1))
    assert not lane.is_full
    lane.put(deliveries(2))
    assert lane.is_full
    lane.take(0, 1)
    assert not lane.is_full


def test_few_large_ones_fill_it_as_well():
    lane = begun()
    lane.put([(Delivery(offset, WORD), 3_000_000) for offset in range(3)])
    assert lane.is_full
    lane.take(0, 1)
    assert not lane.is_full
    lane.put([(Delivery(3, WORD), 3_000_000)])
    lane.take(0, 1)
    assert lane.sought() == 0
    assert not lane.is_full


@given(
    st.integers(0, 9),
    st.lists(st.one_of(st.integers(1, 4), st.just("go back"), st.just("read")), max_size=40),
)
def test_whatever_happens_what_is_taken_follows_what_was_asked_for(start, turns):
    lane, at, reader_at = Lane(start), start, None
    for turn in turns:
        if turn == "read":
            if (sought := lane.sought()) is not None:
                reader_at = sought
            lane.put(deliveries(reader_at, reader_at + 1))
            reader_at += 2
            continue
        if turn == "go back":
            at = max(0, at - 3)
        found = offsets(lane.take(at, 5 if turn == "go back" else turn))
        assert found == list(range(at, at + len(found)))
        at += len(found)


def test_two_threads_share_it():
    lane, count = begun(room=10), 5_000

    def fill():
        for number in range(count):
            while lane.is_full:
                pass
            lane.put(deliveries(number))

    thread = threading.Thread(target=fill)
    thread.start()
    found = []
    while len(found) < count:
        found += offsets(lane.take(len(found), 7))
    thread.join()
    assert found == list(range(count))
