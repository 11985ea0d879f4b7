"""The API in this process, over a real database; that it answers on Serve is tested in test_app."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from scoring_models.scorer import Scorer
from serve import api as api_module
from serve.api import api
from serve.judge import AT_ONCE, Judge
from serve.messages import LARGEST_BODY, Answer, Lead
from serve.rates import BURST_S, Rates
from tenants.store import tenants, tokens
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.conftest import execute
from tests.scoring_models import world
from tests.serve.conftest import token_of

REQUESTS = world.requests(30)
BODY = {"leads": [request.model_dump(mode="json") for request in REQUESTS]}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "scoring-api.md"


class Installation:
    """A database with two tenants, models, and the API over both."""

    def __init__(self, database, vault, folder):
        self.database, self.vault, self.folder = database, vault, folder
        self.registry = Registry(database, folder)
        self.worker = ThreadPoolExecutor(max_workers=1)
        self.scorer = Scorer(folder.path_of, open_models=8)

    async def register(self, *, tenant=None, promote=True):
        tenant_id = tenant.id if tenant is not None else None
        label = await self.registry.register(world.trained(), name="fit", tenant_id=tenant_id)
        if promote:
            await self.registry.promote(label, tenant_id=tenant_id)
        return label

    def client(self, *, database=None, per_s=1_000.0, token=None):
        database = database or self.database
        judge = Judge(database, Registry(database, self.folder), self.scorer, self.worker, Rates(per_s))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(api(judge)),
            base_url="http://api",
            headers={} if token is None else {"Authorization": f"Bearer {token}"},
        )


@pytest.fixture
async def installation(database, vault, tmp_path):
    made = Installation(database, vault, ModelFolder(tmp_path / "models"))
    made.acme = await tenants.add(database, vault, "acme", {})
    made.other = await tenants.add(database, vault, "other", {})
    made.token = await token_of(database, made.acme)
    yield made
    made.worker.shutdown()


async def test_leads_are_judged_as_the_scorer_judges_them_and_each_score_names_its_model(installation):
    label = await installation.register()
    async with installation.client(token=installation.token) as client:
        answer = await client.post("/v1/score", json=BODY)
    assert answer.status_code == 200
    scores = Answer.model_validate_json(answer.content).scores
    assert list(scores) == installation.scorer.score_many(label, REQUESTS)
    assert {score["model"] for score in answer.json()["scores"]} == {"fit-1"}


async def test_who_wants_no_reasons_gets_the_same_scores_without_them(installation):
    await installation.register()
    async with installation.client(token=installation.token) as client:
        told, untold = [
            (await client.post("/v1/score", json=BODY | {"reasons": wanted})).json()["scores"]
            for wanted in (True, False)
        ]
    assert any(score["reasons"] for score in told)
    assert untold == [score | {"reasons": []} for score in told]


async def test_a_tenants_own_model_judges_its_leads_and_nobody_elses(installation):
    shared = await installation.register()
    own = await installation.register(tenant=installation.acme)
    waiting = await installation.register(tenant=installation.acme, promote=False)
    told = {}
    for name, token in (
        ("acme", installation.token),
        ("other", await token_of(installation.database, installation.other)),
    ):
        async with installation.client(token=token) as client:
            judged = {
                score["model"] for score in (await client.post("/v1/score", json=BODY)).json()["scores"]
            }
            models = (await client.get("/v1/models")).json()
        told[name] = (
            judged,
            models["champion"],
            [(model["label"], model["own"], model["aliases"]) for model in models["models"]],
        )
        assert all(model["metrics"]["roc_auc"] > 0.5 for model in models["models"])
    of_all = (shared, False, ["champion"])
    assert told == {
        "acme": ({own}, own, [(waiting, True, []), (own, True, ["champion"]), of_all]),
        "other": ({shared}, shared, [of_all]),
    }


async def test_whoever_has_no_good_token_gets_the_same_answer_whatever_is_wrong_with_it(
    installation, database_url
):
    await installation.register()
    expired, revoked = [
        await token_of(installation.database, installation.acme, name) for name in ("old", "lost")
    ]
    async with installation.client() as client:
        assert [(await ask(client, token)).status_code for token in (expired, revoked)] == [200, 200]
    await execute(
        database_url,
        "UPDATE leadmill.api_token SET expires_at = now() - interval '1 second' WHERE name = 'old'",
        "UPDATE leadmill.api_token SET revoked_at = now() WHERE name = 'lost'",
    )
    async with installation.client() as client:
        refused = [
            await ask(client, token, scheme)
            for token, scheme in (
                (None, ""),
                ("", "Bearer"),
                ("guessed", "Bearer"),
                ("leadmill_" + "x" * 43, "Bearer"),
                (installation.token, "Basic"),
                (installation.token + "x", "Bearer"),
                (revoked, "Bearer"),
                (expired, "Bearer"),
            )
        ]
        refused.append(await client.get("/v1/models"))
        assert (await ask(client, installation.token)).status_code == 200
    assert {(answer.status_code, answer.text, answer.headers["www-authenticate"]) for answer in refused} == {
        (401, '{"detail":"A token that is good is needed: `Authorization: Bearer TOKEN`."}', "Bearer")
    }


async def test_a_token_that_is_revoked_lets_nobody_in_after_a_moment(installation, monkeypatch):
    monkeypatch.setattr("serve.judge.REMEMBERED_S", 0.0)
    await installation.register()
    async with installation.client(token=installation.token) as client:
        assert (await client.get("/v1/models")).status_code == 200
        async with installation.database.tenant(installation.acme.id) as session:
            await tokens.revoke(session, "crm", by="ann")
        assert (await client.get("/v1/models")).status_code == 401


async def test_a_token_and_a_champion_are_asked_for_once_in_a_moment(installation, database_url, monkeypatch):
    monkeypatch.setattr("serve.judge.REMEMBERED_S", 60.0)
    await installation.register()
    async with installation.client(token=installation.token) as client:
        assert (await client.post("/v1/score", json=BODY)).status_code == 200
        for table in ("api_token", "model_alias"):
            await execute(database_url, f"ALTER TABLE leadmill.{table} RENAME TO {table}_away")
        assert (await client.post("/v1/score", json=BODY)).status_code == 200
    async with installation.client(token=installation.token) as client:
        assert (await client.post("/v1/score", json=BODY)).status_code == 503


async def test_bad_leads_are_named_and_none_is_judged(installation):
    await installation.register()
    leads = [*BODY["leads"][:2], {"lead_id": str(UUID(int=3)), "employees": "many", "colour": "blue"}]
    async with installation.client(token=installation.token) as client:
        answer = await client.post("/v1/score", json={"leads": leads})
    assert answer.status_code == 422
    assert [(fault["lead"], fault["field"]) for fault in answer.json()["detail"]] == [
        (2, "employees"),
        (2, "colour"),
    ]


async def test_without_a_model_or_its_file_or_the_database_there_is_no_score_but_a_time_to_come_again(
    installation,
):
    async def asked(client):
        answers = [await client.post("/v1/score", json=BODY), await client.get("/readyz")]
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        assert len({(answer.status_code, answer.text) for answer in answers}) == 1
        return answers[0].status_code, answers[0].json()["detail"].split(",")[0]

    async with installation.client(token=installation.token) as client:
        assert await asked(client) == (503, "No model judges yet")
    installation.folder.path_of(await installation.register()).unlink()
    async with installation.client(token=installation.token) as client:
        assert await asked(client) == (503, "The model that judges can't be opened")
    away = Database.at("postgresql://nobody@127.0.0.1:1/nothing", role=APP)
    async with installation.client(token=installation.token, database=away) as client:
        assert await asked(client) == (503, "The database does not answer")
        assert (await client.get("/healthz")).status_code == 200


async def test_it_is_ready_where_only_a_tenant_has_a_model(installation):
    await installation.register(tenant=installation.acme)
    async with installation.client() as client:
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        assert (await client.get("/healthz")).json() == {"status": "live"}


async def test_a_champion_that_changes_under_load_mixes_no_versions_in_an_answer(installation, monkeypatch):
    monkeypatch.setattr("serve.judge.REMEMBERED_S", 0.0)
    labels = [await installation.register() for _ in range(2)]
    seen = []

    async def ask_on(client):
        while len(seen) < 60 or set(seen) != set(labels):
            answer = await client.post("/v1/score", json=BODY)
            (model,) = {score["model"] for score in answer.json()["scores"]}
            seen.append(model)

    async with installation.client(token=installation.token) as client:
        asking = asyncio.gather(*(ask_on(client) for _ in range(4)))
        while not asking.done():
            for label in labels:
                await installation.registry.promote(label)
        await asking
    assert set(seen) == set(labels)


async def test_a_token_that_asks_too_often_is_told_when_to_come_again_and_others_are_not_kept(installation):
    await installation.register()
    other = await token_of(installation.database, installation.other)
    async with installation.client(per_s=0.5) as client:
        answers = [await ask(client, installation.token) for _ in range(2)]
        assert (await ask(client, other)).status_code == 200
    assert BURST_S * 0.5 == 1
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["retry-after"] == "2"


async def test_more_requests_at_once_than_there_are_places_are_told_to_come_again(installation):
    await installation.register()
    waiting, may_end = asyncio.Semaphore(0), asyncio.Event()

    async def slow():
        yield b'{"leads": '
        waiting.release()
        await may_end.wait()
        yield json.dumps(BODY["leads"]).encode() + b"}"

    async with installation.client(token=installation.token) as client:
        under_way = [asyncio.create_task(client.post("/v1/score", content=slow())) for _ in range(AT_ONCE)]
        for _ in range(AT_ONCE):
            await waiting.acquire()
        answer = await client.post("/v1/score", json=BODY)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        may_end.set()
        assert {one.status_code for one in await asyncio.gather(*under_way)} == {200}
        assert (await client.post("/v1/score", json=BODY)).status_code == 200


async def test_a_body_that_is_too_large_or_never_comes_is_not_waited_for(installation, monkeypatch):
    monkeypatch.setattr(api_module, "BODY_WITHIN_S", 0.02)
    await installation.register()

    async def endless():
        while True:
            yield b" " * 2**20

    async def silent():
        yield b"{"
        await asyncio.Event().wait()

    async with installation.client(token=installation.token) as client:
        told = await client.post("/v1/score", content=b"", headers={"Content-Length": str(LARGEST_BODY + 1)})
        untold = await client.post("/v1/score", content=endless())
        late = await client.post("/v1/score", content=silent())
    assert [answer.status_code for answer in (told, untold, late)] == [413, 413, 408]


async def test_the_description_names_every_field_and_answer_and_all_that_it_refers_to(installation):
    async with installation.client() as client:
        described = (await client.get("/openapi.json")).json()
    assert described["paths"].keys() == {"/v1/score", "/v1/models", "/healthz", "/readyz"}
    schemas = described["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)):
        assert name in schemas
    score = described["paths"]["/v1/score"]["post"]
    assert score["security"] == [{"token": []}]
    assert score["responses"].keys() == {"200", "401", "408", "413", "422", "429", "503"}
    assert score["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Question")
    assert schemas["Lead"]["properties"].keys() == Lead.model_fields.keys()
    assert schemas["Question"]["properties"]["leads"]["maxItems"] == 1_000


async def test_what_the_page_asks_is_answered_as_the_page_says(installation):
    await installation.register()
    asked, answered, refused, listed = map(
        json.loads, re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    )
    async with installation.client(token=installation.token) as client:
        scores = await client.post("/v1/score", json=asked)
        models = await client.get("/v1/models")
        (lead,) = asked["leads"]
        bad = await client.post("/v1/score", json={"leads": [lead, lead | {"employees": "many"}]})
    assert shape(scores.json()) == shape(answered)
    assert bad.json() == refused
    assert shape(models.json()) == shape(listed)
    assert f"at most {AT_ONCE} requests" in PAGE.read_text()


def shape(value):
    """The names and kinds of what is in a JSON value; of a list, those of its first."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(one) for one in value[:1]] if isinstance(value, list) else type(value)


async def ask(client, token, scheme="Bearer"):
    headers = {} if token is None else {"Authorization": f"{scheme} {token}"}
    return await client.post("/v1/score", json=BODY, headers=headers)
