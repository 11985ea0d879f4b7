"""The log as an outbox: how far each of its lanes is published, by whoever has the role of the relay."""

from collections.abc import Mapping

from tenants.records import LogEntry
from tenants.store.columns import unnest
from tenants.store.lanes import Fenced
from tenants.store.log import READ_COLUMNS
from tenants.store.session import Session

ROLE = "relay"

Lane = tuple[str, int]


async def unpublished(session: Session, most: int) -> list[LogEntry]:
    """The next entries of every lane that are not known to be published, at most so many of each, in order."""
    rows = await session.rows(
        f"""
        WITH behind AS MATERIALIZED (
            -- so that what is compared with an offset is plain: under row-level security COALESCE goes by no index
            SELECT topic, lane, COALESCE(p.next_offset, 0) AS first
            FROM log_head h LEFT JOIN relay_position p USING (topic, lane)
            WHERE h.next_offset > COALESCE(p.next_offset, 0)
        )
        SELECT entry.* FROM behind CROSS JOIN LATERAL (
            SELECT {READ_COLUMNS} FROM log
            WHERE topic = behind.topic AND lane = behind.lane AND "offset" >= behind.first
            ORDER BY "offset" LIMIT :most
        ) entry
        """,
        most=most,
    )
    return [LogEntry(**row) for row in rows]


async def published(session: Session, epoch: int, reached: Mapping[Lane, int], ttl_s: float) -> None:
    """The role renewed, and what is certainly published remembered: the offset that comes next, for each lane.

    Raises Fenced where somebody else has the role by now.
    """
    kept = await session.value(
        "UPDATE role_lease SET expires_at = now() + make_interval(secs => :ttl) "
        "WHERE name = :name AND epoch = :epoch RETURNING true",
        name=ROLE,
        epoch=epoch,
        ttl=ttl_s,
    )
    if not kept:
        raise Fenced(f"the relay's epoch {epoch} is over")
    if not reached:
        return
    await session.run(
        f"""
        INSERT INTO relay_position AS p (topic, lane, next_offset)
        SELECT topic, lane, next_offset FROM {unnest(topic="text", lane="int", next_offset="bigint")}
        ORDER BY topic, lane
        ON CONFLICT (topic, lane) DO UPDATE SET next_offset = GREATEST(p.next_offset, EXCLUDED.next_offset)
        """,
        topic=[topic for topic, _ in reached],
        lane=[lane for _, lane in reached],
        next_offset=list(reached.values()),
    )


async def depose(session: Session) -> None:
    """The role taken from whoever has it: it is claimed again at once, and what is under way is not remembered."""
    await session.run(
        "UPDATE role_lease SET epoch = epoch + 1, expires_at = '-infinity' WHERE name = :name", name=ROLE
    )


async def waiting(session: Session) -> int:
    """How many entries of the log are not known to be published."""
    return int(
        await session.value(
            "SELECT COALESCE(sum(h.next_offset - COALESCE(p.next_offset, 0)), 0) "
            "FROM log_head h LEFT JOIN relay_position p USING (topic, lane)"
        )
    )


async def prune(session: Session, older_than_s: float, most: int) -> int:
    """How many entries were deleted that are published and older than that; at most so many, the oldest first."""
    return await session.run(
        """
        DELETE FROM log WHERE ctid = ANY(ARRAY(
            SELECT log.ctid FROM relay_position p JOIN log USING (topic, lane)
            WHERE log."offset" < p.next_offset AND log.time < now() - make_interval(secs => :older)
            ORDER BY log.time LIMIT :most
        ))
        """,
        older=older_than_s,
        most=most,
    )
