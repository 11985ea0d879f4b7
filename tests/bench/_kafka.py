"""A Kafka broker of its own for a benchmark, and events of a kilobyte."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

from actors.bus.settings import KafkaSettings
from actors.bus.topics import WantedTopic, apply_topics
from actors.events.envelope import SOURCE
from tenants.identity import TenantId
from tenants.records import LogEntry
from tests.kafka.broker import Broker

LANES = 12
_BYTES = 1_024


@contextlib.asynccontextmanager
async def bench_broker() -> AsyncIterator[str]:
    """A broker's address, for as long as this lasts."""
    broker, ended = Broker(), threading.Event()
    loop, started = asyncio.get_running_loop(), asyncio.Event()
    failures: list[BaseException] = []

    def hold() -> None:  # a broker lives no longer than the thread that started it
        try:
            broker.start()
        except BaseException as failure:  # noqa: BLE001 - told to whoever waits
            failures.append(failure)
        loop.call_soon_threadsafe(started.set)
        ended.wait()
        broker.remove()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        await started.wait()
        if failures:
            raise ValueError(f"no Kafka: {failures[0]}") from failures[0]
        yield broker.bootstrap
    finally:
        ended.set()
        await asyncio.to_thread(thread.join)


async def make_topics(settings: KafkaSettings, *topics: str) -> None:
    """These topics, each with all lanes."""
    await apply_topics(settings, [WantedTopic(settings.topic(one), LANES, 24, 1_048_576) for one in topics])


def new_settings(bootstrap: str) -> KafkaSettings:
    """The way to this broker, with a prefix that nobody else has."""
    return KafkaSettings(bootstrap=bootstrap, topic_prefix=f"b{uuid4().hex[:8]}.")


def sourced_entries(tenant_id: TenantId, count: int) -> list[LogEntry]:
    """So many different `lead.sourced` of a kilobyte each, dealt out to all lanes."""
    now = datetime.now(UTC)
    return [_sourced(tenant_id, uuid4(), number, now) for number in range(count)]


def _sourced(tenant_id: TenantId, lead_id: UUID, number: int, now: datetime) -> LogEntry:
    company = {"name": f"Company {number}", "domain": f"company-{number}.com", "industry": "Software"}
    company |= {"country": "DE", "employees": number % 900}
    said = {"lead_id": str(lead_id), "account_id": str(uuid4()), "account": company}
    said |= {"source": "bench.csv", "icp_version": 1}
    company["about"] = "x" * (_BYTES - len(json.dumps(said)) - len(', "about": ""'))
    return LogEntry(
        topic="lead.sourced",
        lane=number % LANES,
        event_id=uuid4(),
        tenant_id=tenant_id,
        type="lead.sourced",
        source=SOURCE,
        subject=str(lead_id),
        time=now,
        traceparent=None,
        data=json.dumps(said),
    )
