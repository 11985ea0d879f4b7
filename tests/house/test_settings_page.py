"""The page of settings says what the code says: every setting, its default, its meaning."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from actors.bus.settings import KafkaSettings
from console.settings import ConsoleSettings

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("actors", "console", "scoring_models", "serve", "tenants")
PAGE = (ROOT / "docs" / "settings.md").read_text()

# Defaults that depend on the machine or on another setting are told in words.
IN_WORDS = {
    "LEADMILL_MAX_DESKS": "4 for each processor",
}
# Values that are held against one another; what can't be said beside the others is None.
SENSIBLE = {
    KafkaSettings: {
        "bootstrap": "one.example:9092,other.example:9092",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "PLAIN",
        "max_message_bytes": "7000",
    },
    ConsoleSettings: {
        "console_url": "https://one.example",
        "oidc_issuer": "https://login.example",
        "oidc_client_id": "console",
        "oidc_client_secret": "secret",
        "oidc_client_secret_file": None,
    },
}
NO_SETTINGS = {"LEADMILL_DATASETS", "LEADMILL_INSTALLATION", "LEADMILL_LIVE"}
# There is one for every provider.
OF_PROVIDERS = re.compile(r"LEADMILL_LIVE_[A-Z_]+_(?:KEY|URL)")


def settings_classes():
    """Every settings class of every room, found by its base."""
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            source = path.read_text()
            if "BaseSettings" not in source:
                continue
            names = [
                node.name
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.ClassDef)
                and any(isinstance(base, ast.Name) and base.id == "BaseSettings" for base in node.bases)
            ]
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            found += [getattr(module, name) for name in names]
    return found


def variable(settings, name):
    return f"{settings.model_config['env_prefix']}{name}".upper()


def as_told(default):
    return "\N{EN DASH}" if default is None else f"`{default}`"


def settings_in_the_code():
    """(default, meaning) for each variable."""
    return {
        variable(settings, name): (
            IN_WORDS.get(variable(settings, name), as_told(field.default)),
            field.description,
        )
        for settings in settings_classes()
        for name, field in settings.model_fields.items()
    }


def settings_on_the_page():
    rows = re.findall(r"^\| `(LEADMILL_\w+)` \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
    return {name: (default, meaning) for name, default, meaning in rows}


def test_there_are_settings_and_each_has_a_prefix_of_ours_and_a_meaning():
    classes = settings_classes()
    assert len(classes) >= 4
    for settings in classes:
        assert issubclass(settings, BaseSettings)
        assert settings.model_config["env_prefix"].startswith("LEADMILL_")
        assert settings.model_config["frozen"]
        for name, field in settings.model_fields.items():
            assert field.description, f"{settings.__name__}.{name} says nothing"


def test_the_page_says_what_the_code_says_and_the_code_what_the_page_says():
    assert settings_on_the_page() == settings_in_the_code()


def test_each_variable_stands_on_the_page_once_and_below_its_class():
    for settings in settings_classes():
        head = PAGE.index(f"`{settings.__name__}`")
        section = PAGE[head : PAGE.find("\n## ", head)]
        for name in settings.model_fields:
            row = f"| `{variable(settings, name)}` |"
            assert PAGE.count(row) == 1, row
            assert row in section, row


def test_no_page_names_a_variable_that_nobody_reads():
    known = settings_in_the_code().keys() | NO_SETTINGS
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").iterdir()]
    for page in pages:
        named = set(re.findall(r"LEADMILL_[A-Z_]+[A-Z]", OF_PROVIDERS.sub("", page.read_text())))
        assert named <= known, f"{page.name}: {named - known}"
    assert set(re.findall(r"LEADMILL_[A-Z_]+[A-Z]", OF_PROVIDERS.sub("", PAGE))) == known


@pytest.mark.parametrize("settings", settings_classes(), ids=lambda settings: settings.__name__)
def test_a_variable_of_the_environment_is_read(settings, monkeypatch):
    """The names on the page are the names that are read."""
    sensible = SENSIBLE.get(settings, {})
    for name, field in settings.model_fields.items():
        text = "7" if field.annotation in (int, float, int | None) else "somewhere"
        if (told := sensible.get(name, text)) is not None:
            monkeypatch.setenv(variable(settings, name), told)
    found = settings().model_dump()
    assert {name: plain(found.pop(name)) for name in sensible} == {
        name: plain(told) for name, told in sensible.items()
    }
    assert {plain(value) for value in found.values()} <= {"7", "7.0", "somewhere"}


def plain(value):
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
