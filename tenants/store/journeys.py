"""A lead's journey: everything that was done for it, was asked, waited for, decided and sent, in the order of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.store import effects, findings, pages, signals
from tenants.store.columns import containing
from tenants.store.session import Session

MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of a lead: how it stands, its runs, what they asked, what waited for people, what went out."""

    lead: Mapping[str, Any]
    runs: Sequence[Mapping[str, Any]]
    calls: Sequence[Mapping[str, Any]]
    approvals: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    signals: Sequence[Mapping[str, Any]]
    effects: Sequence[Mapping[str, Any]]


async def of_lead(session: Session, lead_id: UUID) -> Journey | None:
    """The journey of a lead, or None where there is no such lead. Of very many runs the first ones."""
    lead = await pages.prospect(session, lead_id)
    if lead is None:
        return None
    return Journey(
        lead=lead,
        runs=await _runs(session, lead_id),
        calls=await _calls(session, lead_id),
        approvals=await _approvals(session, lead_id),
        findings=await findings.history(session, lead_id),
        signals=await signals.of_lead(session, lead_id),
        effects=await effects.listed(session, lead_id=lead_id),
    )


async def found(session: Session, text: str, *, limit: int) -> list[Mapping[str, Any]]:
    """Leads of companies that a few letters of their name or domain, or an address of a contact, bring to mind."""
    return await session.rows(
        """
        SELECT l.id, l.stage, l.hold, l.tier, l.score, a.name AS company, a.domain, a.country,
               c.full_name AS contact
        FROM lead l
        JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
        LEFT JOIN contact c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
        WHERE l.tenant_id = :tenant_id
          AND (a.name ILIKE :pattern OR a.domain ILIKE :pattern OR c.email ILIKE :pattern)
        ORDER BY l.score DESC NULLS LAST, a.name, l.id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        pattern=containing(text) or "%",
        limit=limit,
    )


async def _runs(session: Session, lead_id: UUID) -> list[Mapping[str, Any]]:
    return await session.rows(
        """
        SELECT r.id, r.agent, r.topic, r.lane, r.event_id, r.status, r.attempt, r.attempts, r.started_at,
               r.finished_at, r.duration_s, r.due_at, r.reason, r.missing, r.input, r.output, r.error, r.versions,
               CAST(r.cost_usd AS float8) AS cost, recording.run_id IS NOT NULL AS is_recorded
        FROM run r
        LEFT JOIN recording ON recording.tenant_id = r.tenant_id AND recording.run_id = r.id
        WHERE r.tenant_id = :tenant_id AND r.lead_id = :lead_id ORDER BY r.started_at, r.id LIMIT :most
        """,
        tenant_id=session.tenant_id,
        lead_id=lead_id,
        most=MOST_RUNS,
    )


async def _calls(session: Session, lead_id: UUID) -> list[Mapping[str, Any]]:
    """What providers were asked for it and billed, without the answers: those are in the findings."""
    return await session.rows(
        """
        SELECT c.run_id, c.provider, c.question, c.state, c.tries, CAST(c.cost_usd AS float8) AS cost, c.credits,
               c.reserved_at, c.settled_at, c.found,
               CASE WHEN c.answer IS NULL THEN NULL ELSE c.answer ->> 'content' IS NOT NULL END AS is_hit
        FROM run r JOIN provider_call c ON c.tenant_id = r.tenant_id AND c.run_id = r.id
        WHERE r.tenant_id = :tenant_id AND r.lead_id = :lead_id ORDER BY c.reserved_at, c.id
        """,
        tenant_id=session.tenant_id,
        lead_id=lead_id,
    )


async def _approvals(session: Session, lead_id: UUID) -> list[Mapping[str, Any]]:
    return await session.rows(
        """
        SELECT p.id, p.run_id, p.status, p.created_at, p.decided_at, p.settled_at, p.decided_by, p.reason,
               p.expires_at, h.acts
        FROM run r JOIN approval p ON p.tenant_id = r.tenant_id AND p.run_id = r.id
        JOIN held_outcome h ON h.tenant_id = p.tenant_id AND h.approval_id = p.id
        WHERE r.tenant_id = :tenant_id AND r.lead_id = :lead_id ORDER BY p.created_at, p.id
        """,
        tenant_id=session.tenant_id,
        lead_id=lead_id,
    )
