import asyncio

from actors.engine.rounds import Rounds


async def test_a_round_goes_on_beside_whoever_began_it_until_it_ends_or_is_given_up():
    rounds, goes_on, ended = Rounds(), asyncio.Event(), []

    async def one():
        try:
            await goes_on.wait()
            ended.append("well")
        except asyncio.CancelledError:
            ended.append("given up")
            raise

    assert not rounds.is_under_way
    rounds.begin(one())
    assert rounds.is_under_way
    goes_on.set()
    await rounds.finished()
    assert not rounds.is_under_way
    goes_on.clear()
    rounds.begin(one())
    await asyncio.sleep(0)
    await rounds.close()
    assert not rounds.is_under_way
    assert ended == ["well", "given up"]
    await rounds.close()
