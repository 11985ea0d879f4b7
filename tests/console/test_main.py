import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def console(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "console", *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_says_where_it_answers_and_ends_when_told(database_url: str):
    with console("--port", "0", LEADMILL_DATABASE_URL=database_url) as process:
        ready = json.loads(process.stdout.readline())
        assert ready["pid"] == process.pid
        with urllib.request.urlopen(f"{ready['console']}/healthz") as answer:
            assert json.load(answer) == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        rest, faults = process.communicate(timeout=30)
    assert process.returncode == 0
    assert rest == ""
    assert faults == ""


def test_it_serves_this_machine_only(database_url: str):
    with console("--host", "0.0.0.0", LEADMILL_DATABASE_URL=database_url) as process:
        _, faults = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "0.0.0.0 is not this machine's own" in faults


def test_an_empty_database_is_said_in_a_sentence(postgres: str):
    with console("--port", "0", LEADMILL_DATABASE_URL=postgres) as process:
        _, faults = process.communicate(timeout=30)
    assert process.returncode == 1
    assert faults.strip() == "The database has no tables yet: `leadmill migrate` makes them."


def test_a_database_that_is_not_there_is_said_in_a_sentence():
    address = "postgresql://nobody@127.0.0.1:1/nothing"
    with console("--port", "0", LEADMILL_DATABASE_URL=address) as process:
        _, faults = process.communicate(timeout=30)
    assert process.returncode == 1
    assert faults.startswith("The database does not let the console in: ")
    assert "Traceback" not in faults
