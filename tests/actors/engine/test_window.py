from hypothesis import given
from hypothesis import strategies as st

from actors.engine.window import Window


def opened(*offsets, start=0):
    window = Window(start)
    for offset in offsets:
        window.opened(offset)
    return window


@given(
    st.integers(0, 2**40),
    st.lists(st.integers(1, 3), max_size=30),
    st.randoms(use_true_random=False),
    st.integers(1, 5),
)
def test_the_frontier_is_the_first_offset_that_is_not_settled_whatever_the_order(start, steps, random, most):
    offsets, at = [], start
    for step in steps:
        offsets.append(at)
        at += step  # a bus may leave offsets out
    window = opened(*offsets, start=start)
    end = offsets[-1] + 1 if offsets else start
    left, shuffled = list(offsets), random.sample(offsets, len(offsets))
    assert window.frontier_after(set()) == min(left, default=end)
    while shuffled:
        settled, shuffled = set(shuffled[:most]), shuffled[most:]
        left = [offset for offset in left if offset not in settled]
        assert window.frontier_after(settled) == min(left, default=end)
        window.settle(settled)
        assert window.frontier_after(set()) == min(left, default=end)
        assert len(window) == sum(offset >= min(left, default=end) for offset in offsets)
        assert window.read_to == end


@given(st.lists(st.sampled_from(["read", "settle"]), max_size=60), st.randoms(use_true_random=False))
def test_reading_and_settling_may_take_turns_and_the_frontier_never_goes_back(turns, random):
    window, unsettled, frontier = Window(0), [], 0
    for turn in turns:
        if turn == "read":
            unsettled.append(window.read_to)
            window.opened(window.read_to)
        elif unsettled:
            window.settle({unsettled.pop(random.randrange(len(unsettled)))})
        assert window.frontier_after(set()) == min(unsettled, default=window.read_to)
        assert window.frontier_after(set()) >= frontier
        frontier = window.frontier_after(set())


def test_to_look_ahead_settles_nothing():
    window = opened(0, 1)
    assert window.frontier_after({0}) == 1
    assert window.frontier_after(set()) == 0


def test_an_empty_window_stands_where_reading_goes_on():
    window = Window(7)
    assert (window.read_to, window.frontier_after(set()), len(window)) == (7, 7, 0)


def test_what_is_settled_twice_is_settled():
    window = opened(0, 1, 2)
    window.settle({0})
    window.settle({0, 2})
    assert window.frontier_after(set()) == 1
    window.settle({1})
    assert (window.frontier_after(set()), len(window)) == (3, 0)
