"""What an approval would do, out of its content and of how things stand: without a database."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from actors.core.effects import EnrolContact
from actors.core.outcome import Done
from actors.engine.holding import write
from console.changes import Facts, Source, blocks, named, objections
from tenants.records import Account, Contact, Finding, Lead, LeadProgress, LeadScore, Stage
from tenants.store.approval_queue import Live

ACCOUNT, CONTACT, LEAD = UUID(int=1), UUID(int=2), UUID(int=3)
ENROL = EnrolContact(
    lead_id=LEAD, contact_id=CONTACT, email="Ann@acme.example", sequence="nurture", name="Ann", company="Acme",
    score=50, tier="C",
)  # fmt: skip


def live(**facts):
    return Live(**{"accounts": {}, "contacts": {}, "leads": {}, "known_keys": frozenset()} | facts)


def changes_of(outcome, **facts):
    return {
        (block.title, one.name): (one.before, one.after, one.is_one, one.path)
        for block in blocks(write(outcome), Facts(**facts))
        for one in block.changes
    }


def test_everything_that_it_is_about_is_named():
    found = named(write(Done(effect=ENROL)))
    assert (found.contacts, found.leads, found.emails) == ((CONTACT,), (LEAD,), ("ann@acme.example",))
    company = Account(id=ACCOUNT, identity_key="domain:a", name="A", source="t")
    assert named(write(Done(new=(company,)))).keys == ("domain:a",)


def test_an_enrolment_stands_beside_what_is_there_and_what_went_out_before():
    contact = {"email": "ann@acme.example", "full_name": "Ann B.", "title": None}
    sent = [{"request": {"sequence": "executive"}}, {"request": None}]
    found = changes_of(
        Done(effect=ENROL),
        live=live(contacts={CONTACT: contact}, leads={LEAD: {"score": 50, "tier": "B"}}),
        sent=sent,
    )
    title = "A message sequence begins"
    assert found[title, "Sequence"] == ("executive", "nurture", True, "effect.sequence")
    assert found[title, "Name"] == ("Ann B.", "Ann", True, "effect.name")
    assert found[title, "To"] == ("ann@acme.example", "Ann@acme.example", True, None)
    assert found[title, "Score"][2] is False
    assert found[title, "Tier"][:3] == ("B", "C", True)


def test_a_record_shows_what_changes_and_who_says_so():
    company = Account(
        id=ACCOUNT,
        identity_key="k",
        name="Acme",
        source="t",
        employees=50,
        technologies=("k8s",),
        revenue_usd=1e6,
    )
    said = Finding(
        subject_id=ACCOUNT, field="employees", value=50, provider="apollo", evidence="told", confidence=0.5,
        cost_usd=Decimal(0), found_at=datetime(2026, 1, 1, tzinfo=UTC), is_current=True,
    )  # fmt: skip
    now = {"name": "Acme", "employees": 40, "technologies": ["k8s"], "revenue_usd": 1_000_000.0}
    (block,) = blocks(write(Done(save=(company, said))), Facts(live=live(accounts={ACCOUNT: now})))
    changed = [one for one in block.changes if one.is_one]
    assert [(one.name, one.before, one.after) for one in changed] == [("Employees", 40, 50)]
    assert changed[0].source == Source("apollo", 0.5, "told", None)
    assert changed[0].path is None


def test_steps_and_scores_and_people():
    person = Contact(id=CONTACT, account_id=ACCOUNT, full_name="Ann", source="t", title="COO")
    step = LeadProgress(lead_id=LEAD, stage=Stage.CONTACTABLE, contact_id=CONTACT)
    score = LeadScore(
        lead_id=LEAD, fit=0.5, intent=0, score=50, tier="C", sequence="nurture", model="m", reasons=()
    )
    found = changes_of(
        Done(save=(person, step, score)), live=live(leads={LEAD: {"stage": "enriched", "score": None}})
    )
    assert found["The lead moves on", "Stage"][:2] == ("enriched", "contactable")
    assert found["The lead is scored", "Score"][:2] == (None, 50)
    assert found["A person comes in", "Title"] == (None, "COO", True, "save.0.title")


def test_what_came_in_the_way_is_told():
    content = write(Done(effect=ENROL))
    as_asked = live(
        contacts={CONTACT: {"email": "Ann@acme.example"}}, leads={LEAD: {"score": 50, "tier": "C"}}
    )
    assert objections(content, Facts(live=as_asked)) == []
    assert "The contact is gone" in objections(content, Facts())[0]
    excluded = objections(content, Facts(live=as_asked, excluded={"ann@acme.example": "customer"}))
    assert excluded == ["The contact is to be left alone since: customer. An approval would fail."]
    step = write(Done(save=(LeadProgress(lead_id=LEAD, stage=Stage.SCORED),)))
    scored = {"stage": "scored", "duplicate_of": None}
    assert "scored by now" in objections(step, Facts(live=live(leads={LEAD: scored})))[0]
    assert objections(step, Facts(live=live(leads={LEAD: {**scored, "stage": "enriched"}}))) == []
    company = Account(id=ACCOUNT, identity_key="k", name="A", source="t")
    new = write(Done(new=(company, Lead(id=LEAD, account_id=ACCOUNT, source="t", icp_version=1))))
    assert objections(new, Facts(live=live(known_keys=frozenset({"k"})))) == [
        "1 of the companies came in another way by now: they would count as duplicates."
    ]
