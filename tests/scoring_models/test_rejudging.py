import pytest

from scoring_models import rejudging
from scoring_models.rejudging import Rejudged, judge_anew
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


async def test_only_leads_of_the_model_that_is_meant(town):
    acme = town.tenants[0]
    none = await judge_anew(town.database, town.scorer, acme.id, model=town.second, of="fit-9")
    assert none == Rejudged()
    assert models_of(await town.standings(acme)) == {town.first}
