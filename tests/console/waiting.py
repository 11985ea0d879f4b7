"""Questions that wait for a person, and failures that wait for one, as the engine leaves them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from actors.core.effects import EnrolContact, WriteProspect
from actors.core.outcome import Act, Done
from actors.engine import holding
from actors.events.contact import ContactVerified
from tenants.approvals import ActKind, ApprovalPolicy
from tenants.identity import stable_id
from tenants.records import Account, Contact, Finding, Lead, LeadProgress, RunStatus, Stage
from tenants.store import approvals, recordings, runs
from tenants.store.approvals import Held
from tenants.store.columns import to_json
from tenants.store.recordings import Recorded
from tenants.store.session import Database, Session
from tests.console.seeds import Sown
from tests.tenants.store.rows import end, start

DOWN = {
    "class": "ProviderDown",
    "kind": "transient",
    "provider": "apollo",
    "message": "The provider does not answer as it should: 503",
}
REFUSED = {
    "class": "KeyRefused",
    "kind": "configuration",
    "provider": "hunter",
    "message": "The provider does not accept the key",
}


async def hold(
    session: Session,
    agent: str,
    outcome: Done,
    *,
    lead_id: UUID | None,
    requested_by: str | None = None,
    ends_in: timedelta = timedelta(hours=72),
    told: str | None = None,
) -> Held:
    """An outcome that waits, with its run."""
    run = start(lead_id=lead_id, topic="lead.scored", input=to_json({"lead_id": str(lead_id)}))
    await runs.open_runs(session, agent, 0, [run])
    held = holding.held(
        outcome,
        outcome.acts,
        run_id=run.id,
        attempt=1,
        agent=agent,
        lead_id=lead_id,
        requested_by=requested_by,
        policy=ApprovalPolicy(expires_after_h=ends_in / timedelta(hours=1)),
        now=datetime.now(UTC),
        cost_usd=Decimal("0.012"),
    )
    await approvals.hold(session, [held])
    await runs.close_runs(session, [end(run, RunStatus.AWAITING_APPROVAL, approval_id=held.id)])
    if told is not None:
        await recordings.save(session, [Recorded(run.id, told)])
    return held


async def person_of(session: Session, lead_id: UUID) -> dict:
    """A lead's contact and company as an effect needs them."""
    rows = await session.rows(
        "SELECT c.id AS contact_id, c.email, c.full_name, c.title, a.id AS account_id, a.name, a.domain, a.industry, "
        "l.score, l.tier FROM lead l JOIN account a ON a.id = l.account_id JOIN contact c ON c.id = l.contact_id "
        "WHERE l.id = :id",
        id=lead_id,
    )
    return rows[0]


async def enrolment(database: Database, sown: Sown, number: int = 0, **more) -> Held:
    """The contact of a scored lead is to be put into a sequence."""
    lead_id = sown.scored[number]
    async with database.tenant(sown.id) as session:
        who = await person_of(session, lead_id)
        effect = EnrolContact(
            lead_id=lead_id,
            contact_id=who["contact_id"],
            email=who["email"],
            sequence="standard-outreach",
            name=who["full_name"],
            title=who["title"],
            company=who["name"],
            domain=who["domain"],
            score=who["score"],
            tier=who["tier"],
        )
        why = f"enrol in standard-outreach: tier {who['tier']}, {who['score']} points"
        outcome = Done(
            effect=effect, acts=(Act(ActKind.ENROL, why),), output={"sequence": "standard-outreach"}
        )
        return await hold(session, "campaign", outcome, lead_id=lead_id, **more)


async def overwriting(database: Database, sown: Sown, number: int = 1) -> Held:
    """A lead is to be written into the CRM, over a field that a person has edited there."""
    lead_id = sown.scored[number]
    async with database.tenant(sown.id) as session:
        who = await person_of(session, lead_id)
        effect = WriteProspect(
            lead_id=lead_id,
            contact_id=who["contact_id"],
            email=who["email"],
            domain=who["domain"],
            account={"name": who["name"], "industry": who["industry"], "employees": 240},
            contact={"name": who["full_name"], "title": who["title"]},
            replaces=("account.industry",),
            seen={"account": "7"},
        )
        on_file = {
            "account": {
                "etag": "7",
                "values": {"name": who["name"], "industry": "Unicorns", "employees": 50},
                "edited": ["industry", "employees"],
            },
            "contact": None,
        }
        asked = {
            'ReadProspect {"domain":"x"}': {"candidates": ["crm"], "told": {"crm": {"content": on_file}}}
        }
        told = to_json({"now": datetime.now(UTC), "asked": asked, "ending": ""})
        why = "replace what people have edited in the CRM: account.industry"
        outcome = Done(effect=effect, acts=(Act(ActKind.OVERWRITE, why),))
        return await hold(session, "crm", outcome, lead_id=lead_id, told=told)


async def doubtful(database: Database, sown: Sown, lead_id: UUID) -> Held:
    """A contact whose address nobody could verify is to be used, for a lead that has none yet."""
    async with database.tenant(sown.id) as session:
        account_id = await session.value("SELECT account_id FROM lead WHERE id = :id", id=lead_id)
        await session.run("UPDATE lead SET hold = NULL WHERE id = :id", id=lead_id)
        contact = Contact(
            id=stable_id("doubtful", lead_id),
            account_id=account_id,
            full_name="Ann Example",
            title="COO",
            email="ann@doubtful.example",
            email_status="unknown",
            source="people search",
        )
        finding = Finding(
            subject_id=contact.id,
            field="email_status",
            value="unknown",
            provider="mailbox",
            evidence="the server takes every address",
            confidence=0.4,
            cost_usd=Decimal("0.01"),
            found_at=datetime.now(UTC),
            quote="250 2.1.5 Ok",
            is_current=True,
        )
        said = ContactVerified(
            lead_id=lead_id,
            account_id=account_id,
            contact_id=contact.id,
            email_status="unknown",
            email_source="pattern",
        )
        progress = LeadProgress(lead_id=lead_id, stage=Stage.CONTACTABLE, contact_id=contact.id)
        outcome = Done(
            save=(contact, progress, finding),
            say=(said,),
            acts=(Act(ActKind.UNVERIFIED_ADDRESS, "the address is unknown"),),
        )
        return await hold(session, "contact_finder", outcome, lead_id=lead_id)


async def new_companies(
    database: Database, sown: Sown, count: int, *, known: str | None = None, **more
) -> Held:
    """A list of companies is to come in, one of which came in another way meanwhile."""
    accounts = [
        Account(
            id=uuid4(),
            identity_key=f"new-{n}.example",
            name=f"New {n}",
            domain=f"new-{n}.example",
            source="list",
        )
        for n in range(count)
    ]
    if known is not None:
        accounts[0] = accounts[0].model_copy(update={"identity_key": known})
    leads = [Lead(id=uuid4(), account_id=one.id, source="list", icp_version=1) for one in accounts]
    outcome = Done(
        new=(*accounts, *leads), acts=(Act(ActKind.SOURCE, f"{count} companies are asked for", count),)
    )
    async with database.tenant(sown.id) as session:
        return await hold(session, "lead_source", outcome, lead_id=None, **more)


async def fail(
    database: Database,
    sown: Sown,
    fingerprint: str = "f1",
    *,
    error: dict = DOWN,
    lead: int | None = 0,
    count: int = 1,
) -> list[UUID]:
    """Failed runs of one group."""
    found = []
    async with database.tenant(sown.id) as session:
        for number in range(count):
            lead_id = sown.leads[(lead + number) % len(sown.leads)] if lead is not None else None
            run = start(
                lead_id=lead_id,
                input=to_json(
                    {"lead_id": str(lead_id), "account": {"name": "Acme", "domain": None}, "icp_version": 1}
                ),
            )
            await runs.open_runs(session, "enrichment", 0, [run])
            told = end(
                run, RunStatus.FAILED, error=to_json(error), reason=error["message"], fingerprint=fingerprint
            )
            await runs.close_runs(session, [told])
            found.append(run.id)
    return found


async def audit_of(database: Database, sown: Sown) -> list[tuple[str, str, str]]:
    """Who did what to what, the newest first."""
    async with database.tenant(sown.id) as session:
        rows = await session.rows("SELECT by, act, subject FROM audit ORDER BY id DESC")
        return [(row["by"], row["act"], row["subject"]) for row in rows]


async def status_of(database: Database, sown: Sown, held: Held) -> str:
    """Where an approval stands."""
    async with database.tenant(sown.id) as session:
        return await session.value("SELECT status FROM approval WHERE id = :id", id=held.id)
