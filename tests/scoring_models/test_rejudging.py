import asyncio
from concurrent.futures import wait

import pytest

from scoring_models import rejudging
from scoring_models.rejudging import Rejudged, judge_anew
from scoring_models.schema import Engagement
from tests.scoring_models.test_lifecycle import SEQUENCES, models_of, town

__all__ = ["town"]


async def test_in_parts_with_progress_and_again_where_it_ended_half_way(town, monkeypatch):
    monkeypatch.setattr(rejudging, "AT_ONCE", 15)
    acme = town.tenants[0]
    seen = []

    def die_at_the_second(count):
        seen.append(count)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await judge_anew(town.database, town.scorer, acme.id, model=town.second, progress=die_at_the_second)
    half = await town.standings(acme)
    assert models_of(half) == {town.first, town.second}
    done = await judge_anew(town.database, town.scorer, acme.id, model=town.second, progress=seen.append)
    assert seen == [15, 15, 10]
    assert (done.judged, done.restored) == (10, 0)
    whole = await town.standings(acme)
    assert models_of(whole) == {town.second}
    assert {key: row for key, row in whole.items() if half[key]["model"] == town.second} == {
        key: row for key, row in half.items() if row["model"] == town.second
    }
    assert all(row["sequence"] == SEQUENCES.get(row["tier"]) for row in whole.values())


async def test_what_becomes_known_meanwhile_is_not_written_over(town):
    acme = town.tenants[0]
    lead = town.leads[acme.id][0]
    news = lead.model_copy(update={"engagement": (Engagement(kind="meeting", days_ago=0.0),)})
    loop, writing = asyncio.get_running_loop(), []

    class Slow:
        """A scorer while whom a desk scores a lead that has met us."""

        def score_many(self, model, requests):
            writing.append(asyncio.run_coroutine_threadsafe(town.judge(acme, town.first, [news]), loop))
            wait(writing, timeout=0.5)  # it has to wait for us, and else is done by then
            return town.scorer.score_many(model, requests)

    await judge_anew(town.database, Slow(), acme.id, model=town.second)
    await asyncio.wrap_future(writing[0])
    now = (await town.standings(acme))[lead.lead_id]
    assert "met us today" in [reason["text"] for reason in now["reasons"]]


async def test_only_leads_of_the_model_that_is_meant(town):
    acme = town.tenants[0]
    none = await judge_anew(town.database, town.scorer, acme.id, model=town.second, of="fit-9")
    assert none == Rejudged()
    assert models_of(await town.standings(acme)) == {town.first}
