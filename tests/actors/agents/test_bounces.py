from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.agents.bounces import bounces
from actors.core.outcome import Done
from actors.events.mail import EmailBounced
from tenants.records import Contact, Finding, MailOutcome
from tests.fakes.context import NOW, FakeContext

ANN = Contact(
    id=uuid4(), account_id=uuid4(), full_name="Ann Lee", email="ann@acme.example", email_status="deliverable",
    email_source="apollo", source="t",
)  # fmt: skip


def bounced(**told):
    given = {"occurred_at": NOW, "is_final": True, "code": 550, "enhanced": "5.1.1"}
    return EmailBounced(**{"lead_id": uuid4(), "contact_id": ANN.id} | given | told)


async def test_an_address_that_is_dead_goes_out_of_use_and_who_told_it_was_wrong():
    outcome = await bounces.work(bounced(), FakeContext(contacts=[ANN]))
    assert isinstance(outcome, Done)
    contact, finding, came_of_it = outcome.save
    assert (contact.id, contact.email, contact.email_status) == (ANN.id, ANN.email, "undeliverable")
    assert isinstance(finding, Finding)
    assert finding.evidence == "mail came back: no such mailbox (550 5.1.1)"
    assert isinstance(came_of_it, MailOutcome)
    assert not came_of_it.arrived
    assert (outcome.say, outcome.acts, outcome.effect) == ((), (), None)


async def test_a_full_mailbox_is_a_risk_and_proves_nobody_wrong():
    outcome = await bounces.work(bounced(code=552, enhanced="5.2.2"), FakeContext(contacts=[ANN]))
    assert [one.email_status for one in outcome.save if isinstance(one, Contact)] == ["risky"]
    assert not any(isinstance(one, MailOutcome) for one in outcome.save)


@pytest.mark.parametrize(
    "told",
    [{"enhanced": "5.7.1"}, {"is_final": False}, {"code": None, "enhanced": None}, {"meaning": "busy"}],
)
async def test_what_is_said_of_us_or_for_the_time_being_changes_nothing(told):
    outcome = await bounces.work(bounced(**told), FakeContext(contacts=[ANN]))
    assert isinstance(outcome, Done)
    assert outcome.save == ()
    assert outcome.output["changed"] is None


async def test_a_contact_that_is_gone_or_has_another_address_by_now_is_left_as_it_is():
    newer = Finding(
        subject_id=ANN.id, field="email", value=ANN.email, provider="hunter", evidence="t", confidence=0.9,
        cost_usd=Decimal(0), found_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    for ctx in (
        FakeContext(),
        FakeContext(contacts=[ANN.model_copy(update={"email": None})]),
        FakeContext(contacts=[ANN], findings={ANN.id: [newer]}),
    ):
        outcome = await bounces.work(bounced(), ctx)
        assert isinstance(outcome, Done)  # a skip would hold a lead that is on its way
        assert outcome.save == ()


async def test_nothing_personal_is_in_the_run_ledger():
    outcome = await bounces.work(bounced(), FakeContext(contacts=[ANN]))
    assert "ann" not in str(dict(outcome.output)).lower()
