"""What came of those who were put into sequences."""

import json
from datetime import timedelta
from uuid import uuid4

from tenants.records import LeadEngagement, SequenceTrack
from tenants.store import effects, engagement, sequences, tenants
from tenants.store.effects import EffectEnd, EffectStart, Standing
from tests.tenants.store.rows import add_leads

DAY = timedelta(days=1)


async def enrol(session, lead, *, sequence, days_ago, tier="A", standing=Standing.SENT):
    request = json.dumps({"sequence": sequence, "tier": tier})
    start = EffectStart(uuid4(), "EnrolContact", "sequences", lead.id, uuid4(), request, uuid4())
    await effects.begin(session, [start], claim_s=60)
    await effects.settle(session, [EffectEnd(start.id, start.claim, standing, "{}")])
    return await session.value(
        "UPDATE effect SET created_at = now() - make_interval(days => :days) WHERE id = :id RETURNING created_at",
        days=days_ago,
        id=start.id,
    )


async def test_who_answered_in_time_counts_of_those_who_have_had_it(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "globex", {})
    async with database.tenant(acme.id) as session:
        new = await add_leads(session, 7)
        at = [
            await enrol(session, one, sequence=name, days_ago=days, tier=tier, standing=standing)
            for one, (name, days, tier, standing) in zip(
                new,
                (
                    ("call-first", 20, "A", Standing.SENT),
                    ("call-first", 20, "A", Standing.SENT),
                    ("call-first", 20, "A", Standing.SENT),
                    ("mail-first", 20, "A", Standing.SENT),
                    ("mail-first", 20, "B", Standing.SENT),
                    ("call-first", 10, "A", Standing.SENT),  # has not had its time
                    ("call-first", 20, "A", Standing.NOT_SENT),
                ),
                strict=True,
            )
        ]
        acts = [
            (new[0], "reply", at[0] + 3 * DAY),
            (new[1], "meeting", at[1] + 15 * DAY),  # too late
            (new[2], "click", at[2] + DAY),  # no answer
            (new[4], "meeting", at[4] + DAY),
            (new[5], "reply", at[5] + DAY),
        ]
        await engagement.save(
            session,
            [
                LeadEngagement(id=uuid4(), lead_id=lead.id, contact_id=None, kind=kind, at=when)
                for lead, kind, when in acts
            ],
        )
        assert await sequences.tracks(session, answer_days=14) == (
            SequenceTrack(tier="A", sequence="call-first", enrolled=3, answered=1),
            SequenceTrack(tier="A", sequence="mail-first", enrolled=1, answered=0),
            SequenceTrack(tier="B", sequence="mail-first", enrolled=1, answered=1),
        )
    async with database.tenant(other.id) as session:
        assert await sequences.tracks(session, answer_days=14) == ()
