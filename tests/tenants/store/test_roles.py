from tenants.store import roles


async def claim(database, owner, *, name="supervisor", ttl_s=60.0):
    async with database.system() as session:
        return await roles.claim(session, name, owner, ttl_s)


async def is_held(database, name="supervisor"):
    async with database.system() as session:
        return await roles.is_held(session, name)


async def test_one_has_the_role_and_may_renew_it_and_others_do_not_get_it(database):
    assert not await is_held(database)
    epoch = await claim(database, "one")
    assert await claim(database, "two") is None
    assert await claim(database, "one") == epoch
    assert await is_held(database)
    assert await claim(database, "two", name="relay") is not None


async def test_a_role_whose_time_is_over_goes_to_the_next_in_a_new_epoch(database):
    epoch = await claim(database, "one", ttl_s=-1.0)
    assert not await is_held(database)
    assert await claim(database, "two") > epoch
    assert await claim(database, "one") is None


async def test_who_resigns_leaves_the_role_to_others_and_can_not_give_away_theirs(database):
    await claim(database, "one")
    async with database.system() as session:
        await roles.resign(session, "supervisor", "two")
    assert await is_held(database)
    async with database.system() as session:
        await roles.resign(session, "supervisor", "one")
    assert not await is_held(database)
    assert await claim(database, "two") is not None


async def test_an_installation_takes_the_role_from_its_own_dead_and_from_nobody_else(database):
    async def take_away(installation):
        async with database.system() as session:
            await roles.take_away(session, "supervisor", installation)

    await claim(database, "a1b2:4711:x")
    for stranger in ("c3d4", "a1", "4711"):
        await take_away(stranger)
        assert await is_held(database)
    await take_away("a1b2")
    assert not await is_held(database)


async def test_a_role_is_held_until_a_time_that_each_renewal_moves(database):
    async def held_until():
        async with database.system() as session:
            return await roles.held_until(session, "supervisor")

    assert await held_until() is None
    await claim(database, "one")
    first = await held_until()
    await claim(database, "two")  # in vain
    assert await held_until() == first
    await claim(database, "one")
    assert await held_until() > first
    async with database.system() as session:
        await roles.resign(session, "supervisor", "one")
    assert await held_until() is None
