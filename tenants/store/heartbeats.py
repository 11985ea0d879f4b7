"""Heartbeats: when each desk was last seen, and how it was."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.store.columns import to_json
from tenants.store.session import Session


async def beat(
    session: Session,
    *,
    desk: str,
    agent: str,
    lanes: Sequence[int],
    pid: int,
    build: str,
    health: Mapping[str, Any],
) -> None:
    """A sign of life."""
    await session.run(
        """
        INSERT INTO heartbeat (desk, agent, lanes, pid, build, health)
        VALUES (:desk, :agent, CAST(:lanes AS int[]), :pid, :build, CAST(:health AS json))
        ON CONFLICT (desk) DO UPDATE
        SET lanes = EXCLUDED.lanes, pid = EXCLUDED.pid, build = EXCLUDED.build, health = EXCLUDED.health,
            seen_at = now()
        """,
        desk=desk,
        agent=agent,
        lanes=list(lanes),
        pid=pid,
        build=build,
        health=to_json(health),
    )


async def gone(session: Session, desk: str) -> None:
    """A desk that went to sleep in good order."""
    await session.run("DELETE FROM heartbeat WHERE desk = :desk", desk=desk)


async def seen(session: Session) -> list[dict[str, Any]]:
    """All desks that were seen and have not gone, with the age of their last sign of life in seconds."""
    rows = await session.rows(
        "SELECT desk, agent, lanes, pid, build, extract(epoch FROM now() - seen_at)::float8 AS age_s, health "
        "FROM heartbeat ORDER BY desk"
    )
    return [dict(row) for row in rows]
