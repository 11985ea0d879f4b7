"""Runs that killed a process are found out, and their neighbours are not blamed."""

from uuid import uuid4

from actors.engine.runner import Assignment
from actors.engine.suspects import MOST_DELIVERIES, Suspect, Suspects
from actors.engine.turn import Turn


def suspect(unfinished):
    return Suspect(Assignment(uuid4(), None, 1, None), None, unfinished)


def run_of(one):
    return one.assignment.run_id


def test_first_some_together_then_each_alone_and_never_two_groups_at_a_time():
    suspects = Suspects(Turn())
    alone, together = [suspect(2), suspect(2)], [suspect(1) for _ in range(20)]
    suspects.add([*alone, *together])
    groups = []
    while chosen := suspects.next():
        assert suspects.next() == []
        groups.append({one.unfinished for one in chosen} | {len(chosen)})
        for one in chosen:
            assert run_of(one) in suspects
            suspects.ended(run_of(one))
    assert groups == [{1, 16}, {1, 4}, {2, 1}, {2, 1}]
    assert not suspects


def test_the_one_that_kills_is_found_and_nobody_else():
    """A model of what happens: each time the killer is begun, all that were begun with it are suspected more."""
    killer, *others = (uuid4() for _ in range(60))
    unfinished = dict.fromkeys([killer, *others], 1)  # the first process had begun them all
    given_up, deaths = set(), 1
    left = set(unfinished)
    while left:
        suspects = Suspects(Turn())  # a new process reads all that is left
        given_up |= {one for one in left if unfinished[one] >= MOST_DELIVERIES}
        left -= given_up
        suspects.add([Suspect(Assignment(one, None, 1, None), None, unfinished[one]) for one in left])
        while chosen := suspects.next():
            begun = {run_of(one) for one in chosen}
            for one in begun:
                unfinished[one] += 1
            if killer in begun:
                deaths += 1
                break
            left -= begun
            for one in begun:
                suspects.ended(one)
    assert given_up == {killer}
    assert deaths == MOST_DELIVERIES


def test_a_run_that_waits_is_known():
    suspects = Suspects(Turn())
    one = suspect(1)
    assert run_of(one) not in suspects
    suspects.add([one])
    assert run_of(one) in suspects
    assert suspects.waiting == 1


def test_suspects_of_two_lanes_are_never_under_way_together():
    turn = Turn()
    lanes = [Suspects(turn), Suspects(turn)]
    for lane in lanes:
        lane.add([suspect(1), suspect(2)])
    first = lanes[0].next()
    assert lanes[1].next() == []
    lanes[0].ended(run_of(first[0]))
    assert lanes[1].next() == []  # not while its end could still get lost
    lanes[0].committed([run_of(first[0])])
    second = lanes[1].next()
    assert [one.unfinished for one in second] == [1]
    assert lanes[0].next() == []
    lanes[1].leave()  # the lane is lost: whoever goes on there begins them again
    assert [one.unfinished for one in lanes[0].next()] == [2]
