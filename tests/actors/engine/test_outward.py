"""Outward effects against a service over HTTP: once in all, whatever becomes of answers and processes."""

import asyncio
import uuid
from datetime import UTC, date, datetime

import httpx
import pytest

from actors.core.effects import EnrolContact
from actors.core.errors import (
    CannotTell,
    MaybeSent,
    NotConnected,
    QuotaExhausted,
    SequenceUnknown,
    TookTooLong,
    UnderWay,
)
from actors.core.questions import ReadProspect
from actors.engine import holding, outward
from actors.engine.committing import to_entry
from actors.engine.recording import Recording
from actors.events import event_types
from actors.events.envelope import say
from actors.events.lead import LeadScored
from actors.simulator.customers import on_file
from actors.simulator.server import Simulator
from actors.simulator.world import World
from tenants.approvals import Decision
from tenants.exclusions import Exclusion, ExclusionKind
from tenants.records import Account, Contact, Lead, LeadProgress, Stage
from tenants.store import approvals, effects, exclusions, leads, log, runs, tenants
from tenants.store.calls import TenantGone
from tests.actors.engine.mills import add_tenant, ask_for, run_until
from tests.fakes.works import open_fake_works

ALLOWED = {"enrol": "allow"}
PERSON = "ann@acme.example"


@pytest.fixture(scope="module")
def world():
    return World(7, 50, date(2026, 11, 2))


@pytest.fixture
async def service(world):
    simulator = Simulator(world)
    await simulator.start()
    yield Service(simulator)
    await simulator.stop()


class Service:
    """The simulated platform, and what it has carried out."""

    def __init__(self, simulator):
        self.simulator = simulator

    def behaves(self, name="sequences", **settings):
        faults = self.simulator.gates[name].faults
        faults.settings = faults.settings.changed(settings)

    def connections(self, *names):
        return {
            name: {"base_url": f"{self.simulator.http}/{name}/v1", "api_key": f"sim-{name}"}
            for name in names or ("sequences",)
        }

    @property
    def enrolled(self):
        return [
            (one["sequence"], one["email"]) for one in self.simulator.gates["sequences"].vendor.carried_out()
        ]


@pytest.fixture
async def works(database, vault):
    async with open_fake_works(database, vault, services=("sequences", "crm"), commit_linger_s=0.01) as works:
        yield works


async def scored(
    works, tenant, *, sequence="standard-outreach", email=PERSON, status="deliverable", said=True
):
    """A lead that is scored, and the event that says so."""
    account = Account(
        id=uuid.uuid4(), identity_key=f"domain:{uuid.uuid4()}", name="Acme", domain="acme.example", source="t"
    )
    contact = Contact(
        id=uuid.uuid4(),
        account_id=account.id,
        full_name="Ann Lee",
        email=email,
        email_status=status,
        source="t",
    )
    lead = Lead(id=uuid.uuid4(), account_id=account.id, source="t", icp_version=1)
    event = LeadScored(
        lead_id=lead.id, account_id=account.id, contact_id=contact.id, fit=0.8, intent=0.1, score=85,
        tier="B", sequence=sequence, model="m-1", reasons=(),
    )  # fmt: skip
    profile = (await works.profiles.of([tenant.id]))[tenant.id]
    async with works.database.tenant(tenant.id) as session:
        await leads.add_accounts(session, [account])
        await leads.add_leads(session, [lead])
        await leads.save_contacts(session, [contact])
        await leads.move_leads(
            session, [LeadProgress(lead_id=lead.id, stage=Stage.SCORED, contact_id=contact.id)]
        )
        if said:
            told = say(event, tenant_id=tenant.id, cause="t", time=datetime.now(UTC), traceparent=None)
            await log.append(session, [to_entry(told, profile)])
    return event


def enrolment(event):
    return EnrolContact(
        lead_id=event.lead_id, contact_id=event.contact_id, email=PERSON, sequence=event.sequence,
        name="Ann Lee", company="Acme", score=event.score, tier=event.tier,
    )  # fmt: skip


@pytest.fixture
async def acme(works, vault, service):
    return await add_tenant(works.database, vault, connections=service.connections(), approvals=ALLOWED)


async def send(works, tenant, effect):
    profile = (await works.profiles.of([tenant.id]))[tenant.id]
    return await works._outward.carry_out(profile, uuid.uuid4(), effect)


async def ledger(works, tenant):
    async with works.database.tenant(tenant.id) as session:
        return await effects.listed(session)


async def states(works, tenant):
    return [row["state"] for row in await ledger(works, tenant)]


# What goes out


async def test_an_effect_goes_out_once_however_often_it_is_wanted(works, acme, service):
    event = await scored(works, acme)
    first = await send(works, acme, enrolment(event))
    again = await asyncio.gather(*(send(works, acme, enrolment(event)) for _ in range(5)))
    assert {one.reference for one in (first, *again)} == {"enr_1"}
    assert service.enrolled == [("standard-outreach", PERSON)]
    (row,) = await ledger(works, acme)
    assert (row["state"], row["tries"], row["receipt"]["reference"]) == ("sent", 1, "enr_1")
    assert row["request"]["email"] == PERSON


async def test_a_lost_answer_is_found_at_the_service_and_nothing_goes_out_again(works, acme, service):
    service.behaves(rate_lost=1.0, keys="unheeded")
    effect = enrolment(await scored(works, acme))
    with pytest.raises(MaybeSent):
        await send(works, acme, effect)
    assert await states(works, acme) == ["maybe_sent"]
    service.behaves(rate_lost=0.0)
    assert (await send(works, acme, effect)).evidence == "Sequences: found by its key"
    assert service.enrolled == [("standard-outreach", PERSON)]
    assert await states(works, acme) == ["sent"]


async def test_what_was_never_done_goes_out_after_the_service_was_asked(works, acme, service):
    service.behaves(rate_500=1.0)
    effect = enrolment(await scored(works, acme))
    with pytest.raises(MaybeSent):
        await send(works, acme, effect)
    service.behaves(rate_500=0.0)
    assert (await send(works, acme, effect)).evidence == "Sequences: new"
    assert service.enrolled == [("standard-outreach", PERSON)]


async def test_a_service_that_cannot_be_asked_either_is_asked_later(works, acme, service):
    effect = enrolment(await scored(works, acme))
    service.behaves(outage=True)
    for _ in range(3):
        with pytest.raises(MaybeSent):
            await send(works, acme, effect)
    assert (await states(works, acme), service.enrolled) == (["maybe_sent"], [])


async def test_where_the_service_has_forgotten_nothing_goes_out_again(works, acme, service):
    service.behaves(rate_lost=1.0, keys="forgotten")
    effect = enrolment(await scored(works, acme))
    with pytest.raises(MaybeSent):
        await send(works, acme, effect)
    service.behaves(rate_lost=0.0)
    for _ in range(2):
        with pytest.raises(CannotTell):
            await send(works, acme, effect)
    assert (await states(works, acme), len(service.enrolled)) == (["cannot_tell"], 1)
    await send(works, acme, effect.again())
    assert len(service.enrolled) == 2


async def test_a_refusal_leaves_no_doubt(works, acme, service):
    effect = enrolment(await scored(works, acme, sequence="unknown-one"))
    with pytest.raises(SequenceUnknown):
        await send(works, acme, effect)
    assert await states(works, acme) == ["not_sent"]
    service.behaves(rate_429=1.0)
    with pytest.raises(Exception, match="slow down"):
        await send(works, acme, enrolment(await scored(works, acme)))
    assert (await states(works, acme), service.enrolled) == (["not_sent", "not_sent"], [])


async def test_nobody_there_is_no_doubt_either(works, vault, service, acme):
    effect = enrolment(await scored(works, acme))
    await service.simulator.stop()
    with pytest.raises(Exception, match="ClientConnectorError"):
        await send(works, acme, effect)
    assert await states(works, acme) == ["not_sent"]


async def test_what_is_sent_again_under_a_key_is_what_was_sent_first(works, acme, service):
    service.behaves(rate_500=1.0)
    effect = enrolment(await scored(works, acme))
    with pytest.raises(MaybeSent):
        await send(works, acme, effect)
    service.behaves(rate_500=0.0)
    await send(works, acme, effect.model_copy(update={"email": "new@acme.example"}))
    assert service.enrolled == [("standard-outreach", PERSON)]


async def test_a_tenant_without_the_service_sends_nothing(works, vault, service):
    other = await add_tenant(works.database, vault, "other")
    with pytest.raises(NotConnected):
        await send(works, other, enrolment(await scored(works, other)))


# Two at once, and processes that end


async def test_of_two_processes_only_one_sends_at_a_time(works, database, vault, acme, service):
    service.behaves(latency_ms="300", keys="unheeded")
    effect = enrolment(await scored(works, acme))
    async with open_fake_works(database, vault, services=("sequences",)) as other:
        told = await asyncio.gather(
            send(works, acme, effect), send(other, acme, effect), return_exceptions=True
        )
        waits = [one for one in told if isinstance(one, UnderWay)]
        assert len(waits) == 1
        assert waits[0].retry_at is not None
        assert (await send(other, acme, effect)).reference == "enr_1"
    assert len(service.enrolled) == 1


async def test_a_process_that_ended_between_claim_and_answer_is_looked_after(works, acme, service):
    """Its claim holds everybody off until it is over; then the service is asked first."""
    effect = enrolment(await scored(works, acme))
    service.behaves(keys="unheeded")
    start = outward._start(acme.id, uuid.uuid4(), works._outward._providers["sequences"], effect)
    async with works.database.tenant(acme.id) as session:
        await effects.begin(session, [start], claim_s=30)
    async with httpx.AsyncClient() as client:  # it has sent this, and was gone before it could say so
        await client.post(
            f"{service.simulator.http}/sequences/v1/sequences/{effect.sequence}/enrolments",
            headers={"authorization": "Bearer sim-sequences", "idempotency-key": str(start.id)},
            json={"contact": {"email": PERSON}},
        )
    with pytest.raises(UnderWay):
        await send(works, acme, effect)
    await end_claims(works, acme)
    assert (await send(works, acme, effect)).evidence == "Sequences: found by its key"
    assert len(service.enrolled) == 1


async def end_claims(works, tenant):
    async with works.database.tenant(tenant.id) as session:
        await session.run("UPDATE effect SET claimed_until = now() - interval '1 second'")


async def test_a_process_that_stood_still_sends_nothing_any_more(works, acme, service, monkeypatch):
    monkeypatch.setattr(outward, "_BEGIN_SENDING_BEFORE_S", -1.0)
    with pytest.raises(TookTooLong):
        await send(works, acme, enrolment(await scored(works, acme)))
    assert (await states(works, acme), service.enrolled) == (["not_sent"], [])


async def test_a_run_that_gives_up_loses_no_answer(works, acme, service):
    service.behaves(latency_ms="200")
    effect = enrolment(await scored(works, acme))
    task = asyncio.create_task(send(works, acme, effect))
    while not works._outward._under_way:  # noqa: ASYNC110 - one turn of the loop is enough
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await works.finish()
    assert await states(works, acme) == ["sent"]


async def test_for_a_removed_tenant_nothing_goes_out(works, acme, service):
    effect = enrolment(await scored(works, acme))
    profile = (await works.profiles.of([acme.id]))[acme.id]
    await tenants.remove(works.database, "acme")
    with pytest.raises(TenantGone):
        await works._outward.carry_out(profile, uuid.uuid4(), effect)
    assert service.enrolled == []


# The mill


async def runs_of(works, tenant, agent="campaign"):
    async with works.database.tenant(tenant.id) as session:
        return await runs.recent(session, agent=agent)


async def status(works, tenant, wanted, agent="campaign"):
    async def there():
        return [run["status"] for run in await runs_of(works, tenant, agent)] == [wanted]

    await run_until(works, there)
    return (await runs_of(works, tenant, agent))[0]


async def pending(works, tenant, standing="pending"):
    async with works.database.tenant(tenant.id) as session:
        return await approvals.listed(session, status=standing)


async def decide(works, tenant, decision):
    (approval,) = await pending(works, tenant)
    async with works.database.tenant(tenant.id) as session:
        policy = (await tenants.configuration(session)).approvals
        await approvals.decide(session, approval["id"], decision, by="bea", policy=policy, reason="so")
    return approval


async def test_a_scored_lead_is_enrolled(works, acme, service):
    await scored(works, acme)
    run = await status(works, acme, "done")
    assert run["output"]["receipt"] == "enr_1"
    assert PERSON not in str(run["output"])
    assert service.enrolled == [("standard-outreach", PERSON)]


async def test_nothing_goes_out_before_a_person_has_allowed_it(works, vault, service):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme)
    run = await status(works, acme, "awaiting_approval")
    assert run["reason"] == "enrol in standard-outreach: tier B, 85 points"
    assert (service.enrolled, await ledger(works, acme)) == ([], [])
    approval = await decide(works, acme, Decision.APPROVED)
    assert approval["content"]["effect"]["email"] == PERSON
    run = await status(works, acme, "done")
    assert (run["output"]["approved_by"], run["output"]["receipt"]) == ("bea", "enr_1")
    assert len(service.enrolled) == len(await pending(works, acme, "executed")) == 1


async def test_what_is_rejected_never_goes_out(works, vault, service):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme)
    await status(works, acme, "awaiting_approval")
    await decide(works, acme, Decision.REJECTED)
    await status(works, acme, "skipped")
    assert (service.enrolled, await ledger(works, acme)) == ([], [])


@pytest.mark.parametrize("change", ["email = NULL", "email_status = 'undeliverable'"])
async def test_an_address_that_changed_since_the_approval_gets_nothing(works, vault, service, change):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme)
    await status(works, acme, "awaiting_approval")
    await decide(works, acme, Decision.APPROVED)
    async with works.database.tenant(acme.id) as session:
        await session.run(f"UPDATE contact SET {change}")
    run = await status(works, acme, "skipped")
    assert run["reason"] == "approved, but the contact has gone, has another address, or its mail came back"
    assert (service.enrolled, len(await pending(works, acme, "failed"))) == ([], 1)


async def test_who_objected_since_the_approval_is_left_alone(works, vault, service):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme)
    await status(works, acme, "awaiting_approval")
    await decide(works, acme, Decision.APPROVED)
    objection = Exclusion(
        kind=ExclusionKind.EMAIL, value=PERSON.lower(), reason="do not contact", source="by hand"
    )
    async with works.database.tenant(acme.id) as session:
        await exclusions.save(session, [objection])
    run = await status(works, acme, "skipped")
    assert run["reason"] == "approved, but the contact is left alone since: do not contact"
    assert (service.enrolled, len(await pending(works, acme, "failed"))) == ([], 1)


async def test_an_approval_that_the_service_refuses_has_failed_and_says_so(works, vault, service):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme, sequence="unknown-one")
    await status(works, acme, "awaiting_approval")
    await decide(works, acme, Decision.APPROVED)
    await status(works, acme, "failed")
    (failed,) = await pending(works, acme, "failed")
    assert failed["reason"].startswith("The service has no such sequence")


async def test_an_approval_that_has_to_wait_for_long_is_carried_out_then_and_not_asked_about_again(
    works, vault, service, monkeypatch
):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme)
    await status(works, acme, "awaiting_approval")
    with monkeypatch.context() as patch:

        async def full(*_):
            raise QuotaExhausted(provider="sequences")

        patch.setattr(works._outward, "carry_out", full)
        await decide(works, acme, Decision.APPROVED)
        await status(works, acme, "snoozed")
    assert len(await pending(works, acme, "approved")) == 1
    async with works.database.tenant(acme.id) as session:
        await session.run("UPDATE run SET due_at = now()")
    await status(works, acme, "done")
    assert len(await pending(works, acme, "executed")) == len(service.enrolled) == 1


async def test_a_lost_answer_is_mended_by_the_next_try_of_the_run(works, acme, service):
    service.behaves(rate_lost=1.0, keys="unheeded")
    await scored(works, acme)

    async def lost():
        return await states(works, acme) == ["maybe_sent"]

    await run_until(works, lost)
    service.behaves(rate_lost=0.0)
    run = await status(works, acme, "done")
    assert len(run["attempts"]) > 1
    assert len(service.enrolled) == 1


async def in_doubt(works, service, tenant):
    """A run whose effect may have gone out, with a service that can't tell."""
    service.behaves(rate_lost=1.0, keys="forgotten")
    await scored(works, tenant)

    async def lost():
        return await states(works, tenant) == ["maybe_sent"]

    await run_until(works, lost)
    service.behaves(rate_lost=0.0)
    return await status(works, tenant, "awaiting_approval")


@pytest.mark.parametrize(
    "policy", [ALLOWED, {"bypass_until": "2100-01-01T00:00:00Z"}], ids=["allow", "bypass"]
)
async def test_where_nobody_can_tell_a_person_is_asked_whatever_the_policy(works, vault, service, policy):
    acme = await add_tenant(works.database, vault, connections=service.connections(), approvals=policy)
    run = await in_doubt(works, service, acme)
    assert run["reason"] == "The service can't say whether it was done: 410 to GET /sequences/v1/enrolments"
    (approval,) = await pending(works, acme)
    assert [act["kind"] for act in approval["acts"]] == ["send_again"]
    assert len(service.enrolled) == 1
    await decide(works, acme, Decision.APPROVED)
    await status(works, acme, "done")
    assert len(service.enrolled) == 2
    assert sorted(await states(works, acme)) == ["cannot_tell", "sent"]


async def test_where_nobody_can_tell_and_a_person_says_no_it_stays_as_it_is(works, acme, service):
    await in_doubt(works, service, acme)
    await decide(works, acme, Decision.REJECTED)
    await status(works, acme, "skipped")
    assert (await states(works, acme), len(service.enrolled)) == (["cannot_tell"], 1)


async def test_an_approved_effect_in_doubt_is_asked_about_once_more(works, vault, service):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme)
    await status(works, acme, "awaiting_approval")
    service.behaves(rate_lost=1.0, keys="forgotten")
    await decide(works, acme, Decision.APPROVED)

    async def lost():
        return await states(works, acme) == ["maybe_sent"]

    await run_until(works, lost)
    service.behaves(rate_lost=0.0)
    await status(works, acme, "awaiting_approval")
    assert len(await pending(works, acme, "failed")) == 1
    await decide(works, acme, Decision.APPROVED)
    await status(works, acme, "done")
    assert len(await pending(works, acme, "executed")) == 1


async def test_a_person_may_choose_another_sequence(works, vault, service):
    acme = await add_tenant(works.database, vault, connections=service.connections())
    await scored(works, acme)
    await status(works, acme, "awaiting_approval")
    (approval,) = await pending(works, acme)
    changed = {**approval["content"], "effect": {**approval["content"]["effect"], "sequence": "gentle"}}
    edited = holding.edited(changed, approval["content"], event_types())
    async with works.database.tenant(acme.id) as session:
        policy = (await tenants.configuration(session)).approvals
        await approvals.decide(
            session, approval["id"], Decision.EDITED, by="bea", policy=policy, edited=edited
        )
    await status(works, acme, "done")
    assert service.enrolled == [("gentle", PERSON)]


async def test_the_crm_is_written_and_what_people_edited_is_replaced_once_they_allow_it(
    works, vault, service
):
    acme = await add_tenant(works.database, vault, connections=service.connections("crm"))
    async with httpx.AsyncClient(
        base_url=f"{service.simulator.http}/crm/v1", headers={"authorization": "Bearer sim-crm"}
    ) as person:
        edit = {"if-none-match": "*", "x-user": "bea"}
        await person.put("/accounts/acme.example", json={"fields": {"name": "ACME Ltd"}}, headers=edit)
        await scored(works, acme)
        run = await status(works, acme, "awaiting_approval", agent="crm")
        assert run["reason"] == "replace what people have edited in the CRM: account.name"
        assert (await person.get("/contacts/ann%40acme.example")).status_code == 404
        await decide(works, acme, Decision.APPROVED)
        await status(works, acme, "done", agent="crm")
        fields = (await person.get("/accounts/acme.example")).json()["fields"]
        assert {name: field["value"] for name, field in fields.items()} == {
            "name": "Acme",
            "lead_score": 85,
            "lead_tier": "B",
        }
        assert (await person.get("/contacts/ann%40acme.example")).status_code == 200


async def test_what_many_runs_ask_of_a_crm_at_once_is_read_in_batches(database, vault, service):
    there = {"hubspot": {"base_url": f"{service.simulator.http}/hubspot", "api_key": "sim-hubspot"}}
    acme = await add_tenant(database, vault, connections=there)
    known = [one for one in on_file(service.simulator.world) if one.people][:20]
    questions = [ReadProspect(domain=one.company.domain, email=one.people[0].email) for one in known]
    questions += [ReadProspect(domain=f"n{n}.example", email=f"ann@n{n}.example") for n in range(40)]
    async with open_fake_works(database, vault, services=("hubspot",)) as works:
        profile = (await works.profiles.of([acme.id]))[acme.id]

        async def ask(question):
            recording = Recording(datetime.now(UTC))
            return await works.asking.ask(profile, uuid.uuid4(), question, recording=recording)

        answers = await asyncio.gather(*map(ask, questions))
    told = [answer.content is not None for answer in answers]
    assert told == [True] * len(known) + [False] * 40
    assert all(one.content.account is not None for one in answers[: len(known)])
    calls = service.simulator.bill.report()["vendors"]["hubspot"]["keys"]["sim-hubspot"]["calls"]
    assert calls < 10  # each alone takes three or four


# Whom it concerns


async def passed_by(works, tenant):
    """The lane read to its end by the agent."""

    async def read():
        async with works.database.system() as session:
            reached = await session.value("SELECT max(next_offset) FROM lane_lease WHERE agent = 'campaign'")
        return bool(reached)

    await run_until(works, read)
    return await runs_of(works, tenant)


async def test_what_was_said_before_a_tenant_had_the_service_passes_by(works, database, vault, service):
    acme = await add_tenant(works.database, vault, approvals=ALLOWED)
    await scored(works, acme)
    await tenants.configure(
        works.database, vault, "acme", {"connections": service.connections(), "approvals": ALLOWED}
    )
    assert await passed_by(works, acme) == []
    async with open_fake_works(
        database, vault, services=("sequences",)
    ) as fresh:  # it has seen the connection
        await scored(fresh, acme)
        await status(fresh, acme, "done")
    assert len(service.enrolled) == 1


async def test_where_no_tenant_has_the_service_its_agent_has_no_desk(works, vault):
    acme = await add_tenant(works.database, vault)
    await scored(works, acme)

    async def others_work():
        async with works.database.system() as session:
            return bool(await session.value("SELECT count(*) FROM lane_lease"))

    await ask_for(works, acme, 1)
    await run_until(works, others_work)
    async with works.database.system() as session:
        assert await session.value("SELECT count(*) FROM lane_lease WHERE agent IN ('campaign', 'crm')") == 0
