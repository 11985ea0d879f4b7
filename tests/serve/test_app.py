import importlib.resources
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from ray import serve
from ray.serve.schema import ServeDeploySchema

from scoring_models.columns import pack, unpack
from scoring_models.errors import ModelUnknownError
from scoring_models.scorer import Scorer
from serve.app import NAME, app, build
from serve.scoring import ONGOING_REQUESTS
from serve.settings import ServeSettings
from tests.scoring_models import world

REQUESTS = world.requests(64)


def test_the_deployment_file_is_what_ray_takes_and_names_our_application():
    text = importlib.resources.files("serve").joinpath("serve.yaml").read_text()
    (application,) = ServeDeploySchema.model_validate(yaml.safe_load(text)).applications
    assert (application.name, application.import_path) == (NAME, "serve.app:app")
    assert app is not None


def test_settings_come_from_the_environment_and_from_the_builder(monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    monkeypatch.setenv("LEADMILL_SERVE_REPLICAS", "3")
    assert ServeSettings().replicas == 3
    assert ServeSettings().models_folder == tmp_path / "models"
    assert ServeSettings(models_folder=Path("here")).models_folder == Path("here")


@pytest.mark.parametrize("wrong", [{"replicas": 0}, {"cpus": 0}, {"open_models": "many"}, {"replica": 2}])
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
def test_the_application_is_healthy_and_starts_no_http_server(scoring):
    status = serve.status()
    (deployment,) = status.applications[NAME].deployments.values()
    assert (status.applications[NAME].status, deployment.status) == ("RUNNING", "HEALTHY")
    assert status.proxies == {}
