from uuid import uuid4

import pytest

from actors.agents.campaign import campaign
from actors.core.outcome import Done, Skip
from actors.events.lead import LeadScored
from tenants.approvals import ActKind
from tenants.records import Account, Contact
from tests.fakes.context import FakeContext

ACCOUNT = Account(
    id=uuid4(), identity_key="domain:acme.example", name="Acme", domain="acme.example", source="t"
)
ANN = Contact(
    id=uuid4(), account_id=ACCOUNT.id, full_name="Ann Lee", title="CEO", email="ann@acme.example",
    email_status="deliverable", source="t",
)  # fmt: skip
EVENT = LeadScored(
    lead_id=uuid4(), account_id=ACCOUNT.id, contact_id=ANN.id, fit=0.8, intent=0.1, score=85, tier="A",
    sequence="executive-outreach", model="m-1", reasons=(),
)  # fmt: skip


def context(contact=ANN):
    return FakeContext(accounts=[ACCOUNT], contacts=[contact])


async def test_the_contact_is_to_be_enrolled_and_a_person_may_want_to_be_asked():
    outcome = await campaign.work(EVENT, context())
    assert isinstance(outcome, Done)
    effect = outcome.effect
    assert (effect.lead_id, effect.contact_id, effect.sequence) == (
        EVENT.lead_id,
        ANN.id,
        "executive-outreach",
    )
    assert (effect.name, effect.title, effect.email, effect.company) == ("Ann Lee", "CEO", ANN.email, "Acme")
    (act,) = outcome.acts
    assert (act.kind, act.why) == (ActKind.ENROL, "enrol in executive-outreach: tier A, 85 points")
    assert (outcome.new, outcome.save, outcome.say) == ((), (), ())


async def test_neither_the_ledger_nor_the_reason_names_the_person():
    outcome = await campaign.work(EVENT, context())
    told = f"{dict(outcome.output)} {outcome.acts[0].why}"
    assert "Ann" not in told
    assert "acme.example" not in told


async def test_without_a_sequence_for_the_tier_there_is_nothing_to_do():
    event = EVENT.model_copy(update={"sequence": None, "tier": "D"})
    assert await campaign.work(event, context()) == Skip(
        "there is no sequence for tier D", missing="sequence"
    )


@pytest.mark.parametrize("gone", [{"accounts": [ACCOUNT]}, {"contacts": [ANN]}])
async def test_what_is_gone_is_skipped(gone):
    outcome = await campaign.work(EVENT, FakeContext(**gone))
    assert outcome == Skip("the account or the contact is gone", missing="contact")


@pytest.mark.parametrize(
    ("email", "status"),
    [
        (None, "deliverable"),
        ("ann@acme.example", None),
        ("ann@acme.example", "undeliverable"),
        ("ann@acme.example", "disposable"),
    ],
)
async def test_nobody_is_enrolled_with_an_address_that_takes_no_mail(email, status):
    contact = ANN.model_copy(update={"email": email, "email_status": status})
    outcome = await campaign.work(EVENT, context(contact))
    assert outcome == Skip("the contact has no address that takes mail", missing="email")


async def test_an_address_that_a_person_has_allowed_although_nobody_could_verify_it_is_used():
    outcome = await campaign.work(EVENT, context(ANN.model_copy(update={"email_status": "accept_all"})))
    assert isinstance(outcome, Done)


@pytest.mark.parametrize(
    ("key", "reason"), [("ann@acme.example", "do not contact"), ("acme.example", "customer")]
)
async def test_whoever_is_left_alone_by_now_is_not_enrolled(key, reason):
    ctx = FakeContext(accounts=[ACCOUNT], contacts=[ANN], excluded={key: reason})
    assert await campaign.work(EVENT, ctx) == Skip(reason)
