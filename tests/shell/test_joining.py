"""A Ray that others started, joined by its address: it knows no setting of ours, and works nevertheless."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from actors.engine.settings import EngineSettings
from actors.shell import cluster, demonstration
from actors.shell.doctor import examine
from actors.shell.parts import Parts
from actors.shell.result import BAD
from actors.shell.settings import ShellSettings
from tenants.settings import StoreSettings
from tests.shell.conftest import Mill
from tests.shell.test_mill import ask_for, complete, nothing_twice, opened, until


def test_whoever_takes_settings_over_has_these_and_no_others(monkeypatch):
    monkeypatch.setattr(os, "environ", {"PATH": "/bin", "LEADMILL_RUNS_IN_FLIGHT": "9"})
    cluster.take_over({"LEADMILL_CALLS_IN_FLIGHT": "7"})
    assert os.environ == {"PATH": "/bin", "LEADMILL_CALLS_IN_FLIGHT": "7"}
    assert cluster.settings_here() == {"LEADMILL_CALLS_IN_FLIGHT": "7"}
    assert EngineSettings().calls_in_flight == 7


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def foreign_ray(folder: Path):
    """The address and the process of a Ray whose environment has nothing of ours."""
    port = free_port()
    words = [
        "--head",
        "--block",
        "--node-ip-address=127.0.0.1",
        f"--port={port}",
        f"--temp-dir={folder / 'ray'}",
        "--include-dashboard=false",
        "--num-cpus=4",
        "--disable-usage-stats",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADMILL_")}
    with (folder / "ray.log").open("wb") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("ray")), "start", *words],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield f"127.0.0.1:{port}", process
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        _, stubborn = psutil.wait_procs(family, timeout=20)
        for one in stubborn:
            one.kill()
        psutil.wait_procs(stubborn, timeout=10)


async def runs(process, folder):
    assert process.poll() is None, (folder / "ray.log").read_text()
    return "Ray runtime started" in (folder / "ray.log").read_text()


@pytest.mark.ray
@pytest.mark.timeout(240)
async def test_a_mill_on_a_ray_of_others_works_and_leaves_it_running(database_url, monkeypatch):
    with tempfile.TemporaryDirectory(prefix="lm-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with foreign_ray(folder) as (address, process):
            await until(lambda: runs(process, folder))
            monkeypatch.setenv("LEADMILL_RAY_ADDRESS", address)
            monkeypatch.setenv("LEADMILL_MAX_DESKS", "24")
            monkeypatch.setenv("LEADMILL_SCALE_LANES", "1")
            store = StoreSettings(home=folder / "home", database_url=database_url)
            parts = Parts(store, ShellSettings(console_port=0))
            try:
                simulator = await asyncio.to_thread(parts.simulator, "--companies=2000")
                mill = Mill(parts, database_url, simulator)
                async with opened(mill) as database:
                    await demonstration.ensure_model(database, store, simulator)
                    told = await parts.mill(database_url, inline=False)
                    assert told["address"].endswith(address.partition(":")[2])
                    tenant = await mill.add_tenant("joined")
                    await ask_for(mill, database, tenant, 20, "joined")
                    await until(lambda: complete(database, tenant, 20))
                    await nothing_twice(database, tenant)
                    bad = [result async for result in examine(parts) if result.state == BAD]
                    assert [result for result in bad if result.subject in ("mill", "ray", "serve")] == []
            finally:
                await asyncio.to_thread(parts.down, lambda _: None)
            left = [
                one.name()
                for one in psutil.Process(process.pid).children(recursive=True)
                if one.name().startswith(("ray::Desk", "ray::Supervisor", "ray::Serve"))
            ]
            assert left == []
            assert process.poll() is None
            logs = [path.read_bytes() for path in (folder / "ray").glob("session_*/logs/*") if path.is_file()]
            assert logs
            assert not any(database_url.encode() in log for log in logs)
            assert not (folder / "home" / "ray.token").exists()
