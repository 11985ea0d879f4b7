"""What runs look up at the same time is looked up together."""

import asyncio
from uuid import uuid4

from actors.engine.lookups import Lookups
from tenants.records import LeadProgress, MailOutcome, Stage
from tenants.store import findings, leads, mail
from tests.actors.engine.mills import add_tenant
from tests.fakes.works import Judge
from tests.tenants.store.rows import account, contact, lead
from tests.tenants.store.test_mail import NOW, told


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
