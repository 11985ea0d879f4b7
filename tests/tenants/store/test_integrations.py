from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tenants.records import Finding
from tenants.store import audit, findings, integrations
from tenants.store.columns import to_json
from tests.console import seeds
from tests.console.connecting import KEY, call, connect, told


@pytest.fixture
async def acme(database):
    return await seeds.sow(database, "acme", leads=12)


async def asked(database, tenant, read, *arguments):
    async with database.tenant(tenant.id) as session:
        return await read(session, *arguments)


async def test_a_connection_is_told_without_its_key(database, acme):
    await connect(database, acme, api_key=KEY, calls_per_minute=90)
    await connect(database, acme, "wikidata")
    apollo, wikidata = await asked(database, acme, integrations.connected)
    assert (apollo["provider"], apollo["has_key"], apollo["key_hint"]) == ("apollo", True, "1234")
    assert apollo["calls_per_minute"] == 90
    assert (wikidata["has_key"], wikidata["key_hint"]) == (False, None)
    assert KEY not in to_json([dict(apollo), dict(wikidata)])


async def test_the_last_hour_counts_calls_faults_and_how_long_answers_took(database, acme):
    await call(database, acme, count=4, took_s=1.0)
    await call(database, acme, count=1, took_s=3.0, age_s=600)
    await call(database, acme, count=3, failed=True, took_s=30.0, age_s=20)
    await call(database, acme, count=5, age_s=9_000)
    found = await asked(database, acme, integrations.asked, ["apollo", "hunter"])
    apollo = found["apollo"]
    assert (apollo["calls"], apollo["failed"], apollo["last_minute"]) == (8, 3, 3)
    assert apollo["p95_s"] == pytest.approx(2.6)
    assert 60 <= apollo["good_s"] < 90
    assert (found["hunter"]["calls"], found["hunter"]["p95_s"], found["hunter"]["good_s"]) == (0, None, None)


async def test_what_runs_were_told_is_counted_by_outcome(database, acme):
    await told(database, acme, "apollo", "hit", count=3)
    await told(database, acme, "apollo", "auth", error="KeyRefused", age_s=10)
    await told(database, acme, "wikidata", "miss", age_s=100_000)
    rows = await asked(database, acme, integrations.heard)
    assert [
        (row["provider"], row["outcome"], row["class"], row["times"]) for row in rows if row["class"]
    ] == [("apollo", "auth", "KeyRefused", 1)]
    assert {row["outcome"]: row["times"] for row in rows} == {"hit": 3, "auth": 1}
    assert 10 <= min(row["age_s"] for row in rows) < 30


async def test_the_months_costs_are_by_day_and_of_connected_providers(database, acme):
    await connect(database, acme, api_key=KEY)
    today = datetime.now(UTC)
    await call(database, acme, count=3, age_s=0)
    await call(database, acme, "hunter", count=3, age_s=0)
    await call(database, acme, count=2, age_s=40 * 86_400)
    (day,) = await asked(database, acme, integrations.by_day)
    assert (day["provider"], day["calls"], day["credits"]) == ("apollo", 3, 3.0)
    assert day["cost"] == pytest.approx(0.15)
    assert day["day"] in {today.day, datetime.now(UTC).day}  # midnight may come in between


async def test_what_calls_brought_is_what_stands_in_records_and_which_addresses_take_mail(database, acme):
    await call(database, acme, count=4, found=["employees"])
    await call(database, acme, count=2, age_s=90)
    async with database.tenant(acme.id) as session:
        accounts = await session.rows("SELECT id, account_id FROM lead ORDER BY id LIMIT 2")
        await findings.save(
            session,
            [
                finding(row["account_id"], field, is_current=field == "employees")
                for row in accounts
                for field in ("employees", "industry")
            ],
        )
        await session.run("UPDATE contact SET email_status = 'unknown'")
        await session.run(
            "UPDATE contact SET email_status = 'deliverable' "
            "WHERE id IN (SELECT contact_id FROM lead WHERE contact_id IS NOT NULL ORDER BY id LIMIT 1)"
        )
    (row,) = await asked(database, acme, integrations.yields, ["apollo", "hunter"])
    assert (row["provider"], row["kind"], row["calls"], row["hits"]) == ("apollo", "EnrichCompany", 6, 4)
    assert (row["fields"], row["contacts"]) == (2, 1)
    assert row["cost"] == pytest.approx(0.3)


def finding(account_id, field, *, is_current):
    return Finding(
        subject_id=account_id,
        field=field,
        value=7,
        provider="apollo",
        evidence="told",
        confidence=0.9,
        cost_usd=Decimal(0),
        found_at=datetime.now(UTC),
        is_current=is_current,
    )


async def test_failed_runs_are_counted_by_the_provider_that_they_name(database, acme):
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'done'")
        await session.run(
            "UPDATE run SET status = 'failed', error = :error WHERE id = ANY(CAST(:ids AS uuid[]))",
            error='{"class": "KeyRefused", "provider": "hunter"}',
            ids=acme.runs[:3],
        )
        await session.run(
            "UPDATE run SET status = 'failed', error = :error WHERE id = :id",
            error='{"class": "TookTooLong", "provider": null}',
            id=acme.runs[4],
        )
    assert await asked(database, acme, integrations.failures) == {"hunter": 3}


async def test_of_each_key_it_is_told_who_wrote_it_last(database, acme):
    async with database.tenant(acme.id) as session:
        for by, act in (("ann", "write key"), ("ben", "write key"), ("cy", "set calls per minute")):
            await audit.write(session, by=by, act=act, subject="provider apollo", detail={})
    written = await asked(database, acme, integrations.keys_written)
    assert {name: row["by"] for name, row in written.items()} == {"apollo": "ben"}
