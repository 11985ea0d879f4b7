"""What runs look up at the same time is looked up together."""

import asyncio
from uuid import uuid4

from actors.engine.lookups import Lookups
from tenants.records import LeadProgress, MailOutcome, SequenceTrack, Stage
from tenants.store import findings, leads, mail
from tests.actors.engine.mills import add_tenant
from tests.fakes.works import Judge
from tests.tenants.store.rows import account, add_leads, contact, lead
from tests.tenants.store.test_mail import NOW, told
from tests.tenants.store.test_sequences import enrol


async def test_people_of_leads_and_companies_and_how_right_sources_were(database, vault):
    acme = await add_tenant(database, vault)
    one, other = account(), account()
    ann, ben = contact(one, email="ann@x.example"), contact(other, email="ben@y.example")
    pursuit, early = lead(one), lead(other)
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [one, other])
        await leads.add_leads(session, [pursuit, early])
        await leads.save_contacts(session, [ann, ben])
        step = LeadProgress(lead_id=pursuit.id, stage=Stage.CONTACTABLE, contact_id=ann.id)
        await leads.move_leads(session, [step])
        await findings.save(session, [told(ann, "email", ann.email, "apollo")])
        came = MailOutcome(contact_id=ann.id, email=ann.email, arrived=True, why="replied", at=NOW)
        await mail.save(session, [came])
    lookups = Lookups(acme.id, database, Judge())
    of_leads = asyncio.gather(*map(lookups.contacts_of.get, (pursuit.id, early.id, uuid4())))
    assert await of_leads == [ann, None, None]
    at_companies = asyncio.gather(*map(lookups.contacts_at.get, (one.id, other.id, uuid4())))
    assert await at_companies == [(ann,), (ben,), None]
    records = await asyncio.gather(*[lookups.track_records.get(acme.id) for _ in range(3)])
    assert [[(one.source, one.right, one.wrong) for one in told_] for told_ in records] == [
        [("apollo", 1, 0)]
    ] * 3


async def test_what_came_of_sequences_is_read_once_a_minute(database, vault, monkeypatch):
    acme = await add_tenant(database, vault)
    now_s = 100.0
    monkeypatch.setattr("actors.engine.lookups.time.monotonic", lambda: now_s)
    lookups = Lookups(acme.id, database, Judge())
    assert await lookups.sequence_tracks(14) == ()
    async with database.tenant(acme.id) as session:
        (one,) = await add_leads(session, 1)
        await enrol(session, one, sequence="call-first", days_ago=20)
    now_s += 60
    assert await lookups.sequence_tracks(14) == ()
    now_s += 1
    track = SequenceTrack(tier="A", sequence="call-first", enrolled=1, answered=0)
    assert await lookups.sequence_tracks(14) == (track,)
