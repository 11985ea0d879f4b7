"""The house is as its cards say: rooms, tests beside sources, nothing of one machine in the tree."""

import ast
import os
import re
from functools import cache
from pathlib import Path

import pytest

import serve

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("actors", "console", "scoring_models", "serve", "tenants")
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
CARDS = [path for path in SOURCES if path.name == "__init__.py"]
FILES = [path.relative_to(ROOT).as_posix() for path in SOURCES if path.name != "__init__.py"]

# Not of the tree: what git ignores, and git itself.
OUTSIDE = {
    ".git",
    ".venv",
    ".leadmill",
    ".artefacts",
    "__pycache__",
    "build",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
}

# Source files without a test that mirrors or names them, by the reason.
WITHOUT_A_TEST = {
    "it says what others promise, and does nothing": [
        "actors/core/context.py",
        "actors/core/questions/base.py",
        "actors/core/questions/crm.py",
        "actors/core/questions/mail.py",
        "actors/core/questions/people.py",
        "tenants/saved.py",
    ],
    "alembic runs it, for the database of every test": [
        "tenants/store/migrations/env.py",
        "tenants/store/migrations/versions/0001_first.py",
        "tenants/store/migrations/versions/0002_lanes_given_by.py",
        "tenants/store/migrations/versions/0003_failures.py",
        "tenants/store/migrations/versions/0004_approvals.py",
        "tenants/store/migrations/versions/0005_budgets.py",
        "tenants/store/migrations/versions/0006_modes.py",
        "tenants/store/migrations/versions/0007_recordings.py",
        "tenants/store/migrations/versions/0008_autonomy.py",
        "tenants/store/migrations/versions/0009_effects.py",
        "tenants/store/migrations/versions/0010_waits.py",
        "tenants/store/migrations/versions/0011_carriers.py",
        "tenants/store/migrations/versions/0012_former_tenants.py",
        "tenants/store/migrations/versions/0013_findings.py",
        "tenants/store/migrations/versions/0014_identity.py",
        "tenants/store/migrations/versions/0015_sources.py",
        "tenants/store/migrations/versions/0016_signals.py",
        "tenants/store/migrations/versions/0017_mail_outcomes.py",
        "tenants/store/migrations/versions/0018_schedules.py",
        "tenants/store/migrations/versions/0019_identifiers.py",
        "tenants/store/migrations/versions/0020_engagement.py",
        "tenants/store/migrations/versions/0021_console.py",
        "tenants/store/migrations/versions/0022_judgements.py",
        "tenants/store/migrations/versions/0023_api_tokens.py",
        "tenants/store/migrations/versions/0024_audit_in_order.py",
        "tenants/store/migrations/versions/0025_pinned_scores.py",
        "tenants/store/migrations/versions/0026_model_upkeep.py",
        "tenants/store/migrations/versions/0027_sequence_shares.py",
        "tenants/store/migrations/versions/0028_health.py",
        "tenants/store/migrations/versions/0029_who_configured.py",
        "tenants/store/migrations/versions/0030_people.py",
    ],
    "the visitor of tests/console goes through it to every page": [
        "console/acts.py",
        "console/answers.py",
        "console/components/approval_view.py",
        "console/components/buttons.py",
        "console/components/changes_view.py",
        "console/components/differences_view.py",
        "console/components/failure_view.py",
        "console/components/grid.py",
        "console/components/health_view.py",
        "console/components/hold_view.py",
        "console/components/icon.py",
        "console/components/integration_view.py",
        "console/components/mill_view.py",
        "console/components/insights_view.py",
        "console/components/model_view.py",
        "console/components/notices.py",
        "console/components/profile_form.py",
        "console/components/profile_view.py",
        "console/components/timeline_view.py",
        "console/components/waterfall_view.py",
        "console/components/whatif_view.py",
        "console/frame.py",
        "console/previews.py",
        "console/plain.py",
    ],
    "the doctor's tests break what it looks for": ["tenants/store/checkup.py"],
    "every lead of tests/journey goes through it": [
        "actors/engine/context.py",
        "actors/engine/station.py",
    ],
    "test_readme runs source, and holds every command's words against what the README says": [
        "actors/commands/events.py",
        "actors/commands/frame.py",
        "actors/shell/commands.py",
        "tenants/commands.py",
    ],
    "it is a shell around a plain class, run on a real Ray by tests/shell": [
        "actors/shell/desk.py",
        "actors/shell/keeper.py",
        "actors/shell/supervisor.py",
    ],
}
EXCUSED = {file for files in WITHOUT_A_TEST.values() for file in files}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.parent.relative_to(ROOT).as_posix())
def test_each_room_has_a_card(card):
    """It says what lives there and who may import whom; and there is no code on it but discovery."""
    tree = ast.parse(card.read_text())
    words = ast.get_docstring(tree)
    assert words
    assert words.split("\n")[0].endswith(".")
    assert "ay import" in words
    for node in tree.body[1:]:
        assert isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.Assign | ast.AnnAssign)


@cache
def named_by_tests():
    """Every module that a test, or what a test is given, imports."""
    names = set()
    for path in (*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "tests").rglob("conftest.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def has_a_test(file):
    """Whether a test mirrors the file, perhaps one floor above it, or imports it by name."""
    path = Path(file)
    name = f"test_{path.stem.strip('_')}.py"
    mirrors = (ROOT / "tests" / path.parent / name, ROOT / "tests" / path.parent.parent / name)
    return (
        any(mirror.is_file() for mirror in mirrors)
        or ".".join(path.with_suffix("").parts) in named_by_tests()
    )


@pytest.mark.parametrize("file", FILES)
def test_each_source_file_has_a_test_or_a_reason(file):
    if file in EXCUSED:
        assert not has_a_test(file), "it has a test by now: take it off the list"
    else:
        assert has_a_test(file)


def test_each_reason_is_for_a_file_that_there_is():
    assert set(FILES) >= EXCUSED


def test_serve_is_ours():
    """A package `tests/serve` would hide it, were `tests` not a package itself."""
    assert Path(serve.__file__) == ROOT / "serve" / "__init__.py"


def test_the_lock_file_names_no_host():
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert not re.search(
        r"^\s*-", re.sub(r"^\s+--hash=sha256:[0-9a-f]{64}", "", lock, flags=re.MULTILINE), re.MULTILINE
    )
    assert all("==" in line for line in lock.splitlines() if re.match(r"\w", line))


def texts():
    """(name, text) of every text file of the tree."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(
            name for name in folders if name not in OUTSIDE and not name.endswith(".egg-info")
        )
        for path in (Path(folder) / name for name in sorted(files)):
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text()
            except (UnicodeDecodeError, FileNotFoundError):  # a picture, or gone while others work here
                continue


def test_no_file_names_a_place_on_one_machine():
    places = re.compile(r"(?<![\w.>}])/(?:work|tmp|root|home|Users|mnt)/\w")
    found = [
        f"{name}: {line.strip()}"
        for name, text in texts()
        for line in text.splitlines()
        if places.search(line)
    ]
    assert found == []
