"""What a lane has in hand, with a runner whose runs end when the test says so."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from actors.engine.hand import Hand
from actors.engine.profiles import Profile
from actors.engine.runner import Assignment
from actors.engine.settings import EngineSettings
from actors.engine.suspects import MOST_DELIVERIES
from actors.engine.turn import Turn
from actors.events.envelope import say
from actors.events.lead import Company, LeadSourced
from tenants.policies import TenantConfig
from tenants.records import Tenant
from tenants.store.session import DatabaseError

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Ended:
    assignment: Assignment
    how: str


class Patient:
    """A runner whose runs wait to be told."""

    def __init__(self):
        self.left = set()
        self.turn = Turn()
        self.begun = []
        self.may_end = asyncio.Event()

    async def do(self, assignment, profile):
        self.begun.append(assignment.run_id)
        await self.may_end.wait()
        return Ended(assignment, "done")

    def give_up(self, assignment, profile, deliveries):
        return Ended(assignment, f"given up after {deliveries}")


def profile_of(number):
    return Profile(Tenant(UUID(int=number), f"t{number}", "", 0, 1, {}), TenantConfig(), {}, {}, {})


def assignment_of(profile):
    sourced = LeadSourced(
        lead_id=uuid4(), account_id=uuid4(), account=Company(name="A"), source="list", icp_version=1
    )
    event = say(sourced, tenant_id=profile.tenant.id, cause="x", time=NOW, traceparent=None)
    return Assignment(uuid4(), event, 1, 0)


@pytest.fixture
def runner():
    return Patient()


@pytest.fixture
def hand(runner):
    return Hand(runner, EngineSettings(commit_linger_s=0.01))


async def ended(hand, count):
    while len(found := hand.take_finished()) < count:
        for one in found:
            hand.put(one)
        await hand.linger()
    return found


async def test_what_is_begun_is_in_hand_until_it_is_let_go(hand, runner):
    acme = profile_of(1)
    first, second = assignment_of(acme), assignment_of(acme)
    hand.begin(first, acme)
    hand.begin(second, acme)
    assert (len(hand), hand.is_busy, hand.tenants) == (2, True, {acme.tenant.id})
    runner.may_end.set()
    found = await ended(hand, 2)
    assert {one.assignment.run_id for one in found} == {first.run_id, second.run_id}
    assert first.run_id in hand
    hand.let_go([first.run_id, second.run_id])
    assert first.run_id not in hand
    assert (len(hand), hand.is_busy, hand.run_ids) == (0, False, [])


async def test_a_suspect_waits_until_it_is_alone_and_one_that_kills_is_given_up(hand, runner):
    acme = profile_of(1)
    innocent, suspect, killer = (assignment_of(acme) for _ in range(3))
    hand.begin_or_suspect(innocent, acme, 0)
    hand.begin_or_suspect(suspect, acme, 1)
    hand.begin_or_suspect(killer, acme, MOST_DELIVERIES)
    assert hand.takes_nothing_new
    assert hand.next_suspects() == []
    runner.may_end.set()
    found = await ended(hand, 2)
    assert {one.how for one in found} == {"done", f"given up after {MOST_DELIVERIES}"}
    (chosen,) = hand.next_suspects()
    assert chosen.assignment is suspect


async def test_what_this_process_has_left_itself_is_no_suspect(hand, runner):
    acme = profile_of(1)
    lost, left = assignment_of(acme), assignment_of(acme)
    with pytest.raises(DatabaseError), hand.not_to_blame([lost.run_id]):
        raise DatabaseError(ConnectionResetError("gone"), connection_lost=True)
    hand.begin(left, acme)
    await hand.abandon()
    assert runner.left == {lost.run_id, left.run_id}
    other = Hand(runner, EngineSettings())
    for one in (lost, left):
        other.begin_or_suspect(one, acme, MOST_DELIVERIES)
    assert (len(other), runner.left) == (2, set())
    await other.abandon()


async def test_only_the_runs_of_who_is_stopped_are_broken_off(hand, runner):
    acme, rival = profile_of(1), profile_of(2)
    ours, theirs, waiting = assignment_of(acme), assignment_of(rival), assignment_of(acme)
    hand.begin(ours, acme)
    hand.begin(theirs, rival)
    hand.begin_or_suspect(waiting, acme, 1)
    given_up = await hand.give_up({acme.tenant.id})
    assert {one.run_id for one in given_up} == {ours.run_id, waiting.run_id}
    hand.let_go([one.run_id for one in given_up])
    runner.may_end.set()
    (found,) = await ended(hand, 1)
    assert found.assignment is theirs
    assert not hand.takes_nothing_new
