"""Models that judge in the shadow: what has been scored is put to them as well, beside whatever supervision does.

A judgement keeps what its model was told, so the shadow is asked the same, later and in batches: no lead waits for it,
and one that fails keeps nobody waiting. What it says is kept beside the judgement, and nobody goes by it.
"""

import logging

from actors.core.errors import ScorerAway
from actors.engine.rounds import Rounds
from scoring_models.schema import ScoringService
from scoring_models.standing import lead_score, request_of
from tenants.identity import TenantId
from tenants.store import judgements, models
from tenants.store.models import Pointed
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

_AT_ONCE = 256


class Shadowing:
    """The shadows of all tenants, asked one round at a time. A turn waits for none of them."""

    def __init__(self, database: Database, scoring: ScoringService) -> None:
        self._database = database
        self._scoring = scoring
        self.rounds = Rounds()

    async def turn(self) -> int:
        """For how many tenants a shadow is asked from now on; none as long as the last round is under way."""
        if self.rounds.is_under_way:
            return 0
        async with self._database.glance() as session:
            found = await models.pointed(session, alias="shadow")
        if found:
            self.rounds.begin(self._ask_all(found))
        return len(found)

    async def close(self) -> None:
        """What is under way given up: it is found again."""
        await self.rounds.close()

    async def _ask_all(self, shadows: list[Pointed]) -> None:
        for shadow in shadows:
            try:
                await self._ask(shadow)
            except (ScorerAway, DatabaseError, OSError) as trouble:  # in the next round
                logger.warning("the shadow %s of %s: %s", shadow.model, shadow.tenant_id, trouble)

    async def _ask(self, shadow: Pointed) -> None:
        async with self._database.tenant(TenantId(shadow.tenant_id)) as session:
            found = await judgements.without_shadow(
                session, shadow=shadow.model, since=shadow.since, limit=_AT_ONCE
            )
        if not found:
            return
        requests = [request_of(one, one.judged_at) for one in found]
        scores = await self._scoring.score_many(shadow.model, requests)
        async with self._database.tenant(TenantId(shadow.tenant_id)) as session:
            await judgements.save_shadows(
                session,
                [
                    (lead_score(score, request), one.judged_at)
                    for score, request, one in zip(scores, requests, found, strict=True)
                ],
            )
