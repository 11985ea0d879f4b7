from datetime import UTC, datetime, timedelta

import pytest

from tenants.signals import signal
from tenants.store import leads, signals, tenants
from tests.tenants.store.rows import account, lead

NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)


def told(of, kind="hiring", title="Cook", ago=0, url=None):
    return signal(of.id, kind, (NOW - timedelta(days=ago)).date(), title, url, "website", NOW)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def test_what_is_saved_is_read_the_newest_first_and_a_repeat_is_the_same_row(database, acme):
    one, other = account(), account()
    old, new = told(one, ago=9, url="https://a.com/jobs"), told(one, "news", "Moved", ago=1)
    async with database.tenant(acme.id) as session:
        for _ in range(2):
            await signals.save(session, [old, new, told(other)])
    async with database.tenant(acme.id) as session:
        assert await signals.of_accounts(session, [one.id]) == {one.id: (new, old)}
        assert await signals.of_accounts(session, []) == {}


@pytest.mark.parametrize("days", [(9, 3), (3, 9)])
async def test_whoever_is_last_the_first_day_stays(database, acme, days):
    one = account()
    for ago in days:
        async with database.tenant(acme.id) as session:
            await signals.save(session, [told(one, ago=ago)])
    async with database.tenant(acme.id) as session:
        ((kept,),) = (await signals.of_accounts(session, [one.id])).values()
    assert kept.on == (NOW - timedelta(days=9)).date()


async def test_a_leads_signals_are_those_of_its_company_all_or_of_one_kind(database, acme):
    one, other = account(), account()
    pursuit = lead(one)
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [one, other])
        await leads.add_leads(session, [pursuit])
        await signals.save(session, [told(one), told(one, "news", "Moved", ago=2), told(other)])
        rows = await signals.of_lead(session, pursuit.id)
        assert [(row["kind"], row["title"], row["account_id"]) for row in rows] == [
            ("hiring", "Cook", one.id),
            ("news", "Moved", one.id),
        ]
        assert [row["title"] for row in await signals.of_lead(session, pursuit.id, "news")] == ["Moved"]


async def test_another_tenant_sees_nothing_of_it(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    one = account()
    async with database.tenant(acme.id) as session:
        await signals.save(session, [told(one)])
    async with database.tenant(other.id) as session:
        assert await signals.of_accounts(session, [one.id]) == {}
