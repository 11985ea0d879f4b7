"""The relay: what was said in the log, published on the bus that everybody reads, in order for each lane."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import orjson

from actors.bus.base import CarrierAway, EventRefused, NotPublished, Publisher
from actors.engine.settings import EngineSettings
from tenants.identity import stable_id
from tenants.records import WITHDRAWN, LogEntry
from tenants.store import carriers, letters, outbox, roles
from tenants.store.carriers import KAFKA
from tenants.store.lanes import Fenced
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

#: as many events of a lane as one turn publishes
MOST_OF_A_LANE = 500
_PAUSE_FIRST_S, _PAUSE_MOST_S = 0.005, 0.1
_AFTER_TROUBLE_S = 0.5
_PRUNE_EVERY_S = 60.0
_PRUNE_AT_ONCE = 10_000

Lane = tuple[str, int]


class Relay:
    """Publishes the log, one turn at a time. Of several relays one works, and the others stand by.

    An event may be published more than once, with the same id, where a relay dies or its answer is lost; the
    first of each is in order.
    """

    def __init__(
        self,
        database: Database,
        publisher: Publisher,
        topics_of: Mapping[str, str],
        *,
        owner: str,
        settings: EngineSettings,
    ) -> None:
        """`topics_of` names the topic that each agent reads."""
        self._topics_of = topics_of
        self._database = database
        self._publisher = publisher
        self._owner = owner
        self._settings = settings
        self._epoch: int | None = None
        self._renewed = float("-inf")
        self._pruned = float("-inf")

    async def relay_once(self) -> int:
        """How many events were published in this turn.

        Raises CarrierAway where the bus does not take them: what it has taken is remembered all the same.
        """
        if not await self._has_the_role():
            return 0
        async with self._database.glance() as session:
            entries = await outbox.unpublished(session, MOST_OF_A_LANE)
            before = await carriers.reached(session, self._topics_of) if entries else {}
        if not entries:
            await self._prune()
            return 0
        try:
            began = await self._publisher.publish([entry for entry in entries if entry.type != WITHDRAWN])
        except NotPublished as doubt:
            await self._make_up(doubt.began, before)
            if isinstance(doubt, EventRefused):
                await self._bury(doubt)
            await self._remember(_reached(entries, doubt))
            raise
        await self._make_up(began, before)
        said = Counter((entry.topic, entry.lane) for entry in entries if entry.type != WITHDRAWN)
        ends = {lane: offset + said[lane] for lane, offset in began.items()}
        await self._remember(_reached(entries, None), ends)
        return len(entries)

    async def run(self, stop: asyncio.Event) -> None:
        """Turns until told to stop. Whatever is away is waited for."""
        pause_s = _PAUSE_FIRST_S
        while not stop.is_set():
            try:
                # an empty log is looked at less and less often, up to ten times a second
                pause_s = _PAUSE_FIRST_S if await self.relay_once() else min(2 * pause_s, _PAUSE_MOST_S)
            except Fenced as fenced:
                logger.info("relay: %s", fenced)
                self._epoch = None
            except (CarrierAway, DatabaseError, OSError) as trouble:
                logger.warning("relay: %s; again in a moment", trouble)
                pause_s = _AFTER_TROUBLE_S
            except Exception:
                logger.exception("relay: a fault in the works; again in a moment")
                pause_s = _AFTER_TROUBLE_S
            try:
                await asyncio.wait_for(stop.wait(), pause_s)
            except TimeoutError:
                continue

    async def close(self) -> None:
        """The role given back, and no connection to the bus left."""
        await self._publisher.close()
        async with self._database.glance() as session:
            await roles.resign(session, outbox.ROLE, self._owner)

    async def _has_the_role(self) -> bool:
        """Whether the role is ours. Each event that is published renews it; where there are none, this does.

        As long as the log itself is read there is no such role: nothing is published, and nothing is pruned.
        """
        if self._epoch is not None and time.monotonic() - self._renewed < self._settings.lease_s / 3:
            return True
        self._epoch = None
        async with self._database.glance() as session:
            if await carriers.current(session) != KAFKA:
                return False
            self._epoch = await roles.claim(session, outbox.ROLE, self._owner, self._settings.lease_s)
        self._renewed = time.monotonic()
        return self._epoch is not None

    async def _remember(self, reached: dict[Lane, int], ends: Mapping[Lane, int] | None = None) -> None:
        """How far the log is published, and how long the lanes of the bus are at least since then."""
        assert self._epoch is not None
        async with self._database.system() as session:
            await outbox.published(session, self._epoch, reached, self._settings.lease_s)
            if ends:
                await carriers.see_heads(session, ends, self._topics_of, before={})
        self._renewed = time.monotonic()

    async def _make_up(self, began: Mapping[Lane, int], before: Mapping[Lane, int]) -> None:
        """Where an event came to stand before what was there already, the bus has lost the lane's events.

        Then Fenced is raised: nothing of this turn is to be remembered.
        """
        anew = [lane for lane, offset in began.items() if offset < before.get(lane, 0)]
        if not anew:
            return
        async with self._database.system() as session:
            await carriers.make_up(session, anew, self._topics_of)
        for topic, lane in anew:
            logger.error("%s lane %d was made anew: it is published and read from its beginning", topic, lane)
        raise Fenced("some lanes begin anew")

    async def _bury(self, doubt: EventRefused) -> None:
        """Events that the bus never takes, kept where a person sees them; their lanes go on behind them."""
        async with self._database.system() as session:
            for entry in doubt.refused:
                await letters.bury(
                    session,
                    letter_id=stable_id("dead letter", "relay", entry.topic, entry.lane, entry.offset),
                    topic=entry.topic,
                    lane=entry.lane,
                    offset=entry.offset,
                    reason=f"not published: {doubt}",
                    headers=orjson.dumps({"agent": "relay", "event": str(entry.event_id)}).decode(),
                    raw=entry.data.encode(),
                )
        logger.warning("relay: %d events can't be published: %s", len(doubt.refused), doubt)

    async def _prune(self) -> None:
        """What is published and older than the retention, deleted from the log, a part at a time."""
        if time.monotonic() - self._pruned < _PRUNE_EVERY_S:
            return
        async with self._database.glance() as session:
            pruned = await outbox.prune(session, self._settings.log_retention_s, _PRUNE_AT_ONCE)
        if pruned < _PRUNE_AT_ONCE:
            self._pruned = time.monotonic()


def _reached(entries: Sequence[LogEntry], doubt: NotPublished | None) -> dict[Lane, int]:
    """The offset that comes next in each lane, behind what needs no more publishing."""
    refused = {entry.event_id for entry in doubt.refused} if isinstance(doubt, EventRefused) else set()
    reached: dict[Lane, int] = {}
    for lane, of_lane in _by_lane(entries):
        left = None if doubt is None else doubt.acknowledged.get(lane, 0)
        for entry in of_lane:
            if entry.type == WITHDRAWN or entry.event_id in refused:
                pass
            elif left is not None:
                if left == 0:
                    break
                left -= 1
            reached[lane] = entry.offset + 1
    return reached


def _by_lane(entries: Iterable[LogEntry]) -> Iterable[tuple[Lane, list[LogEntry]]]:
    lanes: dict[Lane, list[LogEntry]] = {}
    for entry in entries:
        lanes.setdefault((entry.topic, entry.lane), []).append(entry)
    return lanes.items()
