"""Judging anew: the leads that a model has judged, judged by another one from what the first was told.

Nobody is asked and nothing is said. A lead that the model had judged before, and of which nothing but the time is other
since, gets that score back to the digit.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from scoring_models.schema import Score, ScoreRequest, ScoringService
from scoring_models.standing import DATED, lead_score, placed, request_of
from tenants.identity import TenantId
from tenants.policies import TenantConfig, TierBounds
from tenants.records import Judged, SequenceTrack
from tenants.sequences import recommended
from tenants.store import judgements, models, sequences, tenants
from tenants.store.judgements import Standing
from tenants.store.session import Database, DatabaseError, Session

AT_ONCE = 4_000
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How many leads got an earlier score back, how many were judged anew, and how many of all changed their tier."""

    restored: int = 0
    judged: int = 0
    moved: int = 0

    def __add__(self, other: "Rejudged") -> "Rejudged":
        return Rejudged(self.restored + other.restored, self.judged + other.judged, self.moved + other.moved)


async def judge_anew(
    database: Database,
    judge: ScoringService,
    tenant_id: UUID,
    *,
    model: str,
    of: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Rejudged:
    """The tenant's leads as the model judges them: those whose score is of the model `of`, or of any other.

    In transactions of 4,000 leads each; `progress` hears how many are through. Where it ends half-way it can be done
    again, and goes on with the others; it ends as soon as the model is not the one that judges the tenant's leads.
    Raises what the judge raises where the model can't be asked.
    """
    total, after = Rejudged(), None
    while True:
        step, count, after = await _some(database, judge, TenantId(tenant_id), model, of, after)
        if not count:
            return total
        total += step
        progress(count)


async def _some(
    database: Database,
    judge: ScoringService,
    tenant_id: TenantId,
    model: str,
    of: str | None,
    after: UUID | None,
) -> tuple[Rejudged, int, UUID | None]:
    """The next leads judged anew: what came of them, how many they are, and which was the last."""
    for attempt in range(1, _TRIES + 1):
        try:
            return await _some_once(database, judge, tenant_id, model, of, after)
        except DatabaseError as error:  # such as a desk that scores the same leads in another order
            if attempt == _TRIES or not error.may_be_repeated:
                raise
            await asyncio.sleep(0.05 * 2**attempt)
    raise AssertionError


async def _some_once(
    database: Database,
    judge: ScoringService,
    tenant_id: TenantId,
    model: str,
    of: str | None,
    after: UUID | None,
) -> tuple[Rejudged, int, UUID | None]:
    async with database.tenant(tenant_id) as session:
        config = await tenants.configuration(session)
        found = await judgements.standing(session, other=model, of=of, after=after, limit=AT_ONCE)
        # looked at with the leads in hand: whoever lets another model judge from now on waits for them
        champion = await models.resolve(session, tenant_id=tenant_id)
        if not found or champion is None or champion.label != model:
            return Rejudged(), 0, after
        back, others = list[UUID](), list[Judged]()
        for one in found:
            if _is_the_same(one):
                back.append(one.judged.lead_id)
            else:
                others.append(one.judged)
        restored = await judgements.restore(session, back, model=model)
        scores = await _scores(judge, model, others, config.tiers)
        tracks = await _tracks(session, config)
        await judgements.save(
            session,
            [
                lead_score(score, request, recommended(request.lead_id, config, tracks))
                for score, request in scores
            ],
        )
        tiers = await judgements.tiers(session, [one.judged.lead_id for one in found])
    moved = sum(tiers[one.judged.lead_id] != one.tier for one in found)
    return Rejudged(restored, len(scores), moved), len(found), found[-1].judged.lead_id


async def _tracks(session: Session, config: TenantConfig) -> tuple[SequenceTrack, ...]:
    """What came of those who were put into sequences, where the tenant lets that be learned from."""
    if not config.sequence_choice.learn:
        return ()
    return await sequences.tracks(session, answer_days=config.sequence_choice.answer_days)


def _is_the_same(one: Standing) -> bool:
    """Whether the other model was told the same, but for the time that has passed since."""
    return one.is_told_the_same or (
        one.earlier_asked is not None and _timeless(one.earlier_asked) == _timeless(one.judged.asked)
    )


def _timeless(asked: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {name: sorted(one["kind"] for one in asked.get(name, ())) for name in DATED}
    return {**asked, **kinds}


async def _scores(
    judge: ScoringService, model: str, leads: Sequence[Judged], bounds: TierBounds
) -> list[tuple[Score, ScoreRequest]]:
    if not leads:
        return []
    now = datetime.now(UTC)
    requests = [request_of(one, now) for one in leads]
    scores = await judge.score_many(model, requests)
    return [(placed(score, bounds), request) for score, request in zip(scores, requests, strict=True)]
