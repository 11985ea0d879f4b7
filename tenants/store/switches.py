"""Switches: how each agent works for each tenant, and the one that stops everything. Without a switch it works."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tenants.identity import TenantId
from tenants.modes import Mode
from tenants.store import audit, runs
from tenants.store.session import Session


async def turn(
    session: Session,
    agent: str,
    mode: Mode,
    *,
    by: str,
    reason: str | None = None,
    until: datetime | None = None,
) -> int:
    """How many held runs go on: those that nothing holds any more, now that this switch stands at `mode`.

    `agent` may be EVERY_AGENT: then the stricter one of the two counts. With `until` it goes on by itself.
    """
    await session.run(
        """
        INSERT INTO agent_switch (tenant_id, agent, mode, changed_by, reason, until)
        VALUES (:tenant_id, :agent, :mode, :by, :reason, :until)
        ON CONFLICT (tenant_id, agent) DO UPDATE
        SET mode = EXCLUDED.mode, changed_by = EXCLUDED.changed_by, reason = EXCLUDED.reason,
            until = EXCLUDED.until, changed_at = now()
        """,
        tenant_id=session.tenant_id,
        agent=agent,
        mode=mode,
        by=by,
        reason=reason,
        until=until,
    )
    detail = {"agent": agent, "reason": reason, "until": until}
    await audit.write(session, by=by, act=f"agent {mode}", subject=f"agent={agent}", detail=detail)
    return await runs.let_go(session)


async def modes(session: Session, tenant_ids: Sequence[TenantId]) -> dict[tuple[TenantId, str], Mode]:
    """The mode of each (tenant, agent) of these tenants whose switch is not on; the agent may be EVERY_AGENT."""
    rows = await session.rows(
        "SELECT tenant_id, agent, mode FROM agent_switch "
        "WHERE mode <> 'on' AND tenant_id = ANY(CAST(:ids AS uuid[]))",
        ids=list(tenant_ids),
    )
    return {(row["tenant_id"], row["agent"]): Mode(row["mode"]) for row in rows}


async def standing(session: Session) -> dict[str, Mapping[str, Any]]:
    """The tenant's switches by agent: mode, who turned it, why, until when, seconds ago, and the runs held since."""
    rows = await session.rows(
        """
        SELECT s.agent, s.mode, s.changed_by, s.changed_at, s.reason, s.until,
               extract(epoch FROM now() - s.changed_at)::float8 AS changed_age_s, COALESCE(h.held, 0) AS held
        FROM agent_switch s
        LEFT JOIN LATERAL (
            SELECT count(*) AS held FROM run r
            WHERE r.tenant_id = :tenant_id AND s.agent IN (r.agent, '*') AND r.status = 'held' AND r.due_at IS NULL
        ) h ON s.mode <> 'on'
        WHERE s.tenant_id = :tenant_id
        """,
        tenant_id=session.tenant_id,
    )
    return {row["agent"]: row for row in rows}


async def held_back(session: Session) -> list[Mapping[str, Any]]:
    """The switches of all tenants that are not on, each with the tenant's name, how it stands, by whom and why.

    Needs a system session.
    """
    return await session.rows(
        """
        SELECT t.name AS tenant, s.agent, s.mode, s.changed_by, s.reason,
               extract(epoch FROM now() - s.changed_at)::float8 AS changed_age_s
        FROM agent_switch s JOIN tenant t ON t.id = s.tenant_id WHERE s.mode <> 'on' ORDER BY t.name, s.agent
        """
    )


async def stop_everything(session: Session, *, by: str, reason: str) -> None:
    """Every agent stopped for every tenant, until somebody lets them go on.

    Raises ValueError where everything is stopped already.
    """
    stopped = await session.run(
        "INSERT INTO halt (stopped_by, reason) SELECT :by, :reason "
        "WHERE NOT EXISTS (SELECT FROM halt WHERE ended_at IS NULL) ON CONFLICT DO NOTHING",
        by=by,
        reason=reason,
    )
    if not stopped:
        raise ValueError("everything is stopped already")


async def go_on(session: Session, *, by: str) -> int:
    """How many held runs go on because the stop of everything is over. Switches of tenants stand as they did.

    Raises ValueError where nothing was stopped.
    """
    ended = await session.run(
        "UPDATE halt SET ended_at = now(), ended_by = :by WHERE ended_at IS NULL", by=by
    )
    if not ended:
        raise ValueError("not everything is stopped: single agents are let go with `leadmill agent resume`")
    return await runs.let_go(session)


async def halted(session: Session) -> dict[str, Any] | None:
    """Who stopped everything, when and why; None where nobody did."""
    rows = await session.rows(
        "SELECT stopped_at, stopped_by, reason, extract(epoch FROM now() - stopped_at)::float8 AS age_s "
        "FROM halt WHERE ended_at IS NULL"
    )
    return dict(rows[0]) if rows else None


async def end_pauses(session: Session) -> int:
    """How many held runs go on because the time of their agent's pause is over. Needs a system session."""
    ended = await session.run(
        "UPDATE agent_switch SET mode = 'on', changed_by = 'the end of its time', reason = NULL, until = NULL, "
        "changed_at = now() WHERE mode <> 'on' AND until <= now()"
    )
    return await runs.let_go(session) if ended else 0
