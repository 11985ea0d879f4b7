"""Rules as a model: how leads are judged before anybody knows what came of any.

The rules are ours: log-odds for whom one would call first, of the order in which learned models usually find them. They
are no likelihoods, and a model of them has learned from no lead and has no measures. In everything else it is a model
like any other: its contributions sum, it can be promoted and taken back, and a tenant's own model is drawn from it as
outcomes come in.
"""

import hashlib
import json
import math
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import sklearn

from scoring_models.columns import pack
from scoring_models.estimators import TrainedModel, code_version, logistic, one_thread
from scoring_models.explain import average_worths
from scoring_models.features import MISSING, matrix
from scoring_models.schema import ScoreRequest
from tenants.icp import Persona

BASE = -1.5
SENIORITIES: Mapping[str, float] = {
    "founder": 0.9,
    "owner": 0.9,
    "c_suite": 0.9,
    "partner": 0.6,
    "vp": 0.9,
    "head": 0.6,
    "director": 0.6,
    "manager": 0.1,
    "senior": -0.4,
    "entry": -0.9,
}
EMAIL_STATUSES: Mapping[str, float] = {
    "deliverable": 0.9,
    "risky": -0.3,
    "unknown": -0.5,
    "undeliverable": -2.5,
    "disposable": -2.5,
}
WANTED_SENIORITY, WANTED_DEPARTMENT = 0.7, 0.6
"""What is added for a person whom one of the tenant's personas asks for."""
GROWTH: Mapping[str, float] = {"open_jobs": 0.2, "technology_count": 0.1, "funding_usd": 0.03}
"""What is added for each power of e, plus one, of what grows where money is spent."""
_LEADS = 4_000
_SEED = 20_260_101
_TYPICAL = {"open_jobs": (2.0, 1.0), "technology_count": (2.5, 0.8), "funding_usd": (14.0, 2.0)}


@dataclass(frozen=True)
class Rules:
    """The rules for whoever is wanted: without personas for anybody."""

    seniorities: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    @classmethod
    def of(cls, personas: Collection[Persona]) -> "Rules":
        """The rules by which these people are wanted."""
        return cls(
            frozenset(name for one in personas for name in one.seniorities),
            frozenset(name for one in personas for name in one.departments),
        )

    def log_odds(self, lead: ScoreRequest) -> float:
        """What the rules say of a lead. What is not known adds nothing."""
        said = BASE + SENIORITIES.get(lead.seniority or "", 0.0)
        said += EMAIL_STATUSES.get(lead.email_status or "", 0.0)
        said += WANTED_SENIORITY * (lead.seniority in self.seniorities)
        said += WANTED_DEPARTMENT * (lead.department in self.departments)
        for name, worth in GROWTH.items():
            value = getattr(lead, name)
            # around what is typical, so that not to know is no fault
            said += worth * (math.log1p(value) - _TYPICAL[name][0]) if value is not None else 0.0
        return said

    @property
    def sha256(self) -> str:
        """A hash of all that the rules say."""
        said = [BASE, SENIORITIES, EMAIL_STATUSES, GROWTH, WANTED_SENIORITY, WANTED_DEPARTMENT]
        said += [sorted(self.seniorities), sorted(self.departments), _TYPICAL, _LEADS]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def as_model(rules: Rules, *, created_at: datetime) -> TrainedModel:
    """The model that says of every lead what the rules do, to a few hundredths. The same rules give the same model."""
    leads = list(_made_up(rules))
    rows = matrix(pack(leads))
    fit = 1 / (1 + np.exp(-np.array([rules.log_odds(lead) for lead in leads])))
    # every lead once as won and once as lost, each weighing as much as the rules say: nothing is left to chance
    with one_thread():
        pipeline = logistic(rows).fit(
            np.concatenate([rows, rows]),
            np.repeat([True, False], len(rows)),
            logistic__sample_weight=np.concatenate([fit, 1 - fit]),
        )
    _let_what_is_unseen_be_as_unknown(pipeline)
    return TrainedModel(
        pipeline=pipeline,
        averages=average_worths(pipeline, rows),
        metrics={},
        rows=0,
        data_sha256=rules.sha256,
        seed=_SEED,
        sklearn_version=sklearn.__version__,
        created_at=created_at,
        code=code_version(),
        reference=None,
    )


def _let_what_is_unseen_be_as_unknown(pipeline: Any) -> None:
    """A category of which the rules say nothing adds nothing.

    Of each category a lead has one value, so that what all of them add may as well be part of the intercept.
    """
    seen = pipeline.named_steps["columns"].named_transformers_["categories"].categories_
    judge = pipeline.named_steps["logistic"]
    at = judge.coef_.shape[1] - sum(map(len, seen))  # they are the last columns
    for values in seen:
        block = judge.coef_[0, at : at + len(values)]
        unknown = block[list(values).index(MISSING)]
        block -= unknown
        judge.intercept_ += unknown
        at += len(values)


def _made_up(rules: Rules) -> Iterator[ScoreRequest]:
    """Leads that have every value of which the rules say something, and none that they say nothing of."""
    dice = random.Random(_SEED)  # noqa: S311 - made-up leads
    departments = [*sorted(rules.departments), "another", None]
    for at in range(_LEADS):
        numbers = {
            name: int(math.exp(dice.gauss(*typical))) if dice.random() < 0.8 else None
            for name, typical in _TYPICAL.items()
        }
        yield ScoreRequest(
            lead_id=UUID(int=at),
            seniority=dice.choice([*SENIORITIES, None]),
            department=dice.choice(departments),
            email_status=dice.choice([*EMAIL_STATUSES, None]),
            **numbers,
        )
