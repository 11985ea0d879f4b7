import tempfile
import uuid

import pytest
import ray
from ray import serve

from scoring_models.artifact import write_model
from scoring_models.folder import ModelFolder
from serve.app import NAME, build
from tests.scoring_models import world


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """A folder with one model under two labels."""
    folder = ModelFolder(tmp_path_factory.mktemp("models"))
    file = write_model(world.trained(), folder.path)
    for label in ("fit-1", "fit-2"):
        folder.name(label, file)
    return folder


@pytest.fixture(scope="package")
def local_ray():
    """A Ray of our own on this machine. It ends with this folder, so that others may start theirs."""
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory(prefix="ray-") as short:
        environment.setenv("RAY_AUTH_MODE", "disabled")
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(
            "local",
            num_cpus=2,
            include_dashboard=False,
            namespace=uuid.uuid4().hex,
            _temp_dir=short,
            logging_level="error",
        )
        yield
        ray.shutdown()


@pytest.fixture(scope="package")
def scoring(local_ray, folder):
    """The handle of the running scoring application."""
    serve.start(proxy_location="Disabled")
    yield serve.run(build({"models_folder": folder.path}), name=NAME, route_prefix=None)
    serve.shutdown()
