from decimal import Decimal
from uuid import uuid4

from actors.core.people.notes import CompanyNotes, PersonNotes, added_up
from actors.core.questions import (
    AddressPattern,
    AddressVerdict,
    Answer,
    FindPattern,
    PersonFound,
    RevealPerson,
    VerifyAddress,
)
from tenants.records import Contact, TrackRecord
from tests.fakes.context import FakeContext

ACCOUNT = uuid4()


def priced(content, cost="0.10"):
    return Answer(provider="vendor", content=content, cost_usd=Decimal(cost), evidence="told")


PATTERN = FindPattern(domain="acme.example")
REVEAL = RevealPerson(domain="acme.example", provider_id="p1", first_name=None, last_name=None)
TOLD = {
    FindPattern: priced(AddressPattern(pattern="{first}")),
    RevealPerson: priced(PersonFound(first_name="Ann", email="ann@acme.example", email_status="deliverable")),
    VerifyAddress: lambda question: priced(AddressVerdict(email=question.email, status="undeliverable")),
}


def contact(email):
    return Contact(
        id=uuid4(), account_id=ACCOUNT, full_name="Ann", first_name="Ann", email=email, email_status="undeliverable",
        source="t",
    )  # fmt: skip


async def test_what_is_the_same_for_everybody_there_is_asked_and_paid_once_and_of_the_company():
    ctx = FakeContext(TOLD)
    company = CompanyNotes(ctx)
    for _ in range(2):
        answer = await PersonNotes(ctx, company).ask(PATTERN)
        assert answer.content.pattern == "{first}"
    assert ctx.asked == [PATTERN]
    (found,) = [one for one in company.findings(ACCOUNT) if one.field == "email_pattern"]
    assert (found.subject_id, found.value, found.cost_usd, found.is_current) == (
        ACCOUNT, "{first}", Decimal("0.10"), True,
    )  # fmt: skip


async def test_of_a_person_what_the_contact_has_stands_and_each_cent_is_there():
    ctx = FakeContext(TOLD)
    notes = PersonNotes(ctx, CompanyNotes(ctx))
    await notes.ask(REVEAL)
    await notes.ask(VerifyAddress(email="ann@acme.example"))
    ann = contact("ann@acme.example")
    found = {one.field: one for one in notes.findings(ann)}
    assert sum(one.cost_usd for one in found.values()) == Decimal("0.20")
    assert {name for name, one in found.items() if one.is_current} == {"first_name", "email", "email_status"}
    assert found["claimed_email_status"].value == "deliverable"
    assert {one.subject_id for one in found.values()} == {ann.id}


async def test_of_who_is_left_alone_only_the_price_is_kept():
    ctx = FakeContext(TOLD)
    notes = PersonNotes(ctx, CompanyNotes(ctx))
    await notes.ask(REVEAL)
    (paid,) = notes.paid_for_nothing(ACCOUNT)
    assert (paid.subject_id, paid.field, paid.value, paid.cost_usd) == (
        ACCOUNT, "nothing", None, Decimal("0.10"),
    )  # fmt: skip
    assert "ann" not in str(paid).lower()


async def test_track_records_are_looked_up_once():
    record = TrackRecord(source="vendor", claim="email_status", right=3, wrong=1)
    ctx = FakeContext(track_records=[record])
    company = CompanyNotes(ctx)
    assert await company.record_of("vendor", "email_status") == record
    ctx._track_records = []
    assert await company.record_of("vendor", "email_status") == record
    assert await company.record_of("vendor", "email") is None


async def test_what_was_said_of_several_addresses_costs_what_all_of_it_cost():
    ctx = FakeContext(TOLD)
    notes = PersonNotes(ctx, CompanyNotes(ctx))
    for email in ("a@acme.example", "ann@acme.example"):
        await notes.ask(VerifyAddress(email=email))
    (found,) = notes.findings(contact("ann@acme.example"))
    assert found.cost_usd == Decimal("0.20")
    assert added_up([found, found])[0].cost_usd == Decimal("0.40")
