"""Mail that went out: what became of it, whose it was, and how right those were who had told us the addresses."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.records import BOUNCE, REPLY, Contact, MailOutcome, TrackRecord
from tenants.store.columns import columns, unnest
from tenants.store.leads import CONTACT_COLUMNS
from tenants.store.session import Session

_KINDS = {"contact_id": "uuid", "email": "text", "arrived": "boolean", "why": "text", "at": "timestamptz"}


async def save(session: Session, outcomes: Sequence[MailOutcome]) -> None:
    """The outcomes kept: of each address the one that came of the newest mail."""
    await session.run(
        f"""
        INSERT INTO mail_outcome (tenant_id, {", ".join(_KINDS)})
        SELECT :tenant_id, {", ".join(_KINDS)} FROM {unnest(**_KINDS)}
        ON CONFLICT (tenant_id, contact_id, email) DO UPDATE
        SET arrived = EXCLUDED.arrived, why = EXCLUDED.why, at = EXCLUDED.at
        WHERE mail_outcome.at <= EXCLUDED.at
        """,
        tenant_id=session.tenant_id,
        **columns(outcomes, tuple(_KINDS)),
    )


async def track_records(session: Session) -> tuple[TrackRecord, ...]:
    """How right each source was, of all whose word was put to the test.

    What somebody said counts if it was said before the mail came of something, and of an address only if it is that
    one. Who said that nobody knows was neither right nor wrong.
    """
    rows = await session.rows(
        """
        SELECT source, claim, count(*) FILTER (WHERE is_right) AS "right",
               count(*) FILTER (WHERE NOT is_right) AS wrong
        FROM (
            SELECT finding.provider AS source,
                   CASE finding.field WHEN 'email' THEN 'email' ELSE 'email_status' END AS claim,
                   CASE WHEN finding.field = 'email' THEN o.arrived
                        ELSE o.arrived = (finding.value #>> '{}' = 'deliverable') END AS is_right
            FROM mail_outcome o
            JOIN finding ON finding.tenant_id = o.tenant_id AND finding.subject_id = o.contact_id
                 AND finding.found_at <= o.at
            WHERE o.tenant_id = :tenant_id AND NOT finding.provider = ANY(CAST(:witnesses AS text[]))
              AND (finding.field = 'email' AND lower(finding.value #>> '{}') = lower(o.email)
                   OR finding.field IN ('email_status', 'claimed_email_status')
                      AND finding.value #>> '{}' IN ('deliverable', 'undeliverable'))
        ) told
        GROUP BY source, claim ORDER BY source, claim
        """,
        tenant_id=session.tenant_id,
        witnesses=[REPLY, BOUNCE],
    )
    return tuple(TrackRecord(**row) for row in rows)


async def contacts_of(session: Session, emails: Collection[str]) -> list[Mapping[str, Any]]:
    """The contacts that have one of these addresses, each with `lead_id`, the lead that goes by it, if one does."""
    return await session.rows(
        """
        SELECT contact.id AS contact_id, lower(contact.email) AS email, lead.id AS lead_id
        FROM contact LEFT JOIN LATERAL (
            SELECT id FROM lead WHERE lead.tenant_id = contact.tenant_id
              AND lead.account_id = contact.account_id AND lead.duplicate_of IS NULL LIMIT 1
        ) lead ON true
        WHERE contact.tenant_id = :tenant_id AND lower(contact.email) = ANY(CAST(:emails AS text[]))
        ORDER BY email, contact_id
        """,
        tenant_id=session.tenant_id,
        emails=[email.lower() for email in emails],
    )


async def contacts_at(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, tuple[Contact, ...]]:
    """The contacts with an address at each of these accounts."""
    rows = await session.rows(
        f"SELECT {CONTACT_COLUMNS} FROM contact WHERE tenant_id = :tenant_id "
        "AND account_id = ANY(CAST(:ids AS uuid[])) AND email IS NOT NULL ORDER BY id",
        tenant_id=session.tenant_id,
        ids=list(account_ids),
    )
    found: dict[UUID, tuple[Contact, ...]] = {}
    for row in rows:
        found[row["account_id"]] = (*found.get(row["account_id"], ()), Contact.model_construct(**row))
    return found
