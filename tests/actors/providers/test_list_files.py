"""A vendor's whole list, kept in memory."""

import asyncio
from collections import Counter

import httpx
import pytest

from actors.core.errors import ProviderDown
from actors.core.provider import Link
from actors.providers.list_files import ListFile
from tests.actors.providers.conftest import Answering

KEEPS_FOR_S = 100.0


class Vendor:
    """A vendor's list: how often it was fetched from which address, and what hinders it."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.fetched: Counter[str] = Counter()
        self.has_begun = asyncio.Event()
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.is_down = False
        self.way = Answering(lambda _: httpx.Response(500))
        self.file = ListFile(self.fetch, keeps_for_s=KEEPS_FOR_S, clock=lambda: self.now_s)

    async def fetch(self, link: Link) -> str:
        self.fetched[link.base_url] += 1
        self.has_begun.set()
        await self.is_open.wait()
        if self.is_down:
            raise ProviderDown(provider="acme")
        return f"{link.base_url} as of {self.now_s:g}"

    async def read(self, address: str = "a", way: Answering | None = None) -> str:
        return await self.file.read(Link(way or self.way, address, None))


@pytest.fixture
async def vendor() -> Vendor:
    return Vendor()


async def test_all_who_ask_at_the_same_time_wait_for_one_fetch(vendor: Vendor) -> None:
    vendor.is_open.clear()
    readers = [asyncio.create_task(vendor.read()) for _ in range(50)]
    await vendor.has_begun.wait()
    vendor.is_open.set()
    assert set(await asyncio.gather(*readers)) == {"a as of 0"}
    assert vendor.fetched == {"a": 1}


async def test_a_list_is_fetched_anew_when_it_is_old(vendor: Vendor) -> None:
    assert await vendor.read() == "a as of 0"
    vendor.now_s = KEEPS_FOR_S - 1
    assert await vendor.read() == "a as of 0"
    vendor.now_s = KEEPS_FOR_S
    assert await vendor.read() == "a as of 100"
    assert vendor.fetched == {"a": 2}


async def test_a_failure_is_everybodys_who_waited_and_is_not_kept(vendor: Vendor) -> None:
    vendor.is_down = True
    outcomes = await asyncio.gather(*(vendor.read() for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ProviderDown] * 3
    assert vendor.fetched == {"a": 1}
    vendor.is_down = False
    assert await vendor.read() == "a as of 0"


async def test_who_asked_first_may_give_up_without_harm_to_the_others(vendor: Vendor) -> None:
    vendor.is_open.clear()
    first, second = (asyncio.create_task(vendor.read()) for _ in range(2))
    await vendor.has_begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    vendor.is_open.set()
    assert await second == "a as of 0"
    assert vendor.fetched == {"a": 1}


async def test_a_list_that_nobody_waits_for_any_more_is_kept_all_the_same(vendor: Vendor) -> None:
    vendor.is_open.clear()
    only = asyncio.create_task(vendor.read())
    await vendor.has_begun.wait()
    only.cancel()
    with pytest.raises(asyncio.CancelledError):
        await only
    vendor.is_open.set()
    assert await vendor.read() == "a as of 0"
    assert vendor.fetched == {"a": 1}


async def test_each_address_has_a_list_of_its_own_and_the_last_few_are_kept(vendor: Vendor) -> None:
    for address in "abcd":
        assert await vendor.read(address) == f"{address} as of 0"
    await vendor.read("a")  # asked for again, so that it is not the one that was left alone for longest
    await vendor.read("e")
    for address in "acde":
        await vendor.read(address)
    assert vendor.fetched == Counter("abcde")
    await vendor.read("b")
    assert vendor.fetched["b"] == 2


async def test_each_way_to_the_web_has_lists_of_its_own(vendor: Vendor) -> None:
    """A task belongs to the loop that it was begun in."""
    await vendor.read()
    await vendor.read(way=Answering(lambda _: httpx.Response(500)))
    assert vendor.fetched == {"a": 2}


def test_a_fetch_that_ended_with_its_loop_is_begun_again() -> None:
    async def give_up() -> Vendor:
        vendor = Vendor()
        vendor.is_open.clear()
        task = asyncio.create_task(vendor.read())
        await vendor.has_begun.wait()
        task.cancel()
        return vendor

    async def ask_again(vendor: Vendor) -> str:
        vendor.is_open = asyncio.Event()
        vendor.is_open.set()
        return await vendor.read()

    vendor = asyncio.run(give_up())
    assert asyncio.run(ask_again(vendor)) == "a as of 0"
    assert vendor.fetched == {"a": 2}
