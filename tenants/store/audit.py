"""The audit: who did what to what, and when. Nothing in it is ever changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.identity import TenantId
from tenants.store.columns import containing, to_json
from tenants.store.pages import COUNT_CAP
from tenants.store.session import TENANT_SETTING, Session


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts are asked for: words of who, of what was done or of what it was done to, and since when."""

    text: str = ""
    since: datetime | None = None


_MATCHES = """
    tenant_id = :tenant_id AND at >= COALESCE(CAST(:since AS timestamptz), '-infinity')
    AND (CAST(:pattern AS text) IS NULL OR by ILIKE :pattern OR act ILIKE :pattern OR subject ILIKE :pattern)
"""


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


async def write_for(
    session: Session, tenant_id: TenantId, *, by: str, act: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """One act about somebody who may sign in, in the audit of a tenant that it concerns. Needs a system session.

    A system session does not see what tenants own, and is sealed to this one for this one statement.
    """
    await session.run(f"SELECT set_config('{TENANT_SETTING}', :tenant, true)", tenant=tenant_id.hex)
    await session.run(
        "INSERT INTO audit (tenant_id, by, act, subject, detail) "
        "VALUES (:tenant_id, :by, :act, :subject, CAST(:detail AS jsonb))",
        tenant_id=tenant_id,
        by=by,
        act=act,
        subject=subject,
        detail=to_json(detail),
    )
    await session.run(f"SELECT set_config('{TENANT_SETTING}', '', true)")


async def recent(session: Session, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """The newest acts of the session's tenant, the newest first."""
    return await session.rows(
        "SELECT at, by, act, subject, detail FROM audit WHERE tenant_id = :tenant_id ORDER BY id DESC LIMIT :limit",
        tenant_id=session.tenant_id,
        limit=limit,
    )


async def matching(
    session: Session, wanted: ActFilter, *, after: tuple[datetime, int] | None, skip: int, limit: int
) -> list[Mapping[str, Any]]:
    """The next acts that match, newest first: those behind the key `after`, less the first `skip` of them."""
    behind = "AND at <= :time AND (at < :time OR id > :id)" if after else ""
    return await session.rows(
        f"SELECT id, at, by, act, subject, detail FROM audit WHERE {_MATCHES} {behind} "
        "ORDER BY at DESC, id OFFSET :skip LIMIT :limit",
        **_of(session, wanted),
        **({"time": after[0], "id": after[1]} if after else {}),
        skip=skip,
        limit=limit,
    )


async def count(session: Session, wanted: ActFilter, *, after: datetime | None = None) -> int:
    """How many acts match, or of those only the ones after a moment. At most the cap + 1."""
    return int(
        await session.value(
            f"SELECT count(*) FROM (SELECT FROM audit WHERE {_MATCHES} "
            "AND at > COALESCE(CAST(:after AS timestamptz), '-infinity') LIMIT :cap) AS counted",
            **_of(session, wanted),
            after=after,
            cap=COUNT_CAP + 1,
        )
    )


async def one(session: Session, act_id: int) -> Mapping[str, Any] | None:
    """One act of the session's tenant, or None."""
    found = await session.rows(
        "SELECT id, at, by, act, subject, detail FROM audit WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=act_id,
    )
    return found[0] if found else None


def _of(session: Session, wanted: ActFilter) -> dict[str, Any]:
    return {
        "tenant_id": session.tenant_id,
        "since": wanted.since,
        "pattern": containing(wanted.text),
    }
