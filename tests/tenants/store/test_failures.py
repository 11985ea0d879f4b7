"""The error queue on a real database: who leaves it, who does not, and what is kept of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import pytest_asyncio

from tenants.policies import ProviderConnection
from tenants.records import RunStatus
from tenants.store import audit, connections, failures, funnel, leads, runs, tenants
from tenants.store.columns import to_json
from tenants.store.failures import Which
from tenants.store.session import DatabaseError
from tests.tenants.store.rows import add_leads, end, start

AGENT = "enrichment"
DOWN = {
    "class": "ProviderDown",
    "message": "down",
    "kind": "transient",
    "provider": "apollo",
    "trace": "long",
}
REFUSED = {"class": "KeyRefused", "message": "no", "kind": "configuration", "provider": "hunter"}


@pytest_asyncio.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


@pytest_asyncio.fixture
async def session(database, acme):
    async with database.tenant(acme.id) as session:
        yield session


async def ended(session, status, *, agent=AGENT, error=None, fingerprint=None, lead=None, **facts):
    run = start(lead_id=lead)
    await runs.open_runs(session, agent, 0, [run])
    told = to_json(error) if error is not None else None
    await runs.close_runs(session, [end(run, status, error=told, fingerprint=fingerprint, **facts)])
    return run.id


async def failed(session, fingerprint="f1", error=DOWN, **facts):
    return await ended(
        session, RunStatus.FAILED, fingerprint=fingerprint, error=error, reason="down", **facts
    )


async def status_of(session, run_id):
    return await session.value("SELECT status FROM run WHERE id = :id", id=run_id)


async def test_failures_are_grouped_by_what_they_have_in_common(session):
    for _ in range(3):
        await failed(session)
    await failed(session, "f2", REFUSED)
    await ended(session, RunStatus.DONE)
    await failures.assign(session, "f2", to="ann", by="bob")
    found = await failures.groups(session)
    assert [
        (one["fingerprint"], one["runs"], one["provider"], one["class"], one["assignee"]) for one in found
    ] == [
        ("f1", 3, "apollo", "ProviderDown", None),
        ("f2", 1, "hunter", "KeyRefused", "ann"),
    ]


async def test_a_muted_group_stands_at_the_end_until_its_time_is_over(session):
    for _ in range(2):
        await failed(session)
    await failed(session, "f2", REFUSED)
    await failures.mute(session, "f1", until=datetime.now(UTC) + timedelta(hours=1), by="ann")
    assert [(one["fingerprint"], one["is_muted"]) for one in await failures.groups(session)] == [
        ("f2", False),
        ("f1", True),
    ]
    await failures.mute(session, "f1", until=None, by="ann")
    assert [one["is_muted"] for one in await failures.groups(session)] == [False, False]


async def test_a_group_that_never_was_can_be_neither_muted_nor_assigned(session):
    with pytest.raises(ValueError, match="no failure has the fingerprint nope"):
        await failures.assign(session, "nope", to="ann", by="bob")


@pytest.mark.parametrize(
    ("conditions", "matched"),
    [("", 3), ("agent=scoring", 1), ("provider=hunter", 1), ("error=ProviderDown agent=enrichment", 1)],
)
async def test_all_that_match_are_tried_again_and_a_dry_run_says_which(session, conditions, matched):
    await failed(session)
    await failed(session, "f2", REFUSED)
    await failed(session, "f3", agent="scoring")
    which = Which.where(conditions)
    tried = await failures.retry(session, which, by="ann", dry_run=True)
    assert len(tried.eligible) == matched
    assert len(await failures.listed(session, Which())) == 3
    assert await audit.recent(session) == []
    assert (await failures.retry(session, which, by="ann")).eligible == tried.eligible
    assert len(await failures.listed(session, Which())) == 3 - matched
    assert (await failures.retry(session, which, by="ann")).eligible == ()
    assert [(act["by"], act["act"], act["detail"]) for act in await audit.recent(session)] == [
        ("ann", "retry", {"runs": matched})
    ]


async def test_a_retried_run_is_due_at_once_from_its_first_attempt_and_its_lead_is_in_flight(database, acme):
    async with database.tenant(acme.id) as session:
        lead = (await add_leads(session, 1))[0]
        run_id = await failed(session, lead=lead.id)
        assert (await funnel.counts(session))["failed"] == 1
        await failures.retry(session, Which(ids=(run_id,)), by="ann")
        counts = await funnel.counts(session)
    assert (counts["failed"], counts["in_flight"]) == (0, 1)
    async with database.system() as session:
        due = await runs.take_due(session, AGENT, 0, 10, 60)
    assert [(run.id, run.attempt, run.unfinished) for run in due] == [(run_id, 1, 0)]


async def test_who_is_not_tried_again_is_told_why(session):
    future = datetime(2100, 1, 1, tzinfo=UTC)
    running = start()
    await runs.open_runs(session, AGENT, 0, [running])
    chosen = [
        running.id,
        await ended(session, RunStatus.DONE),
        await ended(session, RunStatus.DONE),
        await ended(session, RunStatus.RETRYING, due_at=future),
        await ended(session, RunStatus.SNOOZED, due_at=future),
        await ended(session, RunStatus.SKIPPED),
        uuid4(),
    ]
    result = await failures.retry(session, Which(ids=tuple(chosen)), by="ann")
    assert set(result.eligible) == {chosen[4], chosen[5]}
    assert result.refused == {
        "it is being worked on": 1,
        "it is done already": 2,
        "it is about to be tried again": 1,
        "there is no such run": 1,
    }


async def test_another_tenants_runs_are_not_there(database, vault, session):
    other = await tenants.add(database, vault, "other", {})
    async with database.tenant(other.id) as theirs:
        foreign = await failed(theirs)
    result = await failures.retry(session, Which(ids=(foreign,)), by="ann")
    assert (result.eligible, result.refused) == ((), {"there is no such run": 1})


@pytest.mark.parametrize("conditions", ["agent", "agent=", "colour=red", "agent=a agent=b", "lead=5"])
def test_conditions_that_say_nothing_are_refused(conditions):
    with pytest.raises(ValueError, match="is no condition"):
        Which.where(conditions)


async def test_an_edited_input_takes_the_place_of_the_old_one_which_the_audit_keeps(session):
    run_id = await failed(session)
    await failures.edit(session, run_id, {"n": 2}, by="ann")
    assert await session.value("SELECT input FROM run WHERE id = :id", id=run_id) == {"n": 2}
    act = (await audit.recent(session))[0]
    assert (act["act"], act["subject"], act["detail"]) == (
        "edit input",
        str(run_id),
        {"from": {"n": 1}, "to": {"n": 2}},
    )


async def test_only_a_failed_run_can_be_edited(session):
    done = await ended(session, RunStatus.DONE)
    with pytest.raises(ValueError, match="only those can be edited"):
        await failures.edit(session, done, {"n": 2}, by="ann")


async def test_a_resolved_run_leaves_the_queue_for_a_reason_and_can_come_back(session):
    run_id = await failed(session)
    assert await failures.resolve(session, Which(ids=(run_id,)), by="ann", reason="a test company") == 1
    assert await failures.groups(session) == []
    assert (await audit.recent(session))[0]["detail"] == {"runs": 1, "reason": "a test company"}
    assert await failures.resolve(session, Which(), by="ann", reason="again") == 0
    assert (await failures.retry(session, Which(ids=(run_id,)), by="ann")).eligible == (run_id,)


async def test_a_later_success_of_the_same_work_empties_the_queue(database, acme):
    async with database.tenant(acme.id) as session:
        lead, other = await add_leads(session, 2)
        overtaken = await failed(session, lead=lead.id)
        left = await failed(session, lead=other.id)
        elsewhere = await failed(session, lead=lead.id, agent="scoring")
        await ended(session, RunStatus.SKIPPED, lead=other.id)
    async with database.tenant(acme.id) as session:
        await ended(session, RunStatus.DONE, lead=lead.id)
    async with database.system() as session:
        assert await failures.supersede(session) == 1
        assert await failures.supersede(session) == 0
    async with database.tenant(acme.id) as session:
        assert await status_of(session, overtaken) == "superseded"
        assert [await status_of(session, one) for one in (left, elsewhere)] == ["failed", "failed"]


async def test_a_success_that_came_before_the_failure_does_not_count(database, acme):
    async with database.tenant(acme.id) as session:
        lead = (await add_leads(session, 1))[0]
        await ended(session, RunStatus.DONE, lead=lead.id)
        await failed(session, lead=lead.id)
    async with database.system() as session:
        assert await failures.supersede(session) == 0


async def test_a_skip_goes_on_when_the_fact_that_it_missed_arrives(session):
    lead, other = await add_leads(session, 2)
    domain = await ended(session, RunStatus.SKIPPED, missing="domain", lead=lead.id)
    same = await ended(session, RunStatus.SKIPPED, missing="domain", lead=other.id)
    person = await ended(session, RunStatus.SKIPPED, missing="person")
    assert await failures.resume(session, ["domain"], lead_id=lead.id) == 1
    assert [await status_of(session, one) for one in (domain, same, person)] == [
        "retrying",
        "skipped",
        "skipped",
    ]
    assert (await funnel.counts(session))["in_flight"] == 1


async def test_what_waited_for_a_provider_goes_on_when_the_way_to_it_changes(session, vault):
    quota = DOWN | {"class": "QuotaExhausted"}
    waits = [
        await failed(session, error=REFUSED),
        await failed(session, error=REFUSED | {"class": "NotConnected", "provider": None}),
        await ended(session, RunStatus.SNOOZED, error=quota | {"provider": "hunter"}),
        await ended(session, RunStatus.SKIPPED, missing="firmographics"),
    ]
    stays = [
        await failed(session, error=REFUSED | {"provider": "apollo"}),
        await failed(session),
        await ended(session, RunStatus.SNOOZED, error=quota),
    ]
    await connections.save(session, vault, "hunter", ProviderConnection(api_key="sim-secret-key"))
    assert [await status_of(session, one) for one in waits] == ["retrying"] * 4
    assert "retrying" not in [await status_of(session, one) for one in stays]


async def test_another_ideal_customer_takes_up_what_was_rejected_for_the_old_one(database, vault, acme):
    async with database.tenant(acme.id) as session:
        run_id = await ended(session, RunStatus.SKIPPED, missing="ideal customer")
        person = await ended(session, RunStatus.SKIPPED, missing="person")
    for document, expected in (
        ({"agents": {"scoring": False}}, ["skipped", "skipped"]),
        ({"icp": {"countries": ["DE"]}}, ["retrying", "skipped"]),
        ({"icp": {"countries": ["DE"]}, "personas": [{"titles": ["cto"]}]}, ["retrying", "retrying"]),
    ):
        await tenants.configure(database, vault, "acme", document)
        async with database.tenant(acme.id) as session:
            assert [await status_of(session, one) for one in (run_id, person)] == expected


async def test_a_run_keeps_its_attempts_the_first_and_the_newest(session):
    run = start()
    await runs.open_runs(session, AGENT, 0, [run])
    for number in range(1, 26):
        await session.run(
            "UPDATE run SET status = 'running', attempt = :n WHERE id = :id", n=number, id=run.id
        )
        waits = end(
            run, RunStatus.RETRYING, reason=f"no {number}", error=to_json(DOWN), cost_usd=Decimal("0.05")
        )
        await runs.close_runs(session, [waits])
    await session.run("UPDATE run SET status = 'running', attempt = 26 WHERE id = :id", id=run.id)
    await runs.close_runs(session, [end(run)])
    kept = await session.value("SELECT attempts FROM run WHERE id = :id", id=run.id)
    assert [one["attempt"] for one in kept] == [1, *range(8, 27)]
    assert (kept[0]["reason"], kept[0]["status"], kept[-1]["status"]) == ("no 1", "retrying", "done")
    assert "trace" not in kept[0]["error"]
    assert kept[0]["cost"] == 0.05


async def test_a_run_that_went_well_at_once_has_no_attempts_to_tell_of(session):
    run_id = await ended(session, RunStatus.DONE)
    assert await session.value("SELECT attempts FROM run WHERE id = :id", id=run_id) == []


async def test_what_is_in_the_audit_is_not_changed(database, acme):
    async with database.tenant(acme.id) as session:
        await audit.write(session, by="ann", act="retry", subject="all", detail={})
    with pytest.raises(DatabaseError, match="permission denied"):
        async with database.tenant(acme.id) as session:
            await session.run("UPDATE audit SET by = 'bob'")


async def test_a_domain_that_a_person_adds_takes_up_the_lead_that_missed_it(session):
    lead, other = await add_leads(session, 2)
    run_id = await ended(session, RunStatus.SKIPPED, missing="domain", lead=lead.id)
    assert await leads.set_domain(session, lead.id, "acme.com", by="ann") == 1
    assert await status_of(session, run_id) == "retrying"
    account = (await leads.accounts(session, [lead.account_id]))[lead.account_id]
    assert account.domain == "acme.com"
    act = (await audit.recent(session))[0]
    assert (act["by"], act["act"], act["detail"]) == ("ann", "set domain", {"from": None, "to": "acme.com"})
    with pytest.raises(ValueError, match=r"acme\.com is the domain of Acme"):
        await leads.set_domain(session, other.id, "acme.com", by="ann")
    with pytest.raises(ValueError, match="there is no lead"):
        await leads.set_domain(session, uuid4(), "globex.com", by="ann")
