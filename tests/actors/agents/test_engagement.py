from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.agents.engagement import engagement
from actors.core.outcome import Done
from actors.events.engagement import EngagementRecorded
from scoring_models.schema import Score
from tenants.exclusions import DO_NOT_CONTACT, Exclusion, ExclusionKind
from tenants.records import (
    Account,
    Contact,
    Finding,
    LeadEngagement,
    LeadProgress,
    LeadScore,
    MailOutcome,
    Stage,
)
from tests.fakes.context import NOW, FakeContext

LEAD = uuid4()
ACME = Account(id=uuid4(), identity_key="domain:acme.example", name="Acme", domain="acme.example", source="t")
ANN = Contact(
    id=uuid4(), account_id=ACME.id, full_name="Ann Lee", email="Ann@Acme.example", email_status="accept_all",
    email_source="pattern", source="t",
)  # fmt: skip


def recorded(kind, **told):
    return EngagementRecorded(**{"lead_id": LEAD, "kind": kind, "occurred_at": NOW} | told)


def judge(request):
    return Score(
        lead_id=request.lead_id, fit=0.5, intent=0.1 * len(request.engagement), score=50, tier="B", model="m-1",
        reasons=(),
    )  # fmt: skip


def context(stage=Stage.CONTACTABLE, **more):
    return FakeContext(
        leads={LEAD: ACME}, contacts=[ANN], contacts_of={LEAD: ANN}, stages={LEAD: stage}, score=judge, **more
    )


def kept(outcome, kind):
    return [one for one in outcome.save if isinstance(one, kind)]


@pytest.mark.parametrize("told", [{}, {"contact_id": ANN.id}])
async def test_a_reply_proves_that_the_address_takes_mail(told):
    outcome = await engagement.work(recorded("reply", **told), context())
    assert isinstance(outcome, Done)
    ((contact,), (finding,), (came_of_it,)) = (kept(outcome, one) for one in (Contact, Finding, MailOutcome))
    assert (contact.id, contact.email_status) == (ANN.id, "deliverable")
    assert (finding.provider, finding.value) == ("reply", "deliverable")
    assert came_of_it.arrived


async def test_who_wants_to_hear_no_more_is_left_alone():
    outcome = await engagement.work(recorded("opt_out"), context())
    assert kept(outcome, Exclusion) == [
        Exclusion(
            kind=ExclusionKind.EMAIL, value="ann@acme.example", reason=DO_NOT_CONTACT, source="engagement"
        )
    ]


@pytest.mark.parametrize("kind", ["reply", "meeting", "click", "visit"])
async def test_a_scored_lead_is_judged_anew_by_what_its_prospect_did_and_all_that_it_did_before(kind):
    before = LeadEngagement(
        id=uuid4(), lead_id=LEAD, contact_id=ANN.id, kind="click", at=NOW - timedelta(days=3)
    )
    ctx = context(Stage.SCORED, engagement={LEAD: [before]})
    outcome = await engagement.work(recorded(kind), ctx)
    (standing,) = kept(outcome, LeadScore)
    assert (standing.lead_id, standing.intent) == (LEAD, pytest.approx(0.2))
    (request,) = ctx.asked
    assert [(one.kind, one.days_ago) for one in request.engagement] == [(kind, 0.0), ("click", 3.0)]
    assert request.email_status == ("deliverable" if kind == "reply" else "accept_all")
    # nobody is told of a new prospect, and the lead stays where it is
    assert outcome.say == ()
    assert not kept(outcome, LeadProgress)


@pytest.mark.parametrize(("stage", "kind"), [(Stage.CONTACTABLE, "reply"), (Stage.SCORED, "open")])
async def test_what_says_nothing_or_comes_before_the_score_is_kept_and_judges_nobody(stage, kind):
    ctx = context(stage)
    outcome = await engagement.work(recorded(kind), ctx)
    (done,) = kept(outcome, LeadEngagement)
    assert (done.lead_id, done.contact_id, done.kind, done.at) == (LEAD, ANN.id, kind, NOW)
    assert not kept(outcome, LeadScore)
    assert ctx.asked == []


async def test_the_same_act_is_the_same_record_and_another_is_another():
    ids = [
        kept(await engagement.work(event, context()), LeadEngagement)[0].id
        for event in (
            recorded("click"),
            recorded("click"),
            recorded("visit"),
            recorded("click", occurred_at=NOW + timedelta(seconds=1)),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


async def test_of_a_lead_that_nobody_knows_nothing_is_kept():
    outcome = await engagement.work(recorded("reply"), FakeContext())
    assert isinstance(outcome, Done)  # a skip would hold a lead that is on its way
    assert outcome.save == ()


async def test_a_reply_to_an_older_address_proves_nothing_of_the_one_that_the_contact_has():
    newer = Finding(
        subject_id=ANN.id, field="email_status", value="accept_all", provider="hunter", evidence="t",
        confidence=0.9, cost_usd=Decimal(0), found_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    outcome = await engagement.work(recorded("reply"), context(findings={ANN.id: [newer]}))
    assert [type(one) for one in outcome.save] == [LeadEngagement]


async def test_what_somebody_of_another_company_did_is_nothing_of_this_lead():
    elsewhere = ANN.model_copy(update={"id": uuid4(), "account_id": uuid4()})
    ctx = FakeContext(leads={LEAD: ACME}, contacts=[elsewhere], stages={LEAD: Stage.SCORED}, score=judge)
    outcome = await engagement.work(recorded("reply", contact_id=elsewhere.id), ctx)
    assert isinstance(outcome, Done)
    assert (outcome.save, ctx.asked) == ((), [])
