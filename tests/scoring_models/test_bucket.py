"""Models in a bucket of S3, by the protocol that all such services speak."""

import hashlib
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from scoring_models.errors import ModelUnknownError, StoreAwayError
from scoring_models.folder import ModelFolder, ModelStore
from tenants.settings import StoreSettings

NAME = f"{hashlib.sha256(b'a model').hexdigest()}.model"


@pytest.fixture
def bucket(monkeypatch):
    """The URL of a bucket that is there, served on loopback."""
    import s3fs

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    name = f"leadmill-{uuid4().hex}"
    s3fs.S3FileSystem().mkdir(name)
    yield f"s3://{name}/models"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture
def machine(bucket, tmp_path, monkeypatch):
    """Opens the models of a machine with a home of its own; all have one master key."""
    monkeypatch.setenv("LEADMILL_MODELS_URL", bucket)
    monkeypatch.setenv("LEADMILL_MASTER_KEY", "A" * 43 + "=")

    def open_at(name):
        return ModelFolder.of(StoreSettings(home=tmp_path / name))

    return open_at


def test_a_model_that_one_machine_has_put_into_a_bucket_another_finds(machine):
    here, there = machine("here"), machine("there")
    here.path.mkdir(parents=True)
    (here.path / NAME).write_bytes(b"a model")
    with pytest.raises(ModelUnknownError):
        there.path_of("fit-1")
    here.name("fit-1", here.path / NAME)
    found = there.path_of("fit-1")
    assert (found.read_bytes(), found.parent) == (b"a model", there.path)


def test_a_bucket_that_is_not_there_is_named(machine, bucket, tmp_path):
    wrong = ModelFolder(tmp_path, store=ModelStore("s3://nosuch-bucket/models"))
    (tmp_path / NAME).write_bytes(b"a model")
    with pytest.raises(StoreAwayError, match="nosuch-bucket"):
        wrong.name("fit-1", tmp_path / NAME)
