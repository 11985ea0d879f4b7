import asyncio
import json
from uuid import uuid4

import pytest_asyncio
from typer.testing import CliRunner

from scoring_models import commands
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from scoring_models.scorer import Scorer
from scoring_models.standing import lead_score
from tenants.records import LeadEngagement
from tenants.settings import StoreSettings
from tenants.store import engagement, judgements, tenants
from tests.scoring_models import world
from tests.tenants.store.rows import add_leads, score

COUNT = 120


@pytest_asyncio.fixture
async def requests(database, database_url, vault, monkeypatch, tmp_path):
    """A tenant's leads, judged 120 days ago; each did something, and every second of the better half replied."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    folder = ModelFolder.of(StoreSettings(home=tmp_path))
    label = await Registry(database, folder).register(world.trained(), name="fit")
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        new = await add_leads(session, COUNT)
        made = [
            request.model_copy(update={"lead_id": one.id})
            for request, one in zip(world.requests(COUNT), new, strict=True)
        ]
        scores = Scorer(folder.path_of, open_models=1).score_many(label, made)
        kept = [lead_score(*both) for both in zip(scores, made, strict=True)]
        await judgements.save(session, kept)
        await session.run("UPDATE judgement SET judged_at = now() - interval '120 days'")
        at = await session.value("SELECT now() - interval '100 days'")
        ranked = sorted(kept, key=lambda one: -one.fit)
        acts = [
            LeadEngagement(
                id=uuid4(), lead_id=one.lead_id, contact_id=None, at=at,
                kind="reply" if place < COUNT / 2 and place % 2 == 0 else "visit",
            )
            for place, one in enumerate(ranked)
        ]  # fmt: skip
        await engagement.save(session, acts)
    return made


async def leadmill_model(*words, status=0):
    done = await asyncio.to_thread(CliRunner().invoke, commands.app, words)
    assert done.exit_code == status, done.output
    return done


async def test_scores_are_held_against_what_happened(requests, tmp_path):
    report = tmp_path / "backtest.html"
    told = (await leadmill_model("backtest", "acme", "--report", str(report))).stdout
    assert f"{COUNT} leads, first scored from" in told
    assert f"by fit-1; {COUNT // 4} answered within 90 days" in told
    assert "<svg" in report.read_text()
    answer = json.loads((await leadmill_model("backtest", "acme", "--json")).stdout)
    assert answer["evaluation"]["measures"]["roc_auc"]["value"] > 0.6
    none = await leadmill_model("backtest", "acme", "--days", "200", status=1)
    assert "of 0 leads 0 answered within 200 days" in none.stderr
    late = await leadmill_model("backtest", "acme", "--within", "10", status=1)
    assert f"of {COUNT} leads 0 answered within 10 days" in late.stderr


async def test_a_leads_score_is_explained_by_the_model_that_gave_it(requests, tmp_path):
    told = json.loads((await leadmill_model("explain", "acme", str(requests[0].lead_id), "--json")).stdout)
    scorer = Scorer(ModelFolder.of(StoreSettings(home=tmp_path)).path_of, open_models=1)
    (expected,) = scorer.score_many("fit-1", [requests[0]])
    assert (told["tier"], told["score"], told["model"]) == (expected.tier, expected.score, "fit-1")
    assert [one["text"] for one in told["reasons"]] == [one.text for one in expected.reasons]
    low = next(one for one in requests if (one.email_status, one.seniority) == (None, "staff"))
    shown = (await leadmill_model("explain", "acme", str(low.lead_id))).stdout
    assert "It would be " in shown
    missing = await leadmill_model("explain", "acme", str(uuid4()), status=1)
    assert "acme has no lead" in missing.stderr


async def test_models_learn_from_what_came_of_leads(requests, database, vault):
    few = await leadmill_model("train", status=1)
    assert "Not enough data: 0 won and 0 lost leads" in few.stderr
    await tenants.configure(database, vault, "acme", {"share_outcomes": True})
    few = await leadmill_model("train", status=1)
    assert f"{COUNT // 4} won and {COUNT - COUNT // 4} lost leads" in few.stderr
    await leadmill_model("promote", "fit-1")
    own = await leadmill_model("train", "--tenant", "acme")
    assert f"acme: not enough outcomes yet: {COUNT // 4 + 40} of 80" in own.stdout
    async with database.tenant((await tenants.named(database, "acme")).id) as session:
        at = await session.value("SELECT now() - interval '100 days'")
        rows = await session.rows("SELECT lead_id FROM judgement ORDER BY fit DESC LIMIT 60")
        acts = [
            LeadEngagement(id=uuid4(), lead_id=row["lead_id"], contact_id=None, kind="meeting", at=at)
            for row in rows
        ]
        await engagement.save(session, acts)
    answer = json.loads((await leadmill_model("train", "--json")).stdout)
    assert (answer["model"], answer["rows"]) == ("fit-2", COUNT)
    own = json.loads((await leadmill_model("train", "--tenant", "acme", "--json")).stdout)
    assert (own["rows"], own["drawn_from"], own["outcomes"]) == (COUNT, "fit-1", 80)


async def test_bounds_of_tiers_are_proposed_by_what_a_team_can_work(requests):
    few = await leadmill_model("cutoffs", "acme", "--per-week", "5", status=1)
    assert "There are 0 leads, and this takes 50" in few.stderr
    told = json.loads(
        (await leadmill_model("cutoffs", "acme", "--per-week", "1", "--weeks", "20", "--json")).stdout
    )
    assert told["leads"] == COUNT
    assert 0 < told["counts"]["A"] <= 20
    shown = (await leadmill_model("cutoffs", "acme", "--per-week", "1", "--weeks", "20")).stdout
    assert f"  fit: {told['tiers']['fit']}" in shown


async def test_what_was_said_of_a_tenants_leads_is_held_against_what_the_model_was_trained_on(requests):
    none = await leadmill_model("drift", "fit-1", "--tenant", "acme", status=1)
    assert "There are 0 leads" in none.stderr
    told = await leadmill_model("drift", "fit-1", "--tenant", "acme", "--days", "365", "--json")
    answer = json.loads(told.stdout)
    assert (answer["rows"], answer["inflation"]) == (COUNT, None)
    assert {one["name"] for one in answer["movements"]} >= {"score", "employees"}
    both = await leadmill_model("drift", "fit-1", status=2)
    assert "--tenant" in both.output


async def test_how_a_tenants_leads_came_in_is_told(requests, database):
    async with database.tenant((await tenants.named(database, "acme")).id) as session:
        leads = await add_leads(session, 60)
        await judgements.save(session, [score(one, 90, tier="A", asked={"employees": 7}) for one in leads])
        leads = await add_leads(session, 60)
        await judgements.save(session, [score(one, 30, tier="C", asked={"employees": 7}) for one in leads])
        await session.run(
            "UPDATE judgement SET judged_at = now() - interval '20 days' WHERE tier = 'C' AND judged_at = now()"
        )
    told = (await leadmill_model("drift", "fit-1", "--tenant", "acme")).stdout
    assert "Of 60 leads of the last 7 days 100% came in as tier A" in " ".join(told.split())
    assert "scores are inflated" in " ".join(told.split())
