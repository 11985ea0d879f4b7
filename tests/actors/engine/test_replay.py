"""Runs done again from what they were told: whole leads on a real database, and nobody asked."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.core.errors import KeyRefused
from actors.core.provider import Provider, Reply
from actors.core.questions import EnrichCompany, FindSignals, Signal, SignalsFound
from actors.engine.replay import Difference, NotReplayable, differences, replay
from actors.engine.sourcing import request_rows
from tenants.exclusions import Exclusion
from tenants.store import exclusions, signals, tenants
from tests.actors.engine.mills import add_tenant, ask_for, run_to_the_end, run_until
from tests.fakes.works import Judge, Oracle, open_fake_works


class Labelled(Judge):
    """Models whose score is the number in their label."""

    async def score_many(self, model, requests):
        scores = await super().score_many(model, requests)
        return [one.model_copy(update={"score": int(model.rpartition("-")[2])}) for one in scores]


class Seeing(Labelled):
    """Models that remember what they were asked."""

    def __init__(self):
        super().__init__()
        self.seen = []

    async def score_many(self, model, requests):
        self.seen += requests
        return await super().score_many(model, requests)


@pytest.fixture
def oracle():
    return Oracle()


@pytest.fixture
async def works(database, vault, oracle):
    async with open_fake_works(database, vault, oracle=oracle, judge=Labelled()) as works:
        yield works


async def ran(works, tenant):
    """The ids of the tenant's runs by agent."""
    async with works.database.tenant(tenant.id) as session:
        return {row["agent"]: row["id"] for row in await session.rows("SELECT agent, id FROM run")}


async def again(works, run_id, changes=None):
    return await replay(works.database, works.agents, Labelled(), run_id, changes)


async def test_each_run_of_a_lead_comes_out_as_it_did_though_the_world_has_changed(
    works, database, vault, oracle
):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, 1)
    await run_to_the_end(works, acme, 1)
    asked = len(oracle.asked)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE account SET employees = 7, industry = 'mining', domain = 'elsewhere.com'")
        await session.run("UPDATE contact SET email = NULL, full_name = 'Somebody Else'")
    await tenants.configure(database, vault, "acme", {"icp": {"employees_min": 1000}})
    runs = await ran(works, acme)
    assert set(runs) == {"lead_source", "enrichment", "contact_finder", "scoring"}
    for agent, run_id in runs.items():
        result = await again(works, run_id)
        assert result.is_same, agent
        assert (result.agent, result.before["ending"], result.config_version) == (agent, "done", 1)
        assert result.differences == ()
    assert len(oracle.asked) == asked
    assert (await again(works, runs["contact_finder"])).answers >= 3


async def test_a_changed_ideal_customer_shows_what_would_have_become_of_the_lead(works, database, vault):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, 1)
    await run_to_the_end(works, acme, 1)
    runs = await ran(works, acme)
    result = await again(works, runs["enrichment"], {"icp": {"employees_min": 1000}})
    assert result.is_same
    assert (result.before["ending"], result.after["ending"]) == ("done", "skipped")
    assert Difference("ending", "done", "skipped") in result.differences
    with pytest.raises(ValueError, match="icp"):
        await again(works, runs["enrichment"], {"icp": {"emploeyes": {}}})


async def test_another_model_gives_another_score_and_the_rest_stays(works, database, vault):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, 1)
    await run_to_the_end(works, acme, 1)
    result = await again(works, (await ran(works, acme))["scoring"], {"model": "other-99"})
    assert result.is_same
    changed = {one.path: (one.before, one.after) for one in result.differences}
    assert changed["output.score"] == (1, 99)
    assert changed["output.model"][1] == "other-99"
    assert not any(path.endswith("lead_id") for path in changed)


async def test_another_order_takes_other_answers_or_says_which_call_it_would_need(database, vault, oracle):
    refusing = Oracle(_refuses)
    providers = {
        name: replace(one.provider(), name=name, credit_price_usd=Decimal(price))
        for name, one, price in (
            ("first", refusing, "0.01"),
            ("second", oracle, "0.02"),
            ("third", oracle, "0.03"),
        )
    }
    async with open_fake_works(database, vault, providers=providers, judge=Labelled()) as works:
        acme = await add_tenant(
            database, vault, connections={"first": {}, "second": {}, "third": {}}, order=["first"]
        )
        await ask_for(works, acme, 1)
        await run_to_the_end(works, acme, 1)
    run_id = (await ran(works, acme))["enrichment"]
    same = await again(works, run_id, {"order": ["second"]})
    assert same.is_same
    assert same.before["output"]["unanswered"] == ["first"]
    assert {one.path.partition("[")[0] for one in same.differences} == {"output.unanswered"}  # never asked
    other = await again(works, run_id, {"order": ["third"]})
    assert other.after["error"] == "NotRecorded"
    assert "third was not asked EnrichCompany" in other.after["message"]


async def _refuses(question):
    raise KeyRefused("no")


async def test_a_run_that_failed_fails_again_in_the_same_way(database, vault):
    async def refuse(question):
        if isinstance(question, EnrichCompany):
            raise KeyRefused("HTTP 401")

    async with open_fake_works(database, vault, oracle=Oracle(refuse), judge=Labelled()) as works:
        acme = await add_tenant(database, vault)
        await ask_for(works, acme, 1)
        await run_to_the_end(works, acme, 1)
        result = await again(works, (await ran(works, acme))["enrichment"])
    assert result.is_same
    assert (result.before["ending"], result.before["error"]) == ("failed", "KeyRefused")


async def test_a_run_that_was_held_for_an_approval_replays_what_was_held(works, database, vault):
    acme = await add_tenant(database, vault, approvals={"source_above": 1})
    await ask_for(works, acme, 2)

    async def is_held():
        async with database.tenant(acme.id) as session:
            return await session.value("SELECT count(*) FROM run WHERE status = 'awaiting_approval'") == 1

    await run_until(works, is_held)
    result = await again(works, (await ran(works, acme))["lead_source"])
    assert result.is_same
    assert len(result.before["new"]) == 4


async def test_a_question_whether_two_companies_are_one_is_asked_again_in_a_replay(works, database, vault):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, 1)
    await run_to_the_end(works, acme, 1)
    profile = (await works.profiles.of([acme.id]))[acme.id]
    row = {"name": "company 0", "country": "DE"}
    await request_rows(database, profile, name="list", chunks=[(1, [row])], rows=1, by="test")
    await run_to_the_end(works, acme, 2)
    async with database.tenant(acme.id) as session:
        run_id = await session.value(
            "SELECT id FROM run WHERE agent = 'lead_source' ORDER BY started_at DESC LIMIT 1"
        )
        await session.run("DELETE FROM account_review")
        await session.run("UPDATE account SET name = 'Renamed', name_key = 'renamed'")
    result = await again(works, run_id)
    assert result.is_same
    assert "AccountReview" in {one["kind"] for one in result.before["save"]}


async def test_what_was_never_recorded_can_not_be_replayed(works, database, vault):
    with pytest.raises(NotReplayable, match="there is no run"):
        await again(works, uuid4())
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, 1)
    await run_to_the_end(works, acme, 1)
    async with database.tenant(acme.id) as session:
        await session.run("DELETE FROM recording")
    with pytest.raises(NotReplayable, match="no recording"):
        await again(works, (await ran(works, acme))["scoring"])


def test_differences_name_their_place():
    before = {"a": 1, "b": [{"c": 1}, 2], "d": "same"}
    after = {"a": 1, "b": [{"c": 2}], "d": "same", "e": None, "f": 0}
    assert differences(before, after) == [
        Difference("b[0].c", 1, 2),
        Difference("b[1]", 2, None),
        Difference("f", None, 0),
    ]


async def test_whom_the_tenant_left_alone_then_stays_left_alone_in_a_replay(works, database, vault):
    acme = await add_tenant(database, vault)
    companies = Exclusion(kind="domain", value="company-0.com", reason="customer", source="hubspot")
    people = Exclusion(kind="email", value="ann@company-1.com", reason="do not contact", source="hubspot")
    async with database.tenant(acme.id) as session:
        await exclusions.replace(session, "hubspot", [companies, people])
    await ask_for(works, acme, 2)
    await run_to_the_end(works, acme, 1)
    async with database.tenant(acme.id) as session:
        rejected = await session.rows("SELECT reason, input FROM source_rejection")
        assert await session.value("SELECT count(*) FROM contact") == 0
        await exclusions.replace(session, "hubspot", [])
    assert [(row["reason"], row["input"]["domain"]) for row in rejected] == [("customer", "company-0.com")]
    runs = await ran(works, acme)
    for agent in ("lead_source", "contact_finder"):
        assert (await again(works, runs[agent])).is_same, agent
    assert (await again(works, runs["contact_finder"])).before["reason"] == "do not contact"


async def test_what_happened_at_a_company_reaches_its_score_once_and_is_replayed_as_it_was_told(
    database, vault, oracle
):
    async def tell(link, question):
        asked.append(question.domain)
        job = Signal(kind="hiring", on=date(2026, 1, 1), title="Cook", url="https://c.com/jobs")
        return Reply(SignalsFound(signals=(job,)))

    asked, judge = [], Seeing()
    site = Provider(
        name="site", title="Site", base_url="", needs_key=False, credit_price_usd=Decimal(0),
        answers={FindSignals: tell},
    )  # fmt: skip
    providers = {"oracle": oracle.provider(), "site": site}
    async with open_fake_works(database, vault, providers=providers, judge=judge) as works:
        acme = await add_tenant(database, vault, connections={"site": {}})
        await ask_for(works, acme, 1)
        await run_to_the_end(works, acme, 1)
        runs = await ran(works, acme)
        async with database.tenant(acme.id) as session:
            account_id = await session.value("SELECT id FROM account")
            ((kept,),) = (await signals.of_accounts(session, [account_id])).values()
            assert (kept.kind, kept.title, kept.source) == ("hiring", "Cook", "site")
            await session.run("DELETE FROM signal")
        assert [[one.kind for one in request.signals] for request in judge.seen] == [["hiring"]]
        for agent in ("enrichment", "scoring"):
            assert (await again(works, runs[agent])).is_same, agent
        assert (await again(works, runs["enrichment"])).before["output"]["signals"] == 1
    assert asked == ["company-0.com"]
