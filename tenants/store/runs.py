"""The run ledger, which is also the inbox: a run that exists and has ended is not done twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.identity import TenantId
from tenants.modes import Mode
from tenants.records import RunStatus
from tenants.store.columns import columns, unnest
from tenants.store.session import Session


class GroundMoved(Exception):
    """What these runs were decided on has changed meanwhile; nothing was written, they are to be run again."""

    def __init__(self, run_ids: frozenset[UUID]) -> None:
        super().__init__(f"{len(run_ids)} runs were overtaken")
        self.run_ids = run_ids


#: stands for the stage of a lead that was closed, since another lead of the same company goes on
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class RunStart:
    """An event that an agent is about to handle."""

    id: UUID
    event_id: UUID
    lead_id: UUID | None
    topic: str
    input: str


@dataclass(frozen=True, slots=True)
class RunOpened:
    """A run that is ours to do: which attempt it is, and how often in a row it waited with patience.

    `unfinished` processes in a row began it and never came to an end. `stage` is how far its lead has come,
    or DUPLICATE where another lead of its company goes on instead.
    """

    id: UUID
    attempt: int
    waits: int
    unfinished: int
    stage: str | None


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended, or when it goes on. Where it waits with patience, this was no attempt."""

    id: UUID
    lead_id: UUID | None
    status: RunStatus
    duration_s: float
    due_at: datetime | None
    reason: str | None
    output: str | None
    error: str | None
    cost_usd: Decimal
    versions: str | None
    fingerprint: str | None = None
    missing: str | None = None
    approval_id: UUID | None = None
    is_patient: bool = False


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run whose time has come again, with the event that it is about."""

    id: UUID
    tenant_id: TenantId
    event_id: UUID
    topic: str
    input: str
    attempt: int
    waits: int
    unfinished: int
    approval_id: UUID | None


async def open_runs(
    session: Session, agent: str, lane: int, starts: Sequence[RunStart]
) -> dict[UUID, RunOpened]:
    """Those of the runs that are ours to do. The others have ended, or wait elsewhere, since they came before.

    None, where the tenant was removed meanwhile. A run that is new, or was left in good order, counts as begun:
    it has `unfinished` 0, and 1 from now on.
    """
    rows = await session.rows(
        f"""
        WITH owner AS (SELECT id AS tenant_id FROM tenant WHERE id = :tenant_id FOR KEY SHARE)
        INSERT INTO run AS r (tenant_id, id, agent, event_id, lead_id, topic, lane, status, input, unfinished)
        SELECT owner.tenant_id, given.id, :agent, event_id, lead_id, topic, :lane, 'running', input, 1
        FROM owner, {unnest(id="uuid", event_id="uuid", lead_id="uuid", topic="text", input="json")}
        ON CONFLICT (tenant_id, id) DO UPDATE SET deliveries = r.deliveries + 1, lane = EXCLUDED.lane
        WHERE r.status = 'running' AND r.due_at IS NULL
        RETURNING id, attempt, waits, deliveries, CASE WHEN deliveries = 1 THEN 0 ELSE unfinished END AS unfinished,
                  (SELECT CASE WHEN duplicate_of IS NULL THEN stage ELSE :duplicate END FROM lead
                   WHERE lead.tenant_id = r.tenant_id AND lead.id = r.lead_id) AS stage
        """,
        tenant_id=session.tenant_id,
        agent=agent,
        lane=lane,
        duplicate=DUPLICATE,
        **columns(starts, ("id", "event_id", "lead_id", "topic", "input")),
    )
    left_off = [row["id"] for row in rows if row["unfinished"] == 0 and row["deliveries"] > 1]
    if left_off:
        await session.run(
            "UPDATE run SET unfinished = 1 WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))",
            tenant_id=session.tenant_id,
            ids=left_off,
        )
    return {
        row["id"]: RunOpened(row["id"], row["attempt"], row["waits"], row["unfinished"], row["stage"])
        for row in rows
    }


async def close_runs(session: Session, ends: Sequence[RunEnd]) -> None:
    """The runs as they ended, and their leads held, unless they are scored already.

    Raises GroundMoved, with all of them, where a run is not running any more: somebody else has ended it.
    """
    if not ends:
        return
    kinds = {
        "id": "uuid",
        "lead_id": "uuid",
        "status": "text",
        "duration_s": "real",
        "due_at": "timestamptz",
        "reason": "text",
        "output": "json",
        "error": "json",
        "cost_usd": "numeric",
        "versions": "json",
        "fingerprint": "text",
        "missing": "text",
        "approval_id": "uuid",
        "is_patient": "boolean",
    }
    parameters = columns(ends, tuple(kinds))
    closed = await session.run(
        f"""
        UPDATE run SET status = given.status, finished_at = clock_timestamp(), duration_s = given.duration_s,
               due_at = given.due_at, reason = given.reason, output = given.output, error = given.error,
               cost_usd = run.cost_usd + given.cost_usd, versions = given.versions,
               fingerprint = given.fingerprint, missing = given.missing,
               approval_id = given.approval_id, unfinished = 0,
               attempt = run.attempt - CASE WHEN given.is_patient THEN 1 ELSE 0 END,
               waits = CASE WHEN given.is_patient THEN run.waits + 1 ELSE 0 END,
               attempts = {_ATTEMPTS}
        FROM {unnest(**kinds)}
        WHERE run.tenant_id = :tenant_id AND run.id = given.id AND run.status = 'running'
        """,
        tenant_id=session.tenant_id,
        **parameters,
    )
    if closed != len(ends):
        raise GroundMoved(frozenset(end.id for end in ends))
    holding = [end for end in ends if end.lead_id is not None and end.status in _HOLDS]
    if holding:
        await session.run(
            f"""
            UPDATE lead SET hold = given.hold, hold_reason = given.reason, updated_at = now()
            FROM {unnest(lead_id="uuid", hold="text", reason="text")}
            WHERE lead.tenant_id = :tenant_id AND lead.id = given.lead_id AND lead.stage <> 'scored'
              AND lead.duplicate_of IS NULL
            """,
            tenant_id=session.tenant_id,
            **columns(holding, ("lead_id", "reason"), hold=lambda end: _HOLDS[end.status]),
        )


# Attempts are kept where there was more than one to tell of: the first, and the newest up to twenty in all.
_ATTEMPTS = """
    CASE WHEN given.status NOT IN ('retrying', 'snoozed', 'failed') AND run.attempts = '[]' THEN run.attempts
         ELSE CASE WHEN jsonb_array_length(run.attempts) >= 20 THEN run.attempts - 1 ELSE run.attempts END
              || jsonb_build_array(jsonb_build_object(
                     'attempt', run.attempt, 'status', given.status, 'ended_at', clock_timestamp(),
                     'duration_s', given.duration_s, 'reason', given.reason, 'due_at', given.due_at,
                     'error', CAST(given.error AS jsonb) - 'trace', 'cost', given.cost_usd))
    END
"""
_HOLDS = {
    RunStatus.SKIPPED: "skipped",
    RunStatus.FAILED: "failed",
    RunStatus.SNOOZED: "snoozed",
    RunStatus.AWAITING_APPROVAL: "awaiting_approval",
}


async def take_due(session: Session, agent: str, lane: int, limit: int, claim_s: float) -> list[DueRun]:
    """Runs of this lane whose time has come, taken up for another attempt.

    They stay due at the end of the claim, in case the process that took them dies.
    """
    rows = await session.rows(
        """
        WITH due AS (
            SELECT tenant_id, id, status, unfinished FROM run
            WHERE agent = :agent AND lane = :lane AND due_at IS NOT NULL AND due_at <= now()
            ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
        )
        UPDATE run SET status = 'running',
               attempt = attempt + (CASE WHEN due.status IN ('running', 'held', 'awaiting_approval') THEN 0 ELSE 1 END),
               unfinished = CASE WHEN due.status = 'running' THEN GREATEST(due.unfinished, 1) ELSE 1 END,
               deliveries = deliveries + 1, due_at = now() + make_interval(secs => :claim)
        FROM due WHERE (run.tenant_id, run.id) = (due.tenant_id, due.id)
        RETURNING run.id, run.tenant_id, event_id, topic, CAST(input AS text) AS input, attempt, waits,
                  CASE WHEN due.status = 'running' THEN due.unfinished ELSE 0 END AS unfinished,
                  approval_id
        """,
        agent=agent,
        lane=lane,
        limit=limit,
        claim=claim_s,
    )
    return [DueRun(**row) for row in rows]


async def begin_again(session: Session, ids: Sequence[UUID], claim_s: float) -> None:
    """Runs that a process began and did not end, begun once more. Those that were taken up are claimed anew."""
    await session.run(
        """
        UPDATE run SET unfinished = unfinished + 1,
               due_at = CASE WHEN due_at IS NOT NULL THEN now() + make_interval(secs => :claim) END
        WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'running'
        """,
        ids=list(ids),
        claim=claim_s,
    )


async def leave_off(session: Session, ids: Sequence[UUID]) -> None:
    """Runs that a process leaves in good order before they ended: nobody is to suspect them."""
    await session.run(
        "UPDATE run SET unfinished = 0 WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'running'",
        ids=list(ids),
    )


async def still_running(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the runs that nobody has ended yet."""
    rows = await session.rows(
        "SELECT id FROM run WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'running'", ids=list(ids)
    )
    return {row["id"] for row in rows}


async def hold_back(session: Session, agent: str, ids: Sequence[UUID], modes: Collection[Mode]) -> set[UUID]:
    """Those of the runs whose tenant has this agent in one of the modes, kept for when it is on again.

    The switches are locked while we look: whoever turns one meanwhile finds what was held, or we find it turned.
    """
    rows = await session.rows(
        """
        WITH off AS (
            SELECT tenant_id FROM agent_switch WHERE agent IN (:agent, '*') AND mode = ANY(CAST(:modes AS text[]))
            AND tenant_id IN (SELECT tenant_id FROM run WHERE id = ANY(CAST(:ids AS uuid[]))) FOR SHARE
        ), everything AS (SELECT id FROM halt WHERE ended_at IS NULL FOR SHARE)
        UPDATE run SET status = 'held', due_at = NULL, unfinished = 0
        WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'running'
          AND (tenant_id IN (SELECT tenant_id FROM off) OR EXISTS (SELECT FROM everything))
        RETURNING id
        """,
        agent=agent,
        ids=list(ids),
        modes=list(modes),
    )
    return {row["id"] for row in rows}


async def let_go(session: Session) -> int:
    """How many held runs were made due, since nothing holds them any more: of the session's tenant, or of all."""
    return await session.run(
        """
        UPDATE run SET due_at = now()
        WHERE status = 'held' AND due_at IS NULL
          AND (CAST(:tenant_id AS uuid) IS NULL OR tenant_id = :tenant_id)
          AND NOT EXISTS (SELECT FROM halt WHERE ended_at IS NULL)
          AND NOT EXISTS (SELECT FROM agent_switch s WHERE s.tenant_id = run.tenant_id
                          AND s.agent IN (run.agent, '*') AND s.mode <> 'on')
        """,
        tenant_id=session.tenant_id,
    )


#: what the command line and the console are told of a run
TOLD = (
    "id, agent, lead_id, status, started_at, duration_s, attempt, error, CAST(cost_usd AS float8) AS cost, "
    "input, output, reason, due_at, attempts, fingerprint"
)


async def topic_of(session: Session, run_id: UUID) -> str | None:
    """The kind of event that the run is about, or None where the tenant has no such run."""
    found: str | None = await session.value(
        "SELECT topic FROM run WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=run_id,
    )
    return found


async def recent(
    session: Session,
    *,
    status: str | None = None,
    agent: str | None = None,
    lead_id: UUID | None = None,
    limit: int = 50,
) -> list[Mapping[str, Any]]:
    """The newest runs of the session's tenant that match, each with its input and output."""
    rows = await session.rows(
        f"""
        SELECT {TOLD} FROM run
        WHERE tenant_id = :tenant_id AND (CAST(:status AS text) IS NULL OR status = :status)
          AND (CAST(:agent AS text) IS NULL OR agent = :agent)
          AND (CAST(:lead_id AS uuid) IS NULL OR lead_id = :lead_id)
        ORDER BY started_at DESC, id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        status=status,
        agent=agent,
        lead_id=lead_id,
        limit=limit,
    )
    return list(rows)
