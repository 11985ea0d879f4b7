"""The scoring service: judges batches of leads for every desk of the cluster."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ray import serve

from scoring_models.columns import LeadColumns, ScoreColumns
from scoring_models.folder import ModelFolder
from scoring_models.scorer import Scorer

ONGOING_REQUESTS = 64
"""Batches that a replica takes in at once, one for each desk that may be waiting.

Each costs some kilobytes. With Ray's default of 5, further callers back off for up to half a second.
"""

QUEUED_REQUESTS = 64
"""Batches of one desk that wait for a replica to take them in; further ones are refused.

As many as a replica takes in. By default Ray refuses none: they would pile up in the desk's memory and be given up
there before their turn comes, while runs that are told to come again wait in the database.
"""

HEALTH_CHECK_PERIOD_S = 1.0
"""How often each replica is asked how it is. Only so does Serve learn that one has died; by default every 10 s."""

Payload = tuple[str, LeadColumns]
"""A model's label, and the leads that it is to judge."""


class ScoringService:
    """Judges batches of leads, one after the other, beside the loop that answers health checks."""

    def __init__(self, models_folder: str, open_models: int) -> None:
        self._scorer = Scorer(ModelFolder(Path(models_folder)).path_of, open_models=open_models)
        # One thread: the work holds the interpreter's lock for most of its time, so more would only wait.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scoring")

    async def score_many(self, payload: Payload) -> ScoreColumns:
        """The scores of a batch, in its order.

        Raises ModelUnknownError, or ArtifactError where the model's file must not be opened.
        """
        model, leads = payload
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, self._scorer.score_columns, model, leads
        )

    async def check_health(self) -> None:
        """Nothing, as soon as the worker has taken its turn. Ray replaces a replica whose worker is stuck."""
        await asyncio.get_running_loop().run_in_executor(self._worker, int)


scoring = serve.deployment(
    name="scoring",
    max_ongoing_requests=ONGOING_REQUESTS,
    max_queued_requests=QUEUED_REQUESTS,
    health_check_period_s=HEALTH_CHECK_PERIOD_S,
    health_check_timeout_s=30.0,
    logging_config={"enable_access_log": False},  # a line for each batch tells nothing that runs do not
)(ScoringService)
