"""The scorer: opened models, and many leads judged in one go."""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from scoring_models.artifact import open_model
from scoring_models.columns import LeadColumns, ScoreColumns, pack, unpack
from scoring_models.evaluate import Floats
from scoring_models.explain import Scorecard
from scoring_models.intent import did, happened
from scoring_models.intents import intents
from scoring_models.schema import Score, ScoreRequest
from scoring_models.tiers import Grid


class Scorer:
    """Judges leads with any model of an installation, and keeps some open. Threads may share it."""

    def __init__(self, path_of: Callable[[str], Path], *, open_models: int) -> None:
        """A scorer that finds a model's file by its label with `path_of`."""
        self._path_of = path_of
        self._scorecard = lru_cache(maxsize=open_models)(self._open)
        self._grid = Grid()

    def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads, in their order, by the model with this label.

        Raises ModelUnknownError, or ArtifactError where the model's file must not be opened.
        """
        return unpack(requests, self.score_columns(model, pack(requests)))

    def score_columns(self, model: str, leads: LeadColumns, *, reasons: bool = True) -> ScoreColumns:
        """The same from columns to columns: what crosses a process border.

        Without reasons (each lead has none then) it takes a tenth of the time.
        """
        scorecard = self._scorecard(model)
        contributions = scorecard.contributions_of(leads)
        fits = scorecard.probability(contributions)
        wants = intents(leads.engagement, leads.open_jobs, leads.signals)
        return ScoreColumns(
            model=model,
            fit=fits.tolist(),
            intent=wants.tolist(),
            score=self._grid.score(fits, wants).tolist(),
            tier=self._grid.tier(fits, wants).tolist(),
            reasons=_reasons(scorecard, leads, contributions) if reasons else [()] * len(fits),
        )

    def _open(self, label: str) -> Scorecard:
        return open_scorecard(self._path_of(label))


class InThread:
    """A scorer that is asked in a thread, so that nobody else in the process waits for it."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    async def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads, in their order, by the model with this label. Raises what the scorer raises."""
        return await asyncio.to_thread(self._scorer.score_many, model, requests)


def _reasons(
    scorecard: Scorecard, leads: LeadColumns, contributions: Floats
) -> list[tuple[tuple[str, str, float], ...]]:
    return [
        why + did(acts) + happened(signals)
        for why, acts, signals in zip(
            scorecard.reasons(leads, contributions), leads.engagement, leads.signals, strict=True
        )
    ]


def open_scorecard(path: Path) -> Scorecard:
    """The scorecard of the model in a file.

    Raises ArtifactError where the file must not be opened, and NotAdditiveError where its model can't be
    explained, or gives no numbers.
    """
    trained = open_model(path)
    return Scorecard(trained.pipeline, trained.averages)
