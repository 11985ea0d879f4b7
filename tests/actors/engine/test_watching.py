"""Scored leads watched: asked again in turn, judged anew where something new came, and nobody written to twice."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from actors.core.errors import ProviderDown
from actors.core.provider import Provider, Reply
from actors.core.questions import FindSignals, Signal, SignalsFound
from actors.engine.sourcing import in_chunks, request_rows
from actors.engine.watching import Watching
from actors.simulator.server import Simulator
from actors.simulator.world import World
from tenants.modes import Mode
from tenants.store import log, rounds, switches, tenants
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_to_the_end, run_until
from tests.fakes.works import Judge, Oracle, open_fake_works

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Counting(Judge):
    """Models whose score is how many things are known to have happened; from three on it is tier A."""

    async def score_many(self, model, requests):
        scores = await super().score_many(model, requests)
        return [
            one.model_copy(
                update={"score": len(asked.signals), "tier": "A" if len(asked.signals) > 2 else "B"}
            )
            for one, asked in zip(scores, requests, strict=True)
        ]


class Paper:
    """A free provider that tells of all companies what it was told."""

    def __init__(self, *, billed=False):
        self.told, self.asked, self.failing, self._billed = [], [], None, billed

    def provider(self):
        async def answer(link, question):
            self.asked.append(question.domain)
            if self.failing is not None:
                raise self.failing
            return Reply(SignalsFound(signals=tuple(self.told)))

        return Provider(
            name="paper", title="Paper", base_url="", needs_key=False, credit_price_usd=Decimal(0),
            answers={FindSignals: answer}, billed=frozenset({FindSignals} if self._billed else ()),
            is_one_service=False,
        )  # fmt: skip


class Watch:
    """A time that only the test moves; it begins as long after the works' own as leads are left alone."""

    def __init__(self, database):
        self.now = database.now() + 8 * DAY

    def __call__(self):
        return self.now


@pytest.fixture
def paper():
    return Paper()


@pytest.fixture
def clock(database):
    return Watch(database)


@pytest.fixture
async def works(database, vault, paper):
    providers = {"oracle": Oracle().provider(), "paper": paper.provider()}
    async with open_fake_works(database, vault, providers=providers, judge=Counting()) as works:
        yield works


@pytest.fixture
def watching(works, database, clock):
    return Watching(database, works._providers, clock=clock)


async def with_leads(works, vault, count, name="acme", **config):
    tenant = await add_tenant(works.database, vault, name, connections={"paper": {}}, **config)
    await ask_for(works, tenant, count, prefix=name)
    await run_to_the_end(works, tenant, count)
    return tenant


async def runs_of(works, tenant):
    """How many runs of each agent have ended, by how."""
    async with works.database.tenant(tenant.id) as session:
        rows = await session.rows("SELECT agent, status FROM run")
    return Counter((row["agent"], row["status"]) for row in rows)


async def watched(works, tenant, asked, judged=0):
    """The mill, until so many companies were asked about, and so many leads judged anew."""

    async def done():
        runs = await runs_of(works, tenant)
        return (runs["watcher", "done"], runs["rescoring", "done"]) == (asked, judged)

    await run_until(works, done)


async def scores_of(works, tenant):
    async with works.database.tenant(tenant.id) as session:
        rows = await session.rows("SELECT id, score FROM lead ORDER BY id")
    return {row["id"]: row["score"] for row in rows}


def job(title):
    return Signal(kind="hiring", on=date(2026, 1, 1), title=title)


async def test_companies_are_asked_again_and_leads_judged_anew_where_something_new_came(
    works, watching, database, vault, paper, clock
):
    paper.told = [job("Cook")]
    acme = await with_leads(works, vault, 3)
    assert set((await scores_of(works, acme)).values()) == {1}
    paper.asked.clear()
    assert await watching.turn() == 3
    await watched(works, acme, 3)
    assert sorted(paper.asked) == [f"acme-{n}.com" for n in range(3)]
    clock.now += 8 * DAY
    paper.told = [job("Cook"), job("Baker")]
    assert await watching.turn() == 3
    await watched(works, acme, 6, judged=3)
    assert set((await scores_of(works, acme)).values()) == {2}
    runs = await runs_of(works, acme)
    assert runs["scoring", "done"] == 3
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM signal") == 6
        assert await log.end(session, "lead.scored", acme.home_lane) == 3
    counts = await counts_of(database, acme)
    assert (counts["sourced"], counts["scored"], counts["in_flight"]) == (3, 3, 0)


async def test_a_lead_is_left_alone_until_its_time_and_a_round_until_the_next_hour(
    works, watching, database, vault, clock
):
    await with_leads(works, vault, 3, signals={"leads_per_hour": 2})
    later, clock.now = clock.now, database.now()
    assert await watching.turn() == 0
    clock.now = later
    assert [await watching.turn(), await watching.turn()] == [2, 0]
    clock.now += HOUR / 2
    assert await watching.turn() == 0
    clock.now += HOUR / 2
    assert await watching.turn() == 1
    clock.now += HOUR
    assert await watching.turn() == 0
    clock.now = later + 7 * DAY
    assert await watching.turn() == 2


async def test_only_tiers_that_have_a_sequence_are_watched(works, watching, vault):
    await with_leads(works, vault, 2, sequences={"A": "call"})  # the models here say B
    assert await watching.turn() == 0


async def test_of_many_who_look_at_once_nothing_is_asked_for_twice(works, watching, database, vault, clock):
    acme = await with_leads(works, vault, 3)
    others = [Watching(database, works._providers, clock=clock) for _ in range(4)]
    assert sum(await asyncio.gather(*(one.turn() for one in others))) == 3
    async with database.tenant(acme.id) as session:
        assert await log.end(session, "signals.requested", acme.home_lane) == 3


async def test_that_it_was_asked_and_the_request_are_one_whatever_dies_between(
    works, watching, database, vault, monkeypatch
):
    acme = await with_leads(works, vault, 2)

    async def dies(session, entries):
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(log, "append", dies)
        with pytest.raises(OSError, match="killed"):
            await watching.turn()
    assert await watching.turn() == 2
    await watched(works, acme, 2)


async def test_what_is_wrong_with_one_tenant_keeps_nobody_elses_leads_waiting(
    works, watching, database, vault, monkeypatch, caplog
):
    acme = await with_leads(works, vault, 1)
    await with_leads(works, vault, 1, "other")
    real = rounds.watch

    async def broken(session, *given):
        if session.tenant_id == acme.id:
            raise ZeroDivisionError
        return await real(session, *given)

    with monkeypatch.context() as patched:
        patched.setattr(rounds, "watch", broken)
        assert await watching.turn() == 1
    assert "the round of acme" in caplog.text
    assert await watching.turn() == 0  # it is looked at again in the next hour, as all are


async def test_a_provider_that_is_paid_or_not_connected_is_no_reason_to_ask(database, vault, clock):
    paper = Paper(billed=True)
    providers = {"oracle": Oracle().provider(), "paper": paper.provider()}
    async with open_fake_works(database, vault, providers=providers) as works:
        await with_leads(works, vault, 1)
        assert await Watching(database, providers, clock=clock).turn() == 0
        assert paper.asked == []


async def test_one_that_cannot_answer_fails_no_run_and_no_lead(works, watching, vault, paper):
    acme = await with_leads(works, vault, 2)
    before = await scores_of(works, acme)
    paper.failing = ProviderDown("no")
    assert await watching.turn() == 2
    await watched(works, acme, 2)
    assert await scores_of(works, acme) == before


async def test_who_has_paused_the_watcher_is_not_asked_for(works, watching, database, vault):
    acme = await with_leads(works, vault, 1)
    async with database.tenant(acme.id) as session:
        await switches.turn(session, "watcher", Mode.PAUSED, by="ann")
    assert await watching.turn() == 0
    async with database.tenant(acme.id) as session:
        await switches.turn(session, "watcher", Mode.ON, by="ann")
    assert await watching.turn() == 1


async def test_supervision_watches_now_and_then(works, watching, vault):
    acme = await with_leads(works, vault, 1)

    async def asked():
        return (await runs_of(works, acme))["watcher", "done"] == 1

    await run_until(works, asked, scheduling=watching)


async def test_a_new_score_enrols_nobody_twice_and_writes_nothing_twice_into_the_crm(database, vault, clock):
    """With the simulated websites, sequences and CRM: the same companies, and what they say a quarter later."""
    today = database.now().date()
    then, now = (Simulator(World(7, 12, day)) for day in (today - 100 * DAY, today))
    await then.start()
    await now.start()
    try:
        await _enrolled_and_judged_anew(database, vault, clock, then, now)
    finally:
        await then.stop()
        await now.stop()


async def _enrolled_and_judged_anew(database, vault, clock, then, now):
    domains = [one.domain for one in then.world.companies]
    services = {
        name: {"base_url": f"{then.http}/{name}/v1", "api_key": f"sim-{name}"}
        for name in ("sequences", "crm")
    }
    config = {"approvals": {"enrol": "allow", "overwrite": "allow"}}

    def site(simulator):
        return {"website": {"base_url": f"{simulator.http}/sites/{{domain}}"}}

    def works():
        return open_fake_works(database, vault, services=("website", *services), judge=Counting())

    async def reached_out():
        runs = await runs_of(mill, acme)
        return runs["campaign", "done"] == runs["crm", "done"] == len(domains)

    async def judged_anew():
        runs = await runs_of(mill, acme)
        async with database.tenant(acme.id) as session:
            found = await log.end(session, "signals.found", acme.home_lane)
        return runs["watcher", "done"] == len(domains) and runs["rescoring", "done"] == found > 0

    async with works() as mill:
        acme = await add_tenant(database, vault, connections={**site(then), **services}, **config)
        rows = [{"name": domain, "domain": domain} for domain in domains]
        profile = (await mill.profiles.of([acme.id]))[acme.id]
        chunks = in_chunks(rows)
        await request_rows(database, profile, name="list", chunks=chunks, rows=len(rows), by="test")
        await run_until(mill, reached_out)
        before = await scores_of(mill, acme)
    await tenants.configure(database, vault, "acme", {"connections": site(now), **config})
    async with works() as mill:
        assert await Watching(database, mill._providers, clock=clock).turn() == len(domains)
        await run_until(mill, judged_anew)
        after = await scores_of(mill, acme)
        runs = await runs_of(mill, acme)
    async with database.tenant(acme.id) as session:
        effects = Counter(row["kind"] for row in await session.rows("SELECT kind FROM effect"))
        other_sequence = await session.value(
            "SELECT count(*) FROM lead JOIN effect ON effect.lead_id = lead.id "
            "WHERE effect.kind = 'EnrolContact' AND effect.request ->> 'sequence' <> lead.sequence"
        )
    assert other_sequence > 0  # another one would be recommended by now
    assert all(after[lead] >= before[lead] for lead in before)
    assert sum(after[lead] > before[lead] for lead in before) == runs["rescoring", "done"]
    assert effects == {"EnrolContact": len(domains), "WriteProspect": len(domains)}
    assert runs["campaign", "done"] == runs["crm", "done"] == runs["scoring", "done"] == len(domains)
