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
        self._search: asyncio.Task[Any] | None = None

    async def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads by the model with this label. Raises ScorerAway where nobody answers."""
        # takes a second to load, which only desks that score have to spend
        from ray.serve.exceptions import BackPressureError, RayServeException

        try:
            async with asyncio.timeout(_PATIENCE_S):
                handle = await self._handle()
                columns = await _answer(handle.score_many.remote((model, pack(requests))))
        except (RayServeException, ray.exceptions.RayError, TimeoutError, OSError) as error:
            # A handle outlives replicas and restarts of Serve's controller, but not the end of Serve itself.
            if isinstance(error, RayServeException | TimeoutError) and not isinstance(
                error, BackPressureError
            ):
                self._look_again()
            first_line = str(error).strip().split("\n")[-1]
            raise ScorerAway(f"{type(error).__name__}: {first_line[:300]}") from error
        return unpack(requests, columns)

    async def _handle(self) -> Any:
        """The application's handle. There is one search for all who ask, and whoever gives up does not end it."""
        if self._search is None or _has_failed(self._search):
            self._search = asyncio.create_task(asyncio.to_thread(_found))
        return await asyncio.shield(self._search)

    def _look_again(self) -> None:
        if self._search is not None and self._search.done():
            self._search = None


def _found() -> Any:
    """The application's handle. Where Serve's controller is about to be restarted this waits: not for a loop."""
    from ray import serve
    from ray.serve.context import _set_global_client

    try:
        return serve.get_app_handle(APPLICATION)
    except ray.exceptions.RayActorError:
        # Serve was ended, and maybe begun anew: by itself it would ask the old controller for ever.
        _set_global_client(None)
        return serve.get_app_handle(APPLICATION)


def _has_failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _answer(response: Any) -> Any:
    """The answer. A question that nobody waits for any more is taken back, or it would take a replica's time."""
    try:
        return await response
    except asyncio.CancelledError:
        response.cancel()
        raise
