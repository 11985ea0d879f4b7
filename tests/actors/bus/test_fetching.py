"""The fetching of one lane, with a client that can be made to fail where a real one seldom does."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaConnectionError, OffsetOutOfRangeError

from actors.bus import fetching
from actors.bus.base import Delivery
from actors.bus.fetching import Fetching
from actors.bus.lane import Lane
from actors.events.envelope import UnreadableEvent

KEY = TopicPartition("lead.sourced", 3)
GOOD = object()


class Client:
    """Records 0 to 9, of which some can't be given, and some are gone."""

    def __init__(self, *, first=0, bad=(), faults=()):
        self.first, self.bad, self.faults = first, dict(bad), list(faults)
        self.at = 0

    def seek(self, key, offset):
        self.at = offset

    async def beginning_offsets(self, keys):
        return dict.fromkeys(keys, self.first)

    async def getmany(self, key, *, timeout_ms, max_records):
        if self.faults:
            raise self.faults.pop(0)
        if not self.first <= self.at <= 10:
            raise OffsetOutOfRangeError({key: self.at})
        if self.at == 10:
            await asyncio.Event().wait()
        found = []
        for offset in range(self.at, min(10, self.at + (max_records or 4))):
            if offset in self.bad:  # all that came with it is lost
                self.bad[offset][1] -= 1
                if self.bad[offset][1] >= 0:
                    raise self.bad[offset][0]
            found.append(SimpleNamespace(offset=offset))
        self.at += len(found)
        return {key: found}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch):
    monkeypatch.setattr(fetching, "_FAULT_PAUSE_S", 0)


async def fetched(client, begin, last=9):
    """The deliveries of the lane from this offset on."""
    lane = Lane(begin)
    client.at = lane.sought()
    one = Fetching(
        client, KEY, lane, lambda _, records: [(Delivery(record.offset, GOOD), 1) for record in records]
    )
    task = asyncio.create_task(one.run())
    found = []
    async with asyncio.timeout(60):
        while not found or found[-1].offset < last:
            found += lane.take(found[-1].offset + 1 if found else begin, 3)
            await asyncio.sleep(0)
    task.cancel()
    return found


async def test_all_come_in_order():
    assert [one.offset for one in await fetched(Client(), 2)] == list(range(2, 10))


@pytest.mark.parametrize(
    "fault", [UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), CorruptRecordException("CRC")]
)
async def test_a_record_that_can_not_be_taken_apart_is_handed_over_and_all_others_come(fault):
    found = await fetched(Client(bad={2: [fault, 99], 5: [fault, 99], 6: [fault, 99]}), 0)
    assert [one.offset for one in found] == list(range(10))
    assert [one.offset for one in found if isinstance(one.event, UnreadableEvent)] == [2, 5, 6]


async def test_a_record_that_can_be_taken_apart_at_the_second_try_is_an_event():
    found = await fetched(Client(bad={4: [CorruptRecordException("CRC"), 2]}), 0)
    assert [(one.offset, one.event) for one in found] == [(offset, GOOD) for offset in range(10)]


async def test_faults_of_the_broker_lose_nothing_and_are_told_once(caplog):
    client = Client(faults=[KafkaConnectionError("away")] * 3)
    assert [one.offset for one in await fetched(client, 0)] == list(range(10))
    assert caplog.text.count("lead.sourced lane 3 can't be read") == 1


@pytest.mark.parametrize(("begin", "words"), [(2, "5 events are lost"), (40, "made anew or cut off")])
async def test_what_is_gone_is_told_and_the_first_that_is_left_comes(begin, words, caplog):
    assert [one.offset for one in await fetched(Client(first=7), begin)] == [7, 8, 9]
    assert words in caplog.text
