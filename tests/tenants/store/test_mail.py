from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tenants.records import Finding, MailOutcome, TrackRecord
from tenants.store import findings, leads, mail, tenants
from tests.tenants.store.rows import account, contact, lead

NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


def came(of, *, arrived=False, email=None, ago=0):
    return MailOutcome(
        contact_id=of.id,
        email=email or of.email,
        arrived=arrived,
        why="test",
        at=NOW - timedelta(hours=ago),
    )


def told(of, field, value, provider, ago=5):
    return Finding(
        subject_id=of.id, field=field, value=value, provider=provider, evidence="t", confidence=0.9,
        cost_usd=Decimal(0), found_at=NOW - timedelta(hours=ago),
    )  # fmt: skip


async def records_after(database, acme, outcomes, found):
    async with database.tenant(acme.id) as session:
        await findings.save(session, found)
        await mail.save(session, outcomes)
        return {(one.source, one.claim): (one.right, one.wrong) for one in await mail.track_records(session)}


async def test_each_claim_is_right_or_wrong_by_what_came_of_the_mail(database, acme):
    ann, ben = (contact(account(), email=f"{name}@x.example") for name in ("ann", "ben"))
    found = [
        told(ann, "email", "Ann@x.example", "apollo"),
        told(ann, "claimed_email_status", "deliverable", "apollo"),
        told(ann, "email_status", "undeliverable", "hunter"),
        told(ann, "email_status", "unknown", "neverbounce"),  # who says nothing is neither right nor wrong
        told(ann, "email", "other@x.example", "pdl"),  # of another address
        told(ann, "email_status", "deliverable", "zerobounce", ago=-1),  # said afterwards
        told(ann, "email_status", "undeliverable", "bounce"),  # the proof itself
        told(ben, "email", "ben@x.example", "apollo"),
        told(ben, "email_status", "deliverable", "hunter"),
    ]
    outcomes = [came(ann), came(ben, arrived=True)]
    assert await records_after(database, acme, outcomes, found) == {
        ("apollo", "email"): (1, 1),
        ("apollo", "email_status"): (0, 1),
        ("hunter", "email_status"): (2, 0),
    }


async def test_of_each_address_the_newest_outcome_counts_whichever_comes_last(database, acme):
    ann = contact(account(), email="ann@x.example")
    found = [told(ann, "email", "ann@x.example", "apollo")]
    newer, older = came(ann, arrived=True, ago=1), came(ann, ago=2)
    for outcome in (newer, older, newer):
        records = await records_after(database, acme, [outcome], found)
        found = []
        assert records == {("apollo", "email"): (1, 0)}


async def test_what_is_another_tenants_counts_for_nobody_else(database, vault, acme):
    ann = contact(account(), email="ann@x.example")
    await records_after(database, acme, [came(ann)], [told(ann, "email", "ann@x.example", "apollo")])
    globex = await tenants.add(database, vault, "globex", {})
    async with database.tenant(globex.id) as session:
        assert await mail.track_records(session) == ()
    async with database.tenant(acme.id) as session:
        assert await mail.track_records(session) == (
            TrackRecord(source="apollo", claim="email", right=0, wrong=1),
        )


async def test_contacts_are_found_by_their_address_and_at_their_company(database, acme):
    one, other = account(), account()
    ann, ben, nobody = (
        contact(one, email="Ann@x.example"),
        contact(other, email="ben@y.example"),
        contact(one),
    )
    pursuit = lead(one)
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [one, other])
        await leads.add_leads(session, [pursuit])
        await leads.save_contacts(session, [ann, ben, nobody])
        rows = await mail.contacts_of(session, ["ANN@x.example", "ben@y.example", "who@x.example"])
        assert [(row["email"], row["contact_id"], row["lead_id"]) for row in rows] == [
            ("ann@x.example", ann.id, pursuit.id),
            ("ben@y.example", ben.id, None),
        ]
        assert await mail.contacts_at(session, [one.id, uuid4()]) == {one.id: (ann,)}
