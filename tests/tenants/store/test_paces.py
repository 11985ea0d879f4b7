"""Paces: no more calls in any window than allowed, whoever asks for them and however they come."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.store import paces
from tenants.store.paces import Pace, Slots, Window


async def take(database, key, windows, count, horizon_s=10_000.0) -> Slots:
    return (await take_at(database, key, windows, count, horizon_s))[1]


async def take_at(database, key, windows, count, horizon_s=10_000.0) -> tuple[datetime, Slots]:
    """The places, and from when they count, by the database's clock."""
    async with database.system() as session:
        at = await session.value("SELECT clock_timestamp()")
        return at, await paces.take(session, key, windows, count, horizon_s=horizon_s)


async def aged(database, seconds):
    """As if so many seconds had gone by."""
    async with database.system() as session:
        await session.run(
            "UPDATE provider_pace SET next_at = ARRAY(SELECT at - CAST(:gone AS interval) FROM unnest(next_at) AS at), "
            "promised_at = promised_at - CAST(:gone AS interval), quiet_until = quiet_until - CAST(:gone AS interval), "
            "slowed_at = slowed_at - CAST(:gone AS interval)",
            gone=timedelta(seconds=seconds),
        )


def most_in_a_window(starts, per_s):
    """The most starts within any half-open window of that length."""
    return max(sum(begin <= one < begin + per_s for one in starts) for begin in starts)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 3)), min_size=1, max_size=8),
    st.sampled_from([(10, 1.0), (1, 2.0), (50, 1.0), (600, 60.0)]),
)
async def test_no_window_has_more_calls_than_allowed(database, asked, limit):
    window, key = Window(*limit), uuid4()  # drawn keys come twice, and the database remembers them
    starts, gone, began = [], 0.0, None
    for count, pause in asked:
        at, slots = await take_at(database, str(key), [window, Window(40, 1.5)], count)
        began = began or at
        assert slots.refused == ()
        assert len(slots.granted) == count
        starts += [gone + (at - began).total_seconds() + wait for wait in slots.granted]
        await aged(database, pause)
        gone += pause
    # the clock moves on a little between our look at it and that of the function
    assert most_in_a_window(starts, window.per_s - 0.2) <= window.calls
    assert most_in_a_window(starts, 1.3) <= 40


async def test_what_lies_beyond_the_horizon_is_not_taken_and_says_when_to_come_back(database):
    first = await take(database, "far", [Window(10, 1.0)], 40, horizon_s=2.0)
    assert first.granted
    assert first.refused
    assert max(first.granted) <= 2.0 < min(first.refused)
    assert list(first.refused) == sorted(set(first.refused))  # each a time of its own
    await aged(database, 60.0)
    later = await take(database, "far", [Window(10, 1.0)], 1)
    assert later.granted[0] == 0.0  # what was refused has taken nothing


async def test_processes_share_what_a_key_may_do_and_keys_share_nothing(database):
    both = await asyncio.gather(*(take(database, "shared", [Window(10, 1.0)], 20) for _ in range(2)))
    starts = [wait for slots in both for wait in slots.granted]
    assert most_in_a_window(starts, 0.8) <= 10
    alone = await take(database, "another", [Window(10, 1.0)], 1)
    assert alone.granted[0] == 0.0


async def test_a_vendor_that_asks_for_quiet_gets_it_and_is_asked_more_slowly_for_some_minutes(database):
    def spread(slots):
        return slots.granted[-1] - slots.granted[-2]

    usual = spread(await take(database, "quiet", [Window(10, 1.0)], 30))
    await aged(database, 3_600.0)
    async with database.system() as session:
        await paces.slow_down(session, "quiet", 30.0)
    slower = await take(database, "quiet", [Window(10, 1.0)], 30)
    assert 29.0 < slower.granted[0] <= 30.0
    assert spread(slower) == pytest.approx(usual / 0.7, rel=0.05)
    await aged(database, 3_600.0)
    assert spread(await take(database, "quiet", [Window(10, 1.0)], 30)) == pytest.approx(usual, rel=0.01)


async def test_other_limits_than_before_begin_anew(database):
    await take(database, "changed", [Window(1, 60.0)], 3)
    slots = await take(database, "changed", [Window(100, 1.0), Window(1_000, 60.0)], 1)
    assert slots.granted == (0.0,)


async def test_how_a_key_stands_is_told_of_those_that_were_used(database):
    key = paces.key_of("apollo", "https://vendor.example", "secret-4711")
    assert "4711" not in key
    async with database.system() as session:
        assert await paces.standing(session, {"apollo": key}) == {}
        await paces.take(session, key, [Window(10, 60)], 1, horizon_s=1.0)
    async with database.system() as session:
        assert await paces.standing(session, {"apollo": key, "hunter": "other"}) == {"apollo": Pace(1.0, 0.0)}
        await paces.slow_down(session, key, 30.0)
    async with database.system() as session:
        told = (await paces.standing(session, {"apollo": key}))["apollo"]
    assert told.share == pytest.approx(0.7, abs=0.05)
    assert 20 < told.quiet_s <= 30
