import pytest

from scoring_models.errors import ModelUnknownError
from scoring_models.folder import ModelFolder, models_folder
from tenants.settings import StoreSettings


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "aa.model").write_bytes(b"one")
    (tmp_path / "bb.model").write_bytes(b"two")
    return ModelFolder(tmp_path)


def test_a_label_leads_to_its_file(folder):
    folder.name("fit-1", folder.path / "aa.model")
    folder.name("fit-2", folder.path / "bb.model")
    assert folder.path_of("fit-1").name == "aa.model"
    assert folder.path_of("fit-2").name == "bb.model"


def test_a_label_can_be_given_again(folder):
    folder.name("fit-1", folder.path / "aa.model")
    folder.name("fit-1", folder.path / "bb.model")
    assert folder.path_of("fit-1").name == "bb.model"


@pytest.mark.parametrize("label", ["fit-1", "", "fit", "../aa", "aa", "/etc/passwd-1", "fit-1\n", "fit-0"])
def test_what_is_no_label_of_ours_is_unknown(folder, label):
    with pytest.raises(ModelUnknownError) as caught:
        folder.path_of(label)
    assert caught.value.label == label


def test_a_label_whose_file_is_gone_is_unknown(folder):
    folder.name("fit-1", folder.path / "aa.model")
    (folder.path / "aa.model").unlink()
    with pytest.raises(ModelUnknownError):
        folder.path_of("fit-1")


def test_models_live_in_the_home(tmp_path):
    assert models_folder(StoreSettings(home=tmp_path)) == tmp_path / "models"
