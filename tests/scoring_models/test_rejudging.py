import asyncio

import pytest
import pytest_asyncio

from scoring_models import rejudging
from scoring_models.rejudging import Rejudged, judge_anew
from scoring_models.schema import Engagement
from tenants.store import judgements, models
from tests.scoring_models.test_lifecycle import SEQUENCES, models_of, town

__all__ = ["town"]


@pytest_asyncio.fixture
async def changed(town):
    """The town once the second model judges, and nobody's leads are judged anew yet."""
    name, _, version = town.second.rpartition("-")
    async with town.database.system() as session:
        await models.point_alias(session, tenant_id=None, alias="champion", name=name, version=int(version))
    return town


async def test_in_parts_with_progress_and_again_where_it_ended_half_way(changed, monkeypatch):
    town = changed
    monkeypatch.setattr(rejudging, "AT_ONCE", 15)
    acme = town.tenants[0]
    seen = []

    def die_at_the_second(count):
        seen.append(count)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await judge_anew(town.database, town.judging, acme.id, model=town.second, progress=die_at_the_second)
    half = await town.standings(acme)
    assert models_of(half) == {town.first, town.second}
    done = await judge_anew(town.database, town.judging, acme.id, model=town.second, progress=seen.append)
    assert seen == [15, 15, 10]
    assert (done.judged, done.restored) == (10, 0)
    whole = await town.standings(acme)
    assert models_of(whole) == {town.second}
    assert {key: row for key, row in whole.items() if half[key]["model"] == town.second} == {
        key: row for key, row in half.items() if row["model"] == town.second
    }
    assert all(row["sequence"] == SEQUENCES.get(row["tier"]) for row in whole.values())


async def test_what_becomes_known_meanwhile_is_not_written_over(changed):
    town = changed
    acme = town.tenants[0]
    lead = town.leads[acme.id][0]
    news = lead.model_copy(update={"engagement": (Engagement(kind="meeting", days_ago=0.0),)})
    writing = []

    class Slow:
        """A scorer while whom a desk scores a lead that has met us."""

        async def score_many(self, model, requests):
            writing.append(asyncio.create_task(town.judge(acme, town.first, [news])))
            await asyncio.wait(writing, timeout=0.5)  # it has to wait for us, and else is done by then
            return await town.judging.score_many(model, requests)

    await judge_anew(town.database, Slow(), acme.id, model=town.second)
    await writing[0]
    now = (await town.standings(acme))[lead.lead_id]
    assert "met us today" in [reason["text"] for reason in now["reasons"]]


async def test_only_leads_of_the_model_that_is_meant(changed):
    town = changed
    acme = town.tenants[0]
    none = await judge_anew(town.database, town.judging, acme.id, model=town.second, of="fit-9")
    assert none == Rejudged()
    assert models_of(await town.standings(acme)) == {town.first}


async def test_a_model_that_judges_no_longer_judges_nobody_anew(changed):
    acme = changed.tenants[0]
    await judge_anew(changed.database, changed.judging, acme.id, model=changed.second)
    none = await judge_anew(changed.database, changed.judging, acme.id, model=changed.first)
    assert none == Rejudged()
    assert models_of(await changed.standings(acme)) == {changed.second}


async def test_a_transaction_that_fell_to_a_deadlock_is_done_again(changed, monkeypatch):
    acme, fallen = changed.tenants[0], []

    async def falling(session, scores):
        if not fallen:
            fallen.append(len(scores))
            # what a deadlock looks like to the one that PostgreSQL has chosen
            await session.run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$")
        await save(session, scores)

    save = judgements.save
    monkeypatch.setattr(judgements, "save", falling)
    done = await judge_anew(changed.database, changed.judging, acme.id, model=changed.second)
    assert (fallen, done.judged) == ([40], 40)
    assert models_of(await changed.standings(acme)) == {changed.second}
