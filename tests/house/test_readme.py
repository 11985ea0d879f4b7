"""What README and docs say is so: commands, options, links, examples, tables."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import ray.scripts.scripts
import typer.main
import yaml

import leadmill
from actors.agents import all_agents
from actors.engine.lists import read_rows
from actors.providers import all_providers
from scoring_models.dataset import LABEL
from scoring_models.features import FEATURES
from tenants.policies import TenantConfig, read_config
from tenants.store import tenants
from tenants.store.rls import APP
from tenants.store.session import Database

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [
    README,
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*.yaml")),
    ROOT / "cluster.yaml",
    ROOT / "serve.yaml",
]
COMMANDS = typer.main.get_command(leadmill.app)
RAY = ray.scripts.scripts.cli
POLICIES = """
    SELECT c.relname AS name, string_agg(pg_get_expr(p.polqual, p.polrelid), ' ') AS policy
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_policy p ON p.polrelid = c.oid
    WHERE n.nspname = 'leadmill' AND c.relkind = 'r' AND c.relname <> 'alembic_version' GROUP BY c.relname
"""
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def text_of(page):
    """The page; what stands in the comments of an example is text as well."""
    text = page.read_text()
    if page.suffix == ".yaml":
        return "\n".join(re.findall(r"#\s*(.*)", text))
    return text


def blocks(text, *languages):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for language, block in found if language in languages]


def commands(text):
    """(words, is it a whole command) for each command line that the text names."""
    found = []
    for block in blocks(text, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                found.append((words, True))
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    found += [
        (span.split(), False) for span in re.findall(r"`((?:\S*/)?(?:leadmill|make|ray) [^`]+)`", prose)
    ]
    plain = re.findall(r"^(leadmill .+?)(?:  |$)", prose, re.MULTILINE)
    found += [(line.split(), True) for line in plain]
    found += [
        (shlex.split(words[3]), True)
        for words, _ in found
        if is_ray(words) and len(words) > 3 and words[1] == "exec"
    ]
    return [
        (words, is_whole) for words, is_whole in found if Path(words[0]).name in ("leadmill", "make", "ray")
    ]


def is_ray(words):
    return Path(words[0]).name == "ray"


def refusal(words, *, is_whole, commands=COMMANDS):
    """What is wrong with a command line of ours, or of Ray, or None."""
    command, rest = commands, list(words)
    while hasattr(command, "commands"):
        if not rest:
            return "a command is missing" if is_whole else None
        name = rest.pop(0)
        if name not in command.commands:
            return f"there is no command {name!r}"
        command = command.commands[name]
    options = {name: one for one in command.params for name in one.opts if one.param_type_name == "option"}
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    given, met = 0, set()
    while rest:
        word = rest.pop(0)
        if word.startswith("-"):
            name, has_value, _ = word.partition("=")
            if name not in options:
                return f"there is no option {name}"
            met.add(options[name].name)
            if not options[name].is_flag and not has_value:
                if not rest:
                    return f"{name} wants a value"
                rest.pop(0)
        else:
            given += 1
    if given > len(arguments):
        return "too many arguments"
    if is_whole and given < sum(one.required for one in arguments):
        return "an argument is missing"
    missing = {one.name for one in options.values() if one.required} - met
    return f"{missing} is missing" if is_whole and missing else None


def anchors(page):
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pages
def test_each_command_exists_with_its_arguments_and_options(page):
    for words, is_whole in commands(text_of(page)):
        if Path(words[0]).name == "leadmill":
            assert refusal(words[1:], is_whole=is_whole) is None, " ".join(words)


@pages
def test_each_command_of_ray_exists_and_names_a_file_of_ours(page):
    for words, is_whole in commands(text_of(page)):
        if is_ray(words):
            assert refusal(words[1:], is_whole=is_whole, commands=RAY) is None, " ".join(words)
            for word in words[1:]:
                assert not word.endswith(".yaml") or (ROOT / word).exists(), word


def test_a_command_that_does_not_exist_would_be_noticed():
    assert refusal(["exec", "a.yaml"], is_whole=True, commands=RAY) == "an argument is missing"
    assert refusal(["up", "--fast", "a.yaml"], is_whole=True, commands=RAY) == "there is no option --fast"
    assert commands("```sh\nray exec a.yaml 'leadmill fly'\n```")[1] == (["leadmill", "fly"], True)
    assert refusal(["up", "--simulated"], is_whole=False) == "there is no option --simulated"
    assert refusal(["fly"], is_whole=False) == "there is no command 'fly'"
    assert refusal(["tenant", "scale", "acme", "scoring"], is_whole=True) == "{'wanted'} is missing"
    assert refusal(["tenant", "scale", "acme", "scoring", "--lanes=2"], is_whole=True) is None
    assert refusal(["source", "acme", "a.csv", "b.csv"], is_whole=True) == "too many arguments"
    assert refusal(["source"], is_whole=True) == "an argument is missing"
    assert len([words for page in PAGES for words in commands(text_of(page))]) > 40


@pages
def test_each_target_of_make_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for words, _ in commands(text_of(page)):
        if words[0] == "make":
            assert set(words[1:2]) <= targets, " ".join(words)


@pages
def test_each_command_that_make_hands_on_exists(page):
    """`make demo ARGS=…` is a demo with those options."""
    for words, _ in commands(text_of(page)):
        if words[:2] == ["make", "demo"]:
            handed = " ".join(words[2:]).removeprefix("ARGS=").strip('"')
            assert refusal(["demo", *handed.split()], is_whole=True) is None, " ".join(words)


@pages
def test_each_link_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target), link


@pages
def test_each_file_that_is_named_exists(page):
    """Names such as `actors/core/errors.py`; what a page tells one to write is not there yet."""
    rooms = "|".join(path.name for path in ROOT.iterdir() if path.is_dir())
    to_be_written = set(re.findall(r"^`([\w/.]+)`:$", text_of(page), re.MULTILINE))
    for name in set(re.findall(rf"`((?:{rooms})/[\w./-]*)`", text_of(page))) - to_be_written:
        assert (ROOT / name).exists(), name


def test_each_decision_is_in_the_list_under_its_own_title():
    folder = ROOT / "docs" / "decisions"
    listed = dict(
        re.findall(r"^\| \[\d{4}\]\((\S+)\) \| (.+) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    )
    files = {path.name: path.read_text() for path in sorted(folder.glob("0*.md"))}
    assert list(listed) == list(files)
    for name, text in files.items():
        assert text.startswith(f"# {name[:4]}: {listed[name]}\n"), name
        for part in (
            "**Question.**",
            "**Answer.**",
            "**What else was weighed.**",
            "**What would change it.**",
        ):
            assert part in text, f"{name} lacks {part}"
    numbers = [int(name[:4]) for name in files]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_list_in_the_readme_is_the_example():
    assert blocks(README.read_text(), "csv") == [(ROOT / "examples" / "companies.csv").read_text()]
    assert len(list(read_rows(ROOT / "examples" / "companies.csv"))) == 3


def test_the_list_in_the_readme_is_sourced_as_the_readme_says(database_url, vault, store_settings):
    """By the command line, with the demo's ideal customer for that tenant; the second time all are duplicates."""
    asyncio.run(add_tenant(database_url, vault, "acme", {"icp": {"employees_min": 10}}))
    home = {"LEADMILL_DATABASE_URL": database_url, "LEADMILL_HOME": str(store_settings.home)}
    line = next(words for words, _ in commands(README.read_text()) if words[1:3] == ["source", "acme"])
    first = blocks(README.read_text(), "text")[0]
    for told in (first, first.replace("2 sourced, 0 duplicates", "0 sourced, 2 duplicates")):
        result = subprocess.run(
            [sys.executable, "-m", "leadmill", *line[1:]],
            cwd=ROOT,
            env=os.environ | home,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (result.returncode, result.stdout) == (0, told), result.stderr


async def add_tenant(address, vault, name, document):
    database = Database.at(address, role=APP, pool_size=1)
    try:
        await tenants.add(database, vault, name, document)
    finally:
        await database.close()


def test_the_demos_acme_wants_what_the_readme_says():
    from actors.shell.demonstration import _NAMES, _PROFILES

    assert _NAMES[0] == "acme"
    assert _PROFILES[0]["icp"] == {"employees_min": 10}
    assert "wants companies with ten employees or more" in README.read_text()


def test_the_example_of_a_tenant_is_accepted_and_leaves_little_out():
    document = yaml.safe_load((ROOT / "examples" / "tenant.yaml").read_text())
    config = read_config(document)
    assert config.connections.keys() == all_providers().keys()
    assert config.agents.keys() <= all_agents().keys()
    assert document["icp"].keys() == type(config.icp).model_fields.keys()
    assert document["personas"][0].keys() == type(config.personas[0]).model_fields.keys()
    assert TenantConfig.model_fields.keys() - document.keys() <= {"resolver"}
    for name, connection in config.connections.items():
        assert (connection.api_key is not None) == all_providers()[name].needs_key


@pages
def test_each_yaml_is_a_piece_of_a_tenant(page):
    for block in blocks(page.read_text(), "yaml"):
        read_config(yaml.safe_load(block))


def test_the_readme_names_every_column_that_training_wants():
    for column in (LABEL, *FEATURES):
        assert f"`{column}`" in README.read_text(), column


def seen_by(policy):
    if policy is None:
        return "all"
    if "leadmill.tenant_id" not in policy:
        return "system"
    return "tenant, system" if "leadmill.scope" in policy else "tenant"


async def test_the_architecture_lists_every_table_and_who_sees_it(database):
    async with database.system() as session:
        rows = await session.rows(POLICIES)
    there = {row["name"]: seen_by(row["policy"]) for row in rows}
    text = (ROOT / "docs" / "architecture.md").read_text()
    lines = re.findall(r"^\| (`.+`) \| .+ \| (all|tenant|system|tenant, system) \|$", text, re.MULTILINE)
    assert {name: seen for names, seen in lines for name in re.findall(r"`(\w+)`", names)} == there


async def test_the_page_on_sessions_says_what_the_system_sees(database):
    async with database.system() as session:
        rows = await session.rows(POLICIES)
    text = (ROOT / "docs" / "decisions" / "0004-system-sessions.md").read_text()
    told = re.findall(r"about (?:\*work\*|what tenants \*own\*|\*people\*): (.+?)\.", text)
    for words, seen in zip(told, ("tenant, system", "tenant", "system"), strict=True):
        expected = {row["name"] for row in rows if seen_by(row["policy"]) == seen}
        assert set(re.findall(r"`(\w+)`", words)) == expected


def test_the_architecture_lists_every_agent_with_what_it_answers_and_says():
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \| .+? \| (?:(`[\w.`, ]+`) )?\|", text, re.MULTILINE)
    assert sorted(rows) == sorted(
        (agent.name, agent.topic, ", ".join(f"`{payload.type}`" for payload in agent.emits))
        for agent in all_agents().values()
    )
