import os
import sys
import threading

import pytest

from actors.engine.rank import FEW, MANY, Rank, rank_of_this_thread


class Thread:
    """A thread's niceness, which may be refused."""

    def __init__(self, usual=0, *, lowest=-20):
        self.niceness = usual
        self.lowest = lowest

    def rank(self):
        return Rank(read=lambda: self.niceness, write=self.write)

    def write(self, niceness):
        if niceness < self.lowest:
            raise PermissionError("not privileged")
        self.niceness = niceness

    def after(self, rank, *looks):
        for in_flight in looks:
            rank.see(in_flight)
        return self.niceness


def test_who_has_much_to_do_stands_back_until_it_has_had_little_for_a_while():
    thread = Thread()
    rank = thread.rank()
    assert thread.after(rank, 0, 1, MANY - 1) == 0
    assert thread.after(rank, MANY) == 10
    assert thread.after(rank, 0, 0, 0, 0, FEW + 1, 0, 0, 0, 0) == 10
    assert rank.stands_back
    assert thread.after(rank, FEW) == 0
    assert not rank.stands_back
    assert thread.after(rank, 500) == 10


def test_who_stands_back_as_far_as_it_goes_goes_no_further():
    thread = Thread(usual=15)
    assert thread.after(thread.rank(), MANY) == 19


def test_who_may_not_come_back_stays_where_it_is():
    thread = Thread(lowest=1)
    rank = thread.rank()
    assert thread.after(rank, MANY, *[0] * 20) == 10
    assert rank.stands_back


def test_only_the_thread_that_works_is_niced():
    seen = {}

    def work():
        rank = rank_of_this_thread()
        rank.see(MANY)
        seen["niceness"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    if sys.platform != "linux":
        pytest.skip("only Linux has a niceness for each thread")
    before = os.getpriority(os.PRIO_PROCESS, 0)
    if before > 9:
        pytest.skip("this process is niced so far already that there is no room to see it")
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert seen["niceness"] == before + 10
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
