"""Leads of the mill whose outcome is known: what models learn from without any file, and are held against.

A lead is told as it was when it was first judged. Nothing that became known later is in it, so that nothing of the
outcome is.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from scoring_models.columns import pack
from scoring_models.dataset import Dataset
from scoring_models.errors import SplitError
from scoring_models.standing import request_of
from scoring_models.tables.evaluation import Evaluation, evaluation
from tenants.identity import TenantId
from tenants.records import Record
from tenants.store import outcomes
from tenants.store.outcomes import Outcome
from tenants.store.session import Database

ANSWER_DAYS = 90
"""Days within which a prospect answers, or does not."""
_SEED = 20_260_101


class TierShare(Record):
    """How many leads of a tier answered."""

    tier: str
    rows: int
    won: int


class Backtest(Record):
    """What scores said when they were given, against what has happened since."""

    since: datetime
    until: datetime
    within_days: int
    models: tuple[str, ...]
    tiers: tuple[TierShare, ...]
    evaluation: Evaluation


async def known_outcomes(
    database: Database, tenant_id: UUID, *, since: datetime, until: datetime, within_days: int = ANSWER_DAYS
) -> list[Outcome]:
    """The tenant's leads that were first judged in this time, and whether somebody answered within so many days."""
    async with database.tenant(TenantId(tenant_id)) as session:
        return await outcomes.known(session, since=since, until=until, within=timedelta(days=within_days))


def dataset_of(found: Sequence[Outcome]) -> Dataset:
    """The leads as a data set, in their order, with a hash of all that is in it."""
    requests = [request_of(one.judged, one.judged.judged_at) for one in found]
    content = json.dumps([[one.judged.asked, one.is_won] for one in found], sort_keys=True)
    return Dataset(
        leads=pack(requests),
        won=tuple(one.is_won for one in found),
        sha256=hashlib.sha256(content.encode()).hexdigest(),
    )


def backtest(found: Sequence[Outcome], *, since: datetime, until: datetime, within_days: int) -> Backtest:
    """The scores as they were stored against what happened. Raises SplitError where there is nothing to measure on."""
    won = np.array([one.is_won for one in found], dtype=np.bool_)
    if not len(won) or won.all() or not won.any():
        raise SplitError(
            f"of {len(won):,} leads {int(won.sum()):,} answered within {within_days} days, and measuring takes both"
        )
    fit = np.array([one.judged.fit for one in found])
    tiers = [one.judged.tier for one in found]
    return Backtest(
        since=since,
        until=until,
        within_days=within_days,
        models=tuple(sorted({one.judged.model for one in found})),
        tiers=tuple(
            TierShare(
                tier=tier,
                rows=tiers.count(tier),
                won=sum(one.is_won for one in found if one.judged.tier == tier),
            )
            for tier in sorted(set(tiers))
        ),
        evaluation=evaluation(won, fit, seed=_SEED, segments={"tier": tiers}),
    )
