"""Which accounts are one company: who may be meant, what people decided, and which keys lead to which account."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.matching import Company
from tenants.records import Account, AccountReview
from tenants.store import audit
from tenants.store.columns import columns, to_json, unnest
from tenants.store.leads import ACCOUNT_COLUMNS, account_in
from tenants.store.merging import merge as merge
from tenants.store.merging import merges as merges
from tenants.store.merging import undo_merge as undo_merge
from tenants.store.session import Session


async def candidates(session: Session, *, names: Sequence[str], domains: Sequence[str]) -> list[Account]:
    """The tenant's accounts with one of these plain names (`name_key`) or domains, without those that were merged."""
    rows = await session.rows(
        f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE tenant_id = :tenant_id AND merged_into IS NULL "
        "AND (name_key = ANY(CAST(:names AS text[])) OR domain = ANY(CAST(:domains AS text[]))) ORDER BY id",
        tenant_id=session.tenant_id,
        names=list(names),
        domains=list(domains),
    )
    return [account_in(row) for row in rows]


async def companies(session: Session) -> dict[UUID, Company]:
    """All companies of the tenant by their accounts, without those that were merged."""
    rows = await session.rows(
        "SELECT id, name, domain, country, city, founded_year FROM account "
        "WHERE tenant_id = :tenant_id AND merged_into IS NULL ORDER BY id",
        tenant_id=session.tenant_id,
    )
    return {row["id"]: Company(**{name: row[name] for name in row if name != "id"}) for row in rows}


async def aliases(session: Session, keys: Sequence[str]) -> dict[str, UUID]:
    """The accounts to which those of these identity keys lead that are another account's name."""
    rows = await session.rows(
        "SELECT alias_key, account_id FROM account_alias "
        "WHERE tenant_id = :tenant_id AND alias_key = ANY(CAST(:keys AS text[]))",
        tenant_id=session.tenant_id,
        keys=list(keys),
    )
    return {row["alias_key"]: row["account_id"] for row in rows}


async def save_reviews(session: Session, reviews: Sequence[AccountReview]) -> None:
    """The pairs to be looked at. A pair that was asked about before stays as it was decided."""
    kinds = {"id": "uuid", "account_id": "uuid", "other_id": "uuid", "score": "double precision"}
    await session.run(
        f"""
        INSERT INTO account_review (tenant_id, {", ".join(kinds)}, evidence)
        SELECT :tenant_id, {", ".join(kinds)}, ARRAY(SELECT json_array_elements_text(evidence))
        FROM {unnest(**kinds, evidence="json")} ORDER BY id
        ON CONFLICT DO NOTHING
        """,
        tenant_id=session.tenant_id,
        **columns(reviews, tuple(kinds), evidence=lambda review: to_json(review.evidence)),
    )


async def open_reviews(session: Session, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """The pairs that nobody has decided on, the most alike first, each with both companies as they stand now."""
    return await session.rows(
        """
        SELECT r.id, r.score, r.evidence, r.opened_at,
               a.id AS account_id, a.name, a.domain, a.country, b.id AS other_id, b.name AS other_name,
               b.domain AS other_domain, b.country AS other_country
        FROM account_review r
        JOIN account x ON x.tenant_id = r.tenant_id AND x.id = r.account_id
        JOIN account a ON a.tenant_id = r.tenant_id AND a.id = COALESCE(x.merged_into, x.id)
        JOIN account y ON y.tenant_id = r.tenant_id AND y.id = r.other_id
        JOIN account b ON b.tenant_id = r.tenant_id AND b.id = COALESCE(y.merged_into, y.id)
        WHERE r.tenant_id = :tenant_id AND r.status = 'open'
        ORDER BY r.score DESC, r.id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        limit=limit,
    )


async def decide_review(session: Session, review_id: UUID, *, same: bool, by: str) -> UUID | None:
    """A person's word on a pair; where they are one, the id of the merge, in which the older pursuit goes on.

    Two that are one already, since both were merged into a third, need no merge. Raises ValueError where there
    is no such pair, or it was decided before.
    """
    rows = await session.rows(
        "SELECT account_id, other_id, evidence, status, decided_by FROM account_review "
        "WHERE tenant_id = :tenant_id AND id = :id FOR UPDATE",
        tenant_id=session.tenant_id,
        id=review_id,
    )
    if not rows:
        raise ValueError(f"there is no review {review_id}")
    review = rows[0]
    if review["status"] != "open":
        raise ValueError(f"{review['decided_by']} has decided on it already: {review['status']}")
    status = "same" if same else "different"
    await session.run(
        "UPDATE account_review SET status = :status, decided_by = :by, decided_at = now() "
        "WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=review_id,
        status=status,
        by=by,
    )
    detail = {"accounts": [review["account_id"], review["other_id"]], "evidence": review["evidence"]}
    await audit.write(session, by=by, act=f"{status} company", subject=f"review {review_id}", detail=detail)
    if not same:
        return None
    pair = await _older_first(session, [review["account_id"], review["other_id"]])
    if len(pair) == 1:
        return None
    return await merge(
        session, keep=pair[0], other=pair[1], evidence=review["evidence"], by=by, review_id=review_id
    )


async def _older_first(session: Session, ids: Sequence[UUID]) -> list[UUID]:
    """The accounts that stand for these by now, the one with the older pursuit before the other."""
    rows = await session.rows(
        """
        SELECT a.id FROM account x JOIN account a ON a.tenant_id = x.tenant_id AND a.id = COALESCE(x.merged_into, x.id)
        WHERE x.tenant_id = :tenant_id AND x.id = ANY(CAST(:ids AS uuid[]))
        GROUP BY a.tenant_id, a.id, a.created_at
        ORDER BY (SELECT min(created_at) FROM lead WHERE lead.tenant_id = a.tenant_id AND lead.account_id = a.id
                  AND duplicate_of IS NULL) NULLS LAST, a.created_at, a.id
        """,
        tenant_id=session.tenant_id,
        ids=list(ids),
    )
    return [row["id"] for row in rows]
