"""What a worker of a test may be made into, one or several at a time: one that says more, one that can be poisoned.

It is done from here, in that one process, once everything is imported: the product has no switch for it.
"""

import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from actors.agents import all_agents
from actors.engine import outward
from tenants.records import LogEntry
from tenants.store import log
from tenants.store.session import Session

#: companies over which a worker that can be poisoned raises, and dies
RAISES, ABORTS = "Raises Ltd", "Aborts Ltd"
_HOURS_OFF = 25
#: the field that a newer worker says beside what is known
NEWER_FIELD = "said_by_newer"
#: what a worker that tells of its producers says of each
BEGUN = "a producer has begun"


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


def _of_another_time() -> None:
    """The host's clock is more than a day ahead, and more than a day behind, in turns of a second."""
    host_time = time.time

    def wild_time() -> float:
        seconds = host_time()
        return seconds + (_HOURS_OFF if int(seconds) % 2 else -_HOURS_OFF) * 3_600

    class WildDatetime(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.fromtimestamp(wild_time(), tz)

    time.time = wild_time
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in ("actors", "tenants")]
    for module in ours:
        if getattr(module, "datetime", None) is datetime:
            module.datetime = WildDatetime  # type: ignore[attr-defined]


def _hasty() -> None:
    """Claims of effects, and requests under them, last a fifth as long."""
    outward._CLAIM_S, outward._SENT_WITHIN_S, outward._LOOKED_WITHIN_S = 6.0, 3.0, 2.0
    outward._BEGIN_SENDING_BEFORE_S = 3.0


def _telling_of_producers() -> None:
    """Each of its Kafka producers is told in its log, once it has found its broker."""
    start = AIOKafkaProducer.start

    async def told(self: AIOKafkaProducer) -> None:
        await start(self)
        logging.getLogger(__name__).info(BEGUN)

    AIOKafkaProducer.start = told


#: what each guise makes of a worker, by name
GUISES: dict[str, Callable[[], None]] = {
    "poisonable": _poisonable,
    "newer": _newer,
    "of-another-time": _of_another_time,
    "hasty": _hasty,
    "telling-of-producers": _telling_of_producers,
}
