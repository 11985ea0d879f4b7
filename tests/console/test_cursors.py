import uuid

import pytest

from console.cursors import SKIP_LIMIT, TRAIL_LIMIT, Key, Trail, apart
from console.faults import BadRequest


def rows(count: int) -> list[dict[str, str]]:
    return [{"key": f"{100 - number}~{uuid.UUID(int=number + 5)}"} for number in range(count)]


def test_a_trail_survives_the_way_to_the_browser_and_back():
    trail = Trail.read({"since": "2026-11-22T10:00:00+00:00", "total": 7, "keys": []})
    trail.passed(0, rows(3))
    assert Trail.read(trail.sent()) == trail


def test_the_first_row_is_read_again_from_itself():
    trail = Trail()
    trail.passed(0, rows(3))
    key, skip = trail.nearest(0)
    assert (key.order, key.id.int, skip) == ("100", 4, 0)


def test_rows_are_read_on_from_the_nearest_key():
    trail = Trail()
    trail.passed(0, rows(3))
    assert trail.nearest(3) == (Key.read(rows(3)[-1]["key"]), 0)
    assert trail.nearest(10)[1] == 7
    assert Trail().nearest(4) == (None, 4)
    with pytest.raises(BadRequest):
        trail.nearest(SKIP_LIMIT + 4)


def test_a_list_has_a_hundred_milestones_at_most():
    assert [apart(total) for total in (0, 500_000, 500_001, 2_000_000)] == [5_000, 5_000, 5_001, 20_000]


def test_a_trail_that_was_measured_knows_rows_that_nobody_has_seen():
    trail = Trail()
    trail.passed(0, rows(3))
    stone = Key("40", uuid.UUID(int=9))
    trail.measured(25_000, {20_000: stone, 3: stone})
    assert trail.nearest(20_010) == (stone, 10)
    assert trail.nearest(3) == (Key.read(rows(3)[-1]["key"]), 0)  # what was seen is not seen otherwise
    assert Trail.read({**trail.sent(), "since": "2026-11-22T10:00:00+00:00"}).is_measured


def test_a_trail_does_not_grow_for_ever():
    trail = Trail()
    for start in range(0, 3 * TRAIL_LIMIT, 1):
        trail.passed(start, rows(1))
    assert len(trail.keys) <= TRAIL_LIMIT + 1
    trail.passed(0, [])


@pytest.mark.parametrize(
    "sent", [{"since": "x", "keys": []}, {"since": "2026-01-01", "keys": [["a", "b"]]}, {"keys": 5}]
)
def test_a_forged_trail_is_refused(sent):
    with pytest.raises(BadRequest):
        Trail.read(sent)
