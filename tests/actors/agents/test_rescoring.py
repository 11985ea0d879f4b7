from uuid import uuid4

import pytest

from actors.agents.rescoring import rescoring
from actors.core.errors import ScorerAway
from actors.core.outcome import Done, Skip
from actors.events.signals import SignalsFound
from scoring_models.schema import Score
from tenants.records import Account, Contact, LeadScore
from tests.fakes.context import FakeContext

ACCOUNT = Account(id=uuid4(), identity_key="domain:a.com", name="A", domain="a.com", source="t")
CONTACT = Contact(id=uuid4(), account_id=ACCOUNT.id, full_name="Ann", source="t")
EVENT = SignalsFound(lead_id=uuid4(), account_id=ACCOUNT.id, contact_id=CONTACT.id, count=1)
SCORE = Score(lead_id=EVENT.lead_id, fit=0.5, intent=0.2, score=60, tier="B", model="m-1", reasons=())


async def test_the_score_is_another_and_nobody_is_told_of_a_new_prospect():
    outcome = await rescoring.work(EVENT, FakeContext(accounts=[ACCOUNT], contacts=[CONTACT], score=SCORE))
    assert isinstance(outcome, Done)
    (standing,) = outcome.save
    assert isinstance(standing, LeadScore)
    assert (standing.score, standing.tier, standing.sequence) == (60, "B", "standard-outreach")
    assert outcome.say == ()
    assert outcome.effect is None
    assert outcome.output == {"score": 60, "tier": "B", "model": "m-1"}


@pytest.mark.parametrize("gone", ["accounts", "contacts"])
async def test_a_lead_whose_account_or_contact_is_gone_keeps_its_score(gone):
    given = {"accounts": [ACCOUNT], "contacts": [CONTACT], "score": SCORE} | {gone: []}
    ctx = FakeContext(**given)
    assert isinstance(await rescoring.work(EVENT, ctx), Skip)
    assert ctx.asked == []


async def test_without_a_model_no_score_is_made_up():
    with pytest.raises(ScorerAway):
        await rescoring.work(EVENT, FakeContext(accounts=[ACCOUNT], contacts=[CONTACT], score=ScorerAway()))
