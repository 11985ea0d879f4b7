"""Dead letters on the command line."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from actors.bus.base import Delivery
from actors.engine.astray import bury
from actors.events.envelope import UnreadableEvent
from tenants.store.rls import APP
from tenants.store.session import Database

HEADERS = (("ce_type", b"lead.sourced"), ("odd", b"\xff"))


@pytest.fixture
def letters(database_url, monkeypatch, tmp_path):
    """What `letters` says with these arguments, in an installation of this test's own."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    def ask(*arguments):
        result = CliRunner().invoke(leadmill.app, ["letters", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    return ask


@pytest.fixture
def buried(database_url):
    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            bad = [
                Delivery(7, UnreadableEvent("it is not JSON"), b"{broken", HEADERS),
                Delivery(9, UnreadableEvent("no text at all"), b"\xff\xfe"),
            ]
            await bury(database, "enrichment", "lead.sourced", 3, bad)
        finally:
            await database.close()

    asyncio.run(prepare())


def test_where_there_are_none(letters):
    assert letters() == "There are none.\n"
    assert letters("--json") == ""


def test_each_tells_where_it_stood_and_why_it_was_put_aside(letters, buried):
    shown = letters()
    assert "2 dead letters" in shown
    assert "{broken" in shown
    assert "it is not JSON" in shown


def test_programs_get_every_byte_and_header(letters, buried):
    told = {one["offset"]: one for one in map(json.loads, letters("--json").splitlines())}
    assert told[7]["raw"] == {"text": "{broken"}
    assert told[9]["raw"] == {"base64": "//4="}
    assert (told[7]["topic"], told[7]["lane"], told[7]["reason"]) == ("lead.sourced", 3, "it is not JSON")
    assert told[7]["headers"]["headers"] == [["ce_type", "lead.sourced"], ["odd", {"base64": "/w=="}]]


def test_no_more_than_asked_for(letters, buried):
    assert len(letters("--json", "--limit=1").splitlines()) == 1
