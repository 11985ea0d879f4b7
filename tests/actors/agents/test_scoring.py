from datetime import timedelta
from uuid import uuid4

import pytest

from actors.agents.scoring import scoring
from actors.core.errors import ScorerAway
from actors.core.outcome import Done, Skip
from actors.events.contact import ContactVerified
from scoring_models.schema import Reason, Score, ScoreRequest
from tenants.policies import SequenceChoice, read_config
from tenants.records import Account, Contact, LeadProgress, LeadScore, SequenceTrack, Stage
from tenants.signals import signal
from tests.fakes.context import NOW, FakeContext

ACCOUNT = Account(
    id=uuid4(),
    identity_key="domain:acme.com",
    name="Acme",
    domain="acme.com",
    source="list.csv",
    industry="Steel",
    country="DE",
    employees=70,
    founded_year=1999,
    revenue_usd=1e6,
    funding_usd=2e6,
    technologies=("Python", "PostgreSQL"),
    open_jobs=3,
)
CONTACT = Contact(
    id=uuid4(),
    account_id=ACCOUNT.id,
    full_name="Ann Example",
    seniority="c_suite",
    department="executive",
    email="ann@acme.com",
    email_status="deliverable",
    source="people search",
)
EVENT = ContactVerified(
    lead_id=uuid4(),
    account_id=ACCOUNT.id,
    contact_id=CONTACT.id,
    email_status="deliverable",
    email_source="apollo",
)


def score(tier="A"):
    return Score(
        lead_id=EVENT.lead_id,
        fit=0.75,
        intent=0.25,
        score=71,
        tier=tier,
        model="acme-1",
        reasons=(Reason(feature="industry", text="Steel fits", contribution=0.5),),
    )


async def judge(answer, *, account=ACCOUNT, contact=CONTACT, config=None, signals=None, sequence_tracks=()):
    ctx = FakeContext(
        accounts=[account] if account else [],
        contacts=[contact] if contact else [],
        score=answer,
        config=config,
        signals=signals,
        sequence_tracks=sequence_tracks,
    )
    return ctx, await scoring.work(EVENT, ctx)


async def test_a_score_is_saved_and_said_with_its_reasons_and_the_sequence_for_its_tier():
    _, outcome = await judge(score(), config=read_config({"sequences": {"A": "call-first"}}))
    assert isinstance(outcome, Done)
    progress, standing = outcome.save
    assert progress == LeadProgress(lead_id=EVENT.lead_id, stage=Stage.SCORED)
    (said,) = outcome.say
    reasons = [{"text": "Steel fits", "contribution": 0.5}]
    for one in (standing, said):
        assert (one.lead_id, one.fit, one.intent, one.score, one.tier, one.sequence, one.model) == (
            EVENT.lead_id,
            0.75,
            0.25,
            71,
            "A",
            "call-first",
            "acme-1",
        )
    assert isinstance(standing, LeadScore)
    assert list(standing.reasons) == [reason.model_dump() for reason in said.reasons] == reasons
    assert (said.account_id, said.contact_id) == (ACCOUNT.id, CONTACT.id)
    assert outcome.output == {"score": 71, "tier": "A", "model": "acme-1"}


async def test_a_sequence_that_is_learned_is_said_with_the_share_of_leads_that_get_it():
    choice = {"learn": True, "candidates": {"A": ["call-first", "mail-first"]}, "explore": 0.02}
    tracks = [
        SequenceTrack(tier="A", sequence=name, enrolled=400, answered=answered)
        for name, answered in (("call-first", 4), ("mail-first", 80))
    ]
    config = read_config({"sequence_choice": choice})
    _, outcome = await judge(score(), config=config, sequence_tracks=tracks)
    assert outcome.say[0].sequence == outcome.save[1].sequence == "mail-first"
    assert outcome.save[1].sequence_share == pytest.approx(0.99)
    assert outcome.output["sequence_share"] == pytest.approx(0.99)
    off = config.model_copy(update={"sequence_choice": SequenceChoice(candidates=choice["candidates"])})
    _, outcome = await judge(score(), config=off, sequence_tracks=tracks)
    assert outcome.say[0].sequence == "executive-outreach"
    assert "sequence_share" not in outcome.output


async def test_a_tier_without_a_sequence_has_none():
    _, outcome = await judge(score("D"))
    assert outcome.say[0].sequence is None
    assert outcome.save[1].sequence is None


async def test_the_model_is_asked_with_all_that_is_known():
    ctx, _ = await judge(score())
    assert ctx.asked == [
        ScoreRequest(
            lead_id=EVENT.lead_id,
            industry="Steel",
            country="DE",
            employees=70,
            founded_year=1999,
            revenue_usd=1e6,
            funding_usd=2e6,
            technology_count=2,
            open_jobs=3,
            seniority="c_suite",
            department="executive",
            email_status="deliverable",
        )
    ]


async def test_the_model_is_told_what_happened_at_the_company_and_how_long_ago():
    happened = [
        signal(ACCOUNT.id, kind, NOW.date() - timedelta(days=ago), "t", None, "website", NOW)
        for kind, ago in (("hiring", 3), ("funding", 40), ("news", -1))
    ]
    ctx, _ = await judge(score(), signals={ACCOUNT.id: happened})
    (asked,) = ctx.asked
    assert [(one.kind, one.days_ago) for one in asked.signals] == [
        ("hiring", 3),
        ("funding", 40),
        ("news", 0),
    ]


async def test_what_is_not_known_is_not_made_up():
    bare = Account(id=ACCOUNT.id, identity_key="k", name="Acme", source="s")
    nobody = Contact(id=CONTACT.id, account_id=ACCOUNT.id, full_name="unknown", source="s")
    ctx, _ = await judge(score(), account=bare, contact=nobody)
    assert ctx.asked == [ScoreRequest(lead_id=EVENT.lead_id)]


@pytest.mark.parametrize("gone", ["account", "contact"])
async def test_a_lead_whose_account_or_contact_is_gone_is_skipped_and_no_model_is_asked(gone):
    ctx, outcome = await judge(score(), **{gone: None})
    assert isinstance(outcome, Skip)
    assert ctx.asked == []


async def test_without_a_model_no_score_is_made_up():
    with pytest.raises(ScorerAway):
        await judge(ScorerAway())
