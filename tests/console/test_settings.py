from pathlib import Path

import pytest
from pydantic import ValidationError

from console.settings import ConsoleSettings


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://leadmill.example.com", "https://leadmill.example.com"),
        ("https://Leadmill.Example.com/", "https://leadmill.example.com"),
        ("https://leadmill.example.com:8443", "https://leadmill.example.com:8443"),
    ],
)
def test_the_address_that_others_use_is_kept_in_one_spelling(monkeypatch, told, kept):
    monkeypatch.setenv("LEADMILL_CONSOLE_URL", told)
    assert ConsoleSettings().console_url == kept


@pytest.mark.parametrize(
    "told",
    [
        "http://leadmill.example.com",
        "leadmill.example.com",
        "https://",
        "https://x.example/a",
        "https://x.example?a",
    ],
)
def test_what_is_not_https_or_has_a_path_is_refused(monkeypatch, told):
    monkeypatch.setenv("LEADMILL_CONSOLE_URL", told)
    with pytest.raises(ValidationError, match="https and without a path"):
        ConsoleSettings()


ISSUER = {"oidc_issuer": "https://login.example.com", "oidc_client_id": "console"}


def test_a_secret_may_lie_in_a_file(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text("of two\n")
    assert ConsoleSettings(**ISSUER, oidc_client_secret_file=file).provider().client_secret == "of two"
    assert ConsoleSettings(**ISSUER, oidc_client_secret="s").provider().client_secret == "s"
    assert ConsoleSettings(**ISSUER).provider().client_secret is None
    assert ConsoleSettings().provider() is None
    with pytest.raises(FileNotFoundError):
        ConsoleSettings(**ISSUER, oidc_client_secret_file=tmp_path / "none").provider()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"oidc_issuer": "https://login.example.com"}, "belong together"),
        ({"oidc_client_id": "console"}, "belong together"),
        ({**ISSUER, "oidc_issuer": "http://login.example.com"}, "https address"),
        ({**ISSUER, "oidc_client_secret": "a", "oidc_client_secret_file": "b"}, "one too many"),
    ],
)
def test_half_a_provider_is_refused(told, why):
    with pytest.raises(ValidationError, match=why):
        ConsoleSettings(**told)


def test_the_secret_is_not_shown():
    assert "of two" not in repr(ConsoleSettings(**ISSUER, oidc_client_secret="of two"))
