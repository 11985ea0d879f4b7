from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import ValidationError
from ray import serve
from ray.serve.schema import ServeDeploySchema

from scoring_models.columns import pack, unpack
from scoring_models.errors import ModelUnknownError
from scoring_models.scorer import Scorer
from serve import app
from serve.app import NAME, build
from serve.messages import Answer
from serve.scoring import ONGOING_REQUESTS, ScoringServiceWithApi
from serve.settings import ServeSettings
from tests.scoring_models import world

REQUESTS = world.requests(64)
DEPLOYMENT_FILE = Path(__file__).resolve().parents[2] / "serve.yaml"


@pytest.fixture
def database_named(monkeypatch):
    monkeypatch.setenv("LEADMILL_DATABASE_URL", "postgresql://somebody@db.example/leadmill")


def test_the_deployment_file_is_what_ray_takes_and_builds_the_application_with_its_api(database_named):
    wished = ServeDeploySchema.model_validate(yaml.safe_load(DEPLOYMENT_FILE.read_text()))
    (application,) = wished.applications
    assert (application.name, application.import_path) == (NAME, "serve.app:build")
    assert wished.http_options.port == application.args["http_port"]
    assert wished.http_options.host == ServeSettings().http_host == "127.0.0.1"
    deployment = build(application.args)._bound_deployment
    assert issubclass(deployment.func_or_class, ScoringServiceWithApi)


def test_without_a_port_desks_only_are_answered_and_no_database_is_needed(monkeypatch):
    assert not hasattr(build({})._bound_deployment.func_or_class, "__serve_build_asgi_app__")
    asked = {}
    monkeypatch.setattr("ray.serve.start", lambda **options: asked.update(options))
    monkeypatch.setattr("ray.serve.run", lambda _, **options: asked.update(options))
    assert app.deploy() == {}
    assert asked == {"proxy_location": "Disabled", "name": NAME, "route_prefix": None}


def test_a_port_that_is_taken_stops_the_start(monkeypatch, database_named):
    with app.socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("LEADMILL_SERVE_HTTP_PORT", str(other.getsockname()[1]))
        with pytest.raises(OSError, match="in use"):
            app.deploy()


def test_settings_come_from_the_environment_and_from_the_builder(monkeypatch):
    monkeypatch.setenv("LEADMILL_SERVE_REPLICAS", "3")
    assert ServeSettings().replicas == 3
    assert ServeSettings(replicas=2).replicas == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicas": 0},
        {"cpus": 0},
        {"open_models": "many"},
        {"replica": 2},
        {"http_port": 0},
        {"requests_per_s": 0},
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        build(wrong)


@pytest.mark.ray
def test_a_batch_is_judged_as_it_is_without_ray(scoring, folder):
    answer = scoring.score_many.remote(("fit-1", pack(REQUESTS))).result(timeout_s=60)
    assert unpack(REQUESTS, answer) == Scorer(folder.path_of, open_models=1).score_many("fit-1", REQUESTS)


@pytest.mark.ray
async def test_desks_find_the_application_by_name_and_many_batches_wait_at_once(scoring, folder):
    handle = serve.get_app_handle(NAME)
    asked = [
        handle.score_many.remote((f"fit-{1 + at % 2}", pack(REQUESTS[at:]))) for at in range(ONGOING_REQUESTS)
    ]
    for at, answer in enumerate([await response for response in asked]):
        assert answer.model == f"fit-{1 + at % 2}"
        assert len(answer.fit) == len(REQUESTS) - at


@pytest.mark.ray
def test_an_unknown_model_travels_as_what_it_is(scoring):
    with pytest.raises(ModelUnknownError, match="There is no model 'fit-9'") as caught:
        scoring.score_many.remote(("fit-9", pack(REQUESTS))).result(timeout_s=60)
    assert caught.value.label == "fit-9"


@pytest.mark.ray
def test_the_application_answers_over_http_as_it_does_its_desks(deployed, installation, folder):
    with httpx.Client(base_url=deployed, headers={"Authorization": f"Bearer {installation[1]}"}) as client:
        answer = client.post("/v1/score", json={"leads": [one.model_dump(mode="json") for one in REQUESTS]})
        assert answer.status_code == 200
        assert client.get("/v1/models").json()["champion"] == "fit-1"
        assert client.get("/readyz").status_code == 200
        bad = client.post("/v1/score", json={"leads": [{"lead_id": "seven"}]})
        assert (bad.status_code, bad.json()["detail"][0]["field"]) == (422, "lead_id")
        stranger = client.post("/v1/score", json={}, headers={"Authorization": "Bearer guessed"})
        assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")
    scores = Answer.model_validate_json(answer.content).scores
    assert list(scores) == Scorer(folder.path_of, open_models=1).score_many("fit-1", REQUESTS)


@pytest.mark.ray
def test_the_application_is_healthy(scoring):
    status = serve.status()
    (deployment,) = status.applications[NAME].deployments.values()
    assert (status.applications[NAME].status, deployment.status) == ("RUNNING", "HEALTHY")
    assert set(status.proxies.values()) == {"HEALTHY"}
