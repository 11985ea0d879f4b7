"""Scores of a model that judges no longer, renewed some time after another has taken its place.

Whoever promotes a model has the leads judged anew at once. What that leaves behind is found here: leads whose score was
under way meanwhile, by the model before, and all that were left where it was killed half-way.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from actors.core.errors import ScorerAway
from actors.engine.rounds import Rounds
from scoring_models.rejudging import Rejudged, judge_anew
from scoring_models.schema import ScoringService
from tenants.store import models
from tenants.store.models import Pointed
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

# Not at once: the one who promotes is at it. Not for ever: a look reads all leads of a tenant, and no run that the
# model before has answered is under way for so long.
LOOKS_AFTER_S = (30.0, 120.0, 600.0, 1_800.0)


@dataclass(slots=True)
class _Watched:
    """A tenant's model, since when it judges, when that was seen here, and how often its leads were looked at."""

    model: str
    since: datetime
    seen_at: float
    looks: int = 0


class Rejudging:
    """The leads of all tenants, looked at a few times after another model began to judge. A turn waits for nobody."""

    def __init__(
        self,
        database: Database,
        scoring: ScoringService,
        *,
        looks_after_s: Sequence[float] = LOOKS_AFTER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._scoring = scoring
        self._looks_after_s = looks_after_s
        self._clock = clock
        self._watched: dict[UUID, _Watched] = {}
        self.rounds = Rounds()

    async def turn(self) -> int:
        """How many tenants' leads are looked at from now on; none as long as the last round is under way."""
        if self.rounds.is_under_way:
            return 0
        async with self._database.glance() as session:
            champions = await models.pointed(session, alias="champion")
        due = self._due(champions)
        if due:
            self.rounds.begin(self._look(due))
        return len(due)

    async def close(self) -> None:
        """What is under way given up: it is found again."""
        await self.rounds.close()

    def _due(self, champions: Sequence[Pointed]) -> list[UUID]:
        now, known = self._clock(), self._watched
        self._watched = {}
        for one in champions:
            watched = known.get(one.tenant_id)
            if watched is None or (watched.model, watched.since) != (one.model, one.since):
                watched = _Watched(one.model, one.since, now)
            self._watched[one.tenant_id] = watched
        return [
            tenant_id
            for tenant_id, watched in self._watched.items()
            if watched.looks < len(self._looks_after_s)
            and now - watched.seen_at >= self._looks_after_s[watched.looks]
        ]

    async def _look(self, tenant_ids: Sequence[UUID]) -> None:
        for tenant_id in tenant_ids:
            watched = self._watched[tenant_id]
            try:
                done = await judge_anew(self._database, self._scoring, tenant_id, model=watched.model)
            except (ScorerAway, DatabaseError, OSError) as trouble:  # in the next round
                logger.warning("leads of %s to be judged by %s: %s", tenant_id, watched.model, trouble)
                continue
            except Exception:  # whatever is wrong with one tenant's leads keeps nobody else's waiting
                logger.exception("leads of %s to be judged by %s", tenant_id, watched.model)
                done = Rejudged()
            watched.looks += 1
            if done.judged or done.restored:
                logger.info(
                    "%d leads of %s had a score of a model that judges no longer: %s has judged them",
                    done.judged + done.restored, tenant_id, watched.model,
                )  # fmt: skip
