"""The error queue: failed runs, grouped by what they have in common, retried, resolved, muted, assigned.

A failed run leaves the queue when it is tried again, when a person says that nothing more is to be done, or by
itself, when the same work has succeeded in another run meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.store import audit, runs
from tenants.store.columns import to_json
from tenants.store.session import Session


class NotInQueue(ValueError):
    """It is not in the error queue, or not any more."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which failed runs are meant: all that match everything that is given."""

    ids: Sequence[UUID] | None = None
    agent: str | None = None
    provider: str | None = None
    error: str | None = None
    fingerprint: str | None = None
    lead: UUID | None = None

    @classmethod
    def where(cls, conditions: str) -> "Which":
        """The conditions in a text such as `agent=enrichment provider=apollo`.

        Raises ValueError for a word that is no condition.
        """
        known = [field.name for field in fields(cls) if field.name != "ids"]
        given: dict[str, Any] = {}
        for word in conditions.split():
            name, equals, value = word.partition("=")
            if not equals or not value or name not in known or name in given:
                raise ValueError(
                    f"{word!r} is no condition: write NAME=VALUE, once each of {', '.join(known)}"
                )
            given[name] = _lead_id(value) if name == "lead" else value
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Retry:
    """What a retry would do, or did: the runs that go on, and for each reason how many do not."""

    eligible: tuple[UUID, ...]
    refused: Mapping[str, int]


#: the condition of a run that is meant by a `Which`, whose parameters `parameters` gives
MATCHES = """
    tenant_id = :tenant_id
    AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY(CAST(:ids AS uuid[])))
    AND (CAST(:agent AS text) IS NULL OR agent = :agent)
    AND (CAST(:provider AS text) IS NULL OR error ->> 'provider' = :provider)
    AND (CAST(:error AS text) IS NULL OR error ->> 'class' = :error)
    AND (CAST(:fingerprint AS text) IS NULL OR fingerprint = :fingerprint)
    AND (CAST(:lead AS uuid) IS NULL OR lead_id = :lead)
"""
_WHY_NOT = {
    "running": "it is being worked on",
    "retrying": "it is about to be tried again",
    "held": "its agent is switched off: it goes on when that is switched on",
    "awaiting_approval": "it waits for an approval",
    "done": "it is done already",
    "superseded": "the same work has succeeded in another run",
}
# Desks know a tenant's configuration as it was up to a second ago: who goes on earlier goes by the old one.
_NEWS_TRAVEL_S = 1.5
_RETRIED = ("failed", "resolved", "skipped", "snoozed")


def _lead_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(f"{text!r} is no condition for a lead: write its id") from None


async def groups(session: Session) -> list[Mapping[str, Any]]:
    """The failures in the tenant's queue by fingerprint, the largest group first, muted ones last."""
    return await session.rows(
        """
        SELECT f.fingerprint, f.agent, f.provider, f.class, f.message, f.runs, f.first_at, f.last_at,
               g.assignee, g.muted_until, COALESCE(g.muted_until > now(), false) AS is_muted
        FROM (
            SELECT COALESCE(fingerprint, '') AS fingerprint, agent, count(*) AS runs,
                   min(finished_at) AS first_at, max(finished_at) AS last_at,
                   (array_agg(error ->> 'provider' ORDER BY finished_at DESC))[1] AS provider,
                   (array_agg(error ->> 'class' ORDER BY finished_at DESC))[1] AS class,
                   (array_agg(error ->> 'message' ORDER BY finished_at DESC))[1] AS message
            FROM run WHERE tenant_id = :tenant_id AND status = 'failed' GROUP BY 1, 2
        ) f
        LEFT JOIN failure_group g ON g.tenant_id = :tenant_id AND g.fingerprint = f.fingerprint
        ORDER BY is_muted, f.runs DESC, f.last_at DESC
        """,
        tenant_id=session.tenant_id,
    )


async def listed(session: Session, which: Which, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """The runs in the queue that match, the newest failures first."""
    return await session.rows(
        f"SELECT {runs.TOLD} FROM run WHERE {MATCHES} AND status = 'failed' "
        "ORDER BY finished_at DESC, id LIMIT :limit",
        **parameters(session, which),
        limit=limit,
    )


async def retry(session: Session, which: Which, *, by: str, dry_run: bool = False) -> Retry:
    """The runs that match, tried again at once with a fresh count of attempts; with `dry_run` only looked at.

    Without ids only what is in the queue is meant. With ids also what was resolved, skipped, or sleeps. What
    the providers answered in the earlier attempts is kept, and not paid for again.
    """
    given = parameters(session, which)
    rows = await session.rows(
        f"SELECT id, lead_id, status FROM run WHERE {MATCHES} "
        "AND (CAST(:ids AS uuid[]) IS NOT NULL OR status = 'failed') ORDER BY id FOR UPDATE",
        **given,
    )
    eligible = [row for row in rows if row["status"] in _RETRIED]
    refused: dict[str, int] = {}
    for row in rows:
        if row["status"] not in _RETRIED:
            reason = _WHY_NOT[row["status"]]
            refused[reason] = refused.get(reason, 0) + 1
    unknown = len(set(which.ids or ()) - {row["id"] for row in rows})
    if unknown:
        refused["there is no such run"] = unknown
    ids = [row["id"] for row in eligible]
    if ids and not dry_run:
        await _wake(session, eligible, 0)
        await audit.write(session, by=by, act="retry", subject=_told(which), detail={"runs": len(ids)})
    return Retry(tuple(ids), refused)


async def edit(session: Session, run_id: UUID, new_input: Mapping[str, Any], *, by: str) -> None:
    """Another input for a failed run, in place of the one it failed on; the audit keeps the old one.

    Raises ValueError where the run is not in the error queue.
    """
    rows = await session.rows(
        "SELECT input FROM run WHERE tenant_id = :tenant_id AND id = :id AND status = 'failed' FOR UPDATE",
        tenant_id=session.tenant_id,
        id=run_id,
    )
    if not rows:
        raise NotInQueue(f"no failed run has the id {run_id}: only those can be edited")
    await session.run(
        "UPDATE run SET input = CAST(:input AS json) WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=run_id,
        input=to_json(new_input),
    )
    await audit.write(
        session,
        by=by,
        act="edit input",
        subject=str(run_id),
        detail={"from": rows[0]["input"], "to": new_input},
    )


async def resolve(session: Session, which: Which, *, by: str, reason: str) -> int:
    """How many failed runs left the queue because a person says that nothing more is to be done."""
    resolved = await session.run(
        f"UPDATE run SET status = 'resolved' WHERE {MATCHES} AND status = 'failed'",
        **parameters(session, which),
    )
    if resolved:
        detail = {"runs": resolved, "reason": reason}
        await audit.write(session, by=by, act="resolve", subject=_told(which), detail=detail)
    return resolved


async def mute(session: Session, fingerprint: str, *, until: datetime | None, by: str) -> None:
    """A group of failures that nobody wants to hear of until then; None: to be heard of again."""
    await _change_group(session, fingerprint, "muted_until", until)
    detail = {"until": until.isoformat() if until is not None else None}
    await audit.write(session, by=by, act="mute", subject=f"fingerprint={fingerprint}", detail=detail)


async def assign(session: Session, fingerprint: str, *, to: str | None, by: str) -> None:
    """A group of failures that somebody looks after; None: nobody any more."""
    await _change_group(session, fingerprint, "assignee", to)
    await audit.write(session, by=by, act="assign", subject=f"fingerprint={fingerprint}", detail={"to": to})


async def supersede(session: Session) -> int:
    """How many failed runs left the queue because another run of the same agent for the same lead succeeded later.

    Needs a system session; looks at all tenants.
    """
    return await session.run(
        """
        UPDATE run SET status = 'superseded'
        WHERE status = 'failed' AND lead_id IS NOT NULL AND EXISTS (
            SELECT FROM run later
            WHERE later.tenant_id = run.tenant_id AND later.lead_id = run.lead_id AND later.agent = run.agent
              AND later.status = 'done' AND later.finished_at > run.finished_at
        )
        """
    )


async def resume(session: Session, missing: Sequence[str], *, lead_id: UUID | None = None) -> int:
    """How many of the tenant's skipped runs go on because one of the facts that they missed has arrived.

    With `lead_id` the fact has arrived for this lead only.
    """
    rows = await session.rows(
        "SELECT id, lead_id FROM run WHERE tenant_id = :tenant_id AND status = 'skipped' "
        "AND missing = ANY(CAST(:missing AS text[])) AND (CAST(:lead AS uuid) IS NULL OR lead_id = :lead) "
        "ORDER BY id FOR UPDATE",
        tenant_id=session.tenant_id,
        missing=list(missing),
        lead=lead_id,
    )
    return await _wake(session, rows)


async def resume_for_provider(session: Session, provider: str) -> int:
    """How many runs go on because the tenant's way to this provider was changed.

    Those are the ones that failed over a setting of it or of nobody in particular, and those that wait for
    its quota.
    """
    rows = await session.rows(
        """
        SELECT id, lead_id FROM run WHERE tenant_id = :tenant_id AND (
            (status = 'failed' AND error ->> 'kind' = 'configuration'
             AND (error ->> 'provider' = :provider OR error ->> 'class' = 'NotConnected'))
            OR (status IN ('snoozed', 'retrying') AND error ->> 'class' = 'QuotaExhausted'
                AND error ->> 'provider' = :provider)
        ) ORDER BY id FOR UPDATE
        """,
        tenant_id=session.tenant_id,
        provider=provider,
    )
    return await _wake(session, rows)


async def resume_for_budget(session: Session) -> int:
    """How many runs go on because the tenant has another budget: those that it stopped, for now or for good."""
    rows = await session.rows(
        """
        SELECT id, lead_id FROM run WHERE tenant_id = :tenant_id AND (
            (status = 'failed' AND error ->> 'class' = 'CeilingReached')
            OR (status IN ('snoozed', 'retrying') AND error ->> 'class' = 'BudgetUsedUp')
        ) ORDER BY id FOR UPDATE
        """,
        tenant_id=session.tenant_id,
    )
    return await _wake(session, rows)


async def _wake(session: Session, rows: Sequence[Mapping[str, Any]], after_s: float = _NEWS_TRAVEL_S) -> int:
    """Runs made due, with a fresh count of attempts, and their leads in flight again; how many."""
    if rows:
        await session.run(
            """
            UPDATE run SET status = 'retrying', attempt = 0, unfinished = 0,
                   due_at = now() + make_interval(secs => :after)
            WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))
            """,
            tenant_id=session.tenant_id,
            ids=[row["id"] for row in rows],
            after=after_s,
        )
        await session.run(
            "UPDATE lead SET hold = NULL, hold_reason = NULL, updated_at = now() "
            "WHERE tenant_id = :tenant_id AND id = ANY(CAST(:leads AS uuid[])) AND hold IS NOT NULL "
            "AND duplicate_of IS NULL",
            tenant_id=session.tenant_id,
            leads=[row["lead_id"] for row in rows if row["lead_id"] is not None],
        )
    return len(rows)


async def _change_group(session: Session, fingerprint: str, column: str, value: Any) -> None:
    known = await session.value(
        "SELECT true FROM run WHERE tenant_id = :tenant_id AND fingerprint = :fingerprint LIMIT 1",
        tenant_id=session.tenant_id,
        fingerprint=fingerprint,
    )
    if not known:
        raise NotInQueue(f"no failure has the fingerprint {fingerprint}")
    await session.run(
        f"INSERT INTO failure_group (tenant_id, fingerprint, {column}) VALUES (:tenant_id, :fingerprint, :value) "
        f"ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET {column} = EXCLUDED.{column}",
        tenant_id=session.tenant_id,
        fingerprint=fingerprint,
        value=value,
    )


def parameters(session: Session, which: Which) -> dict[str, Any]:
    """The parameters of MATCHES."""
    return {
        "tenant_id": session.tenant_id,
        "ids": list(which.ids) if which.ids is not None else None,
        "agent": which.agent,
        "provider": which.provider,
        "error": which.error,
        "fingerprint": which.fingerprint,
        "lead": which.lead,
    }


def _told(which: Which) -> str:
    """The conditions as a person would write them."""
    told = [
        f"{field.name}={value}"
        for field in fields(which)
        if field.name != "ids" and (value := getattr(which, field.name)) is not None
    ]
    if which.ids is not None:
        told += [str(one) for one in list(which.ids)[:20]]
    return " ".join(told) or "all"
