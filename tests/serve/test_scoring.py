import asyncio
import threading

import pytest

from actors.shell import scorer
from scoring_models.columns import pack, unpack
from scoring_models.errors import ModelUnknownError
from scoring_models.scorer import Scorer
from serve.app import build
from serve.scoring import HEALTH_CHECK_PERIOD_S, ONGOING_REQUESTS, QUEUED_REQUESTS, ScoringService, scoring
from tests.scoring_models import world

REQUESTS = world.requests(20)


@pytest.fixture
def service(folder):
    return ScoringService(str(folder.path.parent), None, open_models=2)


async def test_the_service_judges_as_the_scorer_does(service, folder):
    answer = await service.score_many(("fit-1", pack(REQUESTS)))
    assert unpack(REQUESTS, answer) == Scorer(folder.path_of, open_models=2).score_many("fit-1", REQUESTS)


async def test_an_unknown_model_is_an_error_and_the_service_stays_healthy(service):
    with pytest.raises(ModelUnknownError):
        await service.score_many(("fit-9", pack(REQUESTS)))
    await service.check_health()


async def test_columns_of_different_lengths_are_refused(service):
    with pytest.raises(ValueError, match="shape"):
        await service.score_many(("fit-1", pack(REQUESTS)._replace(country=["DE"] * 3)))


async def test_health_waits_for_the_worker_and_the_loop_for_nobody(service, monkeypatch):
    started, may_end = threading.Event(), threading.Event()

    def stuck(*_, **__):
        started.set()
        may_end.wait(timeout=60)

    monkeypatch.setattr(service._scorer, "score_columns", stuck)
    working = asyncio.create_task(service.score_many(("fit-1", pack(REQUESTS))))
    healthy = asyncio.create_task(service.check_health())
    await asyncio.to_thread(started.wait, 60)
    assert not healthy.done()
    may_end.set()
    await working
    await healthy


def test_a_queue_has_an_end_and_the_dead_are_missed_before_anybody_has_lost_patience():
    # what Ray would do by itself: an endless queue, and ten seconds until it looks after a replica
    assert scoring.max_ongoing_requests == ONGOING_REQUESTS
    assert 0 < scoring.max_queued_requests == QUEUED_REQUESTS
    assert build({})._bound_deployment.max_queued_requests == QUEUED_REQUESTS
    assert HEALTH_CHECK_PERIOD_S < scorer._PATIENCE_S / 3
