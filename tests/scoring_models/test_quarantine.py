import hashlib
from copy import deepcopy
from dataclasses import replace

import pytest

from scoring_models import quarantine
from scoring_models.artifact import write_model
from scoring_models.errors import ArtifactCorruptError, ArtifactError, NotAdditiveError
from tests.scoring_models import world


def named_by_its_hash(folder, content):
    path = folder / f"{hashlib.sha256(content).hexdigest()}.model"
    path.write_bytes(content)
    return path


def test_a_sound_model_passes(tmp_path):
    assert quarantine.check(write_model(world.trained(), tmp_path)) is None


def test_what_is_wrong_is_told_as_if_it_had_been_opened_here(tmp_path):
    whole = write_model(world.trained(), tmp_path).read_bytes()
    with pytest.raises(ArtifactCorruptError, match="not a zip file"):
        quarantine.check(named_by_its_hash(tmp_path, whole[: len(whole) // 2]))
    nothing = deepcopy(world.trained().pipeline)
    nothing.named_steps["logistic"].coef_[:] = float("nan")
    with pytest.raises(NotAdditiveError):
        quarantine.check(write_model(replace(world.trained(), pipeline=nothing), tmp_path))


def test_one_that_takes_too_much_memory_is_refused(tmp_path, monkeypatch):
    file = write_model(replace(world.trained(), seed=31), tmp_path)
    script = tmp_path / "hungry.py"
    script.write_text(
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_AS, (2**26, 2**26))\nbytearray(2**30)\n"
    )
    monkeypatch.setattr(quarantine, "_command", lambda _: [quarantine.sys.executable, str(script)])
    with pytest.raises(ArtifactError, match="ended with 1"):
        quarantine.check(file)


def test_one_that_never_ends_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(quarantine, "MOST_SECONDS", 0.2)
    file = write_model(replace(world.trained(), seed=32), tmp_path)
    monkeypatch.setattr(
        quarantine, "_command", lambda _: [quarantine.sys.executable, "-c", "while True: pass"]
    )
    with pytest.raises(ArtifactError, match=r"within 0\.2 seconds"):
        quarantine.check(file)
