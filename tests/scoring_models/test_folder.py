import hashlib
import json

import pytest

from scoring_models.errors import ArtifactCorruptError, ModelUnknownError, ModelUnsignedError, StoreAwayError
from scoring_models.folder import ModelFolder, ModelStore
from tenants.secrets import Vault
from tenants.settings import StoreSettings

ONE, TWO = "a" * 64, "b" * 64
CONTENT = hashlib.sha256(b"one").hexdigest()


@pytest.fixture(params=["unsigned", "signed"])
def folder(request, tmp_path):
    for name, content in ((ONE, b"one"), (TWO, b"two")):
        (tmp_path / f"{name}.model").write_bytes(content)
    return ModelFolder(tmp_path, vault=(lambda: Vault(bytes(32))) if request.param == "signed" else None)


def file(folder, name=ONE):
    return folder.path / f"{name}.model"


def test_a_label_leads_to_its_file(folder):
    folder.name("fit-1", file(folder))
    folder.name("fit-2", file(folder, TWO))
    assert folder.path_of("fit-1") == file(folder)
    assert folder.path_of("fit-2") == file(folder, TWO)


def test_a_label_can_be_given_again(folder):
    folder.name("fit-1", file(folder))
    folder.name("fit-1", file(folder, TWO))
    assert folder.path_of("fit-1") == file(folder, TWO)


@pytest.mark.parametrize("label", ["fit-1", "", "fit", "../aa", "aa", "/etc/passwd-1", "fit-1\n", "fit-0"])
def test_what_is_no_label_of_ours_is_unknown(folder, label):
    with pytest.raises(ModelUnknownError) as caught:
        folder.path_of(label)
    assert caught.value.label == label


def test_a_label_whose_file_is_gone_is_unknown(folder):
    folder.name("fit-1", file(folder))
    file(folder).unlink()
    with pytest.raises(ModelUnknownError, match="fit-1"):
        folder.path_of("fit-1")


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[]",
        b"{}",
        json.dumps({"file": "../../etc/passwd", "signature": ""}).encode(),
        json.dumps({"file": 7, "signature": ""}).encode(),
        json.dumps({"file": f"{ONE}.model", "signature": "\ud800"}).encode(),
    ],
)
def test_a_record_that_nobody_of_us_wrote_is_refused(folder, record):
    (folder.path / "fit-1.label").write_bytes(record)
    with pytest.raises(ModelUnsignedError, match="`leadmill model sign`"):
        folder.path_of("fit-1")


def test_only_who_has_the_master_key_gives_labels(tmp_path):
    settings = StoreSettings(home=tmp_path)
    ours = ModelFolder.of(settings)
    assert ours.path == tmp_path / "models"
    ours.path.mkdir()
    for name in (ONE, TWO):
        file(ours, name).write_bytes(name.encode())
    ours.name("fit-1", file(ours))
    ours.name("fit-2", file(ours, TWO))
    assert ModelFolder.of(settings).path_of("fit-1") == file(ours)
    good = (ours.path / "fit-1.label").read_bytes()
    # without the key, with another one, and with a signature that was given for another label
    ModelFolder(ours.path).name("fit-1", file(ours, TWO))
    with pytest.raises(ModelUnsignedError):
        ours.path_of("fit-1")
    ModelFolder(ours.path, vault=lambda: Vault(bytes(32))).name("fit-1", file(ours, TWO))
    with pytest.raises(ModelUnsignedError):
        ours.path_of("fit-1")
    (ours.path / "fit-1.label").write_bytes((ours.path / "fit-2.label").read_bytes())
    with pytest.raises(ModelUnsignedError):
        ours.path_of("fit-1")
    (ours.path / "fit-1.label").write_bytes(good)
    assert ours.path_of("fit-1") == file(ours)


class Places:
    """Two machines with homes of their own and one master key, which keep their models in one place."""

    def __init__(self, tmp_path, url):
        self.store = ModelStore(url)
        self.vault = lambda: Vault(bytes(32))
        self.here, self.there = (
            ModelFolder(tmp_path / name, vault=self.vault, store=self.store) for name in ("here", "there")
        )
        self.here.path.mkdir()
        (self.here.path / f"{CONTENT}.model").write_bytes(b"one")

    def name(self, label="fit-1"):
        self.here.name(label, file(self.here, CONTENT))


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path, f"file://{tmp_path}/elsewhere/models")


def test_what_one_machine_has_named_another_finds(places):
    with pytest.raises(ModelUnknownError):
        places.there.path_of("fit-1")
    places.name()
    assert places.there.path_of("fit-1").read_bytes() == b"one"
    assert places.there.path_of("fit-1").parent == places.there.path


def test_what_was_found_once_is_there_although_the_store_is_not(places, tmp_path):
    places.name()
    places.there.path_of("fit-1")
    gone = ModelFolder(places.there.path, vault=places.vault, store=ModelStore("nosuch://anywhere"))
    assert gone.path_of("fit-1").read_bytes() == b"one"
    with pytest.raises(StoreAwayError, match="nosuch"):
        gone.path_of("fit-2")
    with pytest.raises(StoreAwayError, match="nosuch"):
        gone.name("fit-2", file(places.there, CONTENT))


def test_a_store_does_not_name_models_either(places):
    places.name()
    ModelFolder(places.here.path, store=places.store).name("fit-1", file(places.here, CONTENT))
    with pytest.raises(ModelUnsignedError):
        places.there.path_of("fit-1")
    places.name()  # nothing of the other one was kept
    assert places.there.path_of("fit-1").read_bytes() == b"one"


def test_what_was_signed_anew_elsewhere_is_brought_here(places):
    places.name()
    places.there.path_of("fit-1")
    for folder in (places.here, places.there):
        folder._vault = lambda: Vault(b"1" * 32)
    with pytest.raises(ModelUnsignedError):
        places.there.path_of("fit-1")
    places.name()
    assert places.there.path_of("fit-1").read_bytes() == b"one"


def test_a_file_of_the_store_that_is_something_else_is_not_kept(places):
    places.name()
    places.store.put(f"{CONTENT}.model", b"other")
    with pytest.raises(ArtifactCorruptError):
        places.there.path_of("fit-1")
    places.name()
    assert places.there.path_of("fit-1").read_bytes() == b"one"
