"""Findings: each value with its source and price. Nothing of them is overwritten, and of each field one is current."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from tenants.records import PERSON, Account, Finding, Firmographics
from tenants.store import audit, leads
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


async def write(session: Session, lead_id: UUID, field: str, value: Any, *, by: str) -> Account:
    """The account of a lead with a value that a person wrote: it stands until a person changes it.

    Raises ValueError where there is no such lead, no such field, or where the value does not fit it.
    """
    account = await _account_of(session, lead_id)
    now = await session.value("SELECT now()")
    written = Finding(
        subject_id=account.id,
        field=field,
        value=value,
        provider=PERSON,
        evidence=by,
        confidence=1.0,
        cost_usd=Decimal(0),
        found_at=now,
        is_current=True,
    )
    return await _let_stand(session, account, written, by=by, lead_id=lead_id)


async def accept(session: Session, lead_id: UUID, field: str, provider: str, *, by: str) -> Account:
    """The account of a lead with the newest value that this provider found, which a person lets stand.

    Raises ValueError where there is no such lead, or where the provider has found nothing of the kind.
    """
    account = await _account_of(session, lead_id)
    rows = await session.rows(
        f"SELECT {', '.join(_KINDS)} FROM finding WHERE tenant_id = :tenant_id AND subject_id = :subject_id "
        "AND field = :field AND provider = :provider ORDER BY found_at DESC LIMIT 1",
        tenant_id=session.tenant_id,
        subject_id=account.id,
        field=field,
        provider=provider,
    )
    if not rows:
        raise ValueError(
            f"{provider} has found no {field} of {account.name}; `leadmill why` shows what was found"
        )
    found = Finding(**{**rows[0], "is_current": True})
    return await _let_stand(session, account, found, by=by, lead_id=lead_id)


async def _account_of(session: Session, lead_id: UUID) -> Account:
    found = await leads.accounts_of(session, [lead_id])
    if lead_id not in found:
        raise ValueError(f"there is no lead {lead_id}")
    return found[lead_id]


async def _let_stand(
    session: Session, account: Account, found: Finding, *, by: str, lead_id: UUID
) -> Account:
    if found.field not in Firmographics.model_fields:
        known = ", ".join(Firmographics.model_fields)
        raise ValueError(f"{found.field!r} is no field of a company that can be set: there is {known}")
    try:
        changed = Account.model_validate({**account.model_dump(), found.field: found.value})
    except ValidationError as error:
        raise ValueError(f"{found.field}: {error.errors()[0]['msg']}") from None
    await leads.update_accounts(session, [changed])
    # as the record has it: a person writes a number as a text
    await save(session, [found.model_copy(update={"value": getattr(changed, found.field)})])
    detail = {
        "field": found.field,
        "from": getattr(account, found.field),
        "to": getattr(changed, found.field),
        "source": found.provider,
    }
    await audit.write(session, by=by, act="set field", subject=f"lead {lead_id}", detail=detail)
    return changed
