"""Identifiers: what only one company has. Of two accounts with the same a person is asked whether they are one.

They stay with the account of which they were told. What was merged into another counts as that one's, and is its own
again when the merge is undone.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.identifiers import IdentifierKind
from tenants.identity import review_id_of
from tenants.matching import Company, compare
from tenants.records import AccountIdentifier, AccountReview
from tenants.store import audit, identity
from tenants.store.columns import columns, to_json, unnest
from tenants.store.session import Session

_KINDS = {"account_id": "uuid", "kind": "text", "value": "text", "source": "text", "evidence": "text"}
# Of accounts with one identifier, so many are asked about for each other.
_MOST_REVIEWS = 3
_COMPANY = ("name", "domain", "country", "city", "founded_year")
# The accounts that count as one of these by now: each itself and those that were merged into it.
_MEMBERS = """
    members AS (
        SELECT a.account_id, a.account_id AS id FROM these a
        UNION ALL
        SELECT a.account_id, m.id FROM these a
        JOIN account m ON m.tenant_id = :tenant_id AND m.merged_into = a.account_id
    )
"""


async def save(session: Session, told: Sequence[AccountIdentifier]) -> None:
    """The identifiers kept, each as it was told first, and a question about each account that has one of them, too.

    One that a person has disowned stays disowned. Open questions about these accounts are weighed anew.
    """
    # of two that are told the same at the same moment, the second is to see the first
    await session.run(
        "SELECT pg_advisory_xact_lock(hashtextextended(:place, 2))", place=f"{session.tenant_id}:identifiers"
    )
    await session.run(
        f"""
        INSERT INTO account_identifier (tenant_id, {", ".join(_KINDS)})
        SELECT :tenant_id, {", ".join(f"given.{name}" for name in _KINDS)} FROM {unnest(**_KINDS)}
        JOIN account ON account.tenant_id = :tenant_id AND account.id = given.account_id
        ON CONFLICT DO NOTHING
        """,
        tenant_id=session.tenant_id,
        **columns(told, tuple(_KINDS)),
    )
    await _ask(session, [one.account_id for one in told])


async def of_tenant(session: Session, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """The tenant's identifiers, the newest first, each with its company, and who disowned it, if anybody did.

    `is_alias`: rows with that domain are this company.
    """
    return await session.rows(
        f"""
        SELECT i.account_id, a.name, a.domain, i.kind, i.value, i.source, i.evidence, i.told_at, i.disowned_by,
               i.kind = '{IdentifierKind.DOMAIN}' AND i.disowned_at IS NULL
               AND NOT EXISTS (SELECT FROM account o WHERE o.tenant_id = i.tenant_id AND o.domain = i.value)
               AND 1 = (SELECT count(DISTINCT COALESCE(x.merged_into, x.id)) FROM account_identifier s
                        JOIN account x ON x.tenant_id = s.tenant_id AND x.id = s.account_id
                        WHERE s.tenant_id = i.tenant_id AND s.kind = i.kind AND s.value = i.value
                        AND s.disowned_at IS NULL) AS is_alias
        FROM account_identifier i JOIN account x ON x.tenant_id = i.tenant_id AND x.id = i.account_id
        JOIN account a ON a.tenant_id = x.tenant_id AND a.id = COALESCE(x.merged_into, x.id)
        WHERE i.tenant_id = :tenant_id ORDER BY i.told_at DESC, i.account_id, i.kind, i.value LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        limit=limit,
    )


async def disown(session: Session, account_id: UUID, kind: IdentifierKind, value: str, *, by: str) -> None:
    """A person's word that the account's company does not have this, whoever says so again.

    Raises ValueError where nobody says so, or it was disowned before.
    """
    found = await session.rows(
        "UPDATE account_identifier SET disowned_by = :by, disowned_at = now() WHERE tenant_id = :tenant_id "
        "AND account_id = :account_id AND kind = :kind AND value = :value AND disowned_at IS NULL RETURNING source",
        tenant_id=session.tenant_id,
        account_id=account_id,
        kind=kind,
        value=value,
        by=by,
    )
    if not found:
        raise ValueError(f"nobody says that account {account_id} has the {kind} {value}")
    await _ask(session, [account_id])
    detail = {"kind": kind, "value": value, "source": found[0]["source"]}
    await audit.write(session, by=by, act="disown identifier", subject=f"account {account_id}", detail=detail)


async def _ask(session: Session, account_ids: Sequence[UUID]) -> None:
    """A question about each pair of these accounts and others that an identifier ties, and open ones weighed anew."""
    pairs = await _pairs(session, account_ids)
    if not pairs:
        return
    companies = await _companies(session, {one for pair in pairs for one in pair})
    assert session.tenant_id is not None
    reviews = []
    for one, other in pairs:
        likeness = compare(companies[one], companies[other])
        reviews.append(
            AccountReview(
                id=review_id_of(session.tenant_id, one, other), account_id=one, other_id=other,
                score=likeness.score, evidence=likeness.evidence,
            )
        )  # fmt: skip
    await identity.save_reviews(session, reviews)
    # a person may be deciding at this moment: what they have before them stays as it is
    await session.run(
        f"""
        UPDATE account_review v SET score = given.score,
            evidence = ARRAY(SELECT json_array_elements_text(given.evidence))
        FROM {unnest(id="uuid", score="double precision", evidence="json")}
        JOIN (SELECT id FROM account_review WHERE tenant_id = :tenant_id AND status = 'open'
              AND id = ANY(CAST(:id AS uuid[])) ORDER BY id FOR UPDATE SKIP LOCKED) AS free USING (id)
        WHERE v.tenant_id = :tenant_id AND v.id = given.id
        """,
        tenant_id=session.tenant_id,
        **columns(reviews, ("id", "score"), evidence=lambda review: to_json(review.evidence)),
    )


async def _pairs(session: Session, account_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """The pairs that an identifier of one of these accounts ties, and those that are asked about already."""
    rows = await session.rows(
        f"""
        WITH these AS MATERIALIZED (
            SELECT DISTINCT COALESCE(merged_into, id) AS account_id FROM account
            WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))
        ),
        {_MEMBERS},
        mine AS MATERIALIZED (
            SELECT DISTINCT m.account_id, i.kind, i.value FROM members m JOIN account_identifier i
            ON i.tenant_id = :tenant_id AND i.account_id = m.id WHERE i.disowned_at IS NULL
        ),
        tied AS (
            SELECT m.account_id, COALESCE(x.merged_into, x.id) AS other_id, m.kind, m.value, i.told_at AS since
            FROM mine m JOIN account_identifier i
            ON i.tenant_id = :tenant_id AND i.kind = m.kind AND i.value = m.value AND i.disowned_at IS NULL
            JOIN account x ON x.tenant_id = :tenant_id AND x.id = i.account_id
            UNION ALL
            SELECT m.account_id, COALESCE(o.merged_into, o.id), m.kind, m.value, o.created_at
            FROM mine m JOIN account o ON o.tenant_id = :tenant_id AND o.domain = m.value
            WHERE m.kind = '{IdentifierKind.DOMAIN}'
        ),
        near AS (
            SELECT account_id, other_id,
                   row_number() OVER (PARTITION BY account_id, kind, value ORDER BY since, other_id) AS place
            FROM tied WHERE other_id <> account_id
        )
        SELECT account_id, other_id FROM near WHERE place <= {_MOST_REVIEWS}
        UNION
        SELECT r.account_id, r.other_id FROM account_review r
        JOIN account a ON a.tenant_id = r.tenant_id AND a.id = r.account_id AND a.merged_into IS NULL
        JOIN account b ON b.tenant_id = r.tenant_id AND b.id = r.other_id AND b.merged_into IS NULL
        WHERE r.tenant_id = :tenant_id AND r.status = 'open'
        AND (r.account_id IN (SELECT account_id FROM these) OR r.other_id IN (SELECT account_id FROM these))
        """,
        tenant_id=session.tenant_id,
        ids=list(account_ids),
    )
    # each pair once, whichever of the two was told of
    found = ((row["account_id"], row["other_id"]) for row in rows)
    return sorted({(min(pair), max(pair)) for pair in found})


async def _companies(session: Session, ids: set[UUID]) -> dict[UUID, Company]:
    """These accounts' companies, with all that identifies them."""
    rows = await session.rows(
        f"""
        WITH these AS MATERIALIZED (SELECT DISTINCT unnest(CAST(:ids AS uuid[])) AS account_id),
        {_MEMBERS}
        SELECT a.id, {", ".join(f"a.{name}" for name in _COMPANY)},
               COALESCE((SELECT json_agg(json_build_array(i.kind, i.value)) FROM members m JOIN account_identifier i
                   ON i.tenant_id = :tenant_id AND i.account_id = m.id AND i.disowned_at IS NULL
                   WHERE m.account_id = a.id), '[]') AS identifiers
        FROM account a WHERE a.tenant_id = :tenant_id AND a.id = ANY(CAST(:ids AS uuid[]))
        """,
        tenant_id=session.tenant_id,
        ids=list(ids),
    )
    return {
        row["id"]: Company(
            **{name: row[name] for name in _COMPANY},
            identifiers=frozenset((kind, value) for kind, value in row["identifiers"]),
        )
        for row in rows
    }
