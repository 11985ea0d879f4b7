"""Findings: each value with its source and price."""

from collections.abc import Sequence

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
}


async def save(session: Session, found: Sequence[Finding]) -> None:
    """The findings kept; a newer one of the same field and provider takes the older one's place."""
    await session.run(
        f"""
        INSERT INTO finding (tenant_id, {", ".join(_KINDS)})
        SELECT :tenant_id, {", ".join(_KINDS)} FROM {unnest(**_KINDS)}
        ON CONFLICT (tenant_id, subject_id, field, provider) DO UPDATE
        SET value = EXCLUDED.value, evidence = EXCLUDED.evidence, confidence = EXCLUDED.confidence,
            cost_usd = EXCLUDED.cost_usd, found_at = EXCLUDED.found_at
        """,
        tenant_id=session.tenant_id,
        **columns(
            found,
            ("subject_id", "field", "provider", "evidence", "confidence", "cost_usd", "found_at"),
            value=lambda finding: to_json(finding.value),
        ),
    )
