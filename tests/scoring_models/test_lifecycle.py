from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from scoring_models.dataset import parse_dataset
from scoring_models.errors import (
    ArtifactCorruptError,
    GatesClosedError,
    ModelUnknownError,
    NoProposalError,
    NothingBeforeError,
)
from scoring_models.folder import ModelFolder
from scoring_models.lifecycle import Lifecycle
from scoring_models.registry import Registry
from scoring_models.schema import Engagement
from scoring_models.scorer import InThread, Scorer
from scoring_models.standing import lead_score, request_of
from scoring_models.train import train
from tenants.sequences import Recommended
from tenants.store import judgements, models, tenants
from tests.scoring_models import world
from tests.tenants.store.rows import add_leads

SEQUENCES = {"A": "call-first", "B": "mail"}
DATASET = parse_dataset(world.labelled(800, seed=5))


class Town:
    """Two tenants with leads that the first model has judged, and a second model."""

    def __init__(self, database, folder):
        self.database = database
        self.registry = Registry(database, folder)
        self.folder = folder
        self.scorer = Scorer(folder.path_of, open_models=4)
        self.judging = InThread(self.scorer)

    async def set_up(self, vault):
        self.tenants = [
            await tenants.add(self.database, vault, name, {"sequences": SEQUENCES})
            for name in ("acme", "globex")
        ]
        self.first = await self.registry.register(world.trained(), name="fit")
        other = train(parse_dataset(world.labelled(2500, seed=3)), seed=8, created_at=world.NOON)
        self.second = await self.registry.register(other, name="fit")
        await self.life().propose(self.first, by="ann", dataset=None)
        await self.life().promote(by="ben")
        self.leads = {one.id: await self._leads(one) for one in self.tenants}
        for tenant in self.tenants:
            await self.judge(tenant, self.first, self.leads[tenant.id])

    def life(self, tenant=None):
        return Lifecycle(self.database, self.folder, tenant.id if tenant is not None else None)

    async def _leads(self, tenant):
        async with self.database.tenant(tenant.id) as session:
            new = await add_leads(session, 40)
        return [
            request.model_copy(update={"lead_id": one.id})
            for request, one in zip(world.requests(len(new)), new, strict=True)
        ]

    async def judge(self, tenant, model, requests):
        scores = self.scorer.score_many(model, requests)
        kept = [lead_score(*both, Recommended(SEQUENCES, {})) for both in zip(scores, requests, strict=True)]
        async with self.database.tenant(tenant.id) as session:
            await judgements.save(session, kept)

    async def standings(self, tenant):
        async with self.database.tenant(tenant.id) as session:
            rows = await session.rows(
                "SELECT id, fit, intent, score, tier, sequence, model, reasons, scored_at FROM lead "
                "WHERE tenant_id = :tenant_id ORDER BY id",
                tenant_id=tenant.id,
            )
        return {row["id"]: dict(row) for row in rows}


@pytest_asyncio.fixture
async def town(database, vault, tmp_path):
    town = Town(database, ModelFolder(tmp_path / "models"))
    await town.set_up(vault)
    return town


def models_of(standings):
    return {one["model"] for one in standings.values()}


async def test_a_promoted_model_judges_all_leads_anew_and_a_rollback_gives_them_their_scores_to_the_digit(
    town,
):
    before = [await town.standings(one) for one in town.tenants]
    gates = await town.life().propose(town.second, by="ann", dataset=DATASET)
    assert all(gate.is_open for gate in gates)
    moved = await town.life().promote(by="ben", label=town.second)
    assert (moved.model, moved.before) == (town.second, town.first)
    assert (moved.leads.judged, moved.leads.restored) == (80, 0)
    after = [await town.standings(one) for one in town.tenants]
    assert [models_of(one) for one in after] == [{town.second}, {town.second}]
    assert moved.leads.moved == sum(
        one[lead]["tier"] != other[lead]["tier"]
        for one, other in zip(before, after, strict=True)
        for lead in one
    )
    assert all(one["sequence"] == SEQUENCES.get(one["tier"]) for one in after[0].values())
    back = await town.life().roll_back(by="cleo", reason="it liked nobody")
    assert (back.model, back.before) == (town.first, town.second)
    assert (back.leads.judged, back.leads.restored) == (0, 80)
    assert [await town.standings(one) for one in town.tenants] == before
    assert (await town.registry.champion()).label == town.first


async def test_a_lead_of_which_something_is_known_since_is_judged_by_the_earlier_model_with_that(town):
    acme = town.tenants[0]
    await town.life().propose(town.second, by="ann", dataset=DATASET)
    await town.life().promote(by="ben")
    lead = town.leads[acme.id][0]
    reply = Engagement(kind="meeting", days_ago=0.0)
    news = lead.model_copy(update={"engagement": (*lead.engagement, reply)})
    await town.judge(acme, town.second, [news])
    back = await town.life().roll_back(by="cleo", reason="")
    assert (back.leads.judged, back.leads.restored) == (1, 79)
    now = (await town.standings(acme))[lead.lead_id]
    (expected,) = town.scorer.score_many(town.first, [news])
    assert (now["model"], now["tier"], now["score"]) == (town.first, expected.tier, expected.score)
    assert now["intent"] == pytest.approx(expected.intent, abs=1e-5)
    assert "met us today" in [reason["text"] for reason in now["reasons"]]


async def test_a_promotion_that_was_killed_half_way_goes_on_when_it_is_asked_for_again(town):
    acme = town.tenants[0]
    await town.life().propose(town.second, by="ann", dataset=DATASET)
    await town.registry.promote(town.second)  # all that a promotion does before it judges anew
    async with town.database.system() as session:
        await models.drop_alias(session, tenant_id=None, alias="challenger")
    assert models_of(await town.standings(acme)) == {town.first}
    moved = await town.life().promote(by="ben", label=town.second)
    assert (moved.model, moved.before, moved.leads.judged) == (town.second, town.second, 80)
    assert models_of(await town.standings(acme)) == {town.second}
    assert (await town.life().promote(by="ben", label=town.second)).leads.judged == 0


async def test_a_tenants_own_model_judges_its_leads_only_and_everybodys_again_after_a_rollback(town):
    acme, globex = town.tenants
    own = await town.registry.register(world.trained(), name="fit", tenant_id=acme.id)
    other = await town.standings(globex)
    before = await town.standings(acme)
    await town.life(acme).propose(own, by="ann", dataset=DATASET)
    await town.life(acme).promote(by="ben")
    assert models_of(await town.standings(acme)) == {own}
    back = await town.life(acme).roll_back(by="ann", reason="too few leads")
    assert back.model == town.first
    assert await town.standings(acme) == before
    assert await town.standings(globex) == other
    with pytest.raises(NothingBeforeError):
        await town.life(globex).roll_back(by="ann", reason="")


async def test_a_worse_model_is_proposed_only_for_a_reason_which_is_kept(town):
    confused = train(parse_dataset(_turned(world.labelled(600, seed=4))), seed=1, created_at=world.NOON)
    bad = await town.registry.register(confused, name="bad")
    with pytest.raises(GatesClosedError, match="ROC-AUC"):
        await town.life().propose(bad, by="ann", dataset=DATASET)
    with pytest.raises(GatesClosedError, match="no leads to compare them on"):
        await town.life().propose(bad, by="ann", dataset=None)
    assert await town.life().proposal() is None
    gates = await town.life().propose(bad, by="ann", dataset=DATASET, despite="a try")
    kept = await town.life().proposal()
    assert (kept.model, kept.before, kept.by, kept.reason) == (bad, town.first, "ann", "a try")
    assert [gate["name"] for gate in kept.gates if not gate["is_open"]] == [
        gate.name for gate in gates if not gate.is_open
    ]
    assert await town.life().withdraw(by="ben", reason="no") == bad
    with pytest.raises(NoProposalError):
        await town.life().promote(by="ben")
    assert (await town.registry.champion()).label == town.first


async def test_what_was_compared_with_another_champion_is_not_promoted(town):
    await town.life().propose(town.second, by="ann", dataset=DATASET)
    third = await town.registry.register(world.trained(), name="fit")
    await town.registry.promote(third)
    with pytest.raises(NoProposalError, match=f"compared with {town.first}, but {third} judges now"):
        await town.life().promote(by="ben")
    with pytest.raises(NoProposalError, match=f"{town.second} is proposed, not {third}"):
        await town.life().promote(by="ben", label=third)


async def test_where_two_people_are_wanted_the_second_promotes(town, vault):
    acme = town.tenants[0]
    await tenants.configure(town.database, vault, "acme", {"approvals": {"two_people": True}})
    own = await town.registry.register(world.trained(), name="fit", tenant_id=acme.id)
    await town.life(acme).propose(own, by="ann", dataset=DATASET)
    with pytest.raises(NoProposalError, match="ann has proposed it: somebody else"):
        await town.life(acme).promote(by="ann")
    assert (await town.life(acme).promote(by="ben")).model == own


async def test_the_history_names_who_did_what_and_why(town):
    await town.life().propose(town.second, by="ann", dataset=DATASET)
    await town.life().promote(by="ben")
    await town.life().roll_back(by="cleo", reason="it liked nobody")
    told = [(one.act, one.model, one.before, one.by, one.reason) for one in await town.life().changes()]
    assert told == [
        ("rolled back", town.first, town.second, "cleo", "it liked nobody"),
        ("promoted", town.second, town.first, "ben", None),
        ("proposed", town.second, town.first, "ann", None),
        ("promoted", town.first, None, "ben", None),
        ("proposed", town.first, None, "ann", None),
    ]
    with pytest.raises(NothingBeforeError):
        await town.life().roll_back(by="cleo", reason="once more")


async def test_a_spoilt_file_is_neither_proposed_nor_gone_back_to(town):
    await town.life().propose(town.second, by="ann", dataset=DATASET)
    await town.life().promote(by="ben")
    town.folder.path_of(town.first).write_bytes(b"nothing")
    with pytest.raises(ArtifactCorruptError):
        await town.life().roll_back(by="cleo", reason="")
    assert (await town.registry.champion()).label == town.second
    with pytest.raises(ModelUnknownError):
        await town.life().propose("fit-99", by="ann", dataset=DATASET)


async def test_a_shadow_is_named_and_ended(town):
    await town.life().shadow(town.second, by="ann")
    assert await _aliases(town) == {town.first: ("champion",), town.second: ("shadow",)}
    await town.life().shadow(None, by="ann")
    assert await _aliases(town) == {town.first: ("champion",), town.second: ()}


async def test_what_was_told_is_older_by_the_time_that_has_passed(town):
    acme = town.tenants[0]
    async with town.database.tenant(acme.id) as session:
        (one, *_) = await judgements.between(
            session, since=datetime.now(UTC) - timedelta(hours=1), until=datetime.now(UTC)
        )
    asked = next(request for request in town.leads[acme.id] if request.lead_id == one.lead_id)
    later = request_of(one, one.judged_at + timedelta(days=3))
    assert [act.days_ago for act in later.engagement] == pytest.approx(
        [act.days_ago + 3 for act in asked.engagement]
    )
    assert later.model_copy(update={"engagement": ()}) == asked.model_copy(update={"engagement": ()})
    assert request_of(one, one.judged_at) == asked


async def _aliases(town):
    return {one.label: one.aliases for one in await town.registry.versions()}


def _turned(content):
    """The same leads with won and lost exchanged."""
    header, *rows = content.decode().splitlines()
    at = header.split(",").index("won")
    turned = []
    for row in rows:
        values = row.split(",")
        values[at] = "1" if values[at] == "0" else "0"
        turned.append(",".join(values))
    return "\n".join([header, *turned, ""]).encode()
