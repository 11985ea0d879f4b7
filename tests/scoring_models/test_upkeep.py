"""What is found when a tenant's model is looked at, and what is proposed then."""

import asyncio
import json
import random
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from scoring_models.columns import pack
from scoring_models.errors import NoReferenceError
from scoring_models.folder import ModelFolder
from scoring_models.installation import Installation
from scoring_models.lifecycle import CHALLENGER, Lifecycle
from scoring_models.registry import CHAMPION, Registry
from scoring_models.scorer import Scorer
from scoring_models.standing import lead_score
from scoring_models.upkeep import BY, look_at, moved_from, tended
from tenants.records import LeadEngagement
from tenants.store import engagement, judgements, models, tenants, upkeep
from tests.scoring_models import world
from tests.scoring_models.test_commands import leadmill_model
from tests.tenants.store.rows import add_leads

DAY = timedelta(days=1)


class Town:
    """A tenant whose leads everybody's model has judged; of each somebody was written to."""

    def __init__(self, database, folder):
        self.database = database
        self.here = Installation(database, folder, Registry(database, folder))
        self.scorer = Scorer(folder.path_of, open_models=2)
        self.label = ""

    async def set_up(self, vault, **config):
        self.tenant = await tenants.add(self.database, vault, "acme", config)
        self.label = await self.here.registry.register(world.trained(), name="fit")
        await self.here.registry.promote(self.label)
        return self

    async def judged(self, count, *, days_ago, seed=4, **otherwise):
        """So many leads that were judged so long ago; whether somebody answered follows the law of the world."""
        dice = random.Random(seed)
        made = world.leads(count, seed)
        async with self.database.tenant(self.tenant.id) as session:
            new = await add_leads(session, count)
            requests = [
                world.request_of(fields | otherwise, one.id)
                for (fields, _), one in zip(made, new, strict=True)
            ]
            scores = self.scorer.score_many(self.label, requests)
            await judgements.save(session, [lead_score(*both) for both in zip(scores, requests, strict=True)])
            # one after the other, in the order in which they were made up: their ids say nothing of that, and a model
            # hangs on who is held back
            await session.run(
                "UPDATE judgement SET judged_at = now() - make_interval(days => :days, secs => place / 1000.0) "
                "FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS made (id, place) "
                "WHERE lead_id = made.id AND judged_at = now()",
                days=days_ago,
                ids=[one.id for one in new],
            )
            at = await session.value(
                "SELECT now() - make_interval(days => :days) + interval '1 hour'", days=days_ago
            )
            acts = [
                LeadEngagement(
                    id=uuid4(),
                    lead_id=one.id,
                    contact_id=None,
                    kind="reply" if dice.random() < world.likelihood(odds) else "visit",
                    at=at,
                )
                for one, (_, odds) in zip(new, made, strict=True)
            ]
            await engagement.save(session, acts)

    async def look(self, kind, tenant=True, **more):
        return await look_at(self.here, self.tenant.id if tenant else None, kind, **more)

    async def points_at(self, alias, tenant=True):
        async with self.database.system() as session:
            return await models.own(session, tenant_id=self.tenant.id if tenant else None, alias=alias)


@pytest.fixture(autouse=True)
def _others_may_use_the_machine(monkeypatch):
    """That a model does not take twice as long says little while somebody else is at work beside it."""
    monkeypatch.setattr("scoring_models.gates.MOST_TIME", float("inf"))


@pytest_asyncio.fixture
async def town(database, store_settings, vault):
    return await Town(database, ModelFolder.of(store_settings)).set_up(vault)


async def test_of_few_leads_nothing_is_said_and_of_many_whether_they_have_moved(town):
    look = await town.look("drift")
    assert (look.verdict, look.model) == ("too few", town.label)
    assert look.next_at - look.looked_at == 7 * DAY
    await town.judged(400, days_ago=1)
    look = await town.look("drift")
    assert (look.verdict, look.said[:13]) == ("steady", "Nothing to do")
    await town.judged(1_200, days_ago=2, country="BR", seed=5)
    look = await town.look("drift")
    assert look.verdict == "moved"
    assert look.said.startswith("Train the model anew: country (")
    async with town.database.tenant(town.tenant.id) as session:
        assert await upkeep.last(session, town.tenant.id) == [look]


async def test_a_model_is_trained_and_proposed_once_enough_has_come_of_leads(town):
    await town.judged(70, days_ago=120)
    look = await town.look("training")
    assert look.verdict == "waiting"
    assert look.said.startswith("not enough outcomes yet: ")
    assert look.next_at - look.looked_at == DAY
    await town.judged(600, days_ago=121, seed=6)
    look = await town.look("training")
    assert look.verdict == "proposed", look.said
    assert look.model == await town.points_at(CHALLENGER) == f"fit-{town.tenant.id.hex}-1"
    assert "670 outcomes" in look.said
    # nobody has promoted it: it judges nobody, and as long as it is proposed no other one is trained
    assert await town.points_at(CHAMPION) is None
    await town.judged(200, days_ago=122, seed=7)
    look = await town.look("training")
    assert (look.verdict, look.said) == ("waiting", f"{look.model} is proposed: promote it, or withdraw it")
    (change, *_) = await Lifecycle(town.database, town.here.folder, town.tenant.id).changes()
    assert (change.act, change.by) == ("proposed", BY)


async def test_the_next_one_waits_for_new_outcomes_or_for_its_time(town):
    await town.judged(600, days_ago=121, seed=6)
    first = (await town.look("training")).model
    life = Lifecycle(town.database, town.here.folder, town.tenant.id)
    await life.promote(by="ann")
    look = await town.look("training")
    assert (look.verdict, look.said, look.model) == ("waiting", "0 of 50 new outcomes", first)
    await town.judged(49, days_ago=122, seed=7)
    assert (await town.look("training")).said == "49 of 50 new outcomes"
    in_time = await town.look("training", now=look.looked_at + 31 * DAY)
    assert in_time.model != first
    assert in_time.verdict in ("proposed", "not proposed")
    await life.withdraw(by="ann", reason="a test")
    await town.judged(50, days_ago=123, seed=8)
    assert (await town.look("training")).model not in (first, in_time.model)


async def test_where_a_gate_is_closed_the_model_is_not_proposed_and_it_is_told_which(town, monkeypatch):
    await town.judged(600, days_ago=121)
    monkeypatch.setattr("scoring_models.gates.MOST_MOVED", -1.0)
    look = await town.look("training")
    assert look.verdict == "not proposed"
    assert "tiers: " in look.said
    assert await town.points_at(CHALLENGER) is None


async def test_everybodys_model_learns_from_tenants_who_share(database, store_settings, vault):
    town = await Town(database, ModelFolder.of(store_settings)).set_up(vault, share_outcomes=True)
    await town.judged(3_100, days_ago=121)
    look = await town.look("training", tenant=False)
    assert look.verdict == "proposed", look.said
    assert look.model == await town.points_at(CHALLENGER, tenant=False) == "fit-2"
    async with database.tenant(town.tenant.id) as session:
        assert await upkeep.last(session, None) == [look]


async def test_what_is_wrong_with_a_model_is_a_finding(town):
    await town.judged(300, days_ago=1)
    town.here.folder.path_of(town.label).write_bytes(b"no model")
    look = await town.look("drift")
    assert look.verdict == "failed"
    assert look.next_at > look.looked_at


def test_a_model_that_knows_nothing_of_its_leads_is_not_held_against_any():
    with pytest.raises(NoReferenceError):
        moved_from(replace(world.trained(), reference=None), pack([]), "fit-1")


async def test_a_process_of_its_own_finds_the_installation_by_its_settings(town, store_settings, monkeypatch):
    monkeypatch.setenv("LEADMILL_HOME", str(store_settings.home))
    monkeypatch.setenv("LEADMILL_DATABASE_URL", store_settings.database_url)
    assert (
        await asyncio.to_thread(tended, town.tenant.id, "drift")
        == "0 leads of late; fewer than 200 tell little"
    )


def test_what_was_found_is_told_and_found_anew(installation, add_tenants, everybodys):
    add_tenants("acme")
    assert "Nobody has looked yet" in leadmill_model("upkeep", "--tenant", "acme").stdout
    done = leadmill_model("upkeep", "--tenant", "acme", "--now", "--json")
    assert done.exit_code == 0, done.output
    drift, training = map(json.loads, done.stdout.splitlines())
    assert (drift["kind"], drift["model"], drift["verdict"]) == ("drift", everybodys, "too few")
    assert (training["kind"], training["said"]) == ("training", "not enough outcomes yet: 0 of 80")
    told = leadmill_model("upkeep", "--tenant", "acme").stdout
    assert "training, waiting: not enough outcomes yet: 0 of 80" in told
