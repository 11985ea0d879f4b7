"""Signals: what happened at companies, each thing once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.records import AccountSignal
from tenants.store.columns import columns, unnest
from tenants.store.session import Session

_KINDS = {
    "id": "uuid",
    "account_id": "uuid",
    "kind": "text",
    "happened_on": "date",
    "title": "text",
    "url": "text",
    "source": "text",
    "seen_at": "timestamptz",
}
_READ = ", ".join(f'signal.{name} AS "on"' if name == "happened_on" else f"signal.{name}" for name in _KINDS)


async def save(session: Session, happened: Sequence[AccountSignal]) -> None:
    """The signals kept. One that is there keeps its first day and its company, which may be another since a merge."""
    await session.run(
        f"""
        INSERT INTO signal (tenant_id, {", ".join(_KINDS)})
        SELECT :tenant_id, {", ".join(_KINDS)} FROM {unnest(**_KINDS)}
        ON CONFLICT (tenant_id, id) DO UPDATE
        SET happened_on = LEAST(signal.happened_on, EXCLUDED.happened_on)
        """,
        tenant_id=session.tenant_id,
        **columns(
            happened,
            tuple(name for name in _KINDS if name != "happened_on"),
            happened_on=lambda signal: signal.on,
        ),
    )


async def of_accounts(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, tuple[AccountSignal, ...]]:
    """What is known to have happened at these accounts, the newest of each first."""
    rows = await session.rows(
        f"SELECT {_READ} FROM signal WHERE tenant_id = :tenant_id AND account_id = ANY(CAST(:ids AS uuid[])) "
        "ORDER BY account_id, happened_on DESC, id",
        tenant_id=session.tenant_id,
        ids=list(account_ids),
    )
    found: dict[UUID, tuple[AccountSignal, ...]] = {}
    for row in rows:
        found[row["account_id"]] = (*found.get(row["account_id"], ()), AccountSignal.model_construct(**row))
    return found


async def of_lead(session: Session, lead_id: UUID, kind: str | None = None) -> list[Mapping[str, Any]]:
    """What is known to have happened at a lead's company, the newest first."""
    return await session.rows(
        f"""
        SELECT {_READ} FROM lead JOIN signal
            ON signal.tenant_id = lead.tenant_id AND signal.account_id = lead.account_id
        WHERE lead.tenant_id = :tenant_id AND lead.id = :lead_id
          AND (CAST(:kind AS text) IS NULL OR signal.kind = :kind)
        ORDER BY signal.happened_on DESC, signal.kind, signal.title, signal.id
        """,
        tenant_id=session.tenant_id,
        lead_id=lead_id,
        kind=kind,
    )
