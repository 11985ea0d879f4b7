"""A lead's standing: a score as it is kept with the lead, with what the model was told."""

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scoring_models.schema import Score, ScoreRequest
from tenants.policies import TierBounds
from tenants.records import Judged, LeadScore
from tenants.sequences import NOTHING, Recommended

if TYPE_CHECKING:
    from scoring_models.tiers import Grid

DATED = ("engagement", "signals")
"""What of a lead's request is so many days ago."""
_DAY_S = 86_400.0
_USUAL = TierBounds()


def placed(score: Score, bounds: TierBounds) -> Score:
    """The score by a tenant's own bounds of tiers. Fit and intent are the model's, and stay."""
    if bounds == _USUAL:
        return score
    grid = _grid(bounds)
    tier, points = grid.tier(score.fit, score.intent), grid.score(score.fit, score.intent)
    return score.model_copy(update={"tier": str(tier), "score": int(points)})


@lru_cache(maxsize=1_000)
def _grid(bounds: TierBounds) -> "Grid":
    from scoring_models.tiers import Grid  # an array library, which most desks never need

    return Grid(fit=bounds.fit, intent=bounds.intent)


def lead_score(score: Score, request: ScoreRequest, to_do: Recommended = NOTHING) -> LeadScore:
    """A score as it is kept with its lead, with the sequence that the lead is recommended in its tier."""
    return LeadScore(
        lead_id=request.lead_id,
        fit=score.fit,
        intent=score.intent,
        score=score.score,
        tier=score.tier,
        sequence=to_do.sequences.get(score.tier),
        sequence_share=to_do.shares.get(score.tier),
        model=score.model,
        reasons=tuple({"text": reason.text, "contribution": reason.contribution} for reason in score.reasons),
        asked=request.model_dump(mode="json", exclude={"lead_id"}, exclude_none=True),
    )


def request_of(judged: Judged, now: datetime) -> ScoreRequest:
    """The lead as the model was asked about it, by today: what has a date is older by now."""
    days = max((now - judged.judged_at).total_seconds(), 0.0) / _DAY_S
    asked: dict[str, Any] = {**judged.asked, "lead_id": judged.lead_id}
    for name in DATED:
        asked[name] = [{**one, "days_ago": one["days_ago"] + days} for one in judged.asked.get(name, ())]
    return ScoreRequest.model_validate(asked)
