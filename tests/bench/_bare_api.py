"""A bare FastAPI app with the model of the file that is named by BENCH_MODEL: the peer of the scoring API.

As people write one: pydantic reads the leads and writes the answer, and scikit-learn judges. It knows no tokens,
tenants, versions, limits, intent, tiers and reasons.
"""

import os
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

from scoring_models.artifact import open_model
from scoring_models.columns import pack
from scoring_models.features import matrix
from scoring_models.schema import ScoreRequest

pipeline = open_model(Path(os.environ["BENCH_MODEL"])).pipeline
app = FastAPI()


class Question(BaseModel):
    """Leads to be judged."""

    leads: list[ScoreRequest]


class Scored(BaseModel):
    """How well a lead fits."""

    lead_id: UUID
    fit: float


class Answer(BaseModel):
    """The scores, in the order of the leads."""

    scores: list[Scored]


@app.post("/v1/score")
async def score(question: Question) -> Answer:
    """The scores of these leads."""
    fits = pipeline.predict_proba(matrix(pack(question.leads)))[:, 1].tolist()
    leads = (lead.lead_id for lead in question.leads)
    return Answer(scores=[Scored(lead_id=lead, fit=fit) for lead, fit in zip(leads, fits, strict=True)])
