"""Dead letters: events that nobody can read, or that belong to no tenant, kept with their bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.store.session import Session


async def bury(
    session: Session,
    *,
    letter_id: object,
    topic: str,
    lane: int,
    offset: int,
    reason: str,
    headers: str,
    raw: bytes,
) -> None:
    """An event that nobody can read, kept with its raw bytes where a person can see it."""
    await session.run(
        """
        INSERT INTO dead_letter (id, topic, lane, "offset", reason, headers, raw)
        VALUES (:id, :topic, :lane, :offset, :reason, CAST(:headers AS json), :raw) ON CONFLICT DO NOTHING
        """,
        id=letter_id,
        topic=topic,
        lane=lane,
        offset=offset,
        reason=reason,
        headers=headers,
        raw=raw,
    )


async def listed(session: Session, limit: int) -> Sequence[Mapping[str, Any]]:
    """The newest dead letters, each with where it stood on the bus, why it was buried, its headers and its bytes."""
    return await session.rows(
        'SELECT id, topic, lane, "offset", reason, headers, raw, received_at FROM dead_letter '
        "ORDER BY received_at DESC, id LIMIT :limit",
        limit=limit,
    )


async def count(session: Session) -> int:
    """How many dead letters there are."""
    return int(await session.value("SELECT count(*) FROM dead_letter"))
