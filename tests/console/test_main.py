import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tenants.store.rls import APP
from tenants.store.session import Database
from tests.console import passes

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


def test_it_is_offered_to_others_only_when_somebody_has_to_sign_in(database_url: str):
    settings = {"LEADMILL_DATABASE_URL": database_url, "LEADMILL_CONSOLE_URL": "https://leadmill.example.com"}
    with console("--port", "0", **settings) as process:
        _, faults = process.communicate(timeout=30)
    assert process.returncode == 1
    assert faults.startswith("LEADMILL_CONSOLE_URL offers the console to others, and nobody was added")
    asyncio.run(added(database_url))
    with console("--port", "0", "--host", "0.0.0.0", **settings) as process:
        ready = json.loads(process.stdout.readline())
        port = ready["console"].rpartition(":")[2]
        for host, status in (("leadmill.example.com", 303), ("127.0.0.1", 303), ("evil.example", 403)):
            assert status_of(port, host) == status, host
        process.send_signal(signal.SIGTERM)
        _, faults = process.communicate(timeout=30)
    assert (process.returncode, faults) == (0, "")


def status_of(port: str, host: str) -> int:
    """How a request for the root is answered that comes by this name."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


async def added(database_url: str) -> None:
    database = Database.at(database_url, role=APP, pool_size=1)
    await passes.add(database, "ada")
    await database.close()


def test_a_wrong_address_for_others_is_said_in_a_sentence(database_url: str):
    settings = {"LEADMILL_DATABASE_URL": database_url, "LEADMILL_CONSOLE_URL": "http://leadmill.example.com"}
    with console("--port", "0", **settings) as process:
        _, faults = process.communicate(timeout=30)
    assert process.returncode == 1
    assert faults.startswith("LEADMILL_CONSOLE_URL: ")
    assert "Traceback" not in faults


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
