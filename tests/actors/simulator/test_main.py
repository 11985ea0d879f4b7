import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "actors.simulator", "--companies=10"]
PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-m", "actors.simulator", "--companies=10", "--exit-with-parent"])
sys.stdin.read()
"""


def run(*arguments):
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_one_line_says_where_and_a_signal_ends_it(ending):
    with subprocess.Popen([*COMMAND, "--seed=3"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        ready = json.loads(process.stdout.readline())
        process.send_signal(ending)
        assert process.stdout.read() == ""
    assert process.returncode == 0
    assert ready.keys() == {"http", "dns", "pid", "companies", "seed"}
    assert (ready["pid"], ready["companies"], ready["seed"]) == (process.pid, 10, 3)
    assert ready["http"].startswith("http://127.0.0.1:")


def test_it_ends_with_its_parent():
    command = [sys.executable, "-c", PARENT]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as parent:
        assert json.loads(parent.stdout.readline())["companies"] == 10
        parent.stdin.close()
        assert parent.stdout.read() == ""  # the end of the pipe: nobody holds it any more
        parent.wait()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--companies=0"], "a world has 1 to"),
        (["--companies=many"], "invalid int value"),
        (["--latency-ms=fast"], "latency_ms is a number"),
        (["--rate-429=2"], "rate_429 is a share"),
        (["--today=soon"], "invalid fromisoformat value"),
        (["--speed=1"], "unrecognized arguments"),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(arguments, said):
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert said in ended.stderr


def test_a_taken_port_is_one_line_and_status_1():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run(f"--port={taken.getsockname()[1]}")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "cannot listen" in ended.stderr


def test_help_teaches():
    ended = run("--help")
    assert ended.returncode == 0
    for word in ("--latency-ms", "x-api-key", "/_simulator/", "curl", "SIGTERM"):
        assert word in ended.stdout
