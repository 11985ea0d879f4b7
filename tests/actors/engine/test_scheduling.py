"""Searches on a schedule: the rules of the cursor as functions, then on the real engine and a provider with an end."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.provider import Provider, Reply
from actors.core.questions import CompanyFacts, CompanyPage, FindCompanies
from actors.engine.scheduling import CameOf, Scheduling, advanced
from actors.engine.sourcing import Pages
from tenants.approvals import ApprovalPolicy, Decision
from tenants.icp import IdealCustomer
from tenants.modes import Mode
from tenants.policies import ScheduledSource
from tenants.slices import Slice, whole
from tenants.store import approvals, schedules, switches, tenants
from tests.actors.engine.mills import add_tenant, run_until
from tests.fakes.works import Oracle, open_fake_works

NOW = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ICP = IdealCustomer(countries=("DE", "FR"))
ID = UUID(int=7)


def source(**fields):
    return ScheduledSource(provider="vendor", **{"every_hours": 6, "leads_per_run": 300} | fields)


def went_on(schedule, pages):
    """The schedule with its request under way, as it is kept."""
    return replace(schedule, request_id=ID) if pages is not None else schedule


def step(before, came=None, *, now=NOW, by=None, icp=ICP, most=None):
    after, pages = advanced(before, by or source(), icp, came, most, now)
    return went_on(after, pages), pages


def test_a_first_look_asks_for_one_page_and_then_for_what_there_is():
    first, pages = step(None)
    assert pages == Pages(whole(ICP), 1, 1, 100)
    assert (first.place, first.left_in_run, first.taken_today, first.next_at) == (
        100,
        200,
        100,
        NOW + 6 * HOUR,
    )
    assert step(first, CameOf(is_over=False))[1] is None
    second, pages = step(first, CameOf(is_over=True, read=100, total=1_000))
    assert pages == Pages(whole(ICP), 2, 2, 100)
    assert (second.place, second.left_in_run, second.taken_today) == (300, 0, 300)
    third, pages = step(second, CameOf(is_over=True, read=200, total=1_000))
    assert pages is None
    assert step(third, now=NOW + 5 * HOUR)[1] is None
    assert step(third, now=NOW + 6 * HOUR)[1] == Pages(whole(ICP), 4, 3, 100)


def test_no_more_is_asked_for_than_there_is_and_then_the_search_rests():
    first, _ = step(None)
    second, pages = step(first, CameOf(is_over=True, read=100, total=130))
    assert pages == Pages(whole(ICP), 2, 1, 100)
    rested, pages = step(second, CameOf(is_over=True, read=30, total=130), by=source(cooldown_days=20))
    assert pages is None
    assert (rested.place, rested.total, rested.next_at) == (0, None, NOW + 20 * DAY)
    assert step(rested, now=NOW + 20 * DAY)[1] == Pages(whole(ICP), 1, 1, 100)


def test_an_empty_page_is_the_end_whatever_the_provider_says_of_its_total():
    first, _ = step(None)
    assert step(first, CameOf(is_over=True, read=0, total=9_999))[1] is None


def test_a_slice_that_the_provider_would_cut_off_is_parted_and_its_parts_are_asked_for():
    seen, came, one = [], None, None
    totals = {("DE", "FR"): 900, ("DE",): 150, ("FR",): 700}
    for _ in range(40):
        one, pages = step(one, came, by=source(leads_per_run=100_000), most=500)
        if pages is None:
            break
        seen.append(pages)
        total = totals.get(pages.of.countries, 0) if pages.of.employees_max is None else 60
        came = CameOf(is_over=True, read=min(total, pages.count * pages.size), total=total)
    slices = [(pages.of.countries, pages.of.employees_min, pages.first, pages.count) for pages in seen]
    assert slices[:4] == [
        (("DE", "FR"), None, 1, 1),  # 900: too many
        (("DE",), None, 1, 1),
        (("DE",), None, 2, 1),
        (("FR",), None, 1, 1),  # 700: too many for one country as well
    ]
    assert [size for _, size, *_ in slices[4:]][:3] == [None, 11, 51]
    assert {countries for countries, *_ in slices[4:]} == {("FR",)}
    assert one.slices == (whole(ICP),)
    assert one.next_at == NOW + 30 * DAY


def test_of_a_slice_that_cannot_be_parted_only_what_is_within_reach_is_asked_for():
    icp = IdealCustomer(countries=("DE",), employees_min=5, employees_max=5)
    first, _ = step(None, icp=icp, most=250)
    second, pages = step(first, CameOf(is_over=True, read=100, total=999), icp=icp, most=250)
    assert (pages.first, pages.count) == (2, 2)
    assert step(second, CameOf(is_over=True, read=200, total=999), icp=icp, most=250)[1] is None


def test_another_profile_begins_anew_and_one_that_only_excludes_others_goes_on():
    first, _ = step(None)
    second, _ = step(first, CameOf(is_over=True, read=100, total=1_000))
    excluding = ICP.model_copy(update={"competitors": ("rival.com",)})
    later = NOW + 6 * HOUR
    came = CameOf(is_over=True, read=200, total=1_000)
    assert step(second, came, now=later, icp=excluding)[1].first == 4
    other = IdealCustomer(countries=("NL",))
    _, pages = step(second, came, now=later, icp=other)
    assert pages == Pages(whole(other), 1, 1, 100)
    assert (
        step(replace(second, next_at=NOW + 30 * DAY, request_id=None), icp=other)[0].next_at == NOW + 6 * HOUR
    )


def test_the_day_has_its_own_cap_and_ends_at_midnight_of_utc():
    by = source(leads_per_run=100, leads_per_day=150, every_hours=1)
    first, pages = step(None, by=by)
    assert pages.size == 100
    came = CameOf(is_over=True, read=100, total=1_000)
    second, pages = step(first, came, by=by, now=NOW + HOUR)
    assert pages is None
    assert second.next_at == datetime(2026, 3, 5, tzinfo=UTC)
    third, pages = step(second, by=by, now=second.next_at)
    assert (pages.first, third.taken_today) == (2, 100)


def test_a_page_that_failed_is_not_hammered_and_what_failed_in_the_middle_is_passed_over():
    first, _ = step(None)
    failed, pages = step(first, CameOf(is_over=True))
    assert pages is None
    assert step(failed, now=NOW + 6 * HOUR)[1].first == 1
    second, _ = step(first, CameOf(is_over=True, read=100, total=1_000))
    failed, pages = step(second, CameOf(is_over=True))
    assert pages is None
    assert step(failed, now=NOW + 6 * HOUR)[1].first == 4


@given(
    run=st.integers(1, 700),
    day=st.none() | st.integers(1, 700),
    every=st.integers(1, 30),
    world=st.integers(0, 3_000),
    most=st.none() | st.integers(50, 1_000),
    hops=st.lists(st.integers(0, 40), min_size=30, max_size=30),
)
def test_the_caps_hold_whatever_comes_and_no_company_is_asked_for_twice_in_a_round(
    run, day, every, world, most, hops
):
    by = source(leads_per_run=run, leads_per_day=day, every_hours=every, cooldown_days=3_650)
    icp = IdealCustomer(countries=("DE",), employees_min=5, employees_max=5)
    one, came, now = None, None, NOW
    begun, asked_in_run, asked_on, seen = None, 0, {}, set()
    for hop in hops:
        one, pages = step(one, came, by=by, icp=icp, most=most, now=now)
        if pages is not None:
            begun, asked_in_run = (one.next_at, asked_in_run) if one.next_at == begun else (one.next_at, 0)
            asked_in_run += pages.count * pages.size
            asked_on[now.date()] = asked_on.get(now.date(), 0) + pages.count * pages.size
            numbers = set(range(pages.first, pages.first + pages.count))
            assert not numbers & seen
            seen |= numbers
            shown = min(world, most or world)
            read = max(0, min(shown - (pages.first - 1) * pages.size, pages.count * pages.size))
            came = CameOf(is_over=True, read=read, total=world)
        assert asked_in_run <= run
        now += timedelta(hours=hop)
    assert all(asked <= (day or asked) for asked in asked_on.values())


# On the real engine


class Register:
    """A provider of so many companies in each country, which shows only the first of a long search."""

    def __init__(self, counts, most_results=None):
        self.counts, self.most, self.asked, self.down = counts, most_results, [], None

    def provider(self):
        async def answer(link, question):
            self.asked.append(question)
            if self.down is not None:
                raise self.down
            icp = question.icp
            found = [
                CompanyFacts(name=f"{country} {n}", domain=f"{country}-{n}.com".lower(), country=country)
                for country, count in self.counts.items()
                for n in range(count)
                if not icp.countries or country in icp.countries
            ]
            within_reach = found[: self.most]
            first = (question.page - 1) * question.per_page
            return Reply(
                CompanyPage(
                    companies=tuple(within_reach[first : first + question.per_page]), total=len(found)
                )
            )

        return Provider(
            name="register", title="Register", base_url="", needs_key=False, credit_price_usd=Decimal(0),
            answers={FindCompanies: answer}, most_results=self.most, is_one_service=False,
        )  # fmt: skip


@pytest.fixture
def register():
    return Register({"DE": 25, "FR": 12, "NL": 40}, most_results=30)


@pytest.fixture
async def works(database, vault, register):
    providers = {"oracle": Oracle().provider(), "register": register.provider()}
    async with open_fake_works(database, vault, providers=providers) as works:
        works.scheduling = Scheduling(database, providers)
        yield works


async def scheduled(database, vault, icp=None, **fields):
    fields = {"provider": "register", "leads_per_run": 1_000, "every_hours": 1} | fields
    config = {"icp": icp or {"countries": ["DE", "FR"]}, "sources": [fields]}
    return await add_tenant(database, vault, connections={"register": {}}, **config)


async def kept(database, tenant):
    async with database.tenant(tenant.id) as session:
        return {one.provider: one for one in await schedules.listed(session)}


async def domains(database, tenant):
    async with database.tenant(tenant.id) as session:
        return {row["domain"] for row in await session.rows("SELECT domain FROM account")}


async def test_a_search_brings_in_all_that_match_in_slices_and_then_rests(works, database, vault, register):
    acme = await scheduled(database, vault, leads_per_run=1_000)

    async def rests():
        await works.scheduling.turn()
        found = (await kept(database, acme)).get("register")
        return found is not None and found.next_at - database.now() > 29 * DAY

    await run_until(works, rests)
    wanted = {f"de-{n}.com" for n in range(25)} | {f"fr-{n}.com" for n in range(12)}
    assert await domains(database, acme) == wanted
    assert [question.icp.countries for question in register.asked] == [("DE", "FR"), ("DE",), ("FR",)]
    assert await works.scheduling.turn() == 0


async def test_a_search_is_put_to_the_provider_that_it_names_and_to_no_other(database, vault):
    """Even where the tenant asks another one first, and nobody has a hit."""
    ours, first = Register({"FR": 0}), Register({"FR": 5})
    another = replace(first.provider(), name="another")
    providers = {"oracle": Oracle().provider(), "register": ours.provider(), "another": another}
    async with open_fake_works(database, vault, providers=providers) as works:
        config = {"sources": [{"provider": "register"}], "order": ["another", "register"]}
        acme = await add_tenant(database, vault, connections={"register": {}, "another": {}}, **config)

        async def rests():
            found = (await kept(database, acme)).get("register")
            return found is not None and found.next_at - database.now() > 29 * DAY

        await run_until(works, rests, scheduling=Scheduling(database, providers))
    assert len(ours.asked) == 1
    assert first.asked == []


async def test_a_person_may_not_allow_a_search_and_the_next_run_asks_again(works, database, vault, register):
    config = {
        "sources": [{"provider": "register", "every_hours": 1}],
        "approvals": {"source_above": 10},
        "icp": {"countries": ["FR"]},
    }
    acme = await add_tenant(database, vault, connections={"register": {}}, **config)

    async def waits():
        async with database.tenant(acme.id) as session:
            return await session.value("SELECT id FROM approval WHERE status = 'pending'")

    await run_until(works, waits, scheduling=works.scheduling)
    assert await works.scheduling.turn() == 0
    async with database.tenant(acme.id) as session:
        policy = ApprovalPolicy(source_above=10)
        held = await waits()
        await approvals.decide(session, held, Decision.REJECTED, by="ann", policy=policy, reason="no")

    async def over():
        await works.scheduling.turn()
        return (await kept(database, acme))["register"].request_id is None

    await run_until(works, over)
    one = (await kept(database, acme))["register"]
    assert (one.place, one.left_in_run) == (0, 0)
    assert await domains(database, acme) == set()


async def test_of_many_who_look_at_once_one_goes_on(works, database, vault):
    acme = await scheduled(database, vault)
    others = [Scheduling(database, works.scheduling._providers) for _ in range(4)]
    made = await asyncio.gather(*(one.turn() for one in others))
    assert sum(made) == 1
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM source_request") == 1


async def test_request_and_cursor_are_one_whatever_dies_between(works, database, vault, monkeypatch):
    acme = await scheduled(database, vault)

    async def dies(session, schedule):
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(schedules, "save", dies)
        with pytest.raises(OSError, match="killed"):
            await works.scheduling.turn()
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM source_request") == 0
        assert await session.value("SELECT count(*) FROM log") == 0
    assert await works.scheduling.turn() == 1


async def test_who_is_paused_is_not_searched_for(works, database, vault):
    acme = await scheduled(database, vault)
    async with database.tenant(acme.id) as session:
        await switches.turn(session, "lead_source", Mode.PAUSED, by="ann")
    assert await works.scheduling.turn() == 0
    async with database.tenant(acme.id) as session:
        await switches.turn(session, "lead_source", Mode.ON, by="ann")
    assert await works.scheduling.turn() == 1


@pytest.mark.parametrize(
    ("provider", "trouble"),
    [("nobody", "no such provider can be searched"), ("oracle", "no such provider can be searched")],
)
async def test_a_search_that_cannot_be_made_says_why(works, database, vault, provider, trouble):
    acme = await scheduled(database, vault, provider=provider)
    assert await works.scheduling.turn() == 0
    assert (await kept(database, acme))[provider].trouble == trouble


async def test_a_source_that_is_not_connected_says_so_until_it_is_and_is_forgotten_when_taken_out(
    works, database, vault
):
    sources = {"sources": [{"provider": "register"}]}
    acme = await add_tenant(database, vault, **sources)
    assert await works.scheduling.turn() == 0
    assert (await kept(database, acme))["register"].trouble == "the tenant is not connected to it"
    await tenants.configure(database, vault, "acme", {"connections": {"register": {}}, **sources})
    assert await works.scheduling.turn() == 1
    assert (await kept(database, acme))["register"].trouble is None
    await tenants.configure(database, vault, "acme", {"sources": [{"provider": "nobody"}]})
    await works.scheduling.turn()
    assert set(await kept(database, acme)) == {"nobody"}


async def test_supervision_looks_at_schedules_now_and_then(works, database, vault):
    acme = await scheduled(database, vault, icp={"countries": ["FR"]})

    async def all_there():
        return len(await domains(database, acme)) == 12

    await run_until(works, all_there, scheduling=works.scheduling)


def test_a_slice_that_was_kept_is_read_as_it_was():
    one = Slice(countries=("DE",), employees_max=10)
    assert Slice.model_validate(one.model_dump(mode="json")) == one


async def test_what_is_wrong_with_one_tenants_search_keeps_nobody_elses_waiting(
    works, database, vault, caplog
):
    acme = await scheduled(database, vault)
    async with database.tenant(acme.id) as session:
        await session.run(
            "INSERT INTO source_schedule (tenant_id, provider, icp_hash, slices, next_at) "
            "VALUES (:tenant_id, 'register', 'x', '[{\"countries\": 7}]', now())",
            tenant_id=acme.id,
        )
    config = {"icp": {"countries": ["DE"]}, "sources": [{"provider": "register"}]}
    other = await add_tenant(database, vault, "other", connections={"register": {}}, **config)
    assert await works.scheduling.turn() == 1
    assert (await kept(database, other))["register"].request_id is not None
    assert "the searches of acme" in caplog.text
