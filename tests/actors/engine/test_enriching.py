"""Enriching: what is free first, then paid providers until nothing is missing, and nothing paid for twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.core.errors import KeyRefused, NotConnected, OptedOut, ProviderDown, RateLimited
from actors.core.provider import Provider, Reply
from actors.core.questions import CompanyFacts, EnrichCompany
from actors.engine.asking import Asking
from actors.engine.enriching import Enriching
from actors.engine.recording import Recording
from tenants.policies import Waterfall
from tests.actors.engine.mills import add_tenant
from tests.fakes.works import open_fake_works

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUESTION = EnrichCompany(domain="acme.com")
_FROZEN_BEFORE = Waterfall(explore=0.0, min_samples=5, frozen_at=NOW)


class Vendor:
    """A provider that says this of every company, or raises it; and whom it was asked about."""

    def __init__(self, name, price="0", says=None, knows=("employees", "industry"), **more):
        self.asked = []
        self.says = says
        self.provider = Provider(
            name=name,
            title=name.title(),
            base_url="",
            needs_key=False,
            credit_price_usd=Decimal(price),
            answers={EnrichCompany: self._answer},
            billed=frozenset({EnrichCompany} if Decimal(price) else ()),
            knows=frozenset(knows),
            **more,
        )

    async def _answer(self, link, question):
        self.asked.append(question.domain)
        says = self.says(question) if callable(self.says) else self.says
        if isinstance(says, Exception):
            raise says
        if isinstance(says, Reply):
            return says
        return Reply(says, Decimal(bool(says and self.provider.billed)), "told")


class Mill:
    """One tenant with these vendors, in one process; `anew` is another process of it."""

    def __init__(self, database, profile, providers):
        self.profile = profile
        self._database, self._providers = database, providers
        self._enriching = Enriching(database, Asking(database, None, providers, calls_in_flight=8))

    def anew(self, profile=None):
        return Mill(self._database, profile or self.profile, self._providers)

    async def __call__(self, question=QUESTION, wanted=("employees", "industry"), *, paid=True):
        self.recording = Recording(NOW)
        return await self._enriching.enrich(
            self.profile,
            uuid4(),
            question,
            wanted,
            paid=paid,
            segment="?/?",
            lead_id=None,
            recording=self.recording,
        )


@pytest.fixture
async def enrich(database, vault):
    """A tenant with these vendors, under its own configuration."""

    async def ready(*vendors, **config):
        providers = {one.provider.name: one.provider for one in vendors}
        connections = {name: {} for name in providers}
        tenant = await add_tenant(database, vault, f"t{uuid4().hex[:8]}", connections=connections, **config)
        async with open_fake_works(database, vault) as works:
            profile = (await works.profiles.of([tenant.id]))[tenant.id]
        return Mill(database, profile, providers)

    return ready


def told_by(enrichment):
    return [answer.provider for answer in enrichment.answers]


def spent(enrichment):
    return sum(answer.cost_usd for answer in enrichment.answers)


async def test_it_ends_with_the_first_who_fills_the_last_gap(enrich):
    half = Vendor("a", "0.01", CompanyFacts(employees=70))
    rest = Vendor("b", "0.02", CompanyFacts(industry="Steel"))
    never = Vendor("c", "0.03", CompanyFacts(industry="Steel"))
    go = await enrich(half, rest, never, order=["a", "b", "c"])
    found = await go()
    assert told_by(found) == ["a", "b"]
    assert spent(found) == Decimal("0.03")
    assert never.asked == []


async def test_only_those_are_asked_who_may_know_what_is_missing(enrich):
    other = Vendor("a", "0.01", CompanyFacts(city="Bonn"), knows=("city",))
    able = Vendor("b", "0.02", CompanyFacts(employees=70, industry="Steel"))
    go = await enrich(other, able, order=["a", "b"])
    assert told_by(await go()) == ["b"]
    assert other.asked == []


async def test_all_free_sources_are_asked_together_and_no_paid_one(enrich):
    both_begun = asyncio.Barrier(2)

    class Meeting(Vendor):
        async def _answer(self, link, question):
            await asyncio.wait_for(both_begun.wait(), 10)
            return await super()._answer(link, question)

    site, dns = Meeting("site", "0", CompanyFacts(employees=70)), Meeting("dns", "0", ProviderDown())
    paid = Vendor("paid", "0.01", CompanyFacts(employees=70))
    go = await enrich(site, dns, paid)
    found = await go(paid=False)
    assert (told_by(found), found.unanswered) == (["site"], ("dns",))
    assert paid.asked == []


@pytest.mark.parametrize("error", [ProviderDown(), KeyRefused()])
async def test_who_can_not_answer_is_passed_over_where_another_knows(enrich, error):
    go = await enrich(
        Vendor("a", "0.01", error), Vendor("b", "0.02", CompanyFacts(employees=70)), order=["a", "b"]
    )
    found = await go()
    assert (told_by(found), found.unanswered) == (["b"], ("a",))


async def test_where_nobody_knows_and_somebody_could_not_answer_it_is_an_error(enrich):
    go = await enrich(Vendor("a", "0.01", ProviderDown()), Vendor("b", "0.02"), order=["a", "b"])
    with pytest.raises(ProviderDown) as raised:
        await go()
    assert raised.value.provider == "a"
    with pytest.raises(NotConnected):
        await (await enrich())()


async def test_who_objected_to_one_is_asked_of_nobody_else(enrich):
    other = Vendor("b", "0.02", CompanyFacts(employees=70))
    go = await enrich(Vendor("a", "0.01", OptedOut()), other, order=["a", "b"])
    with pytest.raises(OptedOut):
        await go()
    assert other.asked == []


@pytest.mark.parametrize(("ahead_s", "goes_on"), [(5, False), (3_600, True)])
async def test_who_can_answer_soon_is_waited_for_and_else_the_next_is_asked(enrich, ahead_s, goes_on):
    busy = RateLimited(retry_at=datetime.now(UTC) + timedelta(seconds=ahead_s))
    other = Vendor("b", "0.02", CompanyFacts(employees=70))
    go = await enrich(Vendor("a", "0.01", busy), other, order=["a", "b"])
    if goes_on:
        assert told_by(await go()) == ["b"]
    else:
        with pytest.raises(RateLimited):
            await go()
        assert other.asked == []


async def test_what_was_paid_for_once_is_not_paid_for_again_by_another_run(enrich):
    vendor = Vendor("a", "0.01", CompanyFacts(employees=70, industry="Steel"))
    go = await enrich(vendor)
    first, second = await go(), await go()
    assert (spent(first), spent(second)) == (Decimal("0.01"), 0)
    assert second.answers[0].content == first.answers[0].content
    assert len(vendor.asked) == 1


async def test_a_miss_is_remembered_as_long_as_the_tenant_wants(enrich):
    vendor = Vendor("a", "0.01")
    go = await enrich(vendor)
    await go()
    await go()
    assert len(vendor.asked) == 1
    at_once = await enrich(vendor, waterfall={"miss_days": 0})
    await at_once()
    await at_once()
    assert len(vendor.asked) == 3


async def test_an_answer_is_good_as_long_as_its_provider_says(enrich, database):
    vendor = Vendor("a", "0.01", CompanyFacts(employees=70, industry="Steel"), keeps_for_days=10)
    go = await enrich(vendor)
    await go()
    async with database.tenant(go.profile.tenant.id) as session:
        await session.run("UPDATE provider_call SET settled_at = settled_at - interval '9 days 23 hours'")
    await go()
    assert len(vendor.asked) == 1
    async with database.tenant(go.profile.tenant.id) as session:
        await session.run("UPDATE provider_call SET settled_at = settled_at - interval '2 hours'")
    await go()
    assert len(vendor.asked) == 2


async def test_runs_that_ask_the_same_at_once_make_one_call_and_one_of_them_pays(enrich):
    begun, let = asyncio.Event(), asyncio.Event()

    class Slow(Vendor):
        async def _answer(self, link, question):
            begun.set()
            await let.wait()
            return await super()._answer(link, question)

    vendor = Slow("a", "0.01", CompanyFacts(employees=70, industry="Steel"))
    go = await enrich(vendor)
    runs = [asyncio.create_task(go()) for _ in range(5)]
    await begun.wait()
    let.set()
    found = await asyncio.gather(*runs)
    assert len(vendor.asked) == 1
    assert sorted(map(spent, found)) == [0, 0, 0, 0, Decimal("0.01")]


async def test_one_tenant_pays_nothing_for_what_another_has_and_sees_nothing_of_it(enrich):
    vendor = Vendor("a", "0.01", CompanyFacts(employees=70, industry="Steel"))
    for go in (await enrich(vendor), await enrich(vendor)):
        assert spent(await go()) == Decimal("0.01")
    assert len(vendor.asked) == 2


async def test_the_order_is_learned_from_what_was_found(enrich):
    """Cheap, and knows nothing that is wanted but for one in ten: asked first at the beginning, and last later."""

    def tenth(question):
        knows = int(question.domain.split("-")[1].split(".")[0]) % 10 == 0
        return Reply(CompanyFacts(employees=7, industry="x") if knows else None, Decimal(1), "told")

    cheap = Vendor("cheap", "0.04", tenth)  # bills misses, too
    good = Vendor("good", "0.05", CompanyFacts(employees=70, industry="Steel"))
    go = await enrich(cheap, good, waterfall={"explore": 0.0, "min_samples": 5})
    first = await go(EnrichCompany(domain="company-1.com"))
    assert told_by(first) == ["cheap", "good"]
    for number in range(2, 60):
        await go(EnrichCompany(domain=f"company-{number}.com"))
    later = go.anew()  # another process, which begins with what the tenant has seen
    assert told_by(await later(EnrichCompany(domain="company-61.com"))) == ["good"]
    frozen = replace(go.profile, config=go.profile.config.model_copy(update={"waterfall": _FROZEN_BEFORE}))
    assert told_by(await go.anew(frozen)(EnrichCompany(domain="company-63.com"))) == ["cheap", "good"]


async def test_what_was_billed_counts_although_the_next_one_has_to_be_waited_for(enrich):
    half = Vendor("a", "0.01", CompanyFacts(employees=70))
    soon = datetime.now(UTC) + timedelta(seconds=5)
    busy = Vendor("b", "0.02", RateLimited(retry_at=soon))
    go = await enrich(half, busy, order=["a", "b"])
    with pytest.raises(RateLimited):
        await go()
    assert go.recording.spent_usd == Decimal("0.01")
