"""The way to the scoring service: a Serve application, found by its name."""

import asyncio
from collections.abc import Sequence
from typing import Any

import ray

from actors.core.errors import ScorerAway
from scoring_models.columns import pack, unpack
from scoring_models.schema import Score, ScoreRequest

APPLICATION = "scoring"
_PATIENCE_S = 15.0


class ServeScoring:
    """Scores from the Serve application. Where it does not answer, the score waits; it is never made up."""

    def __init__(self) -> None:
        self._handle: Any = None

    async def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads by the model with this label. Raises ScorerAway where nobody answers."""
        from ray import serve  # takes a second to load, which only desks that score have to spend
        from ray.serve.exceptions import BackPressureError, RayServeException

        try:
            if self._handle is None:
                self._handle = serve.get_app_handle(APPLICATION)
            response = self._handle.score_many.remote((model, pack(requests)))
            columns = await asyncio.wait_for(_answer(response), _PATIENCE_S)
        except (
            RayServeException,
            BackPressureError,
            ray.exceptions.RayError,
            TimeoutError,
            OSError,
        ) as error:
            self._handle = None  # a handle does not survive the application's restart
            first_line = str(error).strip().split("\n")[-1]
            raise ScorerAway(f"{type(error).__name__}: {first_line[:300]}") from error
        return unpack(requests, columns)


async def _answer(response: Any) -> Any:
    return await response
