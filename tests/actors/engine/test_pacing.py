"""Pacing: keys are used no more often than allowed, by all processes together."""

import asyncio
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from actors.core.errors import SlowedDown
from actors.core.provider import Limit, Link, Provider
from actors.engine.pacing import Pacing, key_of

OWN = "https://vendor.example"


def vendor(*limits):
    return Provider(
        name="vendor",
        title="Vendor",
        base_url=OWN,
        needs_key=True,
        credit_price_usd=Decimal(0),
        limits=tuple(Limit(*limit) for limit in limits),
    )


def link(key="secret-4711", base_url=OWN):
    return Link(None, base_url, key)


def test_what_stands_for_a_key_does_not_tell_it_and_is_another_for_each_key_and_place():
    asked = {
        key_of(vendor(), link()),
        key_of(vendor(), link("another")),
        key_of(vendor(), link(base_url="https://elsewhere.example")),
        key_of(vendor(), link(None)),
    }
    assert len(asked) == 4
    assert not any("4711" in one for one in asked)


async def test_two_processes_use_a_key_as_often_as_one_may(database):
    slow = vendor((10, 3_600.0))
    processes = Pacing(database), Pacing(database)
    came = await asyncio.gather(
        *(processes[number % 2].wait(slow, link(), None) for number in range(20)), return_exceptions=True
    )
    refused = [one for one in came if one is not None]
    assert {type(one) for one in refused} == {SlowedDown}
    assert 10 <= len(refused) < 20
    times = sorted(one.retry_at for one in refused)
    assert times[0] > datetime.now(UTC)
    assert len(set(times)) == len(times)  # they do not all come back at once


async def test_a_place_that_is_near_is_waited_for(database):
    pacing, brisk = Pacing(database), vendor((20, 1.0))
    began = time.monotonic()
    await asyncio.gather(*(pacing.wait(brisk, link(), None) for _ in range(12)))
    # a tenth at once, the others one after the other, each a little more than a twentieth of a second later
    assert time.monotonic() - began >= 0.5


async def test_whom_a_vendor_has_asked_for_quiet_no_process_asks(database):
    brisk = vendor((1_000, 1.0))
    await Pacing(database).slow_down(brisk, link(), 30.0)
    with pytest.raises(SlowedDown):
        await Pacing(database).wait(brisk, link(), None)
    await Pacing(database).wait(brisk, link("another"), None)


async def test_a_limit_of_the_tenants_own_takes_the_place_of_the_vendors_and_elsewhere_there_is_none(
    database,
):
    pacing, slow = Pacing(database), vendor((1, 3_600.0))
    await pacing.wait(slow, link(), None)
    with pytest.raises(SlowedDown):
        await pacing.wait(slow, link(), None)
    await pacing.wait(slow, link("own"), 60_000)
    await pacing.wait(slow, link("own"), 60_000)
    there = link(base_url="https://elsewhere.example")
    await pacing.wait(slow, there, None)
    await pacing.wait(slow, there, None)
