"""Events a second through one process: consumed, validated, handled and published, without a database.

Both read the same CloudEvents of a kilobyte from a real broker, check each attribute and the data, handle them with
the same function, write CloudEvents again, and publish with acks=all and an idempotent producer. The peer is
FastStream on aiokafka as its documentation shows batches: a subscriber and a publisher with `batch=True`, its own
validation of a list of models, a pydantic model for the attributes and a `KafkaResponse` for each answer. Ours keeps
order within each lane besides. The time runs from the first event that is handed out to the last that is
acknowledged, so that nobody's start counts. The garbage collector is set as in our processes, for both.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from faststream.kafka import KafkaBroker, KafkaMessage, KafkaResponse
from pydantic import BaseModel, Field

from actors.bus.base import Delivery
from actors.bus.kafka import KafkaBus
from actors.bus.publisher import KafkaPublisher
from actors.bus.settings import KafkaSettings
from actors.engine.wiring import collect_rarely
from actors.events.envelope import Event, say
from actors.events.lead import LeadEnriched, LeadSourced
from tenants.identity import TenantId
from tenants.records import LogEntry
from tests.bench import Measured, Tell
from tests.bench._kafka import LANES, bench_broker, make_topics, new_settings, sourced_entries

EVENTS, PAIRS, BATCH = 48_000, 5, 500
_PAIR_WITHIN_S = 120.0
_BATCH_BYTES = 1_000_000  # as many bytes as a broker takes at once by default, so that 500 events fit


def run(tell: Tell) -> Measured:
    """Five pairs over the same 48,000 events."""
    return asyncio.run(_run(tell))


async def _run(tell: Tell) -> Measured:
    collect_rarely()
    async with bench_broker() as bootstrap:
        settings = new_settings(bootstrap)
        await make_topics(settings, "lead.sourced", "lead.enriched")
        publisher = KafkaPublisher(settings, deadline_s=60)
        await publisher.publish(sourced_entries(TenantId(uuid4()), EVENTS))
        await publisher.close()
        tell(f"{EVENTS:,} events of 1 KB are on the broker; one round to warm up")
        async with asyncio.timeout(_PAIR_WITHIN_S):
            await _ours(settings)
            await _peer(settings)
        pairs = []
        for number in range(1, PAIRS + 1):
            async with asyncio.timeout(_PAIR_WITHIN_S):
                pair = await _ours(settings), await _peer(settings)
            pairs.append(pair)
            tell(f"pair {number}: {pair[0]:,.0f} events/s, the peer {pair[1]:,.0f}")
    facts = {"events": EVENTS, "bytes": 1_024, "batch": BATCH, "acks": "all", "idempotent": True}
    return Measured("bus", "events/s", "FastStream on aiokafka, in batches", pairs, facts)


def _enriched(sourced: LeadSourced) -> LeadEnriched:
    """What is done with an event: the same for both."""
    return LeadEnriched(
        lead_id=sourced.lead_id,
        account_id=sourced.account_id,
        account=sourced.account,
        providers=(sourced.source,),
    )


async def _ours(settings: KafkaSettings) -> float:
    bus, publisher = KafkaBus(settings), KafkaPublisher(settings, deadline_s=60)
    offsets = dict.fromkeys(range(LANES), 0)
    done, started = 0, 0.0
    publishing: asyncio.Task[Any] | None = None
    try:
        while done < EVENTS:
            said: list[LogEntry] = []
            for lane in offsets:
                deliveries = await bus.read("lead.sourced", lane, offsets[lane], BATCH)
                if deliveries:
                    started = started or time.monotonic()
                    offsets[lane] = deliveries[-1].offset + 1
                    said += [_said(lane, delivery) for delivery in deliveries]
            if publishing is not None and (said or publishing.done()):
                await publishing
                publishing = None
            if said:
                publishing = asyncio.create_task(publisher.publish(said))
                done += len(said)
            await asyncio.sleep(0 if said else 0.001)
        if publishing is not None:
            await publishing
        return EVENTS / (time.monotonic() - started)
    finally:
        await asyncio.gather(publisher.close(), bus.close())


def _said(lane: int, delivery: Delivery) -> LogEntry:
    event = delivery.event
    assert isinstance(event, Event)
    assert isinstance(event.data, LeadSourced)
    answer = say(
        _enriched(event.data),
        tenant_id=event.tenant_id,
        cause=event.id,
        time=datetime.now(UTC),
        traceparent=None,
    )
    return LogEntry(
        topic=answer.type,
        lane=lane,
        event_id=answer.id,
        tenant_id=answer.tenant_id,
        type=answer.type,
        source=answer.source,
        subject=answer.subject,
        time=answer.time,
        traceparent=None,
        data=answer.data.model_dump_json(),
    )


async def _peer(settings: KafkaSettings) -> float:
    broker = KafkaBroker(
        settings.bootstrap, acks="all", enable_idempotence=True, max_batch_size=_BATCH_BYTES, logger=None
    )
    done, started, ended = 0, 0.0, asyncio.Event()

    @broker.subscriber(
        settings.topic("lead.sourced"),
        group_id=uuid4().hex,
        auto_offset_reset="earliest",
        batch=True,
        max_records=BATCH,
    )
    async def handle(events: list[LeadSourced], message: KafkaMessage) -> None:
        nonlocal done, started
        started = started or time.monotonic()
        await publisher.publish(*map(_response, events, message.batch_headers))
        done += len(events)
        if done >= EVENTS:
            ended.set()

    publisher = broker.publisher(settings.topic("lead.enriched"), batch=True)
    async with broker:
        await broker.start()
        await ended.wait()
        return EVENTS / (time.monotonic() - started)


class _Attributes(BaseModel):
    """What a CloudEvent says besides its data, as FastStream's users would check it."""

    specversion: Literal["1.0"] = Field(alias="ce_specversion")
    id: UUID = Field(alias="ce_id")
    source: str = Field(alias="ce_source", min_length=1)
    type: Literal["lead.sourced"] = Field(alias="ce_type")
    subject: str | None = Field(None, alias="ce_subject")
    time: datetime = Field(alias="ce_time")
    tenant_id: UUID = Field(alias="ce_tenantid")
    content_type: Literal["application/json"] = Field(alias="content-type")


def _response(sourced: LeadSourced, headers: dict[str, str]) -> KafkaResponse:
    told = _Attributes.model_validate(headers)
    answer = say(
        _enriched(sourced),
        tenant_id=TenantId(told.tenant_id),
        cause=told.id,
        time=datetime.now(UTC),
        traceparent=None,
    )
    assert answer.subject is not None
    written = {
        "ce_specversion": "1.0",
        "ce_id": str(answer.id),
        "ce_source": answer.source,
        "ce_type": answer.type,
        "ce_subject": answer.subject,
        "ce_time": answer.time.isoformat(),
        "ce_tenantid": str(answer.tenant_id),
    }
    return KafkaResponse(answer.data, headers=written, key=answer.subject.encode())
