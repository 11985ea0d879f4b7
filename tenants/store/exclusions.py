"""Whom tenants leave alone, each with the reason and whoever says so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tenants.exclusions import REASONS, Exclusion, ExclusionKind
from tenants.store.columns import columns, unnest
from tenants.store.session import Session

_KINDS = {"kind": "text", "value": "text", "reason": "text", "owner": "text", "source": "text"}
_ROWS_AT_ONCE = 5_000


async def replace(session: Session, source: str, exclusions: Iterable[Exclusion]) -> int:
    """How many this source excludes from now on: these, and nobody whom it named before.

    Of several reasons of one source for the same one, the weightiest stays.
    """
    weightiest: dict[tuple[ExclusionKind, str], Exclusion] = {}
    for one in exclusions:
        known = weightiest.get((one.kind, one.value))
        if known is None or _rank(one.reason) < _rank(known.reason):
            weightiest[one.kind, one.value] = one
    # two at once would each leave what the other has brought
    await session.run(
        "SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))", place=f"{session.tenant_id}:{source}"
    )
    await session.run(
        "DELETE FROM exclusion WHERE tenant_id = :tenant_id AND source = :source",
        tenant_id=session.tenant_id,
        source=source,
    )
    rows = list(weightiest.values())
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        await save(session, rows[start : start + _ROWS_AT_ONCE])
    return len(rows)


async def save(session: Session, exclusions: Sequence[Exclusion]) -> None:
    """More that are left alone, or the same ones for another reason."""
    await session.run(
        f"""
        INSERT INTO exclusion (tenant_id, {", ".join(_KINDS)})
        SELECT :tenant_id, {", ".join(_KINDS)} FROM {unnest(**_KINDS)}
        ON CONFLICT (tenant_id, kind, value, source) DO UPDATE
        SET reason = EXCLUDED.reason, owner = EXCLUDED.owner, seen_at = now()
        """,
        tenant_id=session.tenant_id,
        **columns(
            exclusions, ("value", "reason", "owner", "source"), kind=lambda exclusion: exclusion.kind.value
        ),
    )


async def remove(session: Session, kind: ExclusionKind, value: str, source: str) -> bool:
    """Whether this source had excluded it; from now on it does not."""
    gone = await session.run(
        "DELETE FROM exclusion WHERE tenant_id = :tenant_id AND kind = :kind AND value = :value "
        "AND source = :source",
        tenant_id=session.tenant_id,
        kind=kind.value,
        value=value,
        source=source,
    )
    return gone > 0


async def among(
    session: Session, keys: Collection[tuple[ExclusionKind, str]]
) -> dict[tuple[ExclusionKind, str], str]:
    """Those of these that are excluded, each with its weightiest reason."""
    rows = await session.rows(
        f"""
        SELECT e.kind, e.value, e.reason FROM exclusion e
        JOIN {unnest(kind="text", value="text")} ON e.kind = given.kind AND e.value = given.value
        WHERE e.tenant_id = :tenant_id
        """,
        tenant_id=session.tenant_id,
        kind=[kind.value for kind, _ in keys],
        value=[value for _, value in keys],
    )
    found: dict[tuple[ExclusionKind, str], str] = {}
    for row in sorted(rows, key=lambda row: (_rank(row["reason"]), row["reason"])):
        found.setdefault((ExclusionKind(row["kind"]), row["value"]), row["reason"])
    return found


async def listed(session: Session, *, source: str | None = None, limit: int = 50) -> list[Mapping[str, Any]]:
    """The tenant's exclusions, by kind and value."""
    return await session.rows(
        """
        SELECT kind, value, reason, owner, source, seen_at FROM exclusion
        WHERE tenant_id = :tenant_id AND (CAST(:source AS text) IS NULL OR source = :source)
        ORDER BY kind, value, source LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        source=source,
        limit=limit,
    )


def _rank(reason: str) -> int:
    return REASONS.index(reason) if reason in REASONS else len(REASONS)
