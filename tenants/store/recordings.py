"""Recordings of runs: what each was told, for as long as the run itself is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.identity import TenantId
from tenants.store.columns import columns, unnest
from tenants.store.session import Session


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run and its recording, as JSON."""

    run_id: UUID
    recording: str


@dataclass(frozen=True, slots=True)
class Replayable:
    """A run with all that is needed to do it again: what it was about, and by which versions it was done."""

    id: UUID
    agent: str
    topic: str
    input: Any
    status: str
    started_at: Any
    versions: Any
    config: Any
    recording: Any


async def save(session: Session, recorded: Sequence[Recorded]) -> None:
    """The recordings kept, each in place of an earlier one of its run."""
    if recorded:
        await session.run(
            f"""
            INSERT INTO recording (tenant_id, run_id, recording)
            SELECT :tenant_id, run_id, recording FROM {unnest(run_id="uuid", recording="json")}
            ON CONFLICT (tenant_id, run_id) DO UPDATE SET recording = EXCLUDED.recording
            """,
            tenant_id=session.tenant_id,
            **columns(recorded, ("run_id", "recording")),
        )


async def owner(session: Session, run_id: UUID) -> TenantId | None:
    """Whose run this is, or None where there is no such run. Needs a system session."""
    found: TenantId | None = await session.value("SELECT tenant_id FROM run WHERE id = :id", id=run_id)
    return found


async def replayable(session: Session, run_id: UUID) -> Replayable | None:
    """The tenant's run with its recording and the configuration of its time; those may be None."""
    rows: Sequence[Mapping[str, Any]] = await session.rows(
        """
        SELECT run.id, run.agent, run.topic, run.input, run.status, run.started_at, run.versions,
               c.config, r.recording
        FROM run
        LEFT JOIN recording r ON r.tenant_id = run.tenant_id AND r.run_id = run.id
        LEFT JOIN tenant_config c ON c.tenant_id = run.tenant_id
              AND c.version = CAST(run.versions ->> 'config' AS int)
        WHERE run.tenant_id = :tenant_id AND run.id = :id
        """,
        tenant_id=session.tenant_id,
        id=run_id,
    )
    return Replayable(**rows[0]) if rows else None
