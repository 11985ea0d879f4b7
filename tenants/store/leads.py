"""Accounts, contacts and leads: found and saved, many at a time."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.names import name_key
from tenants.records import Account, Contact, Lead, LeadProgress, Stage
from tenants.store import audit, failures
from tenants.store.columns import columns, to_json, unnest
from tenants.store.session import Session

_ACCOUNT = {
    "id": "uuid",
    "identity_key": "text",
    "name": "text",
    "domain": "text",
    "industry": "text",
    "country": "text",
    "city": "text",
    "employees": "int",
    "founded_year": "int",
    "revenue_usd": "double precision",
    "funding_usd": "double precision",
    "open_jobs": "int",
    "description": "text",
    "source": "text",
}
#: what `account_in` wants of a row
ACCOUNT_COLUMNS = ", ".join((*_ACCOUNT, "technologies"))
_CONTACT = dict.fromkeys(
    [
        "full_name",
        "first_name",
        "last_name",
        "title",
        "seniority",
        "department",
        "country",
        "email",
        "email_status",
        "email_source",
        "linkedin_url",
        "source",
    ],
    "text",
) | {"id": "uuid", "account_id": "uuid"}
#: what a Contact is made of
CONTACT_COLUMNS = ", ".join(_CONTACT)
# Arrays do not nest, so they travel as JSON; null stays null, and an empty list stays an empty one.
_TECHNOLOGIES = """
    CASE WHEN json_typeof(given.technologies) = 'array'
    THEN ARRAY(SELECT value FROM json_array_elements_text(given.technologies)) END
"""
_RANK = {stage: rank for rank, stage in enumerate(Stage)}


async def accounts(session: Session, ids: Sequence[UUID]) -> dict[UUID, Account]:
    """The tenant's accounts with these ids."""
    rows = await session.rows(
        f"SELECT {ACCOUNT_COLUMNS} FROM account "
        "WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))",
        tenant_id=session.tenant_id,
        ids=list(ids),
    )
    return {row["id"]: account_in(row) for row in rows}


async def accounts_of(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, Account]:
    """The accounts of those of these leads that the tenant has, by the leads' ids."""
    rows = await session.rows(
        f"SELECT lead.id AS lead_id, {', '.join(f'account.{name}' for name in (*_ACCOUNT, 'technologies'))} "
        "FROM lead JOIN account ON account.tenant_id = lead.tenant_id AND account.id = lead.account_id "
        "WHERE lead.tenant_id = :tenant_id AND lead.id = ANY(CAST(:ids AS uuid[]))",
        tenant_id=session.tenant_id,
        ids=list(lead_ids),
    )
    return {row["lead_id"]: account_in(row) for row in rows}


async def contacts(session: Session, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """The tenant's contacts with these ids."""
    rows = await session.rows(
        f"SELECT {CONTACT_COLUMNS} FROM contact WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))",
        tenant_id=session.tenant_id,
        ids=list(ids),
    )
    return {row["id"]: Contact.model_construct(**row) for row in rows}


async def contacts_of(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """The contacts that these leads go by, by the leads' ids."""
    rows = await session.rows(
        f"SELECT lead.id AS lead_id, {', '.join(f'contact.{name}' for name in _CONTACT)} "
        "FROM lead JOIN contact ON contact.tenant_id = lead.tenant_id AND contact.id = lead.contact_id "
        "WHERE lead.tenant_id = :tenant_id AND lead.id = ANY(CAST(:ids AS uuid[]))",
        tenant_id=session.tenant_id,
        ids=list(lead_ids),
    )
    return {row["lead_id"]: Contact.model_construct(**{name: row[name] for name in _CONTACT}) for row in rows}


async def stages(session: Session, ids: Sequence[UUID]) -> dict[UUID, Stage]:
    """How far those of these leads have come that the tenant has."""
    rows = await session.rows(
        "SELECT id, stage FROM lead WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))",
        tenant_id=session.tenant_id,
        ids=list(ids),
    )
    return {row["id"]: Stage(row["stage"]) for row in rows}


async def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the identity keys that the tenant has an account for already, be it under another key.

    A domain to which the websites of two accounts lead is neither's.
    """
    rows = await session.rows(
        """
        SELECT identity_key AS key FROM account
        WHERE tenant_id = :tenant_id AND identity_key = ANY(CAST(:keys AS text[]))
        UNION ALL
        SELECT alias_key FROM account_alias
        WHERE tenant_id = :tenant_id AND alias_key = ANY(CAST(:keys AS text[]))
        UNION ALL
        SELECT 'domain:' || i.value FROM account_identifier i
        JOIN account a ON a.tenant_id = i.tenant_id AND a.id = i.account_id
        WHERE i.tenant_id = :tenant_id AND i.kind = 'domain' AND i.value = ANY(CAST(:domains AS text[]))
        AND i.disowned_at IS NULL
        GROUP BY i.value HAVING count(DISTINCT COALESCE(a.merged_into, a.id)) = 1
        """,
        tenant_id=session.tenant_id,
        keys=list(keys),
        domains=[key.removeprefix("domain:") for key in keys if key.startswith("domain:")],
    )
    return {row["key"] for row in rows}


async def is_open(session: Session, lead_id: UUID) -> bool:
    """Whether the tenant has this lead, and it is not scored yet."""
    found = await session.value(
        "SELECT stage <> 'scored' FROM lead WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=lead_id,
    )
    return bool(found)


async def has_address(session: Session, lead_id: UUID, contact_id: UUID, email: str) -> bool:
    """Whether the tenant still has this lead, and this contact with this address, of which no mail came back."""
    found = await session.value(
        "SELECT true FROM lead, contact WHERE lead.tenant_id = :tenant_id AND lead.id = :lead_id "
        "AND contact.tenant_id = :tenant_id AND contact.id = :contact_id AND contact.email = :email "
        "AND contact.email_status IS DISTINCT FROM 'undeliverable'",
        tenant_id=session.tenant_id,
        lead_id=lead_id,
        contact_id=contact_id,
        email=email,
    )
    return bool(found)


async def set_domain(session: Session, lead_id: UUID, domain: str, *, by: str) -> int:
    """The domain of a lead's company, told by a person; how many runs that had missed it go on.

    Raises ValueError where there is no such lead, or where another account of the tenant has that domain.
    """
    rows = await session.rows(
        "SELECT account.id, account.domain FROM lead JOIN account ON account.tenant_id = lead.tenant_id "
        "AND account.id = lead.account_id WHERE lead.tenant_id = :tenant_id AND lead.id = :id FOR UPDATE OF account",
        tenant_id=session.tenant_id,
        id=lead_id,
    )
    if not rows:
        raise ValueError(f"there is no lead {lead_id}")
    account = rows[0]
    owner = await session.value(
        "SELECT name FROM account WHERE tenant_id = :tenant_id AND domain = :domain AND id <> :id LIMIT 1",
        tenant_id=session.tenant_id,
        domain=domain,
        id=account["id"],
    )
    if owner is not None:
        raise ValueError(f"{domain} is the domain of {owner}, which is a lead already")
    await session.run(
        "UPDATE account SET domain = :domain, updated_at = now() WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=account["id"],
        domain=domain,
    )
    detail = {"from": account["domain"], "to": domain}
    await audit.write(session, by=by, act="set domain", subject=f"lead {lead_id}", detail=detail)
    return await failures.resume(session, ["domain"], lead_id=lead_id)


async def add_accounts(session: Session, new: Sequence[Account]) -> set[UUID]:
    """The ids of those accounts that were new; the others stay as they are."""
    rows = await session.rows(
        f"""
        INSERT INTO account (tenant_id, {ACCOUNT_COLUMNS}, name_key)
        SELECT :tenant_id, {", ".join(_ACCOUNT)}, {_TECHNOLOGIES}, name_key
        FROM {unnest(**_ACCOUNT, technologies="json", name_key="text")} ORDER BY id
        ON CONFLICT DO NOTHING RETURNING id
        """,
        tenant_id=session.tenant_id,
        **columns(
            new,
            tuple(_ACCOUNT),
            technologies=lambda account: to_json(account.technologies),
            name_key=lambda account: name_key(account.name),
        ),
    )
    return {row["id"] for row in rows}


async def add_leads(session: Session, new: Sequence[Lead]) -> set[UUID]:
    """The ids of those leads that were new; the others stay as they are."""
    kinds = {"id": "uuid", "account_id": "uuid", "stage": "text", "source": "text", "icp_version": "int"}
    async with session.keeping_plans():
        rows = await session.rows(
            f"""
            INSERT INTO lead (tenant_id, {", ".join(kinds)})
            SELECT :tenant_id, {", ".join(kinds)} FROM {unnest(**kinds)} ORDER BY id
            ON CONFLICT DO NOTHING RETURNING id
            """,
            tenant_id=session.tenant_id,
            **columns(new, tuple(kinds)),
        )
    return {row["id"] for row in rows}


async def update_accounts(session: Session, changed: Sequence[Account]) -> None:
    """The accounts' fields as they are now known."""
    fields = [name for name in _ACCOUNT if name not in ("id", "identity_key", "source")]
    assignments = ", ".join(f"{name} = given.{name}" for name in fields)
    await session.run(
        f"""
        UPDATE account SET {assignments}, updated_at = now(),
            name_key = given.name_key, technologies = {_TECHNOLOGIES}
        FROM {unnest(**_ACCOUNT, technologies="json", name_key="text")}
        WHERE account.tenant_id = :tenant_id AND account.id = given.id
        """,
        tenant_id=session.tenant_id,
        **columns(
            changed,
            tuple(_ACCOUNT),
            technologies=lambda account: to_json(account.technologies),
            name_key=lambda account: name_key(account.name),
        ),
    )


async def save_contacts(session: Session, people: Sequence[Contact]) -> None:
    """The contacts added, or brought up to date where they were known."""
    fields = [name for name in _CONTACT if name not in ("id", "account_id")]
    async with session.keeping_plans():
        await session.run(
            f"""
            INSERT INTO contact (tenant_id, {", ".join(_CONTACT)})
            SELECT :tenant_id, {", ".join(_CONTACT)} FROM {unnest(**_CONTACT)} ORDER BY id
            ON CONFLICT (tenant_id, id) DO UPDATE
            SET {", ".join(f"{name} = EXCLUDED.{name}" for name in fields)}, updated_at = now()
            """,
            tenant_id=session.tenant_id,
            **columns(people, tuple(_CONTACT)),
        )


async def move_leads(session: Session, steps: Sequence[LeadProgress]) -> None:
    """The leads at their new stage and free of any hold but that of a duplicate. A lead never moves back."""
    await session.run(
        f"""
        UPDATE lead SET stage = given.stage, contact_id = COALESCE(given.contact_id, lead.contact_id),
               hold = CASE WHEN lead.duplicate_of IS NOT NULL THEN lead.hold END,
               hold_reason = CASE WHEN lead.duplicate_of IS NOT NULL THEN lead.hold_reason END, updated_at = now()
        FROM {unnest(lead_id="uuid", stage="text", rank="int", contact_id="uuid")}
        WHERE lead.tenant_id = :tenant_id AND lead.id = given.lead_id
          AND array_position(CAST(:order AS text[]), lead.stage) <= given.rank + 1
        """,
        tenant_id=session.tenant_id,
        order=[stage.value for stage in Stage],
        **columns(steps, ("lead_id", "stage", "contact_id"), rank=lambda step: _RANK[step.stage]),
    )


async def ranked(
    session: Session, *, limit: int | None = None, tier: str | None = None
) -> list[dict[str, Any]]:
    """The tenant's scored leads, best first, as `leadmill pipeline --json` gives them."""
    rows = await session.rows(
        f"""
        SELECT l.id AS lead_id, l.fit, l.intent, l.score, l.tier, l.sequence, l.model, l.reasons,
               l.pinned_by, a.name, a.domain, a.industry, a.country, a.city, a.employees, a.founded_year, a.description,
               c.id AS contact_id, c.full_name, c.title, c.email, c.email_status
        FROM lead l
        JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
        LEFT JOIN contact c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
        WHERE l.tenant_id = :tenant_id AND l.score IS NOT NULL AND l.duplicate_of IS NULL
          AND (CAST(:tier AS text) IS NULL OR l.tier = :tier)
        ORDER BY l.score DESC NULLS LAST, l.id {"LIMIT :limit" if limit is not None else ""}
        """,
        tenant_id=session.tenant_id,
        tier=tier,
        **({"limit": limit} if limit is not None else {}),
    )
    return [_prospect(row) for row in rows]


def _prospect(row: Mapping[str, Any]) -> dict[str, Any]:
    account = {
        name: row[name]
        for name in (
            "name",
            "domain",
            "industry",
            "country",
            "city",
            "employees",
            "founded_year",
            "description",
        )
    }
    contact = None
    if row["contact_id"] is not None:
        contact = {
            "name": row["full_name"],
            "title": row["title"],
            "email": row["email"],
            "email_status": row["email_status"],
        }
    scored = {name: row[name] for name in ("fit", "intent", "score", "tier", "sequence", "model")}
    return {
        "lead_id": row["lead_id"],
        "account": account,
        "contact": contact,
        **scored,
        "pinned_by": row["pinned_by"],
        "reasons": row["reasons"] or [],
    }


def account_in(row: Mapping[str, Any]) -> Account:
    """The account that a row holds."""
    fields = {name: row[name] for name in _ACCOUNT}
    return Account.model_construct(**fields, technologies=_tuple(row["technologies"]))


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
