from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from actors.core.placement import Changes, Real, Wish, compare, wished_desks

AGENTS = ("lead_source", "enrichment", "contact_finder", "scoring", "calendar")
SOME_LANES = st.one_of(st.integers(0, 2), st.integers(0, 60)).map(range) | st.sets(
    st.integers(0, 1023), max_size=20
)
LANES_OF = st.dictionaries(st.sampled_from(AGENTS), SOME_LANES)


@given(LANES_OF, st.integers(0, 60))
def test_every_lane_has_one_desk_and_no_desk_is_idle_or_works_for_two_agents(lanes_of, room):
    desks = wished_desks(lanes_of, room)
    held = Counter((desk.agent, lane) for desk in desks.values() for lane in desk.lanes)
    assert held == Counter((agent, lane) for agent, lanes in lanes_of.items() for lane in lanes)
    assert all(desk.lanes for desk in desks.values())
    assert all(name.startswith(f"{desk.agent}/") for name, desk in desks.items())


@given(LANES_OF, st.integers(0, 60))
@example({"enrichment": range(40), "scoring": range(1), "calendar": range(1), "lead_source": range(1)}, 4)
def test_there_are_never_more_desks_than_room_but_for_one_for_each_agent(lanes_of, room):
    agents = sum(1 for lanes in lanes_of.values() if lanes)
    assert len(wished_desks(lanes_of, room)) <= max(room, agents)


@given(LANES_OF)
def test_where_there_is_room_each_lane_has_a_desk_of_its_own(lanes_of):
    total = sum(map(len, lanes_of.values()))
    desks = wished_desks(lanes_of, total)
    assert len(desks) == total
    assert desks == wished_desks(lanes_of, total + 1)


@given(LANES_OF, st.integers(0, 60))
def test_what_was_wished_once_is_wished_the_same_again(lanes_of, room):
    backwards = {agent: sorted(lanes, reverse=True) for agent, lanes in reversed(lanes_of.items())}
    assert wished_desks(lanes_of, room) == wished_desks(backwards, room)


def test_room_is_divided_by_the_lanes_that_there_are_to_work():
    desks = wished_desks({"enrichment": range(60), "scoring": range(20)}, 8)
    assert Counter(desk.agent for desk in desks.values()) == {"enrichment": 6, "scoring": 2}
    assert {len(desk.lanes) for desk in desks.values()} == {10}


def test_lanes_with_work_have_desks_of_their_own_before_those_that_only_stand_by():
    awake = {agent: range(4) for agent in ("enrichment", "contact_finder", "scoring")}
    desks = wished_desks(awake, 7, at_work={"enrichment": range(4), "contact_finder": [2]})
    assert {name: set(desk.lanes) for name, desk in desks.items() if desk.agent == "enrichment"} == {
        f"enrichment/{lane}": {lane} for lane in range(4)
    }
    assert Counter(desk.agent for desk in desks.values()) == {
        "enrichment": 4,
        "contact_finder": 2,
        "scoring": 1,
    }
    assert "contact_finder/2" in desks


@given(LANES_OF, st.integers(1, 60), st.sampled_from(AGENTS), st.integers(0, 1023))
def test_one_lane_more_disturbs_no_desk_but_those_that_share(lanes_of, room, agent, lane):
    before = wished_desks(lanes_of, room)
    after = wished_desks(lanes_of | {agent: {*lanes_of.get(agent, ()), lane}}, room)
    if len(after) <= room:
        assert sum(name not in after for name in before) <= 2


def test_a_desk_is_named_after_its_agent_and_lane():
    assert wished_desks({"scoring": [3], "enrichment": []}, 5) == {
        "scoring/3": Wish("scoring", frozenset({3}))
    }


def wish(*lanes, agent="scoring"):
    return Wish(agent, frozenset(lanes))


def real(*lanes, build="new", responsive=True, agent="scoring"):
    return Real(agent, frozenset(lanes), build, responsive)


def test_where_all_is_as_wished_nothing_changes():
    assert compare({"a": wish(1), "b": wish(2, 3)}, {"a": real(1), "b": real(3, 2)}, build="new") == Changes()


def test_each_desk_is_started_stopped_changed_or_replaced_as_it_needs():
    changes = compare(
        {
            "stays": wish(0),
            "missing": wish(1),
            "other lanes": wish(2, 3),
            "old build": wish(4),
            "silent": wish(5),
        },
        {
            "stays": real(0),
            "other lanes": real(2),
            "old build": real(4, build="old"),
            "silent": real(5, responsive=False),
            "unwanted": real(6),
            "unwanted and silent": real(7, responsive=False, build="old"),
        },
        build="new",
    )
    assert set(changes.kill) == {"silent", "unwanted and silent"}
    assert set(changes.stop) == {"old build", "unwanted"}
    assert changes.hold == {"other lanes": wish(2, 3)}
    assert changes.start == {"missing": wish(1), "old build": wish(4), "silent": wish(5)}


@given(LANES_OF, LANES_OF, st.integers(0, 40), st.integers(0, 40))
def test_after_the_changes_the_desks_are_those_that_were_wished(before, after, room, more_room):
    real_desks = {name: Real(one.agent, one.lanes, "new") for name, one in wished_desks(before, room).items()}
    wished = wished_desks(after, more_room)
    changes = compare(wished, real_desks, build="new")
    for name in (*changes.kill, *changes.stop):
        del real_desks[name]
    assert changes.hold.keys() <= real_desks.keys()
    assert not changes.start.keys() & real_desks.keys()
    assert {name: desk.lanes for name, desk in real_desks.items()} | {
        name: one.lanes for name, one in (*changes.hold.items(), *changes.start.items())
    } == {name: one.lanes for name, one in wished.items()}
