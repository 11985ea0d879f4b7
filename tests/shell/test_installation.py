"""The processes of an installation: started, found again, ended by their ids."""

import gc
import os
import sys

import psutil
import pytest

from actors.shell.installation import Installation, PartFailed

READY = "import sys, time; print('{\"at\": 7}', flush=True); time.sleep(600)"
STUBBORN_CHILD = (
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True); "
    "print('{\"child\": %d}' % child.pid, flush=True); time.sleep(600)"
)


@pytest.fixture
def installation(tmp_path):
    installation = Installation(tmp_path)
    yield installation
    installation.stop("part")


def run(code):
    return [sys.executable, "-c", code]


def test_a_part_says_where_it_answers_and_is_found_again_by_others(installation, tmp_path):
    assert installation.start("part", run(READY), {}) == {"at": 7}
    found = Installation(tmp_path).running("part")
    assert found is not None
    assert found["at"] == 7
    assert psutil.pid_exists(found["pid"])


def test_a_stopped_part_is_gone_and_stopping_again_says_so(installation):
    installation.start("part", run(READY), {})
    pid = installation.running("part")["pid"]
    assert installation.stop("part")
    assert not psutil.pid_exists(pid)
    assert installation.running("part") is None
    assert not installation.stop("part")


def test_what_a_part_left_behind_is_ended_with_it(installation):
    child = installation.start("part", run(STUBBORN_CHILD), {})["child"]
    os.kill(installation.running("part")["pid"], 9)
    installation.stop("part")
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_part_that_does_not_start_tells_its_last_words(installation):
    with pytest.raises(PartFailed, match="no such luck"):
        installation.start("part", run("raise SystemExit('no such luck')"), {})
    assert installation.running("part") is None


def test_a_process_that_has_the_id_of_a_dead_part_is_not_taken_for_it(installation, tmp_path):
    installation.start("part", run(READY), {})
    installation.stop("part")
    (tmp_path / "run" / "part.json").write_text(f'{{"pid": {os.getpid()}, "born": 1.0}}')
    assert installation.running("part") is None
    installation.stop("part")
    assert psutil.pid_exists(os.getpid())


def test_a_part_that_another_object_ends_leaves_nothing_that_complains_later(tmp_path, monkeypatch):
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    first = Installation(tmp_path)
    first.start("part", run(READY), {})
    Installation(tmp_path).stop("part")
    del first
    gc.collect()
    assert complaints == []
