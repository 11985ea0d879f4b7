"""Engagement: what prospects did, each act once."""

from collections.abc import Sequence
from uuid import UUID

from tenants.records import LeadEngagement
from tenants.store.columns import columns, unnest
from tenants.store.session import Session

_KINDS = {"id": "uuid", "lead_id": "uuid", "contact_id": "uuid", "kind": "text", "at": "timestamptz"}
# of what a lead did more often nobody learns anything new
_MOST = 200


async def save(session: Session, acts: Sequence[LeadEngagement]) -> None:
    """The acts kept; one that is known stays as it is."""
    await session.run(
        f"""
        INSERT INTO engagement (tenant_id, {", ".join(_KINDS)})
        SELECT :tenant_id, {", ".join(_KINDS)} FROM {unnest(**_KINDS)} ON CONFLICT DO NOTHING
        """,
        tenant_id=session.tenant_id,
        **columns(acts, tuple(_KINDS)),
    )


async def of_leads(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, tuple[LeadEngagement, ...]]:
    """What the prospects of these leads did, the newest first, of each lead at most 200 acts."""
    rows = await session.rows(
        f"""
        SELECT {", ".join(_KINDS)} FROM (
            SELECT *, row_number() OVER (PARTITION BY lead_id ORDER BY at DESC, id) AS place FROM engagement
            WHERE tenant_id = :tenant_id AND lead_id = ANY(CAST(:ids AS uuid[]))
        ) told WHERE place <= :most ORDER BY lead_id, place
        """,
        tenant_id=session.tenant_id,
        ids=list(lead_ids),
        most=_MOST,
    )
    found: dict[UUID, tuple[LeadEngagement, ...]] = {}
    for row in rows:
        found[row["lead_id"]] = (*found.get(row["lead_id"], ()), LeadEngagement.model_construct(**row))
    return found
