"""Asking for leads: a list cut into parts, each an event for the lead source, all at once or not at all."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from actors.agents.lead_source import PAGE_SIZE
from actors.engine.committing import to_entry
from actors.engine.lists import read_rows
from actors.engine.profiles import Profile
from actors.events.envelope import say
from actors.events.source import SourceRequested
from tenants.slices import Slice
from tenants.store import log, sources
from tenants.store.session import Database, Session

ROWS_IN_A_PART = 200


@dataclass(frozen=True, slots=True)
class Pages:
    """Some pages of a slice of a search, counted from 1, all of one size."""

    of: Slice
    first: int
    count: int
    size: int


async def request_list(database: Database, profile: Profile, path: Path, *, by: str) -> tuple[UUID, int]:
    """The id of a request to bring in the companies of a file, and how many parts it has.

    The file is read to its end before anything is written. Raises ListFault.
    """
    rows = sum(1 for _ in read_rows(path))
    chunks = in_chunks(read_rows(path))
    return await request_rows(database, profile, name=path.name, chunks=chunks, rows=rows, by=by)


async def request_rows(
    database: Database,
    profile: Profile,
    *,
    name: str,
    chunks: Iterable[tuple[int, Sequence[Mapping[str, Any]]]],
    rows: int,
    by: str,
) -> tuple[UUID, int]:
    """The id of a request to bring in these rows, given as (number of the first, rows), and its number of parts."""
    request_id = uuid.uuid4()
    parts = (
        SourceRequested(
            request_id=request_id,
            part=number,
            source=name,
            first_row=start,
            rows=tuple(chunk),
            asked_for=rows,
            requested_by=by,
        )
        for number, (start, chunk) in enumerate(chunks)
    )
    count = -(-rows // ROWS_IN_A_PART)
    async with database.tenant(profile.tenant.id) as session:
        await _request(session, profile, request_id, name, parts, count, by, database.now())
    return request_id, count


def in_chunks(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    """The rows in parts of a convenient size, each with the number of its first row, counted from 1."""
    rows, start = iter(rows), 1
    while chunk := list(islice(rows, ROWS_IN_A_PART)):
        yield start, chunk
        start += len(chunk)


async def request_search(
    database: Database, profile: Profile, *, name: str, leads: int, by: str
) -> tuple[UUID, int]:
    """The id of a request for so many companies from a provider's search by ideal customer, and its number of parts."""
    request_id = uuid.uuid4()
    parts = [
        SourceRequested(
            request_id=request_id,
            part=number,
            source=name,
            first_row=start + 1,
            page=number + 1,
            limit=min(PAGE_SIZE, leads - start),
            asked_for=leads,
            requested_by=by,
        )
        for number, start in enumerate(range(0, leads, PAGE_SIZE))
    ]
    async with database.tenant(profile.tenant.id) as session:
        await _request(session, profile, request_id, name, parts, len(parts), by, database.now())
    return request_id, len(parts)


async def request_pages(
    session: Session,
    profile: Profile,
    *,
    name: str,
    pages: Pages,
    asked_for: int,
    by: str,
    now: datetime,
) -> UUID:
    """The id of a request for some pages of a slice, made with whatever else is in this transaction."""
    request_id = uuid.uuid4()
    parts = [
        SourceRequested(
            request_id=request_id,
            part=number,
            source=name,
            first_row=number * pages.size + 1,
            page=pages.first + number,
            per_page=pages.size,
            slice=pages.of,
            limit=pages.size,
            asked_for=asked_for,
            requested_by=by,
        )
        for number in range(pages.count)
    ]
    await _request(session, profile, request_id, name, parts, len(parts), by, now)
    return request_id


async def _request(
    session: Session,
    profile: Profile,
    request_id: UUID,
    name: str,
    parts: Iterable[SourceRequested],
    count: int,
    by: str,
    now: datetime,
) -> None:
    await sources.request(session, request_id, name, count, by)
    for part in parts:
        cause = f"{request_id}/{part.part}"
        event = say(part, tenant_id=profile.tenant.id, cause=cause, time=now, traceparent=None)
        await log.append(session, [to_entry(event, profile)])
