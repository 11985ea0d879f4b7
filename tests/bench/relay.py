"""Events a second from the database to Kafka: a kilobyte each, fsync on, acks=all, an idempotent producer.

The peer is the loop that people write first: `DELETE … RETURNING` some rows, send each, wait for all of them, and
COMMIT. It knows no lanes' order after a failure, no fence and no repeats with the same id. Ours leaves the rows where
they are and prunes them after their retention, so that its pruning is part of the time.
"""

import asyncio
import time
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from actors.bus.publisher import KafkaPublisher
from actors.bus.settings import KafkaSettings
from actors.engine.relay import Relay
from actors.engine.settings import EngineSettings
from actors.engine.wiring import topics_of
from tenants.identity import TenantId
from tenants.records import LogEntry
from tenants.secrets import Vault
from tenants.store import carriers, log, outbox, tenants
from tenants.store.carriers import KAFKA
from tenants.store.session import Database
from tests.bench import Measured, Tell
from tests.bench._kafka import bench_broker, make_topics, new_settings, sourced_entries
from tests.bench._mill import bench_store

EVENTS, PAIRS = 60_000, 5
_AT_ONCE = 10_000
#: what the peer takes at a time: with more it was no quicker, with fewer slower
_PEER_TAKES = 2_000
_BATCH_BYTES = 262_144


def run(tell: Tell) -> Measured:
    """Five pairs of 60,000 events."""
    return asyncio.run(_run(tell))


async def _run(tell: Tell) -> Measured:
    async with bench_broker() as bootstrap, bench_store() as (parts, address, database):
        tenant = await tenants.add(database, Vault.from_settings(parts.store), "bench", {})
        async with database.system() as session:
            await carriers.use(session, KAFKA, topics_of())
        settings = new_settings(bootstrap)
        await make_topics(settings, "lead.sourced")
        pairs = []
        for number in range(PAIRS + 1):
            entries = sourced_entries(tenant.id, EVENTS)
            pair = (
                await _ours(address, database, settings, tenant.id, entries),
                await _peer(address, settings, entries),
            )
            if number:  # the first one warms up
                pairs.append(pair)
                tell(f"pair {number}: {pair[0]:,.0f} events/s, the peer {pair[1]:,.0f}")
    facts = {"events": EVENTS, "bytes": 1_024, "acks": "all", "idempotent": True, "fsync": True}
    return Measured("relay", "events/s", "DELETE … RETURNING, send, COMMIT", pairs, facts)


async def _ours(
    address: str,
    database: Database,
    settings: KafkaSettings,
    tenant_id: TenantId,
    entries: list[LogEntry],
) -> float:
    for start in range(0, len(entries), 2_000):
        async with database.tenant(tenant_id) as session:
            await log.append(session, entries[start : start + 2_000])
    await _settle(address)
    relay = Relay(database, KafkaPublisher(settings), topics_of(), owner="bench", settings=EngineSettings())
    try:
        started = time.monotonic()
        while await relay.relay_once():
            pass
        while True:
            async with database.glance() as session:
                pruned = await outbox.prune(session, 0.0, _AT_ONCE)
            if pruned < _AT_ONCE:
                break
        return EVENTS / (time.monotonic() - started)
    finally:
        await relay.close()


async def _peer(address: str, settings: KafkaSettings, entries: list[LogEntry]) -> float:
    connection = await asyncpg.connect(address)
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=_BATCH_BYTES,
        linger_ms=5,
    )
    await producer.start()
    try:
        await connection.execute(
            "CREATE SCHEMA IF NOT EXISTS bench; DROP TABLE IF EXISTS bench.outbox; CREATE TABLE bench.outbox "
            "(id bigserial PRIMARY KEY, event_id uuid NOT NULL, lane int NOT NULL, key text, data text NOT NULL)"
        )
        await connection.copy_records_to_table(
            "outbox",
            schema_name="bench",
            columns=["event_id", "lane", "key", "data"],
            records=[(one.event_id, one.lane, one.subject, one.data) for one in entries],
        )
        await _settle(address)
        started = time.monotonic()
        while await _relayed(connection, producer, settings.topic("lead.sourced")):
            pass
        return EVENTS / (time.monotonic() - started)
    finally:
        await producer.stop()
        await connection.close()


async def _relayed(connection: Any, producer: Any, topic: str) -> int:
    """How many rows the peer has sent in one transaction."""
    async with connection.transaction():
        rows = await connection.fetch(
            "DELETE FROM bench.outbox WHERE id IN (SELECT id FROM bench.outbox ORDER BY id LIMIT $1 "
            "FOR UPDATE SKIP LOCKED) RETURNING id, event_id, lane, key, data",
            _PEER_TAKES,
        )
        sent = [
            await producer.send(
                topic,
                value=row["data"].encode(),
                key=row["key"].encode(),
                partition=row["lane"],
                headers=[("ce_id", str(row["event_id"]).encode())],
            )
            for row in sorted(rows, key=lambda row: row["id"])
        ]
        await asyncio.gather(*sent)
    return len(rows)


async def _settle(address: str) -> None:
    """What was written is on the disk, so that nobody pays for the other."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
