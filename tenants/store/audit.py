"""The audit: who did what to what, and when. Nothing in it is ever changed."""

from collections.abc import Mapping
from typing import Any

from tenants.store.columns import to_json
from tenants.store.session import Session


async def write(session: Session, *, by: str, act: str, subject: str, detail: Mapping[str, Any]) -> None:
    """One act of one person, in the transaction that carries it out."""
    await session.run(
        "INSERT INTO audit (tenant_id, by, act, subject, detail) "
        "VALUES (:tenant_id, :by, :act, :subject, CAST(:detail AS jsonb))",
        tenant_id=session.tenant_id,
        by=by,
        act=act,
        subject=subject,
        detail=to_json(detail),
    )


async def recent(session: Session, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """The newest acts of the session's tenant, the newest first."""
    return await session.rows(
        "SELECT at, by, act, subject, detail FROM audit WHERE tenant_id = :tenant_id ORDER BY id DESC LIMIT :limit",
        tenant_id=session.tenant_id,
        limit=limit,
    )
