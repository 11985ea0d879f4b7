import gzip
import io

import httpx
import orjson
import pytest

from actors.simulator.faults import Faults, Settings, WrongSettingError
from actors.simulator.garbage import KINDS, garbled
from actors.simulator.vendor import HTML, JSON


@pytest.mark.parametrize("kind", ["truncated", "nan", "nested", "huge"])
def test_nobody_can_use_it(kind):
    answer = garbled(kind)
    assert (answer.status, answer.content_type, answer.credits) == (200, JSON, 0)
    if kind != "huge":
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(answer.body)
    else:
        assert len(answer.body) > 10_000_000


def test_a_bomb_is_small_until_it_is_unpacked():
    answer = garbled("bomb")
    assert answer.headers == {"content-encoding": "gzip"}
    assert len(answer.body) < 2_000_000
    with gzip.open(io.BytesIO(answer.body)) as unpacked:
        assert len(unpacked.read(3_000_000)) == 3_000_000


def test_garbage_comes_at_its_rate_and_of_its_kind():
    faults = Faults(7, "apollo")
    faults.settings = Settings(rate_garbage=0.25, garbage="html")
    fates = [faults.draw() for _ in range(2000)]
    assert 400 < sum(fate.garbage == "html" for fate in fates) < 600
    assert {fate.failure for fate in fates} == {None}


def test_a_kind_that_there_is_not_is_named():
    with pytest.raises(WrongSettingError, match="garbage is one of truncated"):
        Settings().changed({"garbage": "rotten"})
    assert "silent" in KINDS


async def test_a_vendor_that_says_all_is_well_with_a_page(simulator, apollo):
    simulator.gates["apollo"].faults.settings = Settings(rate_garbage=1.0, garbage="html")
    answer = await apollo.get("/organizations/enrich", params={"domain": "example.com"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, HTML)
    assert simulator.bill.report()["total"]["billed_calls"] == 0


async def test_a_vendor_that_is_silent_lets_one_wait(simulator, apollo):
    simulator.gates["apollo"].faults.settings = Settings(rate_garbage=1.0, garbage="silent")
    with pytest.raises(httpx.ReadTimeout):
        await apollo.get("/organizations/enrich", params={"domain": "example.com"}, timeout=0.3)


async def test_a_vendor_that_drips_sends_its_head_and_then_bytes(simulator, apollo):
    simulator.gates["apollo"].faults.settings = Settings(rate_garbage=1.0, garbage="dripping")
    async with apollo.stream("GET", "/organizations/enrich", params={"domain": "example.com"}) as answer:
        assert answer.status_code == 200
