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
