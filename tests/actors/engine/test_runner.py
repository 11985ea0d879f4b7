import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from actors.core.agent import agent
from actors.core.effects import EnrolContact
from actors.core.errors import DomainSilent, KeyRefused, ProviderDown, RateLimited, ScorerAway
from actors.core.outcome import Done, Skip, Snooze
from actors.core.questions import EnrichCompany, FindMailExchangers
from actors.engine.asking import Asking
from actors.engine.profiles import Profile
from actors.engine.runner import Assignment, Runner
from actors.engine.turn import Turn
from actors.events.envelope import say
from actors.events.lead import Company, LeadEnriched, LeadSourced
from scoring_models.schema import ScoreRequest
from tenants.policies import TenantConfig
from tenants.records import RunStatus, Tenant
from tenants.store import connections, models, tenants
from tenants.store.session import Database, DatabaseError
from tests.fakes.works import CONNECTIONS, Judge, Oracle

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
# nothing of these runs is the database's business
UNASKED = Database.at("postgresql://nobody@127.0.0.1:1/none", role="nobody")
TENANT = Tenant(UUID(int=1), "acme", "Acme", 0, 7, {})
ENRICHED = LeadEnriched(lead_id=uuid4(), account_id=uuid4(), account=Company(name="Acme"), providers=())
SOURCED = LeadSourced(
    lead_id=ENRICHED.lead_id,
    account_id=ENRICHED.account_id,
    account=Company(name="Acme", domain="acme.com"),
    source="list.csv",
    icp_version=1,
)


def working(work, **options):
    async def helper(event, ctx):
        """Does what a test wants."""
        return await work(event, ctx)

    return agent(**{"on": LeadSourced, "emits": (LeadEnriched,)} | options)(helper)


def profile_of(tenant, ways=None):
    return Profile(tenant, TenantConfig(), ways or {}, {}, {})


async def do(work, *, attempt=1, database=UNASKED, asking=None, scoring=None, profile=None, **options):
    profile = profile or profile_of(TENANT)
    event = say(SOURCED, tenant_id=profile.tenant.id, cause="x", time=FUTURE, traceparent=None)
    runner = Runner(working(work, **options), database, asking, None, scoring, "build-1", turn=Turn())
    return await runner.do(Assignment(uuid4(), event, attempt, 5), profile)


def ending(*, result=None, error=None):
    async def work(event, ctx):
        if error is not None:
            raise error
        return result

    return work


async def test_what_is_done_is_done_with_its_output_and_what_it_said():
    outcome = Done(
        say=(ENRICHED, ENRICHED), output={"findings": 3, "cost": Decimal("0.5"), "id": UUID(int=2)}
    )
    finished = await do(ending(result=outcome))
    end = finished.end
    assert finished.outcome is outcome
    assert end.id == finished.assignment.run_id
    assert end.lead_id == SOURCED.lead_id
    assert (end.status, end.due_at, end.reason, end.error) == (RunStatus.DONE, None, None, None)
    assert json.loads(end.output) == {
        "findings": 3,
        "cost": "0.5",
        "id": str(UUID(int=2)),
        "said": ["lead.enriched"],
    }
    assert json.loads(end.versions) == {"build": "build-1", "config": 7}
    assert end.cost_usd == 0
    assert end.duration_s >= 0


async def test_what_is_skipped_or_snoozed_says_why_and_until_when():
    end = (await do(ending(result=Skip("no domain", missing="domain")))).end
    assert (end.status, end.due_at, end.reason) == (RunStatus.SKIPPED, None, "no domain")
    assert json.loads(end.output) == {"missing": "domain"}
    end = (await do(ending(result=Snooze(FUTURE, "on holiday")))).end
    assert (end.status, end.due_at, end.reason, end.error) == (
        RunStatus.SNOOZED,
        FUTURE,
        "on holiday",
        None,
    )


async def test_an_exception_that_nobody_foresaw_fails_the_run_with_the_place_where_it_was_raised():
    finished = await do(ending(error=ZeroDivisionError("by nothing")))
    assert finished.outcome is None
    end, fault = finished.end, json.loads(finished.end.error)
    assert (end.status, end.due_at, end.reason) == (RunStatus.FAILED, None, "by nothing")
    assert (fault["class"], fault["message"], fault["kind"]) == (
        "ZeroDivisionError",
        "by nothing",
        "permanent",
    )
    assert "test_runner.py" in fault["trace"]
    assert "raise error" in fault["trace"]


async def test_an_exception_without_words_is_named_by_its_class():
    assert (await do(ending(error=ZeroDivisionError()))).end.reason == "ZeroDivisionError"


async def test_an_endless_trace_is_kept_with_its_end():
    fault = json.loads((await do(ending(error=ValueError("x" * 100_000 + " the end")))).end.error)
    assert len(fault["trace"]) <= 4000
    assert fault["trace"].rstrip().endswith("the end")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ProviderDown("503", provider="oracle"), RunStatus.RETRYING),
        (RateLimited(retry_at=FUTURE, provider="oracle"), RunStatus.SNOOZED),
        (DomainSilent(provider="oracle"), RunStatus.SNOOZED),
        (KeyRefused(provider="oracle"), RunStatus.FAILED),
    ],
)
async def test_only_where_waiting_helps_a_run_is_tried_again_soon_or_sleeps_until_a_time_that_is_named(
    error, status
):
    before = datetime.now(UTC)
    end = (await do(ending(error=error))).end
    assert end.status is status
    if status is not RunStatus.FAILED:
        assert end.due_at >= max(before + timedelta(seconds=0.75), error.retry_at or before)
    else:
        assert end.due_at is None
    fault = json.loads(end.error)
    assert (fault["class"], fault["provider"], fault["kind"]) == (type(error).__name__, "oracle", error.kind)
    assert end.reason == fault["message"] == str(error)
    assert "trace" not in fault


async def test_a_database_that_went_away_is_waited_for_and_one_that_refuses_is_not():
    away = DatabaseError(ConnectionError("gone"), connection_lost=True)
    end = (await do(ending(error=away), attempt=1000)).end
    assert (end.status, json.loads(end.error)["class"]) == (RunStatus.RETRYING, "DatabaseAway")
    refused = DatabaseError(ValueError("no such column"), connection_lost=False)
    assert (await do(ending(error=refused))).end.status is RunStatus.FAILED


async def test_after_the_last_attempt_a_run_fails_but_a_model_is_waited_for_without_end():
    last = ProviderDown.max_attempts
    assert (await do(ending(error=ProviderDown()), attempt=last - 1)).end.status is RunStatus.RETRYING
    assert (await do(ending(error=ProviderDown()), attempt=last)).end.status is RunStatus.FAILED
    assert (await do(ending(error=ScorerAway()), attempt=1000)).end.status is RunStatus.RETRYING


async def test_a_run_that_does_not_end_is_ended_at_its_deadline_and_tried_again():
    cancelled = []

    async def work(event, ctx):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(event)
            raise

    end = (await do(work, deadline_s=0.01)).end
    assert (end.status, cancelled) == (RunStatus.RETRYING, [SOURCED])
    assert end.due_at is not None
    assert json.loads(end.error)["class"] == "TookTooLong"
    assert "0.01 s" in end.reason


async def test_a_timeout_of_the_agents_own_is_not_taken_for_the_deadline():
    end = (await do(ending(error=TimeoutError("mine")))).end
    assert (end.status, end.reason) == (RunStatus.FAILED, "mine")
    assert json.loads(end.error)["class"] == "TimeoutError"


@pytest.mark.parametrize("result", [None, "done", True, {"output": 1}, Done, RunStatus.DONE])
async def test_what_is_no_outcome_fails_the_run(result):
    finished = await do(ending(result=result))
    assert finished.outcome is None
    assert finished.end.status is RunStatus.FAILED
    assert "helper must return Done, Skip or Snooze, not " in finished.end.reason


async def test_an_event_that_was_not_declared_is_not_said_and_fails_the_run():
    finished = await do(ending(result=Done(say=(ENRICHED, SOURCED))))
    assert finished.outcome is None
    assert finished.end.status is RunStatus.FAILED
    assert "did not declare that it says lead.sourced" in finished.end.reason


async def test_an_effect_that_was_not_declared_is_not_carried_out_and_fails_the_run():
    effect = EnrolContact(
        lead_id=uuid4(), contact_id=uuid4(), email="a@b.example", sequence="s", name="A", company="B", score=1,
        tier="C",
    )  # fmt: skip
    finished = await do(ending(result=Done(effect=effect)))
    assert finished.end.status is RunStatus.FAILED
    assert "did not declare that it wants EnrolContact" in finished.end.reason


async def test_cancelling_goes_through():
    begun = asyncio.Event()

    async def work(event, ctx):
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(do(work))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "output",
    [{"n": 2**70}, {("a", "b"): 1}, {"text": "half a letter: \ud800"}],
    ids=["a number beyond all bounds", "a key of two parts", "half a letter"],
)
async def test_an_output_that_can_not_be_written_down_ends_the_run_and_not_the_desk(output):
    end = (await do(ending(result=Done(output=output)))).end
    assert end.status in (RunStatus.DONE, RunStatus.FAILED)
    json.loads(end.output or end.error)


@pytest.mark.parametrize("words", ["a \0 b", "half a letter: \ud800"], ids=["NUL", "half a letter"])
async def test_an_error_whose_words_no_database_can_keep_ends_the_run_and_not_the_desk(words):
    end = (await do(ending(error=ValueError(words)))).end
    assert end.status is RunStatus.FAILED
    assert "\0" not in end.reason
    end.reason.encode()
    json.loads(end.error)


async def test_a_run_knows_its_tenant_its_configuration_and_when_it_began():
    seen = {}

    async def work(event, ctx):
        seen.update(tenant=ctx.tenant_id, config=ctx.config, version=ctx.config_version, now=ctx.now)
        return Skip("seen")

    before = datetime.now(UTC)
    await do(work)
    assert (seen["tenant"], seen["config"], seen["version"]) == (TENANT.id, TenantConfig(), 7)
    assert before <= seen["now"] <= datetime.now(UTC)


async def test_a_run_costs_what_its_questions_cost_even_if_it_fails(database, vault):
    acme = await tenants.add(database, vault, "acme", {"connections": CONNECTIONS})
    async with database.tenant(acme.id) as session:
        ways = await connections.everything(session, vault)
    oracle = Oracle()
    asking = Asking(database, None, {"oracle": oracle.provider()}, calls_in_flight=1)

    async def work(event, ctx):
        await ctx.ask(FindMailExchangers(domain="acme.com"))
        await ctx.ask(EnrichCompany(domain="acme.com"))
        raise ProviderDown("503")

    end = (await do(work, database=database, asking=asking, profile=profile_of(acme, ways))).end
    assert (end.status, end.cost_usd) == (RunStatus.RETRYING, Decimal("0.05"))
    assert len(oracle.asked) == 2


async def test_a_run_that_asked_a_model_keeps_which_one_and_without_one_it_waits(database, vault):
    acme = await tenants.add(database, vault, "acme", {})

    async def work(event, ctx):
        score = await ctx.score(ScoreRequest(lead_id=event.lead_id))
        return Done(output={"score": score.score})

    given = {"database": database, "scoring": Judge(), "profile": profile_of(acme)}
    end = (await do(work, **given)).end
    assert (end.status, json.loads(end.error)["class"]) == (RunStatus.RETRYING, "ScorerAway")
    assert "leadmill model train" in end.reason
    async with database.tenant(acme.id) as session:
        version = await models.add_version(
            session, tenant_id=acme.id, name="acme", sha256="0", path="-", metrics={}, facts={}
        )
        await models.point_alias(session, tenant_id=acme.id, alias="champion", name="acme", version=version)
    end = (await do(work, **given)).end
    assert (end.status, json.loads(end.versions)["model"]) == (RunStatus.DONE, f"acme-{version}")
