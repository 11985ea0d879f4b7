"""The way to the scoring service, with a Serve that answers as a test wants. The real one is met by `make chaos`."""

import asyncio
import threading
from types import SimpleNamespace

import pytest
import ray
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError

from actors.core.errors import ScorerAway
from actors.shell import scorer
from actors.shell.scorer import ServeScoring
from scoring_models.columns import pack
from scoring_models.explain import Scorecard
from scoring_models.folder import ModelFolder
from scoring_models.scorer import Scorer
from tests.scoring_models import world

REQUESTS = world.requests(3)


class Response:
    """An answer on its way: it comes at once, is an error, or never comes."""

    def __init__(self, answer):
        self.answer = answer
        self.asked, self.taken_back = asyncio.Event(), False

    def __await__(self):
        return self._come().__await__()

    async def _come(self):
        self.asked.set()
        if self.answer is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def cancel(self):
        self.taken_back = True


class Serve:
    """Applications by name, as Serve gives their handles: each search takes the next of what it was given."""

    def __init__(self, *found):
        self.found = list(found)
        self.searches = 0
        self.forgotten = 0

    def get_app_handle(self, name):
        assert name == "scoring"
        self.searches += 1
        one = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        if isinstance(one, Exception):
            raise one
        return one() if callable(one) else one

    def forget(self, client):
        assert client is None
        self.forgotten += 1


def answering(*responses):
    """A handle that gives these responses, and the last of them from then on."""
    left = list(responses)
    method = SimpleNamespace(remote=lambda _: left.pop(0) if len(left) > 1 else left[0])
    return SimpleNamespace(score_many=method)


@pytest.fixture
def put_up(monkeypatch):
    def put(*found):
        serve = Serve(*found)
        monkeypatch.setattr("ray.serve.get_app_handle", serve.get_app_handle)
        monkeypatch.setattr("ray.serve.context._set_global_client", serve.forget)
        return serve

    return put


@pytest.fixture(scope="module")
def columns():
    trained = world.trained()
    judge = Scorer(ModelFolder, open_models=1)
    judge._scorecard = lambda _: Scorecard(trained.pipeline, trained.averages)
    return judge.score_columns("fit-1", pack(REQUESTS))


async def test_scores_come_for_the_leads_that_were_asked_about_and_the_application_is_searched_for_once(
    put_up, columns
):
    serve = put_up(answering(Response(columns)))
    scoring = ServeScoring()
    first, second = await asyncio.gather(*(scoring.score_many("fit-1", REQUESTS) for _ in range(2)))
    assert [score.lead_id for score in first] == [request.lead_id for request in REQUESTS]
    assert [score.fit for score in first] == columns.fit
    assert first == second
    assert serve.searches == 1


async def test_a_question_that_nobody_waits_for_any_more_is_taken_back(put_up, monkeypatch):
    monkeypatch.setattr(scorer, "_PATIENCE_S", 0.05)
    silent = Response(None)
    put_up(answering(silent))
    with pytest.raises(ScorerAway, match="TimeoutError"):
        await ServeScoring().score_many("fit-1", REQUESTS)
    assert silent.taken_back


async def test_a_question_of_a_run_that_is_given_up_is_taken_back(put_up):
    silent = Response(None)
    put_up(answering(silent))
    asking = asyncio.create_task(ServeScoring().score_many("fit-1", REQUESTS))
    await silent.asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert silent.taken_back


async def test_nothing_else_stands_still_while_the_application_is_searched_for(put_up, columns):
    searching, goes_on = threading.Event(), threading.Event()
    went_on = []

    def slow():
        searching.set()
        went_on.append(goes_on.wait(timeout=20))
        return answering(Response(columns))

    serve = put_up(slow)
    scoring = ServeScoring()
    impatient, patient = (asyncio.create_task(scoring.score_many("fit-1", REQUESTS)) for _ in range(2))
    await asyncio.to_thread(searching.wait, 20)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    goes_on.set()
    assert len(await patient) == len(REQUESTS)
    assert went_on == [True]
    assert serve.searches == 1


async def test_a_full_queue_is_a_reason_to_wait_and_none_to_search_again(put_up, columns):
    serve = put_up(answering(Response(BackPressureError(64, 64)), Response(columns)))
    scoring = ServeScoring()
    with pytest.raises(ScorerAway, match="BackPressureError"):
        await scoring.score_many("fit-1", REQUESTS)
    assert len(await scoring.score_many("fit-1", REQUESTS)) == len(REQUESTS)
    assert serve.searches == 1


async def test_a_replica_that_dies_is_a_reason_to_wait_and_none_to_search_again(put_up, columns):
    serve = put_up(answering(Response(ray.exceptions.ActorDiedError()), Response(columns)))
    scoring = ServeScoring()
    with pytest.raises(ScorerAway, match="ActorDiedError"):
        await scoring.score_many("fit-1", REQUESTS)
    assert len(await scoring.score_many("fit-1", REQUESTS)) == len(REQUESTS)
    assert serve.searches == 1


async def test_a_serve_that_was_ended_and_begun_anew_is_found(put_up, columns):
    serve = put_up(
        answering(Response(DeploymentUnavailableError("scoring"))),
        ray.exceptions.ActorDiedError(),
        answering(Response(columns)),
    )
    scoring = ServeScoring()
    with pytest.raises(ScorerAway, match="DeploymentUnavailableError"):
        await scoring.score_many("fit-1", REQUESTS)
    assert serve.forgotten == 0
    assert len(await scoring.score_many("fit-1", REQUESTS)) == len(REQUESTS)
    assert serve.forgotten == 1


async def test_a_search_that_failed_is_made_again(put_up, columns):
    put_up(DeploymentUnavailableError("scoring"), answering(Response(columns)))
    scoring = ServeScoring()
    with pytest.raises(ScorerAway, match="DeploymentUnavailableError"):
        await scoring.score_many("fit-1", REQUESTS)
    assert len(await scoring.score_many("fit-1", REQUESTS)) == len(REQUESTS)
