"""The files for `ray up` are accepted by Ray, pin what the lock pins, open nothing and give nothing away."""

import copy
import re
import sys
from pathlib import Path

import pytest
import yaml
from ray.autoscaler._private.util import _get_default_config, prepare_config, validate_config

ROOT = Path(__file__).resolve().parents[2]
AWS = ROOT / "cluster.yaml"
ON_PREMISES = ROOT / "examples" / "cluster-on-premises.yaml"
files = pytest.mark.parametrize("file", [AWS, ON_PREMISES], ids=lambda file: file.stem)


def told(file):
    return yaml.safe_load(file.read_text())


def commands(document):
    return [line for key, lines in document.items() if key.endswith("_commands") for line in lines]


def locked(package):
    return re.search(
        rf"^{re.escape(package)}==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    ).group(1)


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch):
    """Paths of the files are those of the checkout's top folder."""
    monkeypatch.chdir(ROOT)


@files
def test_ray_accepts_the_file(file):
    validate_config(prepare_config(told(file)))


@files
def test_ray_refuses_a_key_that_it_does_not_know(file):
    with pytest.raises(Exception, match="worker_count"):
        validate_config(prepare_config(told(file) | {"worker_count": 3}))


@files
def test_no_default_of_rays_own_is_left(file):
    document = told(file)
    defaults = _get_default_config(copy.deepcopy(document["provider"]))
    assert defaults.keys() - document.keys() == set()
    assert (
        defaults["provider"].keys() - document["provider"].keys() == set() if "provider" in defaults else True
    )
    assert defaults["auth"].keys() - document["auth"].keys() == set()


@files
def test_no_wheel_is_taken_from_an_address_and_the_lock_is_what_is_installed(file):
    prepared = prepare_config(told(file))
    for line in commands(prepared):
        assert not re.search(r"https?://|\.whl|nightly|3\.0\.0|-U ray|install.* ray", line), line
    for kind in ("head", "worker"):
        setup = prepared[f"{kind}_setup_commands"]
        assert sum("--require-hashes -r requirements.lock" in line for line in setup) == 1
        assert sum("--no-deps --no-build-isolation -e ." in line for line in setup) == 1


def test_ray_and_python_of_the_image_are_those_of_the_lock():
    major, minor = re.search(
        r'requires-python = ">=(\d)\.(\d+)"', (ROOT / "pyproject.toml").read_text()
    ).groups()
    assert told(AWS)["docker"]["image"] == f"rayproject/ray:{locked('ray')}-py{major}{minor}-cpu"
    for file in (AWS, ON_PREMISES):
        assert any(f"python{major}.{minor} -m venv" in line for line in told(file)["setup_commands"])
    assert sys.version_info >= (int(major), int(minor))


@files
def test_every_start_of_ray_asks_for_the_token_and_the_dashboard_is_for_the_head_alone(file):
    document = told(file)
    environment = next(line for line in document["setup_commands"] if "> ~/node.sh" in line)
    assert "RAY_AUTH_MODE=token " in environment
    assert "RAY_AUTH_TOKEN_PATH=$HOME/leadmill/ray.token " in environment
    assert "RAY_USAGE_STATS_ENABLED=0 " in environment
    assert any(line.startswith("chmod 600") and "ray.token" in line for line in document["setup_commands"])
    lines = document["head_start_ray_commands"] + document["worker_start_ray_commands"]
    assert all(line.startswith(". ~/node.sh; ") for line in lines)
    (head,) = [line for line in lines if "ray start --head" in line]
    assert "--dashboard-host=127.0.0.1 " in head
    assert not any("0.0.0.0" in line for line in lines)


@files
def test_the_head_has_no_room_for_desks_and_starts_the_mill_last(file):
    document = told(file)
    down, stop, start, up = document["head_start_ray_commands"]
    assert down.endswith("leadmill down")
    assert stop.endswith("ray stop")
    assert "--num-cpus=0 " in start
    assert up.endswith("leadmill up")
    assert "LEADMILL_RAY_ADDRESS=auto " in " ".join(document["setup_commands"])


def test_every_type_of_node_has_its_bounds_and_workers_stay():
    prepared = prepare_config(told(AWS))
    head, worker = (prepared["available_node_types"][name] for name in ("head", "worker"))
    assert prepared["head_node_type"] == "head"
    assert head["resources"] == {"CPU": 0}
    assert 1 <= worker["min_workers"] <= worker["max_workers"] <= prepared["max_workers"]
    for kind in (head, worker):
        assert "InstanceMarketOptions" not in kind["node_config"]
        assert all(disk["Ebs"]["Encrypted"] for disk in kind["node_config"]["BlockDeviceMappings"])


def test_on_premises_every_machine_is_named_and_used():
    document = told(ON_PREMISES)
    machines = document["provider"]["worker_ips"]
    assert document["provider"]["head_ip"] not in machines
    assert document["min_workers"] == document["max_workers"] == len(machines)


@files
def test_no_secret_stands_in_the_file(file):
    text = file.read_text()
    assert not re.search(
        r"\w+://\S*:\S*@|(?i:password|secret|master_key|token)\s*[:=]\s*\S*[0-9a-f]{8}", text
    )
    for name in ("DATABASE", "KAFKA", "MASTER_KEY"):
        assert f"LEADMILL_{name}" not in "\n".join(commands(told(file)))
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"leadmill.env", "ray.token"} <= set(ignored)


@files
def test_whatever_git_ignores_stays_here_but_for_the_two_files(file):
    excluded = set(told(file)["rsync_exclude"])
    assert {".git", ".venv", ".leadmill", "__pycache__"} <= excluded
    assert not {"leadmill.env", "ray.token"} & excluded
