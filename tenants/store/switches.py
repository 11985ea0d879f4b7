"""Switches: which agents work for which tenant. An agent without a switch is on."""

from collections.abc import Sequence

from tenants.identity import TenantId
from tenants.store import runs
from tenants.store.session import Session


async def flip(session: Session, agent: str, *, enabled: bool, by: str) -> int:
    """How many held events were set free: those that had come while the agent was off."""
    await session.run(
        """
        INSERT INTO agent_switch (tenant_id, agent, enabled, changed_by) VALUES (:tenant_id, :agent, :enabled, :by)
        ON CONFLICT (tenant_id, agent) DO UPDATE
        SET enabled = EXCLUDED.enabled, changed_by = EXCLUDED.changed_by, changed_at = now()
        """,
        tenant_id=session.tenant_id,
        agent=agent,
        enabled=enabled,
        by=by,
    )
    return await runs.let_go(session, agent) if enabled else 0


async def off(session: Session, tenant_ids: Sequence[TenantId]) -> set[tuple[TenantId, str]]:
    """Every (tenant, agent) of these tenants that is switched off."""
    rows = await session.rows(
        "SELECT tenant_id, agent FROM agent_switch WHERE NOT enabled AND tenant_id = ANY(CAST(:ids AS uuid[]))",
        ids=list(tenant_ids),
    )
    return {(row["tenant_id"], row["agent"]) for row in rows}
