"""CRMs on a schedule: who is read when, and what comes of one that hangs, fails, or dies with whoever reads it."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from actors.core.errors import KeyRefused, RateLimited
from actors.core.provider import Provider, Reply
from actors.core.questions import Excluded, ExclusionPage, ReadExclusions
from actors.engine.excluding import CLAIM_S, read_again_at, sync_exclusions
from actors.engine.syncing import Syncing
from tenants.modes import EVERY_AGENT, Mode
from tenants.secrets import Vault
from tenants.store import exclusions, readings, switches
from tests.actors.engine.mills import add_tenant, run_until
from tests.fakes.works import Oracle, open_fake_works

NOW = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Crm:
    """A CRM of two pages whose second waits until it is let go, or fails."""

    def __init__(self, name="ours"):
        self.name, self.asked, self.failing = name, [], None
        self.gate, self.second_page = asyncio.Event(), asyncio.Event()
        self.gate.set()

    def provider(self):
        async def answer(link, question):
            self.asked.append((link.base_url, question.cursor))
            if question.cursor is None:
                return Reply(ExclusionPage(excluded=(told("a.com"),), next="2"))
            self.second_page.set()
            await self.gate.wait()
            if self.failing is not None:
                raise self.failing
            return Reply(ExclusionPage(excluded=(told("b.com"),)))

        return Provider(
            name=self.name, title=self.name.title(), base_url="", needs_key=False, credit_price_usd=Decimal(0),
            answers={ReadExclusions: answer}, is_one_service=False,
        )  # fmt: skip


def told(domain):
    return Excluded(reason="customer", domain=domain)


class Watch:
    """A time that only the test moves."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def crm():
    return Crm()


@pytest.fixture
async def works(database, vault, crm):
    providers = {"oracle": Oracle().provider(), "ours": crm.provider()}
    async with open_fake_works(database, vault, providers=providers) as works:
        yield works


@pytest.fixture
async def syncing(works, database, vault, watch):
    async with made(works, database, vault, watch) as syncing:
        yield syncing


def new(works, database, vault, watch, **more):
    async def sleep(seconds):
        watch.now += timedelta(seconds=seconds)

    return Syncing(database, vault, works.asking, works._providers, clock=watch, sleep=sleep, **more)


@asynccontextmanager
async def made(*parts, **more):
    """One more who looks for due CRMs, until the end of the block."""
    syncing = new(*parts, **more)
    try:
        yield syncing
    finally:
        await syncing.close()


async def tenant(database, vault, name="acme", **config):
    return await add_tenant(database, vault, name, connections={"ours": {"base_url": name}}, **config)


async def turned(syncing):
    """How many were begun, once all that are under way have ended."""
    begun = await syncing.turn()
    async with asyncio.timeout(30):
        await asyncio.gather(*syncing.under_way.values(), return_exceptions=True)
    return begun


async def reading(database, one, now=NOW):
    async with database.tenant(one.id) as session:
        return (await readings.listed(session, ["ours"], now))[0]


async def kept(database, one):
    async with database.tenant(one.id) as session:
        return {row["value"] for row in await exclusions.listed(session)}


async def test_a_crm_is_read_when_it_is_connected_and_again_when_it_is_time(
    syncing, database, vault, crm, watch
):
    acme = await tenant(database, vault)
    assert await turned(syncing) == 1
    assert await kept(database, acme) == {"a.com", "b.com"}
    assert await turned(syncing) == 0
    watch.now += 6 * HOUR
    assert await turned(syncing) == 1
    assert len(crm.asked) == 4
    one = await reading(database, acme)
    assert (one.read_at, one.excluded, one.next_at) == (watch.now, 2, watch.now + 6 * HOUR)


async def test_who_wants_it_by_hand_is_not_read_by_itself(syncing, database, vault, crm):
    await tenant(database, vault, exclusions={"every_hours": None})
    await add_tenant(database, vault, "unconnected")
    assert await turned(syncing) == 0
    assert crm.asked == []


async def test_a_turn_does_not_wait_for_a_crm_and_another_tenants_is_read_meanwhile(
    syncing, database, vault, crm, watch
):
    slow = await tenant(database, vault, "slow")
    crm.gate.clear()
    assert await syncing.turn() == 1
    await crm.second_page.wait()
    assert (await reading(database, slow)).is_under_way
    assert await kept(database, slow) == set()
    assert await syncing.turn() == 0
    quick = await tenant(database, vault, "quick")
    assert await syncing.turn() == 1
    crm.gate.set()
    await asyncio.gather(*syncing.under_way.values())
    assert await kept(database, slow) == await kept(database, quick) == {"a.com", "b.com"}


async def test_only_so_many_are_read_at_once_and_the_others_come_after(works, database, vault, crm, watch):
    for name in ("one", "two", "three"):
        await tenant(database, vault, name)
    crm.gate.clear()
    async with made(works, database, vault, watch, at_once=2) as syncing:
        assert [await syncing.turn(), await syncing.turn()] == [2, 0]
        crm.gate.set()
        await asyncio.gather(*syncing.under_way.values())
        assert await turned(syncing) == 1
    assert len({base for base, _ in crm.asked}) == 3


async def test_of_many_who_look_at_once_one_reads_it(works, database, vault, crm, watch):
    await tenant(database, vault)
    many = [new(works, database, vault, watch) for _ in range(4)]
    assert sum(await asyncio.gather(*map(turned, many))) == 1
    assert len(crm.asked) == 2


async def test_a_failure_says_what_is_wrong_since_when_and_when_it_is_tried_next(
    syncing, database, vault, crm, watch, caplog
):
    acme = await tenant(database, vault)
    await turned(syncing)
    watch.now += 6 * HOUR
    crm.failing, failed_at = KeyRefused("expired"), watch.now
    assert await turned(syncing) == 1
    one = await reading(database, acme)
    assert (one.trouble, one.trouble_since) == (str(crm.failing), failed_at)
    assert (one.read_at, one.excluded) == (NOW, 2)
    assert one.next_at == failed_at + 5 * MINUTE
    assert "Ours: " in caplog.text
    assert await kept(database, acme) == {"a.com", "b.com"}
    assert await turned(syncing) == 0
    watch.now = one.next_at
    assert await turned(syncing) == 1
    one = await reading(database, acme)
    assert (one.trouble_since, one.next_at, one.failures) == (failed_at, watch.now + 10 * MINUTE, 2)
    watch.now, crm.failing = one.next_at, None
    await turned(syncing)
    one = await reading(database, acme)
    assert (one.trouble, one.read_at, one.next_at) == (None, watch.now, watch.now + 6 * HOUR)


def test_waits_after_failures_double_up_to_a_quarter_of_a_day():
    waits = [(read_again_at(failures, NOW) - NOW) / MINUTE for failures in (1, 2, 3, 7, 8, 1_000)]
    assert waits == [5, 10, 20, 320, 360, 360]


async def test_a_crm_that_names_a_time_is_not_asked_before(syncing, database, vault, crm, watch):
    acme = await tenant(database, vault)
    watch.now = database.now()
    named = watch.now + 3 * HOUR
    crm.failing = RateLimited("tomorrow", retry_at=named)
    await turned(syncing)
    assert (await reading(database, acme)).next_at >= named - MINUTE


async def test_what_nobody_foresaw_is_told_as_well_and_keeps_nobody_waiting(
    syncing, database, vault, crm, watch
):
    acme = await tenant(database, vault)
    crm.failing = ZeroDivisionError("by \0 zero")
    other = await tenant(database, vault, "other")
    await turned(syncing)
    assert (await reading(database, acme)).trouble == "ZeroDivisionError: by \ufffd zero"
    assert (await reading(database, other)).failures == 1
    third = await tenant(database, vault, "third")
    crm.failing = None
    assert await turned(syncing) == 1
    assert (await reading(database, third)).excluded == 2


async def test_a_tenants_keys_that_do_not_open_are_its_own_affair(works, database, vault, watch):
    await add_tenant(database, vault, connections={"ours": {"api_key": "sim-secret-key-1"}})
    other = await tenant(database, vault, "other")
    async with made(works, database, Vault(bytes(32)), watch) as syncing:
        assert await turned(syncing) == 2
    async with database.system() as session:
        troubles = await session.rows("SELECT trouble FROM exclusion_reading ORDER BY trouble")
    assert [bool(row["trouble"]) for row in troubles] == [True, False]
    assert (await reading(database, other)).excluded == 2


async def test_one_that_does_not_come_to_its_end_is_given_up_and_says_so(works, database, vault, crm, watch):
    acme = await tenant(database, vault)
    crm.gate.clear()
    async with made(works, database, vault, watch, within_s=0.0) as syncing:
        assert await turned(syncing) == 1
    one = await reading(database, acme)
    assert (one.trouble, one.is_under_way) == ("it has not come to its end in time", False)


async def test_who_dies_over_it_loses_it_after_a_while_and_what_it_still_reads_is_forgotten(
    works, syncing, database, vault, crm, watch
):
    acme = await tenant(database, vault)
    crm.gate.clear()
    await syncing.turn()
    await crm.second_page.wait()
    async with made(works, database, vault, watch) as successor:
        assert await successor.turn() == 0
        watch.now += timedelta(seconds=CLAIM_S)
        assert await successor.turn() == 1
        assert await syncing.turn() == 0
        crm.gate.set()
        await asyncio.gather(*syncing.under_way.values(), *successor.under_way.values())
    one = await reading(database, acme)
    assert (one.excluded, one.trouble, one.is_under_way) == (2, None, False)


async def test_what_is_under_way_at_the_end_is_due_for_whoever_comes_next(
    works, syncing, database, vault, crm, watch
):
    acme = await tenant(database, vault)
    crm.gate.clear()
    await syncing.turn()
    await crm.second_page.wait()
    await syncing.close()
    assert syncing.under_way == {}
    assert not (await reading(database, acme)).is_under_way
    crm.gate.set()
    async with made(works, database, vault, watch) as successor:
        assert await turned(successor) == 1
    assert await kept(database, acme) == {"a.com", "b.com"}


@pytest.mark.parametrize("everybody", [False, True])
async def test_who_is_stopped_is_given_up_and_who_is_paused_is_read_to_the_end(
    syncing, database, vault, crm, everybody
):
    acme = await tenant(database, vault)
    crm.gate.clear()
    await syncing.turn()
    await crm.second_page.wait()
    async with database.tenant(acme.id) as session:
        await switches.turn(session, EVERY_AGENT, Mode.PAUSED, by="ann")
    assert await syncing.turn() == 0
    assert len(syncing.under_way) == 1
    if everybody:
        async with database.system() as session:
            await switches.stop_everything(session, by="ann", reason="bills")
    else:
        async with database.tenant(acme.id) as session:
            await switches.turn(session, EVERY_AGENT, Mode.STOPPED, by="ann")
    await turned(syncing)
    assert syncing.under_way == {}
    assert await kept(database, acme) == set()
    one = await reading(database, acme)
    assert (one.is_under_way, one.trouble) == (False, None)


async def test_a_person_reads_it_at_any_time_and_then_it_is_not_due(
    works, syncing, database, vault, crm, watch
):
    acme = await tenant(database, vault)
    crm.gate.clear()
    await syncing.turn()
    await crm.second_page.wait()
    crm.gate.set()
    profile = (await works.profiles.of([acme.id]))[acme.id]
    watch.now = database.now()
    assert await sync_exclusions(database, works.asking, profile) == {"ours": 2}
    await asyncio.gather(*syncing.under_way.values())
    assert await turned(syncing) == 0
    one = await reading(database, acme)
    assert (one.excluded, one.trouble) == (2, None)


async def test_supervision_looks_at_crms_now_and_then(works, syncing, database, vault):
    acme = await tenant(database, vault)

    async def read():
        return (await reading(database, acme)).excluded == 2

    await run_until(works, read, scheduling=syncing)
