"""What a worker of a test may be made into, one or several at a time: one that says more, one that can be poisoned.

It is done from here, in that one process, once everything is imported: the product has no switch for it.
"""

import os
import resource
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from actors.agents import all_agents
from tenants.records import LogEntry
from tenants.store import log
from tenants.store.session import Session

#: companies over which a worker that can be poisoned raises, and dies
RAISES, ABORTS = "Raises Ltd", "Aborts Ltd"
#: the field that a newer worker says beside what is known
NEWER_FIELD = "said_by_newer"


def _poisonable() -> None:
    """The enrichment raises over one company, and aborts its process over another."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    agents = all_agents()
    enrichment = agents["enrichment"]

    async def work(event: Any, ctx: Any) -> Any:
        if event.account.name == RAISES:
            raise ZeroDivisionError("poisoned")
        if event.account.name == ABORTS:
            os.abort()
        return await enrichment.work(event, ctx)

    agents["enrichment"] = replace(enrichment, work=work)


def _newer() -> None:
    """Each event says one thing more, which older workers do not know."""
    append = log.append

    async def append_more(session: Session, entries: Sequence[LogEntry]) -> None:
        more = [
            replace(entry, data=orjson.dumps({**orjson.loads(entry.data), NEWER_FIELD: True}).decode())
            for entry in entries
        ]
        await append(session, more)

    log.append = append_more


#: what each guise makes of a worker, by name
GUISES: dict[str, Callable[[], None]] = {"poisonable": _poisonable, "newer": _newer}
