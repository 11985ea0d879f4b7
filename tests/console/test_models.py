"""Models in the console: what judges, what is proposed, and the way back, each act with a name to it."""

import getpass

import pytest

from scoring_models.dataset import parse_dataset
from scoring_models.folder import ModelFolder
from scoring_models.lifecycle import Lifecycle
from scoring_models.registry import Registry
from tenants.settings import StoreSettings
from tenants.store import upkeep
from tenants.store.session import Database
from tenants.store.upkeep import Look
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.scoring_models import world

ME = getpass.getuser()
DATASET = parse_dataset(world.labelled(800, seed=5))


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    return ModelFolder.of(StoreSettings(home=tmp_path))


async def registered(database: Database, folder: ModelFolder, count: int) -> list[str]:
    registry = Registry(database, folder)
    return [await registry.register(world.trained(), name="fit") for _ in range(count)]


async def test_without_a_model_it_says_how_to_come_by_one(visitor: Visitor, acme: Sown):
    page = await visitor.at("/t/acme/models").page()
    for said in ("No model judges yet", "leadmill model train --data", "No model is registered yet."):
        assert said in page


async def test_a_proposal_is_promoted_and_taken_back(
    visitor: Visitor, acme: Sown, database: Database, folder: ModelFolder
):
    first, second = await registered(database, folder, 2)
    life = Lifecycle(database, folder)
    await life.propose(first, by="ann", dataset=None)
    await life.promote(by="ben")
    await life.propose(second, by="ann", dataset=DATASET)
    page = await visitor.at("/t/acme/models").page()
    for said in (f"{second} is proposed for everybody", "By ann", "ROC-AUC", "0.0% of the leads", "0.8"):
        assert said in page
    on = f"all:{second}"
    assert "and those that others have judged anew" in await visitor.asked("ask-promote", on)
    assert await visitor.said("promote", on) == (
        f"{second} judges from now on: No lead had to be judged anew."
    )
    refused = await visitor.said("promote", f"all:{first}")
    assert refused.startswith("That was not done: Nothing is promoted: nothing is proposed")
    assert "has exactly the score that it had" in await visitor.asked("ask-roll-back", on)
    assert "Say why" in await visitor.said("roll-back", on)
    assert (await visitor.said("roll-back", on, **{"why-roll-back": "strange tiers"})).startswith(
        f"{first} judges again"
    )
    page = await visitor.page()
    assert f" {ME} rolled back to {first} for everybody: strange tiers" in page
    assert f" {ME} promoted {second} for everybody" in page


async def test_a_proposal_is_withdrawn_for_a_reason(
    visitor: Visitor, acme: Sown, database: Database, folder: ModelFolder
):
    (first,) = await registered(database, folder, 1)
    await Lifecycle(database, folder).propose(first, by="ann", dataset=None)
    visitor.at("/t/acme/models")
    assert "Say why" in await visitor.said("withdraw", f"all:{first}")
    assert "is not proposed any more" in await visitor.said(
        "withdraw", f"all:{first}", **{"why-withdraw": "too old"}
    )
    assert "is proposed for" not in await visitor.page()


async def test_a_shadow_is_begun_and_ended(
    visitor: Visitor, acme: Sown, database: Database, folder: ModelFolder
):
    (first,) = await registered(database, folder, 1)
    visitor.at("/t/acme/models")
    assert "judges in the shadow" in await visitor.said("shadow", f"all:{first}")
    assert "End the shadow" in await visitor.page()
    assert "no longer judges in the shadow" in await visitor.said("shadow", f"all:{first}", seen="shadow")


async def test_a_tenants_own_model_is_seen_and_moved_by_itself_only(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database, folder: ModelFolder
):
    own = await Registry(database, folder).register(world.trained(), name="fit", tenant_id=acme.id)
    await Lifecycle(database, folder, acme.id).propose(own, by="ann", dataset=None)
    assert own not in await visitor.at("/t/rival/models").page()
    assert "nothing is proposed" in await visitor.said("promote", f"own:{own}")
    assert "There is no model" in await visitor.said("shadow", f"own:{own}")
    assert own in await visitor.at("/t/acme/models").page()
    assert f"{own} judges from now on" in await visitor.said("promote", f"own:{own}")


@pytest.mark.parametrize("on", ["", "fit-1", "theirs:fit-1", "own:"])
async def test_a_button_that_is_not_ours_does_nothing(visitor: Visitor, acme: Sown, on: str):
    assert "There is no such model." in await visitor.at("/t/acme/models").said("shadow", on)


async def test_scores_that_inflate_are_told_of(
    visitor: Visitor, acme: Sown, database: Database, folder: ModelFolder
):
    (first,) = await registered(database, folder, 1)
    await Registry(database, folder).promote(first)
    await came_in(database, acme, 60, "A", days_ago=2)
    await came_in(database, acme, 40, "A", days_ago=20)
    await came_in(database, acme, 60, "C", days_ago=20)
    page = await visitor.at("/t/acme/models").page()
    assert "of 100 in the 28 days before 40%: scores are inflated" in page


async def came_in(database: Database, sown: Sown, count: int, tier: str, *, days_ago: int) -> None:
    """So many leads that were put into this tier when they came in."""
    async with database.tenant(sown.id) as session:
        await session.run(
            "INSERT INTO judgement (tenant_id, lead_id, judged_at, model, is_shadow, fit, intent, score, tier, asked) "
            "SELECT :tenant_id, gen_random_uuid(), now() - make_interval(days => :days), 'fit-1', false, 0.5, 0, 50, "
            ":tier, '{}' FROM generate_series(1, :count)",
            tenant_id=sown.id,
            days=days_ago,
            tier=tier,
            count=count,
        )


async def test_what_the_mill_found_when_it_looked_is_told(
    visitor: Visitor, acme: Sown, database: Database, folder: ModelFolder
):
    (first,) = await registered(database, folder, 1)
    await Registry(database, folder).promote(first)
    now = database.now()
    async with database.system() as session:
        await upkeep.keep(
            session, acme.id, Look("training", now, now, None, "waiting", "31 of 50 new outcomes")
        )
    page = await visitor.at("/t/acme/models").page()
    assert "What there is to learn, looked at " in page
    assert ": 31 of 50 new outcomes" in page
    assert "Whether leads have moved" not in page
