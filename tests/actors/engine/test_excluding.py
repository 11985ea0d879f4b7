"""Whom CRMs exclude, read through the engine: all pages or nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from actors.core.errors import KeyRefused, ProviderDown, SlowedDown
from actors.core.provider import Provider, Reply
from actors.core.questions import Excluded, ExclusionPage, ReadExclusions
from actors.engine.excluding import NotSynced, as_exclusion, sync_exclusions
from actors.simulator.server import Simulator
from actors.simulator.world import World
from tenants.exclusions import ExclusionKind
from tenants.store import exclusions
from tests.actors.engine.mills import add_tenant
from tests.fakes.works import Oracle, open_fake_works


class Crm:
    """A CRM that tells its pages by cursor; `troubles` are raised first, one after the other."""

    def __init__(self, pages, name="ours"):
        self.pages, self.name = pages, name
        self.troubles, self.asked = [], []

    def provider(self):
        async def answer(link, question):
            self.asked.append(question.cursor)
            if self.troubles:
                raise self.troubles.pop(0)
            return Reply(self.pages[question.cursor])

        return Provider(
            name=self.name, title=self.name.title(), base_url="", needs_key=False, credit_price_usd=Decimal(0),
            answers={ReadExclusions: answer}, is_one_service=False,
        )  # fmt: skip


def page(*domains, following=None):
    told = tuple(Excluded(reason="customer", domain=domain) for domain in domains)
    return ExclusionPage(excluded=told, next=following)


@pytest.fixture
def synced(database, vault):
    async def synced(*crms, waited=None):
        providers = {"oracle": Oracle().provider(), **{crm.name: crm.provider() for crm in crms}}

        async def sleep(seconds):
            (waited if waited is not None else []).append(seconds)

        async with open_fake_works(database, vault, providers=providers) as works:
            acme = await tenant_of(database, vault, crms)
            profile = (await works.profiles.of([acme.id]))[acme.id]
            try:
                return await sync_exclusions(database, works.asking, profile, sleep=sleep)
            finally:
                async with database.tenant(acme.id) as session:
                    synced.kept = [(row["source"], row["value"]) for row in await exclusions.listed(session)]

    return synced


async def tenant_of(database, vault, crms):
    from tenants.store import tenants

    try:
        return await tenants.named(database, "acme")
    except tenants.NoSuchTenant:
        return await add_tenant(database, vault, connections={crm.name: {} for crm in crms})


async def test_all_pages_of_all_crms_replace_what_was_said_before(synced):
    ours = Crm({None: page("a.com", "b.com", following="2"), "2": page("c.com")})
    theirs = Crm({None: page("a.com")}, name="theirs")
    assert await synced(ours, theirs) == {"ours": 3, "theirs": 1}
    assert ours.asked == [None, "2"]
    ours.pages = {None: page("d.com")}
    assert await synced(ours, theirs) == {"ours": 1, "theirs": 1}
    assert synced.kept == [("theirs", "a.com"), ("ours", "d.com")]


async def test_what_was_said_before_stays_where_the_last_page_does_not_come(synced):
    crm = Crm({None: page("a.com")})
    await synced(crm)
    crm.pages = {None: page("b.com", following="2")}

    async def refused(link, question):
        if question.cursor == "2":
            raise KeyRefused("expired")
        return Reply(crm.pages[question.cursor])

    broken = crm.provider()
    broken.answers[ReadExclusions] = refused
    crm.provider = lambda: broken
    with pytest.raises(NotSynced, match=r"Ours: .*key: expired"):
        await synced(crm)
    assert synced.kept == [("ours", "a.com")]


async def test_pages_that_go_round_in_a_circle_are_no_end(synced):
    crm = Crm(
        {None: page("a.com", following="2"), "2": page("b.com", following="3"), "3": page(following="2")}
    )
    with pytest.raises(NotSynced, match="circle"):
        await synced(crm)
    assert crm.asked == [None, "2", "3"]
    assert synced.kept == []


async def test_a_crm_that_is_slow_or_stumbles_is_waited_for(synced):
    crm, waited = Crm({None: page("a.com")}), []
    crm.troubles = [ProviderDown("no"), SlowedDown("later"), ProviderDown("no")]
    assert await synced(crm, waited=waited) == {"ours": 1}
    assert len(waited) == 3
    assert all(0 < wait <= 3 for wait in waited)


async def test_but_not_for_ever(synced):
    crm, waited = Crm({None: page("a.com")}), []
    crm.troubles = [ProviderDown("no")] * 50
    with pytest.raises(NotSynced, match="does not answer"):
        await synced(crm, waited=waited)
    assert len(crm.asked) <= ProviderDown.max_attempts
    assert sum(waited) < 120


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"domain": "www.Acme.com", "name": "Acme"}, (ExclusionKind.DOMAIN, "acme.com")),
        ({"domain": "facebook.com", "name": "Acme Inc."}, (ExclusionKind.NAME, "acme")),
        ({"email": " Ann@Acme.com", "name": "Ann"}, (ExclusionKind.EMAIL, "ann@acme.com")),
        ({}, None),
    ],
)
def test_a_person_is_kept_by_address_a_company_by_domain_else_by_name(told, kept):
    one = as_exclusion(Excluded(reason="customer", owner="ann", **told), "hubspot")
    assert (one and (one.kind, one.value)) == kept
    assert one is None or (one.reason, one.source, one.owner) == ("customer", "hubspot", "ann")


async def test_the_simulated_crms_exclude_customers_deals_and_who_opted_out(database, vault):
    simulator = Simulator(World(7, 400, date(2026, 11, 2)))
    await simulator.start()
    try:
        ways = {
            "hubspot": {"base_url": f"{simulator.http}/hubspot", "api_key": "sim-a"},
            "salesforce": {
                "base_url": f"{simulator.http}/salesforce/services/data/v66.0",
                "api_key": "sim-b",
            },
        }
        async with open_fake_works(database, vault, services=tuple(ways)) as works:
            acme = await add_tenant(database, vault, connections=ways)
            profile = (await works.profiles.of([acme.id]))[acme.id]
            before = datetime.now(UTC)
            counts = await sync_exclusions(database, works.asking, profile)
            async with database.tenant(acme.id) as session:
                rows = await exclusions.listed(session, limit=10_000)
    finally:
        await simulator.stop()
    assert set(counts) == set(ways)
    assert sum(counts.values()) == len(rows) > 0
    for source in ways:
        reasons = {row["reason"] for row in rows if row["source"] == source}
        assert reasons == {"customer", "open deal", "do not contact"}
    assert all(row["kind"] == "email" for row in rows if row["reason"] == "do not contact")
    assert all(abs((row["seen_at"] - before).total_seconds()) < 60 for row in rows)
