from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.agents.engagement import engagement
from actors.core.outcome import Done
from actors.events.engagement import EngagementRecorded
from tenants.exclusions import DO_NOT_CONTACT, Exclusion, ExclusionKind
from tenants.records import Contact, Finding, MailOutcome
from tests.fakes.context import NOW, FakeContext

LEAD = uuid4()
ANN = Contact(
    id=uuid4(), account_id=uuid4(), full_name="Ann Lee", email="Ann@Acme.example", email_status="accept_all",
    email_source="pattern", source="t",
)  # fmt: skip


def recorded(kind, **told):
    return EngagementRecorded(**{"lead_id": LEAD, "kind": kind, "occurred_at": NOW} | told)


@pytest.mark.parametrize("told", [{}, {"contact_id": ANN.id}])
async def test_a_reply_proves_that_the_address_takes_mail(told):
    ctx = FakeContext(contacts=[ANN], contacts_of={LEAD: ANN})
    outcome = await engagement.work(recorded("reply", **told), ctx)
    assert isinstance(outcome, Done)
    contact, finding, came_of_it = outcome.save
    assert (contact.id, contact.email_status) == (ANN.id, "deliverable")
    assert (finding.provider, finding.value) == ("reply", "deliverable")
    assert isinstance(came_of_it, MailOutcome)
    assert came_of_it.arrived


async def test_who_wants_to_hear_no_more_is_left_alone():
    outcome = await engagement.work(recorded("opt_out"), FakeContext(contacts_of={LEAD: ANN}))
    assert outcome.save == (
        Exclusion(
            kind=ExclusionKind.EMAIL, value="ann@acme.example", reason=DO_NOT_CONTACT, source="engagement"
        ),
    )


@pytest.mark.parametrize("kind", ["meeting", "click", "visit", "open"])
async def test_what_proves_nothing_of_the_address_leaves_it_as_it_is(kind):
    outcome = await engagement.work(recorded(kind), FakeContext(contacts_of={LEAD: ANN}))
    assert isinstance(outcome, Done)
    assert outcome.save == ()


async def test_a_lead_without_a_contact_or_with_a_newer_address_is_left_as_it_is():
    newer = Finding(
        subject_id=ANN.id, field="email_status", value="accept_all", provider="hunter", evidence="t",
        confidence=0.9, cost_usd=Decimal(0), found_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    for ctx in (FakeContext(), FakeContext(contacts_of={LEAD: ANN}, findings={ANN.id: [newer]})):
        outcome = await engagement.work(recorded("reply"), ctx)
        assert isinstance(outcome, Done)  # a skip would hold a lead that is on its way
        assert outcome.save == ()
