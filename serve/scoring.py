"""The scoring service: judges batches of leads for every desk of the cluster, and over HTTP where that is wished."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from ray import serve

from scoring_models.columns import LeadColumns, ScoreColumns
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from scoring_models.scorer import Scorer
from serve.api import api
from serve.judge import Judge
from serve.rates import Rates
from tenants.settings import StoreSettings
from tenants.store.rls import APP
from tenants.store.session import Database

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

    def __init__(self, home: str, models_url: str | None, open_models: int) -> None:
        """`home` and `models_url` as `StoreSettings` has them: a replica may run elsewhere than who deploys it."""
        # A batch of leads is many small values that live as long as it does, and none of them refers to itself.
        gc.set_threshold(50_000, 20, 100)
        self._folder = ModelFolder.of(StoreSettings(home=Path(home), models_url=models_url))
        self._scorer = Scorer(self._folder.path_of, open_models=open_models)
        # One thread: the work holds the interpreter's lock for most of its time, so more would only wait.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scoring")

    async def score_many(self, payload: Payload, *, reasons: bool = True) -> ScoreColumns:
        """The scores of a batch, in its order; without reasons they take much less time.

        Raises ModelUnknownError, or ArtifactError where the model's file must not be opened.
        """
        model, leads = payload
        judge = partial(self._scorer.score_columns, model, leads, reasons=reasons)
        return await asyncio.get_running_loop().run_in_executor(self._worker, judge)

    async def check_health(self) -> None:
        """Nothing, as soon as the worker has taken its turn. Ray replaces a replica whose worker is stuck."""
        await asyncio.get_running_loop().run_in_executor(self._worker, int)


class ScoringServiceWithApi(ScoringService):
    """The same for desks, and over HTTP for whoever has a token."""

    def __init__(
        self,
        home: str,
        models_url: str | None,
        open_models: int,
        database_url: str,
        requests_per_s: float,
    ) -> None:
        super().__init__(home, models_url, open_models)
        database = Database.at(database_url, role=APP, pool_size=4)
        registry = Registry(database, self._folder)
        self._judge = Judge(database, registry, self._scorer, self._worker, Rates(requests_per_s))

    def __serve_build_asgi_app__(self) -> FastAPI:
        """What answers over HTTP; Serve asks for it by this name."""
        return api(self._judge)


_OPTIONS: dict[str, Any] = {
    "name": "scoring",
    "max_ongoing_requests": ONGOING_REQUESTS,
    "max_queued_requests": QUEUED_REQUESTS,
    "backpressure_config": {"status_code": 429, "retry_after_s": 1.0},
    "health_check_period_s": HEALTH_CHECK_PERIOD_S,
    "health_check_timeout_s": 30.0,
    # a line for each batch tells nothing that runs do not
    "logging_config": {"enable_access_log": False},
}
scoring = serve.deployment(**_OPTIONS)(ScoringService)
scoring_with_api = serve.deployment(**_OPTIONS)(serve.ingress()(ScoringServiceWithApi))
