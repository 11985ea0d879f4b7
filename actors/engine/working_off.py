"""Working off a list: by the mill if it runs, else right here, until every part is done."""

import asyncio
import os
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from actors.agents.lead_source import lead_source
from actors.engine.inline import InlineRoster, supervise
from actors.engine.supervision import ROLE, Supervision
from actors.engine.wiring import Works, build_id
from tenants.identity import TenantId
from tenants.store import roles, sources

_LOOK_EVERY_S = 0.1


class ListFailed(Exception):
    """Parts of a list could not be worked through."""


class ListWaits(Exception):
    """Parts of a list wait for somebody's approval."""


async def work_off(
    works: Works, tenant_id: TenantId, request_id: UUID, parts: int, tell: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """The list's final account: `read = sourced + duplicates + sum(rejected)`.

    Raises ListFailed where parts failed for good, which can be retried like any failed run, and ListWaits
    where a person must allow them first.
    """
    stop = asyncio.Event()
    working: asyncio.Task[None] | None = None
    try:
        while True:
            if working is None and not await _mill_runs(works):
                working = asyncio.create_task(_work_here(works, stop))
            async with works.database.tenant(tenant_id) as session:
                tally = await sources.tally(session, request_id)
                failed = await sources.failed_parts(session, request_id)
                waiting = await sources.waiting_parts(session, request_id)
            tell(tally)
            if tally["parts"] + len(failed) + waiting >= parts:
                break
            if working is not None and working.done():
                working.result()
            await asyncio.sleep(_LOOK_EVERY_S)
    finally:
        stop.set()
        if working is not None:
            await working
    if waiting:
        raise ListWaits(f"{waiting} of {parts} parts wait for a person: `leadmill approvals`")
    if failed:
        raise ListFailed(f"{len(failed)} of {parts} parts failed: {failed[0]}")
    return {name: value for name, value in tally.items() if name != "parts"}


async def _mill_runs(works: Works) -> bool:
    async with works.database.system() as session:
        return await roles.is_held(session, ROLE)


async def _work_here(works: Works, stop: asyncio.Event) -> None:
    supervision = Supervision(
        works.database,
        InlineRoster(works.station),
        {lead_source.name: lead_source.topic},
        owner=f"list:{os.getpid()}:{uuid.uuid4()}",
        build=build_id(),
        settings=works.settings,
    )
    await supervise(supervision, stop)
