"""Paid calls: paid for once, though connections break and those who asked give up."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.core.errors import RateLimited
from actors.core.questions import EnrichCompany, FindMailExchangers
from actors.engine.asking import Asking
from actors.engine.recording import Recording
from tenants.store import tenants
from tenants.store.calls import TenantGone
from tenants.store.session import DatabaseError
from tests.actors.engine.mills import add_tenant
from tests.fakes.works import Oracle, open_fake_works

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUESTION = EnrichCompany(domain="acme.com")


class Trembling:
    """A database whose transactions fail as they are told: not begun, or done and nobody was told."""

    def __init__(self, database, *fates, ahead=timedelta(0)):
        self._database = database
        self._fates = list(fates)
        self._ahead = ahead

    def now(self):
        return self._database.now() + self._ahead

    @asynccontextmanager
    async def tenant(self, tenant_id):
        fate = self._fates.pop(0) if self._fates else "well"
        broken = DatabaseError(ConnectionResetError("gone"), connection_lost=True)
        if fate == "not begun":
            raise broken
        async with self._database.tenant(tenant_id) as session:
            yield session
        if fate == "answer lost":
            raise broken


@pytest.fixture
async def profile(database, vault):
    acme = await add_tenant(database, vault)
    async with open_fake_works(database, vault) as works:
        yield (await works.profiles.of([acme.id]))[acme.id]


def asking_of(database, oracle, calls_in_flight=4):
    return Asking(database, None, {"oracle": oracle.provider()}, calls_in_flight=calls_in_flight)


async def ledger(database, profile):
    async with database.tenant(profile.tenant.id) as session:
        return [tuple(row.values()) for row in await session.rows("SELECT state, credits FROM provider_call")]


def waiting_oracle():
    """An oracle that answers when it is let, and an event that says when it was asked."""
    asked, let = asyncio.Event(), asyncio.Event()

    async def wait(question):
        asked.set()
        await let.wait()

    return Oracle(wait), asked, let


@pytest.mark.parametrize(
    "fates",
    [("well", "not begun"), ("well", "answer lost"), ("well", "not begun", "answer lost", "not begun")],
)
async def test_an_answer_is_kept_and_counted_once_though_the_database_trembles(database, profile, fates):
    oracle = Oracle()
    asking = asking_of(Trembling(database, *fates), oracle)
    run_id = uuid4()
    assert (await asking.ask(profile, run_id, QUESTION, recording=Recording(NOW))).cost_usd == Decimal("0.05")
    assert (await asking.ask(profile, run_id, QUESTION, recording=Recording(NOW))).cost_usd == 0  # kept
    assert len(oracle.asked) == 1
    assert await ledger(database, profile) == [("answered", Decimal(1))]


@pytest.mark.parametrize(("good_for_s", "times_asked"), [(None, 1), (60.0, 1), (0.0, 2)])
async def test_another_run_is_told_the_same_for_as_long_as_it_is_good(
    database, profile, good_for_s, times_asked
):
    oracle = Oracle()
    provider = oracle.provider()
    answer = provider.answers[EnrichCompany]

    async def good_for(link, question):
        return replace(await answer(link, question), good_for_s=good_for_s)

    provider = replace(provider, answers={**provider.answers, EnrichCompany: good_for})
    asking = Asking(database, None, {"oracle": provider}, calls_in_flight=4)
    first, second = [await asking.ask(profile, uuid4(), QUESTION, recording=Recording(NOW)) for _ in range(2)]
    assert first.content == second.content
    assert len(oracle.asked) == times_asked


async def test_one_call_serves_whoever_asks_while_it_is_under_way(database, profile):
    oracle, asked, let = waiting_oracle()
    asking, run_id = asking_of(database, oracle), uuid4()
    first = asyncio.create_task(asking.ask(profile, run_id, QUESTION, recording=Recording(NOW)))
    await asked.wait()
    second = asyncio.create_task(asking.ask(profile, run_id, QUESTION, recording=Recording(NOW)))
    await asyncio.sleep(0)
    first.cancel()
    let.set()
    assert (await second).content is not None
    assert len(oracle.asked) == 1
    assert await ledger(database, profile) == [("answered", Decimal(1))]


async def test_what_was_asked_is_kept_though_nobody_waits_for_it_any_more(database, profile):
    oracle, asked, let = waiting_oracle()
    asking, run_id = asking_of(database, oracle), uuid4()
    gone = asyncio.create_task(asking.ask(profile, run_id, QUESTION, recording=Recording(NOW)))
    await asked.wait()
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    let.set()
    await asking.finish()
    assert await ledger(database, profile) == [("answered", Decimal(1))]
    assert (await asking.ask(profile, run_id, QUESTION, recording=Recording(NOW))).cost_usd == 0
    assert len(oracle.asked) == 1


async def test_what_was_not_asked_yet_is_not_asked_when_nobody_wants_it_any_more(database, profile):
    oracle, asked, let = waiting_oracle()
    asking = asking_of(database, oracle, calls_in_flight=1)
    first = asyncio.create_task(asking.ask(profile, uuid4(), QUESTION, recording=Recording(NOW)))
    await asked.wait()
    gone = asyncio.create_task(asking.ask(profile, uuid4(), QUESTION, recording=Recording(NOW)))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    let.set()
    await first
    await asking.finish()
    assert len(oracle.asked) == 1


async def test_nothing_is_asked_for_a_tenant_that_was_removed(database, profile):
    oracle = Oracle()
    await tenants.remove(database, profile.tenant.name)
    with pytest.raises(TenantGone):
        await asking_of(database, oracle).ask(profile, uuid4(), QUESTION, recording=Recording(NOW))
    assert oracle.asked == []


async def test_a_time_that_a_provider_names_is_told_by_the_databases_clock(database, profile):
    async def later(question):
        raise RateLimited(retry_at=datetime.now(UTC) + timedelta(minutes=1))

    asking = asking_of(Trembling(database, ahead=timedelta(hours=5)), Oracle(later))
    for question in (QUESTION, FindMailExchangers(domain="acme.com")):  # a billed one, and one that is free
        with pytest.raises(RateLimited) as limited:
            await asking.ask(profile, uuid4(), question, recording=Recording(NOW))
        ahead = limited.value.retry_at - datetime.now(UTC)
        assert timedelta(hours=5) < ahead <= timedelta(hours=5, minutes=1, seconds=1)
