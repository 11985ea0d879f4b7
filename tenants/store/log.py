"""The log: every event, with gapless offsets for each topic and lane, given at commit.

It is the outbox, and it is the embedded bus.
"""

from collections import Counter
from collections.abc import Sequence

from tenants.records import LogEntry
from tenants.store.columns import columns, unnest
from tenants.store.session import Session

_FIELDS = (
    "topic",
    "lane",
    "event_id",
    "tenant_id",
    "type",
    "source",
    "subject",
    "time",
    "traceparent",
    "data",
)
_KINDS = {
    "topic": "text",
    "lane": "int",
    "offset": "bigint",
    "event_id": "uuid",
    "tenant_id": "uuid",
    "type": "text",
    "source": "text",
    "subject": "text",
    "time": "timestamptz",
    "traceparent": "text",
    "data": "json",
}
_NAMES = ", ".join(f'"{name}"' for name in _KINDS)
#: what an entry is read from
READ_COLUMNS = _NAMES.replace('"data"', "CAST(data AS text) AS data")


async def append(session: Session, entries: Sequence[LogEntry]) -> None:
    """The entries at the end of their lanes, in the order given.

    The head of each lane stays locked until the transaction ends, so that an offset is visible only with
    all that came before it. Append last: others who write to the same lane wait meanwhile.
    """
    if not entries:
        return
    counts = Counter((entry.topic, entry.lane) for entry in entries)
    heads = sorted(counts)  # all writers lock in this order, so that no two wait for each other
    rows = await session.rows(
        f"""
        INSERT INTO log_head AS h (topic, lane, next_offset)
        SELECT topic, lane, n FROM {unnest(topic="text", lane="int", n="bigint")} ORDER BY topic, lane
        ON CONFLICT (topic, lane) DO UPDATE SET next_offset = h.next_offset + EXCLUDED.next_offset
        RETURNING topic, lane, next_offset
        """,
        topic=[topic for topic, _ in heads],
        lane=[lane for _, lane in heads],
        n=[counts[head] for head in heads],
    )
    following = {
        (row["topic"], row["lane"]): row["next_offset"] - counts[row["topic"], row["lane"]] for row in rows
    }
    offsets = []
    for entry in entries:
        offsets.append(following[entry.topic, entry.lane])
        following[entry.topic, entry.lane] += 1
    await session.run(
        f"INSERT INTO log ({_NAMES}) SELECT {_NAMES} FROM {unnest(**_KINDS)}",
        **columns(entries, _FIELDS),
        offset=offsets,
    )


async def read(session: Session, topic: str, lane: int, offset: int, limit: int) -> list[LogEntry]:
    """At most `limit` entries of one lane from this offset on, in order."""
    rows = await session.rows(
        f"""
        SELECT {READ_COLUMNS} FROM log
        WHERE topic = :topic AND lane = :lane AND "offset" >= :offset ORDER BY "offset" LIMIT :limit
        """,
        topic=topic,
        lane=lane,
        offset=offset,
        limit=limit,
    )
    return [LogEntry(**row) for row in rows]


async def end(session: Session, topic: str, lane: int) -> int:
    """The offset that the next entry of this lane will get."""
    return int(
        await session.value(
            "SELECT next_offset FROM log_head WHERE topic = :topic AND lane = :lane", topic=topic, lane=lane
        )
        or 0
    )
