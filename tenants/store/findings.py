"""Findings: each value with its source and price. Nothing of them is overwritten, and of each field one is current."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.records import Finding
from tenants.store.columns import columns, to_json, unnest
from tenants.store.session import Session

_KINDS = {
    "subject_id": "uuid",
    "field": "text",
    "provider": "text",
    "value": "json",
    "evidence": "text",
    "confidence": "real",
    "cost_usd": "numeric",
    "found_at": "timestamptz",
    "quote": "text",
    "licence": "text",
    "expires_at": "timestamptz",
    "is_current": "boolean",
}


async def save(session: Session, found: Sequence[Finding]) -> None:
    """The findings kept. A current one takes that place from the one before it, which stays as it was found."""
    current = {(one.subject_id, one.field): one for one in found if one.is_current}
    if current:
        await session.run(
            f"""
            UPDATE finding SET is_current = false FROM {unnest(subject_id="uuid", field="text")}
            WHERE finding.tenant_id = :tenant_id AND finding.subject_id = given.subject_id
              AND finding.field = given.field AND finding.is_current
            """,
            tenant_id=session.tenant_id,
            **columns(current.values(), ("subject_id", "field")),
        )
    await session.run(
        f"""
        INSERT INTO finding (tenant_id, {", ".join(_KINDS)})
        SELECT :tenant_id, {", ".join(_KINDS)} FROM {unnest(**_KINDS)}
        ON CONFLICT (tenant_id, subject_id, field, provider, found_at) DO UPDATE
        SET value = EXCLUDED.value, evidence = EXCLUDED.evidence, confidence = EXCLUDED.confidence,
            cost_usd = EXCLUDED.cost_usd, quote = EXCLUDED.quote, licence = EXCLUDED.licence,
            expires_at = EXCLUDED.expires_at, is_current = EXCLUDED.is_current
        """,
        tenant_id=session.tenant_id,
        **columns(
            found,
            tuple(name for name in _KINDS if name != "value"),
            value=lambda finding: to_json(finding.value),
        ),
    )


async def current(session: Session, subject_ids: Sequence[UUID]) -> dict[UUID, tuple[Finding, ...]]:
    """The current findings of these accounts or contacts."""
    rows = await session.rows(
        f"SELECT {', '.join(_KINDS)} FROM finding WHERE tenant_id = :tenant_id AND is_current "
        "AND subject_id = ANY(CAST(:ids AS uuid[])) ORDER BY subject_id, field",
        tenant_id=session.tenant_id,
        ids=list(subject_ids),
    )
    found: dict[UUID, tuple[Finding, ...]] = {}
    for row in rows:
        found[row["subject_id"]] = (*found.get(row["subject_id"], ()), Finding.model_construct(**row))
    return found


async def history(session: Session, lead_id: UUID, field: str | None = None) -> list[Mapping[str, Any]]:
    """All that was ever found of a lead's company and contact, the current one of each field first, then the newest."""
    return await session.rows(
        f"""
        SELECT {", ".join(f"finding.{name}" for name in _KINDS)},
               CASE WHEN finding.subject_id = lead.account_id THEN 'company' ELSE 'contact' END AS subject
        FROM lead JOIN finding ON finding.tenant_id = lead.tenant_id
             AND finding.subject_id IN (lead.account_id, lead.contact_id)
        WHERE lead.tenant_id = :tenant_id AND lead.id = :lead_id
          AND (CAST(:field AS text) IS NULL OR finding.field = :field)
        ORDER BY subject, finding.field, finding.is_current DESC, finding.found_at DESC, finding.provider
        """,
        tenant_id=session.tenant_id,
        lead_id=lead_id,
        field=field,
    )
