"""A small world of leads in which we know who buys: won leads follow a logistic law of our own."""

import csv
import io
import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from scoring_models.dataset import LABEL, parse_dataset
from scoring_models.estimators import TrainedModel
from scoring_models.features import FEATURES
from scoring_models.schema import Engagement, ScoreRequest
from scoring_models.train import train

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
INDUSTRIES = {"Software": 1.0, "Retail": -0.5, "Finance": 0.4, "Logistics": -0.9, None: -0.3}
SENIORITIES = {"director": 0.6, "vp": 0.9, "manager": 0.0, "staff": -0.8, None: -0.4}
STATUSES = {"verified": 0.8, "risky": -0.4, None: -0.9}


def leads(count: int, seed: int) -> list[tuple[dict[str, object], float]]:
    """Leads as (fields, log-odds of being won)."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        industry, seniority, status = (
            dice.choice(list(kinds)) for kinds in (INDUSTRIES, SENIORITIES, STATUSES)
        )
        employees = None if dice.random() < 0.2 else int(math.exp(dice.gauss(4.5, 1.5)))
        fields: dict[str, object] = {
            "industry": industry,
            "country": dice.choice(["DE", "US", "FR", None]),
            "employees": employees,
            "founded_year": dice.choice([None, dice.randint(1950, 2025)]),
            "revenue_usd": None if employees is None else round(employees * dice.uniform(5e4, 3e5), 2),
            "funding_usd": dice.choice([None, 0.0, round(math.exp(dice.gauss(14, 2)), 2)]),
            "technology_count": dice.choice([None, dice.randint(0, 60)]),
            "open_jobs": dice.choice([None, dice.randint(0, 40)]),
            "seniority": seniority,
            "department": dice.choice(["sales", "it", None]),
            "email_status": status,
        }
        size = 0.0 if employees is None else 0.6 * (math.log1p(employees) - 4.5)
        made.append((fields, -0.8 + INDUSTRIES[industry] + SENIORITIES[seniority] + STATUSES[status] + size))
    return made


def likelihood(odds: float) -> float:
    """How likely a lead with these log-odds is won."""
    return 1 / (1 + math.exp(-odds))


def request_of(fields: dict[str, object], lead_id: UUID) -> ScoreRequest:
    """A lead with these fields on its way to a score."""
    return ScoreRequest.model_validate({"lead_id": lead_id, **fields})


def table(rows: Sequence[dict[str, object]]) -> bytes:
    """Rows as the CSV file that training reads."""
    text = io.StringIO()
    writer = csv.DictWriter(text, (*FEATURES, LABEL), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def labelled(count: int = 3000, seed: int = 1) -> bytes:
    """A CSV file of labelled leads."""
    dice = random.Random(seed + 1)
    won = ({**fields, LABEL: int(dice.random() < likelihood(odds))} for fields, odds in leads(count, seed))
    return table(list(won))


def requests(count: int, seed: int = 9) -> list[ScoreRequest]:
    """Unlabelled leads on their way to a score, some of them with engagement."""
    dice = random.Random(seed)
    return [
        ScoreRequest.model_validate(
            {
                "lead_id": UUID(int=at),
                "engagement": tuple(
                    Engagement(
                        kind=dice.choice(["reply", "click", "visit", "open"]), days_ago=dice.uniform(0, 60)
                    )
                    for _ in range(dice.randrange(4))
                ),
                **fields,
            }
        )
        for at, (fields, _) in enumerate(leads(count, seed))
    ]


@cache
def trained() -> TrainedModel:
    """A model of this world."""
    return train(parse_dataset(labelled()), seed=7, created_at=NOON)
