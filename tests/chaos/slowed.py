"""A scoring service that takes as long as a test wants, and tells how many batches it has taken in."""

import time
from pathlib import Path
from typing import Any

from scoring_models.columns import LeadColumns, ScoreColumns
from serve.scoring import Payload, ScoringService
from tenants.settings import StoreSettings

#: files in the home: the seconds that each batch takes longer, and the most batches that one replica ever had at once
SLOWNESS, MOST = "slowness", "most"


class SlowedScoring(ScoringService):
    """The service, slowed down while there is a file that says so."""

    def __init__(self, home: str, models_url: str | None, open_models: int) -> None:
        super().__init__(home, models_url, open_models)
        home = StoreSettings().home
        self._scorer: Any = _SlowedScorer(self._scorer, home / SLOWNESS)
        self._file = home / MOST
        self._taken_in = self._most = 0

    async def score_many(self, payload: Payload) -> ScoreColumns:
        """The scores of a batch, when its turn has come."""
        self._taken_in += 1
        if self._taken_in > self._most:
            self._most = self._taken_in
            self._file.write_text(str(self._most))
        try:
            return await super().score_many(payload)
        finally:
            self._taken_in -= 1


class _SlowedScorer:
    def __init__(self, scorer: Any, file: Path) -> None:
        self._scorer = scorer
        self._file = file

    def score_columns(self, model: str, leads: LeadColumns) -> ScoreColumns:
        if self._file.exists():
            time.sleep(float(self._file.read_text()))
        return self._scorer.score_columns(model, leads)  # type: ignore[no-any-return]
