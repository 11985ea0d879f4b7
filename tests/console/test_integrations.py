"""Integrations in the console: how each provider does, its key and its pace, and who is asked first."""

import getpass
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from console.faces import ProviderFace
from console.integrations import Integration, budgets_of, state_of
from console.waterfalls import in_order
from tenants.policies import TenantConfig
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import connections, paces, tenants
from tenants.store.paces import Pace
from tenants.store.session import Database
from tests.console.conftest import Visitor
from tests.console.connecting import KEY, call, connect, told
from tests.console.seeds import Sown
from tests.console.waiting import REFUSED, audit_of, fail

ME = getpass.getuser()
PAID = ProviderFace("apollo", "Apollo", needs_key=True, billed=("EnrichCompany",), limits=((200, 60),))
FREE = ProviderFace("wikidata", "Wikidata")
WAY = {
    "has_key": True,
    "changed_s": 100_000.0,
    "since_s": 200_000.0,
    "calls_per_minute": None,
    "base_url": None,
}


def heard(outcome, times=1, age_s=60.0, error=None):
    return {"outcome": outcome, "class": error, "times": times, "age_s": age_s}


def asked(calls=0, failed=0, p95_s=None, good_s=None):
    return {"calls": calls, "failed": failed, "last_minute": 0, "p95_s": p95_s, "good_s": good_s}


@pytest.mark.parametrize(
    ("facts", "word", "kind"),
    [
        ({"heard": [heard("hit", 9)]}, "Working", "good"),
        ({"asked": asked(5, 0, 0.4, good_s=60.0)}, "Working", "good"),
        ({"heard": [heard("hit", 9, 100), heard("auth", 1, 50)]}, "Key not accepted", "bad"),
        ({"heard": [heard("hit", 9, 50), heard("auth", 1, 100)]}, "Working", "good"),
        ({"heard": [heard("hit", 9, 100), heard("quota_exhausted", 1, 50)]}, "Out of quota", "bad"),
        ({"heard": [heard("hit", 2, 100), heard("provider_down", 1, 50)]}, "Not reached", "bad"),
        ({"heard": [heard("hit", 9, 100), heard("provider_down", 1, 50)]}, "Working", "good"),
        ({"heard": [heard("hit", 2, 100), heard("rate_limited", 1, 50)]}, "Refusing", "bad"),
        ({"heard": [heard("hit", 9, 50), heard("rate_limited", 1, 100)]}, "Slow", "doubtful"),
        ({"heard": [heard("hit", 9)], "pace": Pace(0.7, 0.0)}, "Slow", "doubtful"),
        ({"asked": asked(20, 0, 12.0, good_s=60.0)}, "Slow", "doubtful"),
        ({"asked": asked(10, 3, 0.4, good_s=60.0)}, "Refusing", "bad"),
        ({"asked": asked(4, 3, 0.4, good_s=60.0)}, "Working", "good"),
        ({"heard": [heard("hit", 9)], "way": WAY | {"has_key": False}}, "No key", "bad"),
        ({"way": WAY | {"since_s": 60.0}}, "Not used yet", "unknown"),
        ({}, "Unknown", "unknown"),
        ({"heard": [heard("invalid_input", 3)]}, "Unknown", "unknown"),
        ({"asked": asked(good_s=90_000.0)}, "Unknown", "unknown"),
    ],
)
def test_the_state_is_by_what_is_known_and_not_knowing_is_never_good(facts, word, kind):
    state = state_of(Integration(PAID, **{"way": WAY} | facts))
    assert (state.word, state.kind) == (word, kind)


def test_what_was_refused_before_the_key_was_changed_says_nothing_of_the_new_one():
    before = [heard("auth", 3, age_s=600.0)]
    assert state_of(Integration(PAID, way=WAY, heard=before)).word == "Key not accepted"
    assert state_of(Integration(PAID, way=WAY | {"changed_s": 500.0}, heard=before)).word == "Unknown"


def test_a_provider_that_needs_no_key_lacks_none():
    assert state_of(Integration(FREE, way=WAY | {"has_key": False}, heard=[heard("miss")])).word == "Working"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (WAY, "200 in a minute"),
        (WAY | {"calls_per_minute": 1500}, "1,500 a minute"),
        (WAY | {"base_url": "http://127.0.0.1:1"}, None),
    ],
)
def test_the_pace_is_the_tenants_or_the_vendors_at_its_own_address(way, said):
    assert Integration(PAID, way=way).calls_a_minute == said


def test_costs_are_for_what_stands_and_what_takes_mail():
    rows = [
        {"kind": "EnrichCompany", "cost": 3.0, "fields": 60, "contacts": 0},
        {"kind": "RevealPerson", "cost": 2.0, "fields": 0, "contacts": 8},
        {"kind": "VerifyAddress", "cost": 0.4, "fields": 0, "contacts": 6},
    ]
    one = Integration(PAID, yields=rows)
    assert one.cost_of_field == (pytest.approx(0.05), 60)
    assert one.cost_of_contact == (pytest.approx(0.3), 8)
    assert Integration(PAID, yields=[rows[0] | {"fields": 0}]).cost_of_field is None


def test_a_budget_tells_when_it_is_used_up_at_the_pace_of_the_last_day():
    config = TenantConfig.model_validate(
        {"budgets": {"providers": {"apollo": {"day_usd": 5, "total_usd": 100}}}}
    )
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    used = {("provider", "apollo"): (Decimal(4), Decimal(36))}
    by_day, in_all = budgets_of(config, "apollo", used, {"apollo": Decimal(20)}, now)
    assert in_all.left_usd == 60
    assert in_all.ends == now + timedelta(days=3)
    # it lasts for six hours, and the day for twelve
    assert by_day.ends == now + timedelta(hours=6)
    by_day, in_all = budgets_of(config, "apollo", used, {"apollo": Decimal(4)}, now)
    assert by_day.ends is None
    assert budgets_of(config, "apollo", used, {}, now)[1].ends is None


def test_whoever_the_tenant_did_not_put_in_order_comes_by_name():
    assert in_order(["apollo", "hunter", "pdl"], ["hunter"]) == ("hunter", "apollo", "pdl")


@pytest.fixture
async def connected(acme: Sown, database: Database) -> Sown:
    await connect(database, acme, api_key=KEY, credit_price_usd=0.05)
    await connect(database, acme, "hunter", api_key="sim-hunter-key-9876")
    await connect(database, acme, "wikidata")
    return acme


async def test_each_provider_has_a_card_and_the_others_stand_below(
    visitor: Visitor, connected: Sown, database: Database
):
    await call(database, connected, count=20, found=["employees"], segment="DE/small", age_s=2)
    await told(database, connected, "wikidata", "miss", count=3)
    await told(database, connected, "hunter", "auth", error="KeyRefused")
    await fail(database, connected, error=REFUSED)
    async with database.tenant(connected.id) as session:
        await session.run("UPDATE connection SET changed_at = now() - interval '1 hour'")
    page = await visitor.at("/t/acme/integrations").page()
    for said in (
        "Working",
        "Key not accepted",
        "…1234",
        "…9876",
        "200 in a minute",
        "$1.00, 20 credits in 20 calls",
        "1 run failed over it",
        "100% of 20, $0.0500 a hit",
        "DE, small",
        "Not connected",
        "ZeroBounce",
        "what costs least by what was found so far",
    ):
        assert said in page
    assert KEY not in page


async def test_a_key_is_written_sealed_told_of_and_never_shown(
    visitor: Visitor, connected: Sown, database: Database
):
    visitor.at("/t/acme/integrations")
    new = "sim-apollo-key-5678"
    answer = json.dumps(
        await visitor.press("write-key", "apollo", await seen(database, connected), **{"key-apollo": new})
    )
    assert "The key of Apollo is written" in answer
    assert new not in answer
    async with database.tenant(connected.id) as session:
        opened = await connections.everything(session, Vault.from_settings(StoreSettings()))
        detail = await session.value("SELECT detail FROM audit")
    assert (opened["apollo"].api_key, opened["apollo"].credit_price_usd) == (new, Decimal("0.05"))
    assert await audit_of(database, connected) == [(ME, "write key", "provider apollo")]
    assert detail == {"from": "1234", "to": "5678"}
    page = await visitor.page()
    assert "…5678" in page
    assert f", written by {ME} " in page
    assert new not in page


async def test_a_key_that_a_file_has_brought_since_is_not_told_to_be_the_persons(
    visitor: Visitor, connected: Sown, database: Database
):
    visitor.at("/t/acme/integrations")
    await visitor.press(
        "write-key", "apollo", await seen(database, connected), **{"key-apollo": "sim-apollo-key-5678"}
    )
    await connect(database, connected, api_key="sim-apollo-key-0000")
    page = await visitor.page()
    assert "written by" not in page


async def test_work_that_waited_for_a_key_goes_on(visitor: Visitor, connected: Sown, database: Database):
    (run_id,) = await fail(database, connected, error=REFUSED)
    visitor.at("/t/acme/integrations")
    at = await seen(database, connected, "hunter")
    await visitor.press("write-key", "hunter", at, **{"key-hunter": "sim-hunter-key-0000"})
    async with database.tenant(connected.id) as session:
        assert await session.value("SELECT status FROM run WHERE id = :id", id=run_id) == "retrying"


@pytest.mark.parametrize("key", ["", "two words", "line\nline", "x" * 5_000])
async def test_what_can_be_no_key_is_not_written(
    visitor: Visitor, connected: Sown, database: Database, key: str
):
    at = await seen(database, connected)
    said = await visitor.at("/t/acme/integrations").said("write-key", "apollo", at, **{"key-apollo": key})
    assert "That is no key" in said
    assert await audit_of(database, connected) == []


async def test_a_key_connects_a_provider(visitor: Visitor, connected: Sown, database: Database):
    visitor.at("/t/acme/integrations")
    said = await visitor.said("write-key", "zerobounce", "", **{"key-zerobounce": "sim-zero-key-1111"})
    assert said == "The key of ZeroBounce is written: It is connected from now on."
    assert "…1111" in await visitor.page()


async def test_a_key_that_another_has_written_meanwhile_stays(
    visitor: Visitor, connected: Sown, database: Database
):
    at = await seen(database, connected)
    await connect(database, connected, api_key="sim-apollo-key-theirs")
    visitor.at("/t/acme/integrations")
    said = await visitor.said("write-key", "apollo", at, **{"key-apollo": "sim-apollo-key-5678"})
    assert "The way to apollo was changed meanwhile: look again" in said
    assert await audit_of(database, connected) == []


@pytest.mark.parametrize(("text", "calls"), [("90", 90), ("", None)])
async def test_the_pace_is_set(
    visitor: Visitor, connected: Sown, database: Database, text: str, calls: int | None
):
    visitor.at("/t/acme/integrations")
    await visitor.press("set-pace", "apollo", await seen(database, connected), **{"pace-apollo": text})
    async with database.tenant(connected.id) as session:
        kept = await session.value("SELECT calls_per_minute FROM connection WHERE provider = 'apollo'")
    assert kept == calls
    assert await audit_of(database, connected) == [(ME, "set calls per minute", "provider apollo")]


@pytest.mark.parametrize("text", ["0", "-3", "many", "1.5", "99999999999"])
async def test_a_pace_that_is_none_is_not_set(
    visitor: Visitor, connected: Sown, database: Database, text: str
):
    at = await seen(database, connected)
    said = await visitor.at("/t/acme/integrations").said("set-pace", "apollo", at, **{"pace-apollo": text})
    assert "A whole number of calls a minute is wanted" in said
    assert await audit_of(database, connected) == []


async def test_a_key_that_its_vendor_has_slowed_down_is_told_of(
    visitor: Visitor, connected: Sown, database: Database
):
    await told(database, connected, "apollo", "hit", count=9)
    async with database.system() as session:
        await paces.slow_down(session, paces.key_of("apollo", "https://api.apollo.example", KEY), 90.0)
    page = await visitor.at("/t/acme/integrations").page()
    assert "Slow" in page
    assert (
        "(left alone for 1 min more, as it asked)" in page
        or "(left alone for 2 min more, as it asked)" in page
    )


async def test_the_order_is_moved_step_by_step_and_counts_when_it_is_saved(
    visitor: Visitor, connected: Sown, database: Database
):
    visitor.at("/t/acme/integrations")
    question = await visitor.asked("ask-order", "apollo,hunter,wikidata", "1")
    assert "Move Hunter up" in question
    assert "Move Apollo up" not in question
    moved = await visitor.asked("ask-order", "hunter,apollo,wikidata", "1 up hunter")
    assert moved.index("1. Hunter") < moved.index("2. Apollo")
    assert await audit_of(database, connected) == []
    said = await visitor.said("set-order", "hunter,apollo,wikidata", "1")
    assert said == "Hunter is asked first: That is version 2 of the configuration."
    config = tenants.config_of(await tenants.named(database, "acme"))
    assert (config.order, config.learns_order) == (("hunter", "apollo", "wikidata"), False)
    async with database.tenant(connected.id) as session:
        detail = await session.value("SELECT detail FROM audit")
    assert (detail["before"]["order"], detail["after"]["order"]) == ([], ["hunter", "apollo", "wikidata"])
    assert "This order counts for everything" in await visitor.page()


async def test_the_order_is_left_to_the_engine(visitor: Visitor, connected: Sown, database: Database):
    visitor.at("/t/acme/integrations")
    await visitor.press("set-order", "hunter,apollo,wikidata", "1")
    said = await visitor.said("learn-order", "hunter,apollo,wikidata", "2")
    assert said.startswith("The engine decides who is asked first")
    config = tenants.config_of(await tenants.named(database, "acme"))
    assert (config.order, config.learns_order) == (("hunter", "apollo", "wikidata"), True)


async def test_an_order_that_was_seen_before_something_changed_is_not_saved(
    visitor: Visitor, connected: Sown, database: Database
):
    visitor.at("/t/acme/integrations")
    await visitor.press("set-order", "hunter,apollo,wikidata", "1")
    assert "Version 2 was saved by" in await visitor.said("set-order", "apollo,hunter,wikidata", "1")
    assert "not those that you saw" in await visitor.said("set-order", "apollo,hunter", "2")
    assert "not those that you saw" in await visitor.said("set-order", "apollo,hunter,hunter", "2")
    assert tenants.config_of(await tenants.named(database, "acme")).order[0] == "hunter"


async def test_without_a_provider_it_says_how_to_connect_one(visitor: Visitor, acme: Sown):
    page = await visitor.at("/t/acme/integrations").page()
    assert "No provider is connected yet" in page
    assert "leadmill tenant apply acme tenant.yaml" in page


async def test_figures_are_kept_fresh(visitor: Visitor, connected: Sown, database: Database):
    visitor.at("/t/acme/integrations")
    said, _ = await visitor.refreshed(["state-apollo", "figures-apollo", "deeds-apollo", "order"])
    for word in ("Not used yet", "not known yet", "write-key", "ask-order"):
        assert word in said


async def seen(database: Database, sown: Sown, provider: str = "apollo") -> str:
    """The way to a provider, as a button of now says that it was seen."""
    async with database.tenant(sown.id) as session:
        at = await session.value(
            "SELECT changed_at FROM connection WHERE provider = :provider", provider=provider
        )
    return at.isoformat() if at is not None else ""
