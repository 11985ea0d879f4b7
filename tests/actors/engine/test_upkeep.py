import asyncio
from datetime import timedelta

import pytest_asyncio

from actors.engine.upkeep import AT_ONCE, Upkeep
from tenants.store import models, tenants

DAY = timedelta(days=1)


class Tender:
    """Whoever looks at models: it notes at which, and ends when it is told to."""

    def __init__(self):
        self.looks, self.at_once, self.most = [], 0, 0
        self.fails = set()
        self.enough = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, tenant_id, kind):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        if self.at_once == AT_ONCE:
            self.enough.set()
        try:
            await self.may_end.wait()
            self.looks.append((tenant_id, kind))
            if tenant_id in self.fails:
                raise OSError("the disk is full")
        finally:
            self.at_once -= 1
        return "nothing to do"


class Town:
    """Three tenants whose leads everybody's model judges, two days after they came."""

    def __init__(self, database):
        self.database = database
        self.tender = Tender()
        self.now = database.now() + 2 * DAY
        self.upkeep = self.another()

    def another(self):
        return Upkeep(self.database, self.tender, clock=lambda: self.now, look_every_s=0)

    async def turn(self):
        begun = await self.upkeep.turn()
        await self.upkeep.rounds.finished()
        return begun


@pytest_asyncio.fixture
async def town(database, vault):
    town = Town(database)
    town.ids = [(await tenants.add(database, vault, name, {})).id for name in ("acme", "globex", "initech")]
    async with database.system() as session:
        await models.add_version(
            session, tenant_id=None, name="fit", sha256="0", path="none", metrics={}, facts={}
        )
        await models.point_alias(session, tenant_id=None, alias="champion", name="fit", version=1)
    return town


async def test_each_is_looked_at_once_some_of_them_at_once(town):
    town.tender.may_end.clear()
    assert await town.upkeep.turn() == 6
    await town.tender.enough.wait()
    town.tender.may_end.set()
    await town.upkeep.rounds.finished()
    assert sorted(town.tender.looks) == sorted(
        (one, kind) for one in town.ids for kind in ("drift", "training")
    )
    assert town.tender.most == AT_ONCE
    assert await town.turn() == 0


async def test_a_turn_waits_for_nobody_and_no_round_begins_before_the_last_has_ended(town):
    town.tender.may_end.clear()
    assert await town.upkeep.turn() == 6
    assert await town.upkeep.turn() == 0
    town.tender.may_end.set()
    await town.upkeep.rounds.finished()
    town.now += 10 * DAY
    assert await town.turn() == 6


async def test_of_two_who_look_at_once_one_does(town):
    other = town.another()
    town.tender.may_end.clear()
    assert [await one.turn() for one in (town.upkeep, other)] == [6, 6]
    town.tender.may_end.set()
    await asyncio.gather(town.upkeep.rounds.finished(), other.rounds.finished())
    assert len(town.tender.looks) == len(set(town.tender.looks)) == 6


async def test_whatever_is_wrong_with_one_keeps_nobody_else_waiting_and_is_tried_again_after_an_hour(
    town, caplog
):
    town.tender.fails.add(town.ids[0])
    assert await town.turn() == 6
    assert len(town.tender.looks) == 6
    assert "the disk is full" in caplog.text
    town.now += timedelta(minutes=59)
    assert await town.turn() == 0
    town.now += timedelta(minutes=1)
    assert await town.turn() == 6  # nothing was found of any of them: this one keeps no findings


async def test_what_is_given_up_is_due_again_after_an_hour(town):
    town.tender.may_end.clear()
    assert await town.upkeep.turn() == 6
    await asyncio.sleep(0)
    await town.upkeep.close()
    assert town.tender.looks == []
    assert town.tender.at_once == 0
    town.tender.may_end.set()
    town.now += timedelta(hours=1)
    assert await town.turn() == 6
    assert len(town.tender.looks) == 6
