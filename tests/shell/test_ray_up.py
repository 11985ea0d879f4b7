"""The file for machines of one's own, taken from nothing to a running cluster and down again by `ray` itself.

One machine is head and worker here, and packages are those of this environment. All else is as in the file.
"""

import asyncio
import base64
import hashlib
import json
import os
import shutil
import sys
import tempfile
import uuid
from pathlib import Path

import pytest
import yaml

from actors.shell import demonstration
from actors.shell.parts import Parts
from actors.shell.settings import ShellSettings
from tenants.settings import StoreSettings
from tests.shell.conftest import Mill
from tests.shell.nodes import free_port, missing, node
from tests.shell.test_mill import ask_for, complete, nothing_twice, opened, until

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
LEADS = 20


def rendered(name, checkout, key):
    """The example with this machine's addresses, and without what would install packages anew."""
    document = yaml.safe_load((ROOT / "examples" / "cluster-on-premises.yaml").read_text())
    document |= {"cluster_name": name, "min_workers": 0, "max_workers": 0}
    document["provider"] = {"type": "local", "head_ip": "127.0.0.1", "worker_ips": []}
    document["auth"] = {"ssh_user": "root", "ssh_private_key": str(key)}
    document["file_mounts"] = {"~/leadmill": str(checkout)}
    document["setup_commands"] = [line for line in document["setup_commands"] if "pip install" not in line]
    down, stop, start, up = document["head_start_ray_commands"]
    for ours, here in (
        ("--port=6379", f"--port={free_port()} --node-ip-address=127.0.0.1"),
        ("--object-manager-port=8076", f"--dashboard-port={free_port()}"),
        ("--num-cpus=0", "--num-cpus=4"),
    ):
        assert ours in start
        start = start.replace(ours, here)
    document["head_start_ray_commands"] = [down, stop, start, up]
    return document


def checkout_in(folder, settings):
    """What the operator has in the top folder: the source and the two files of secrets."""
    for room in ("actors", "console", "scoring_models", "serve", "tenants"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("leadmill.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / "leadmill.env").write_text("".join(f"{name}='{value}'\n" for name, value in settings.items()))
    (folder / "ray.token").write_text(uuid.uuid4().hex)


def objects(said):
    """The JSON objects among lines that a terminal has coloured."""
    lines = [line[line.find("{") :].strip() for line in said.splitlines() if "{" in line]
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


@pytest.mark.cluster
@pytest.mark.kafka
@pytest.mark.ray
@pytest.mark.timeout(400)
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.alone
async def test_ray_up_brings_a_mill_that_works_and_ray_down_leaves_nothing(database_url, broker):
    with tempfile.TemporaryDirectory(prefix="lm-", ignore_cleanup_errors=True) as folder_name:
        folder, name = Path(folder_name), f"test-{uuid.uuid4().hex[:8]}"
        settings = {
            "LEADMILL_DATABASE_URL": database_url,
            "LEADMILL_KAFKA_BOOTSTRAP": broker,
            "LEADMILL_KAFKA_TOPIC_PREFIX": f"{name}.",
            "LEADMILL_KAFKA_GROUP_PREFIX": f"{name}.",
            "LEADMILL_MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
            "LEADMILL_CONSOLE_PORT": "0",
            "LEADMILL_MAX_DESKS": "24",
            # events are sent on to lanes given meanwhile under their own ids, and here none may be twice
            "LEADMILL_SCALE_LANES": "1",
            "LEADMILL_HOME": str(folder / "shared"),
        }
        store = StoreSettings(
            home=folder / "world", database_url=database_url, master_key=settings["LEADMILL_MASTER_KEY"]
        )
        world = Parts(store, ShellSettings())
        (folder / "checkout").mkdir()
        checkout_in(folder / "checkout", settings)
        simulator = await asyncio.to_thread(world.simulator, "--companies=2000")
        mill = Mill(world, database_url, simulator)
        try:
            with node(folder) as here:
                (here.home / "venv").symlink_to(sys.prefix)
                file = folder / "cluster.yaml"
                file.write_text(yaml.safe_dump(rendered(name, folder / "checkout", here.key)))
                async with opened(mill) as database:
                    await demonstration.ensure_model(database, store, simulator)
                    (folder / "shared").mkdir()
                    (folder / "shared" / "models").symlink_to(folder / "world" / "models")
                    await work_through(here, file, mill, database, settings)
        finally:
            await asyncio.to_thread(world.down, lambda _: None)
            controls = Path("/tmp") / f"ray_ssh_{hashlib.sha256(b'root').hexdigest()[:10]}"
            shutil.rmtree(controls / hashlib.sha256(name.encode()).hexdigest()[:10], ignore_errors=True)


async def work_through(here, file, mill, database, settings):
    def run(*words, environment=None):
        return asyncio.to_thread(here.run, str(BIN / words[0]), *words[1:], environment=environment)

    await run("leadmill", "topics", "apply", environment=settings)
    await run("ray", "up", "-y", "--no-config-cache", str(file))
    for kept in ("leadmill.env", "ray.token"):
        assert (here.home / "leadmill" / kept).stat().st_mode & 0o777 == 0o600
    tenant = await mill.add_tenant("clustered")
    await ask_for(mill, database, tenant, LEADS, "clustered")
    await until(lambda: complete(database, tenant, LEADS))
    await nothing_twice(database, tenant)

    (status,) = objects(await run("ray", "exec", str(file), "leadmill status --json"))
    assert status["tenants"]["clustered"]["sourced"] == LEADS
    found = objects(await run("ray", "exec", str(file), "leadmill doctor --json || true"))
    states = {one["subject"]: one["state"] for one in found if "subject" in one}
    assert {states[name] for name in ("mill", "ray", "serve", "model", "provider keys")} == {"good"}
    assert any(one.startswith("ray::Desk") for one in here.processes())

    await run("ray", "exec", str(file), "leadmill down")
    await run("ray", "down", "-y", str(file))

    async def nobody_left():
        return here.processes() == []

    await until(nobody_left, within_s=30)
