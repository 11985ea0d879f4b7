"""Lists that leads come from: what was asked for, and what became of each row."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.records import SourceRejection, SourceTally
from tenants.store.columns import columns, to_json, unnest
from tenants.store.session import Session


async def request(session: Session, request_id: UUID, name: str, parts: int, requested_by: str) -> None:
    """A list that is about to be worked through in so many parts."""
    await session.run(
        """
        INSERT INTO source_request (tenant_id, id, name, parts, requested_by)
        VALUES (:tenant_id, :id, :name, :parts, :requested_by)
        """,
        tenant_id=session.tenant_id,
        id=request_id,
        name=name,
        parts=parts,
        requested_by=requested_by,
    )


async def save_tallies(session: Session, tallies: Sequence[SourceTally]) -> None:
    """What became of each of these parts."""
    kinds = {"request_id": "uuid", "part": "int", "read": "int", "sourced": "int", "duplicates": "int"}
    kinds["total"] = "bigint"
    await session.run(
        f"""
        INSERT INTO source_tally (tenant_id, {", ".join(kinds)}, rejected)
        SELECT :tenant_id, {", ".join(kinds)}, rejected FROM {unnest(**kinds, rejected="json")}
        """,
        tenant_id=session.tenant_id,
        **columns(tallies, tuple(kinds), rejected=lambda tally: to_json(tally.rejected)),
    )


async def save_rejections(session: Session, rejections: Sequence[SourceRejection]) -> None:
    """The rows that did not become leads, with the reason for each."""
    await session.run(
        f"""
        INSERT INTO source_rejection (tenant_id, request_id, row_number, reason, input)
        SELECT :tenant_id, * FROM {unnest(request_id="uuid", row_number="int", reason="text", input="json")}
        """,
        tenant_id=session.tenant_id,
        **columns(
            rejections, ("request_id", "row_number", "reason"), input=lambda rejection: to_json(rejection.row)
        ),
    )


async def tally(session: Session, request_id: UUID) -> dict[str, Any]:
    """The list's account so far: parts done, and `read = sourced + duplicates + sum(rejected)`."""
    rows = await session.rows(
        "SELECT read, sourced, duplicates, rejected FROM source_tally "
        "WHERE tenant_id = :tenant_id AND request_id = :id",
        tenant_id=session.tenant_id,
        id=request_id,
    )
    rejected: dict[str, int] = {}
    for row in rows:
        parts: Mapping[str, int] = row["rejected"]
        for reason, count in parts.items():
            rejected[reason] = rejected.get(reason, 0) + count
    return {
        "parts": len(rows),
        "read": sum(row["read"] for row in rows),
        "sourced": sum(row["sourced"] for row in rows),
        "duplicates": sum(row["duplicates"] for row in rows),
        "rejected": rejected,
    }


async def came_of(session: Session, request_id: UUID) -> tuple[bool, int, int | None]:
    """What came of a search: whether it is over, how many companies were read, and how many there are in all.

    It is over when each part was read, or has ended without: failed, or not allowed by a person.
    """
    tallies = await session.rows(
        "SELECT read, total FROM source_tally WHERE tenant_id = :tenant_id AND request_id = :id",
        tenant_id=session.tenant_id,
        id=request_id,
    )
    parts = await session.value(
        "SELECT parts FROM source_request WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=request_id,
    )
    missing = (parts or 0) - len(tallies)
    if missing > 0:
        missing -= await session.value(
            "SELECT count(*) FROM run WHERE tenant_id = :tenant_id AND topic = 'source.requested' "
            "AND status IN ('failed', 'skipped', 'resolved', 'superseded') AND CAST(input AS text) LIKE :id",
            tenant_id=session.tenant_id,
            id=f'%"request_id":"{request_id}"%',
        )
    totals = [row["total"] for row in tallies if row["total"] is not None]
    return missing <= 0, sum(row["read"] for row in tallies), max(totals, default=None)


async def failed_parts(session: Session, request_id: UUID) -> list[str]:
    """Why parts of the list could not be worked through, if any could not."""
    rows = await session.rows(
        "SELECT reason FROM run WHERE tenant_id = :tenant_id AND status = 'failed' AND topic = 'source.requested' "
        "AND CAST(input AS text) LIKE :id",  # not by its fields: one \\u0000 in a row would make that an error
        tenant_id=session.tenant_id,
        id=f'%"request_id":"{request_id}"%',
    )
    return [row["reason"] for row in rows]


async def waiting_parts(session: Session, request_id: UUID) -> int:
    """How many parts of the list wait for a person to allow them."""
    return int(
        await session.value(
            "SELECT count(*) FROM run WHERE tenant_id = :tenant_id AND status = 'awaiting_approval' "
            "AND topic = 'source.requested' AND CAST(input AS text) LIKE :id",
            tenant_id=session.tenant_id,
            id=f'%"request_id":"{request_id}"%',
        )
    )
