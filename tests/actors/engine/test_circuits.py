"""Vendors that fail or ask for quiet are left alone by everybody, and nobody's attempts are used up by that."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from actors.core.errors import (
    AnswerGarbled,
    LeftAlone,
    ProviderDown,
    QuestionRefused,
    RateLimited,
    SlowedDown,
)
from actors.core.provider import Link, Reply
from actors.engine.circuits import Circuits
from tests.fakes.works import Oracle

VENDOR = replace(Oracle().provider(), is_one_service=True)
LINK = Link(None, "https://vendor.example", "key")
OTHER_KEY = replace(LINK, api_key="another")


class Clock:
    """The loop's clock, told what time it is."""

    def __init__(self, monkeypatch):
        self.now_s = 0.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now_s)


@pytest.fixture
async def clock(monkeypatch):
    return Clock(monkeypatch)


class Vendor:
    """A vendor's way to answer: with a reply, or with an error; and how often it was asked."""

    def __init__(self, error=None):
        self.error = error
        self.asked = 0

    async def __call__(self):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return Reply(None)


async def told(seconds):
    """The other processes, which need not hear of it here."""


async def fails(circuits, vendor, error, times=1, link=LINK, provider=VENDOR, others=told):
    for _ in range(times):
        with pytest.raises(error) as raised:
            await circuits.through(provider, link, vendor, others)
    return raised.value


@pytest.mark.parametrize("error", [ProviderDown(), AnswerGarbled()])
async def test_a_vendor_that_keeps_failing_is_left_alone_for_every_key(clock, error):
    circuits, vendor = Circuits(), Vendor(error)
    await fails(circuits, vendor, type(error), times=5)
    alone = await fails(circuits, vendor, LeftAlone, times=3, link=OTHER_KEY)
    assert vendor.asked == 5
    assert (alone.provider, alone.patient) == ("oracle", True)
    assert alone.retry_at <= datetime.now(UTC) + timedelta(seconds=1)


async def test_at_another_address_it_is_another_service(clock):
    circuits, vendor = Circuits(), Vendor(ProviderDown())
    await fails(circuits, vendor, ProviderDown, times=5)
    elsewhere = replace(LINK, base_url="https://other.example")
    assert await circuits.through(VENDOR, elsewhere, Vendor(), told) == Reply(None)


async def test_whoever_made_a_probe_in_vain_has_not_failed_and_one_that_goes_well_lets_all_go_on(clock):
    circuits, vendor = Circuits(), Vendor(ProviderDown("500"))
    await fails(circuits, vendor, ProviderDown, times=5)
    clock.now_s = 1.0
    probed = await fails(circuits, vendor, LeftAlone)
    assert vendor.asked == 6
    assert "500" in str(probed)
    await fails(circuits, vendor, LeftAlone)
    assert vendor.asked == 6
    clock.now_s, vendor.error = 2.0, None
    for _ in range(3):
        await circuits.through(VENDOR, LINK, vendor, told)
    assert vendor.asked == 9


async def test_a_probe_that_was_broken_off_closes_nothing(clock):
    circuits, vendor = Circuits(), Vendor(ProviderDown())
    await fails(circuits, vendor, ProviderDown, times=5)
    clock.now_s = 1.0
    probe = asyncio.create_task(circuits.through(VENDOR, LINK, asyncio.Event().wait, told))
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    await fails(circuits, vendor, LeftAlone)
    assert vendor.asked == 5


async def test_who_asked_for_quiet_is_not_asked_by_that_key_before_its_time(clock):
    circuits, vendor = Circuits(), Vendor(RateLimited(retry_at=datetime.now(UTC) + timedelta(seconds=30)))
    heard = []

    async def others(seconds):
        heard.append(seconds)

    await fails(circuits, vendor, RateLimited, others=others)
    assert heard == []  # a single refusal concerns only whoever got it
    await fails(circuits, vendor, RateLimited, others=others)
    assert len(heard) == 1
    assert 25 < heard[0] <= 30
    vendor.error = None
    alone = await fails(circuits, vendor, SlowedDown, times=3)
    assert timedelta(seconds=20) < alone.retry_at - datetime.now(UTC) <= timedelta(seconds=31)
    await circuits.through(VENDOR, OTHER_KEY, vendor, told)
    clock.now_s = 31.0
    await circuits.through(VENDOR, LINK, vendor, told)
    assert vendor.asked == 4


async def test_who_refuses_now_and_then_is_asked_on(clock):
    circuits, vendor = Circuits(), Vendor()
    for _ in range(5):
        vendor.error = RateLimited(retry_at=datetime.now(UTC) + timedelta(seconds=30))
        await fails(circuits, vendor, RateLimited)
        vendor.error = None
        await circuits.through(VENDOR, LINK, vendor, told)
    assert vendor.asked == 10


async def test_refusals_of_a_question_open_nothing(clock):
    circuits, vendor = Circuits(), Vendor(QuestionRefused())
    await fails(circuits, vendor, QuestionRefused, times=30)
    assert vendor.asked == 30


async def test_websites_and_name_servers_are_asked_each_for_itself(clock):
    circuits, vendor = Circuits(), Vendor(ProviderDown())
    await fails(circuits, vendor, ProviderDown, times=30, provider=Oracle().provider())
    assert vendor.asked == 30
