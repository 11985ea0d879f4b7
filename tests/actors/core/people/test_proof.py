from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.core.people.proof import is_of_older_address, shown
from actors.core.verification.status import Status
from tenants.records import Contact, Finding, MailOutcome

NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)
ANN = Contact(
    id=uuid4(), account_id=uuid4(), full_name="Ann Lee", email="ann@acme.example", email_status="deliverable",
    email_source="apollo", source="t",
)  # fmt: skip


def found(field, ago):
    return Finding(
        subject_id=ANN.id,
        field=field,
        value="x",
        provider="apollo",
        evidence="told",
        confidence=0.9,
        cost_usd=Decimal(0),
        found_at=NOW - timedelta(hours=ago),
    )


@pytest.mark.parametrize(
    ("standing", "is_older"),
    [
        ([], False),
        ([found("email", 5)], False),
        ([found("email", 1)], True),
        ([found("email", 5), found("email_status", 1)], True),
        ([found("title", 1)], False),
    ],
)
def test_what_happened_before_the_address_was_found_is_of_another_one(standing, is_older):
    assert is_of_older_address(standing, NOW - timedelta(hours=2)) is is_older


def test_what_mail_has_shown_stands_in_the_contact_and_is_kept_for_whoever_told_the_address():
    contact, finding, outcome = shown(
        ANN, Status.UNDELIVERABLE, "bounce", "mail came back", arrived=False, at=NOW, now=NOW
    )
    assert contact == ANN.model_copy(update={"email_status": "undeliverable"})
    assert (finding.subject_id, finding.field, finding.value, finding.provider, finding.is_current) == (
        ANN.id, "email_status", "undeliverable", "bounce", True,
    )  # fmt: skip
    assert finding.cost_usd == 0
    assert outcome == MailOutcome(
        contact_id=ANN.id, email="ann@acme.example", arrived=False, why="mail came back", at=NOW
    )


def test_what_proves_nobody_right_or_wrong_changes_no_record():
    saved = shown(ANN, Status.RISKY, "bounce", "mailbox full", arrived=None, at=NOW, now=NOW)
    assert [type(one) for one in saved] == [Contact, Finding]
