"""What mail itself shows of an address: somebody answered it, or it came back. No source can know better."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from actors.core.verification.status import Status
from actors.core.verification.verdict import KEEPS_DAYS
from tenants.records import Contact, Finding, MailOutcome
from tenants.saved import Saved

_SURE = 0.99
_OF_ADDRESSES = frozenset({"email", "email_status"})


def is_of_older_address(standing: Iterable[Finding], occurred_at: datetime) -> bool:
    """Whether the contact's address was found after this happened: then it happened to another one.

    `standing` are the findings that stand in the contact.
    """
    return any(one.field in _OF_ADDRESSES and one.found_at > occurred_at for one in standing)


def shown(
    contact: Contact,
    status: Status,
    by: str,
    evidence: str,
    *,
    arrived: bool | None,
    at: datetime,
    now: datetime,
) -> tuple[Saved, ...]:
    """The contact with what mail has shown of its address, the finding, and how it turned out for who had told it.

    Where `arrived` is None, it speaks neither for nor against anybody's word.
    """
    assert contact.email is not None
    finding = Finding(
        subject_id=contact.id,
        field="email_status",
        value=status,
        provider=by,
        evidence=evidence,
        confidence=_SURE,
        cost_usd=Decimal(0),
        found_at=now,
        expires_at=now + timedelta(days=KEEPS_DAYS[status]),
        is_current=True,
    )
    changed = contact.model_copy(update={"email_status": status})
    if arrived is None:
        return changed, finding
    outcome = MailOutcome(contact_id=contact.id, email=contact.email, arrived=arrived, why=evidence, at=at)
    return changed, finding, outcome
