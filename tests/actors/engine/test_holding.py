"""Held outcomes: written down and read back as they were, edited within limits, and carried out once."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from actors.core.effects import EnrolContact
from actors.core.errors import CannotTell
from actors.core.outcome import Act, Done
from actors.engine import holding
from actors.engine.deciding import Rules
from actors.engine.holding import WrongContent
from actors.engine.suspects import MOST_DELIVERIES
from actors.events import event_types
from actors.events.contact import ContactVerified
from tenants.approvals import ActKind, ApprovalPolicy, Decision
from tenants.content import canonical, hashed
from tenants.exclusions import REASONS, Exclusion, ExclusionKind
from tenants.records import (
    Account,
    AccountIdentifier,
    AccountReview,
    Contact,
    Finding,
    Lead,
    LeadProgress,
    SourceTally,
    Stage,
)
from tenants.signals import signal
from tenants.store import approvals, audit, failures, tenants
from tenants.store.approvals import NotDecidable
from tenants.store.failures import Which
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_until, take_in, turns
from tests.conftest import execute
from tests.fakes.context import NOW
from tests.fakes.works import Judge, open_fake_works

TYPES = event_types()
ASK_ABOUT_LISTS = {"approvals": {"source_above": 5}}


def outcome():
    account = Account(
        id=uuid4(), identity_key="domain:acme.com", name="Acme", source="list", technologies=("k8s",)
    )
    lead = Lead(id=uuid4(), account_id=account.id, source="list", icp_version=1)
    contact = Contact(
        id=uuid4(), account_id=account.id, full_name="Ann Example", source="apollo", email="a@acme.com"
    )
    finding = Finding(
        subject_id=account.id,
        field="employees",
        value=50,
        provider="apollo",
        evidence="told",
        confidence=0.5,
        cost_usd=Decimal("0.0501"),
        found_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    progress = LeadProgress(lead_id=lead.id, stage=Stage.CONTACTABLE, contact_id=contact.id)
    tally = SourceTally(request_id=uuid4(), part=0, read=1, sourced=1, duplicates=0, rejected={})
    said = ContactVerified(
        lead_id=lead.id,
        account_id=account.id,
        contact_id=contact.id,
        email_status="unknown",
        email_source="apollo",
    )
    return Done(new=(account, lead), save=(contact, finding, progress, tally), say=(said,), output={"n": 1})


def test_an_outcome_is_read_back_as_it_was_written():
    done = outcome()
    text = canonical(holding.write(done))
    assert holding.read(json.loads(text), TYPES) == done
    assert canonical(json.loads(text)) == text


def test_records_that_have_a_kind_of_their_own_are_read_back_too():
    done = outcome()
    own = (
        AccountIdentifier(
            account_id=done.new[0].id, kind="lei", value="5299", source="gleif", evidence="record"
        ),
        Exclusion(kind=ExclusionKind.EMAIL, value="ann@acme.com", reason=REASONS[0], source="apollo"),
        signal(done.new[0].id, "news", NOW.date(), "Moved", None, "website", NOW),
    )
    done = replace(done, save=(*done.save, *own))
    assert holding.read(json.loads(canonical(holding.write(done))), TYPES) == done


def enrolment(**changes):
    effect = EnrolContact(
        lead_id=UUID(int=1), contact_id=UUID(int=2), email="ann@acme.com", sequence="nurture", name="Ann",
        company="Acme", score=50, tier="C",
    )  # fmt: skip
    return Done(effect=effect.model_copy(update=changes), acts=(Act(ActKind.ENROL, "enrol"),))


def test_an_effect_is_held_with_the_outcome_and_what_was_held_before_there_were_any_can_be_read():
    held = holding.write(enrolment())
    assert holding.read(held, TYPES).effect == enrolment().effect
    del held["effect"]
    assert holding.read(held, TYPES).effect is None


def test_an_edit_may_change_the_sequence_but_not_whom_it_reaches_or_under_which_key():
    original = holding.write(enrolment())
    content, _ = holding.edited(holding.write(enrolment(sequence="other")), original, TYPES)
    assert json.loads(content)["effect"]["sequence"] == "other"
    for change in (
        {"email": "bob@acme.com"},
        {"generation": 1},
        {"contact_id": UUID(int=3)},
        {"company": "B"},
    ):
        with pytest.raises(WrongContent, match="about other things"):
            holding.edited(holding.write(enrolment(**change)), original, TYPES)
    without = holding.write(Done())
    with pytest.raises(WrongContent, match="about other things"):
        holding.edited(without, original, TYPES)


def test_what_may_have_been_done_already_waits_whatever_policy_and_bypass_say():
    now = datetime(2026, 1, 2, tzinfo=UTC)
    bypassed = ApprovalPolicy(bypass_until=datetime(2027, 1, 1, tzinfo=UTC))
    assert Rules(ApprovalPolicy(), (), now).must_wait(enrolment())
    assert not Rules(ApprovalPolicy(enrol="allow"), (), now).must_wait(enrolment())
    assert not Rules(bypassed, (), now).must_wait(enrolment())
    doubtful = holding.in_doubt(enrolment(), CannotTell("it has forgotten"))
    assert doubtful.effect.generation == 1
    assert Rules(bypassed, (), now).must_wait(doubtful)


def test_an_edit_may_change_what_is_said_of_things_but_not_which_things():
    original = holding.write(outcome())
    changed = json.loads(json.dumps(original))
    changed["save"][0]["email"] = "ann@acme.com"
    content, content_hash = holding.edited(changed, original, TYPES)
    assert json.loads(content)["save"][0]["email"] == "ann@acme.com"
    assert content_hash == hashed(content) != hashed(canonical(original))
    for place, field in (("save", "id"), ("new", "account_id"), ("say", "lead_id")):
        other = json.loads(json.dumps(original))
        other[place][1 if field == "account_id" else 0][field] = str(uuid4())
        with pytest.raises(WrongContent, match="other things"):
            holding.edited(other, original, TYPES)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("say"),
        lambda document: document["save"][0].pop("full_name"),
        lambda document: document["save"][0].update(kind="Secret"),
        lambda document: document["save"][0].update(surprise=1),
        lambda document: document.update(new=5),
    ],
)
def test_what_is_no_outcome_is_refused(spoil):
    document = holding.write(outcome())
    spoil(document)
    with pytest.raises(WrongContent):
        holding.read(document, TYPES)


def test_accounts_that_came_meanwhile_are_left_out_with_their_leads_and_count_as_duplicates():
    done = outcome()
    rest = holding.without(done, frozenset({done.new[0].id}))
    assert (rest.new, rest.say) == ((), ())
    tally = rest.save[-1]
    assert (tally.read, tally.sourced, tally.duplicates) == (1, 0, 1)
    assert holding.without(done, frozenset()) is done


def test_of_a_company_that_came_meanwhile_nobody_is_asked_whether_it_is_another():
    done = outcome()
    came, stays = done.new[0].id, uuid4()
    reviews = [
        AccountReview(id=uuid4(), account_id=one, other_id=uuid4(), score=0.8, evidence=("both: acme",))
        for one in (came, stays)
    ]
    numbers = [
        AccountIdentifier(account_id=one, kind="lei", value="5299", source="gleif", evidence="record")
        for one in (came, stays)
    ]
    done = replace(done, save=(*done.save, *reviews, *numbers))
    assert holding.read(json.loads(canonical(holding.write(done))), TYPES) == done
    rest = holding.without(done, frozenset({came}))
    for kind in (AccountReview, AccountIdentifier):
        assert [one.account_id for one in rest.save if isinstance(one, kind)] == [stays]


@pytest.fixture
async def works(database, vault):
    async with open_fake_works(database, vault, judge=Judge(), commit_linger_s=0.01) as works:
        yield works


async def held_list(works, vault, count=8, **policy):
    """A tenant whose list of so many companies waits for a person, and what waits."""
    acme = await add_tenant(works.database, vault, approvals={"source_above": 5, **policy})
    await ask_for(works, acme, count)

    async def waits():
        return await waiting(works.database, acme) != []

    await run_until(works, waits)
    return acme, await waiting(works.database, acme)


async def waiting(database, tenant, status="pending"):
    async with database.tenant(tenant.id) as session:
        return await approvals.listed(session, status=status)


async def decide(database, tenant, approval, decision, by="ann", **more):
    async with database.tenant(tenant.id) as session:
        policy = (await tenants.configuration(session)).approvals
        await approvals.decide(session, approval["id"], decision, by=by, policy=policy, **more)


async def settled(works, tenant):
    async def ended():
        async with works.database.tenant(tenant.id) as session:
            open_still = await session.value(
                "SELECT count(*) FROM run WHERE status IN ('running', 'retrying', 'awaiting_approval')"
            )
            runs_there = await session.value("SELECT count(*) FROM run")
        return runs_there and not open_still and (await counts_of(works.database, tenant))["in_flight"] == 0

    await run_until(works, ended)


async def test_a_long_list_waits_and_nothing_of_it_is_there(works, vault):
    acme, (approval,) = await held_list(works, vault)
    assert (await counts_of(works.database, acme))["sourced"] == 0
    assert approval["agent"] == "lead_source"
    assert [act["why"] for act in approval["acts"]] == ["8 companies are asked for"]
    assert approval["requested_by"] == "test"
    assert len(approval["content"]["new"]) == 16


async def test_what_is_approved_is_done_once_and_bears_a_name(works, vault):
    acme, (approval,) = await held_list(works, vault)
    await decide(works.database, acme, approval, Decision.APPROVED, content_hash=approval["content_hash"])
    await settled(works, acme)
    counts = await counts_of(works.database, acme)
    assert (counts["sourced"], counts["scored"]) == (8, 8)
    (done,) = await waiting(works.database, acme, "executed")
    assert (done["decided_by"], done["id"]) == ("ann", approval["id"])
    async with works.database.tenant(acme.id) as session:
        output = await session.value("SELECT output FROM run WHERE agent = 'lead_source'")
        acts = await audit.recent(session)
    assert (output["approved_by"], output["sourced"]) == ("ann", 8)
    assert [(act["by"], act["act"]) for act in acts] == [("ann", "approved")]
    with pytest.raises(NotDecidable, match="it is executed already, by ann"):
        await decide(works.database, acme, approval, Decision.REJECTED, by="bob")


async def test_the_same_decision_once_more_changes_nothing_and_is_no_error(works, vault):
    acme, (approval,) = await held_list(works, vault)
    for _ in range(2):
        await decide(works.database, acme, approval, Decision.APPROVED)
    await settled(works, acme)
    await decide(works.database, acme, approval, Decision.APPROVED)
    with pytest.raises(NotDecidable, match="it is executed already, by ann"):
        await decide(works.database, acme, approval, Decision.EDITED, edited=("{}", "0"))
    async with works.database.tenant(acme.id) as session:
        assert len(await audit.recent(session)) == 1
    assert (await counts_of(works.database, acme))["sourced"] == 8


async def test_what_is_rejected_leaves_nothing_but_the_reason(works, vault):
    acme, (approval,) = await held_list(works, vault)
    await decide(works.database, acme, approval, Decision.REJECTED, reason="too many")
    await settled(works, acme)
    assert (await counts_of(works.database, acme))["sourced"] == 0
    async with works.database.tenant(acme.id) as session:
        run = (await session.rows("SELECT status, reason FROM run"))[0]
    assert run == {"status": "skipped", "reason": "rejected by ann: too many"}


async def test_what_nobody_decides_in_time_is_not_done_and_not_called_a_rejection(works, vault):
    acme, (approval,) = await held_list(works, vault)
    async with works.database.tenant(acme.id) as session:
        await session.run("UPDATE approval SET expires_at = now()")
    with pytest.raises(NotDecidable, match="its time is over"):
        await decide(works.database, acme, approval, Decision.APPROVED)
    await settled(works, acme)
    assert (await counts_of(works.database, acme))["sourced"] == 0
    (over,) = await waiting(works.database, acme, "expired")
    assert over["decided_by"] is None
    async with works.database.tenant(acme.id) as session:
        assert await session.value("SELECT reason FROM run") == "nobody decided in time: nothing was done"


async def test_of_many_who_decide_at_the_same_time_one_wins_and_the_others_hear_who(works, vault):
    acme, (approval,) = await held_list(works, vault)

    async def try_to(number):
        decision = Decision.APPROVED if number % 2 else Decision.REJECTED
        try:
            await decide(works.database, acme, approval, decision, by=f"p{number}", reason="r")
        except NotDecidable as refusal:
            return str(refusal)
        return f"p{number}"

    told = await asyncio.gather(*(try_to(number) for number in range(12)))
    winners = [one for one in told if one.startswith("p")]
    assert len(winners) == 1
    assert all(one.endswith(f"already, by {winners[0]}") for one in told if one not in winners)


async def test_an_edit_is_applied_in_place_of_the_original(works, vault):
    acme, (approval,) = await held_list(works, vault)
    document = json.loads(json.dumps(approval["content"]))
    document["new"][0]["name"] = "Renamed"
    edited = holding.edited(document, approval["content"], TYPES)
    await decide(works.database, acme, approval, Decision.EDITED, edited=edited)
    await settled(works, acme)
    async with works.database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM account WHERE name = 'Renamed'") == 1
        assert await session.value("SELECT count(*) FROM account") == 8


async def test_who_has_seen_something_else_decides_nothing(works, vault):
    acme, (approval,) = await held_list(works, vault)
    with pytest.raises(NotDecidable, match="not what you saw"):
        await decide(works.database, acme, approval, Decision.APPROVED, content_hash="0" * 64)
    assert await waiting(works.database, acme) != []


async def test_content_that_was_changed_behind_our_back_is_not_carried_out(works, vault):
    acme, (approval,) = await held_list(works, vault)
    async with works.database.tenant(acme.id) as session:
        await session.run(
            "UPDATE held_outcome SET content = replace(content::text, 'company 3', 'evil')::json"
        )
    await decide(works.database, acme, approval, Decision.APPROVED)
    await settled(works, acme)
    assert (await counts_of(works.database, acme))["sourced"] == 0
    async with works.database.tenant(acme.id) as session:
        run = (await session.rows("SELECT status, reason FROM run"))[0]
    assert run == {"status": "failed", "reason": "What was approved is not what is stored"}
    (failed,) = await waiting(works.database, acme, "failed")
    assert failed["reason"] == "What was approved is not what is stored"


async def test_two_people_are_needed_where_the_policy_says_so(works, vault):
    acme, (approval,) = await held_list(works, vault, two_people=True)
    with pytest.raises(NotDecidable, match="test has asked for this"):
        await decide(works.database, acme, approval, Decision.APPROVED, by="test")
    await decide(works.database, acme, approval, Decision.APPROVED, by="ann")


async def test_companies_that_came_meanwhile_count_as_duplicates(works, vault):
    acme, (approval,) = await held_list(works, vault)
    await ask_for(works, acme, 3)  # short enough to be nobody's business

    async def there():
        return (await counts_of(works.database, acme))["sourced"] == 3

    await run_until(works, there)
    await decide(works.database, acme, approval, Decision.APPROVED)
    await settled(works, acme)
    assert (await counts_of(works.database, acme))["sourced"] == 8
    async with works.database.tenant(acme.id) as session:
        tally = (await session.rows("SELECT sourced, duplicates FROM source_tally WHERE read = 8"))[0]
    assert tally == {"sourced": 5, "duplicates": 3}


async def test_a_desk_that_dies_while_it_carries_out_an_approval_is_followed_by_one_that_does(works, vault):
    acme, (approval,) = await held_list(works, vault)
    await decide(works.database, acme, approval, Decision.APPROVED)
    dead = await take_in(works, "lead_source", acme.home_lane)
    await dead._take_in()
    for task in dead.hand._tasks:
        task.cancel()
    heir = await take_in(works, "lead_source", acme.home_lane)
    await turns(heir, lambda: heir.counters.done == 1)
    assert (await counts_of(works.database, acme))["sourced"] == 8
    assert len(await waiting(works.database, acme, "executed")) == 1
    assert await waiting(works.database, acme) == []


async def test_an_approval_over_which_processes_died_is_carried_out_when_a_person_tries_the_run_again(
    works, vault
):
    acme, (approval,) = await held_list(works, vault)
    await decide(works.database, acme, approval, Decision.APPROVED)
    for _ in range(MOST_DELIVERIES):
        dead = await take_in(works, "lead_source", acme.home_lane)
        await dead._take_in()
        await dead._begin_suspects()
        await dead.abandon()
    heir = await take_in(works, "lead_source", acme.home_lane)
    await turns(heir, lambda: heir.counters.failed == 1)
    async with works.database.tenant(acme.id) as session:
        again = await failures.retry(session, Which(), by="ann")
    assert len(again.eligible) == 1
    await settled(works, acme)
    assert (await counts_of(works.database, acme))["scored"] == 8
    assert len(await waiting(works.database, acme, "executed")) == 1
    assert await waiting(works.database, acme) == []


async def test_an_approval_that_the_database_refuses_has_failed_and_says_why(works, vault, database_url):
    acme, (approval,) = await held_list(works, vault)
    await decide(works.database, acme, approval, Decision.APPROVED)
    await execute(
        database_url, "ALTER TABLE leadmill.account ADD CONSTRAINT nobody CHECK (name = '') NOT VALID"
    )
    await settled(works, acme)
    (failed,) = await waiting(works.database, acme, "failed")
    assert 'violates check constraint "nobody"' in failed["reason"]


async def test_with_a_bypass_nobody_is_asked_and_the_run_says_so(works, vault):
    acme = await add_tenant(
        works.database, vault, approvals={"source_above": 5, "bypass_until": "2100-01-01T00:00:00Z"}
    )
    await ask_for(works, acme, 8)
    await settled(works, acme)
    async with works.database.tenant(acme.id) as session:
        output = await session.value("SELECT output FROM run WHERE agent = 'lead_source'")
    assert output["bypassed"] == ["source"]
