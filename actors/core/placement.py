"""Wished desks against real desks: what to start, to change, to stop."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Real:
    """A desk as it is. `responsive` is False for one that has not answered for too long."""

    agent: str
    lanes: frozenset[int]
    build: str
    responsive: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """A desk as it should be."""

    agent: str
    lanes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be done, in this order: kill, stop, hold, start."""

    kill: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    hold: Mapping[str, Wish] = field(default_factory=dict)
    start: Mapping[str, Wish] = field(default_factory=dict)


def wished_desks(
    lanes_of: Mapping[str, Collection[int]],
    room: int,
    *,
    at_work: Mapping[str, Collection[int]] | None = None,
) -> dict[str, Wish]:
    """The desks for the lanes that are to be awake, by name.

    Each lane of each agent gets a desk of its own while there is room for all. Beyond that lanes share desks:
    those that have work (`at_work`; absent: all) come before those that only stand by, and the room is divided
    among the agents by how many of them each has. A desk is named after one of its lanes, so that few desks
    change when a lane is added or falls asleep.
    """
    wanted = {
        agent: _working_first(lanes, agent, at_work) for agent, lanes in sorted(lanes_of.items()) if lanes
    }
    desks: dict[str, Wish] = {}
    for agent, count in _divided(wanted, room, lanes_of if at_work is None else at_work).items():
        lanes = wanted[agent]
        for number, lane in enumerate(lanes[:count]):
            desks[f"{agent}/{lane}"] = Wish(agent, frozenset(lanes[number::count]))
    return desks


def _working_first(
    lanes: Collection[int], agent: str, at_work: Mapping[str, Collection[int]] | None
) -> list[int]:
    working = set(lanes if at_work is None else at_work.get(agent, ()))
    return sorted(lanes, key=lambda lane: (lane not in working, lane))


def _divided(
    wanted: Mapping[str, Sequence[int]], room: int, at_work: Mapping[str, Collection[int]]
) -> dict[str, int]:
    """How many desks each agent gets: one at least, then whoever has most lanes for each of its desks is next."""
    desks = dict.fromkeys(wanted, 1)

    def need(agent: str) -> tuple[float, float]:
        working = len(set(at_work.get(agent, ())) & set(wanted[agent]))
        return working / desks[agent] if desks[agent] < working else 0.0, len(wanted[agent]) / desks[agent]

    for _ in range(room - len(desks)):
        hungry = [agent for agent in wanted if desks[agent] < len(wanted[agent])]
        if not hungry:
            break
        desks[max(hungry, key=need)] += 1
    return desks


def compare(wished: Mapping[str, Wish], real: Mapping[str, Real], *, build: str) -> Changes:
    """What makes the real desks into the wished ones. Desks of another build are replaced."""
    kill, stop, hold = [], [], {}
    for name, desk in real.items():
        wish = wished.get(name)
        if not desk.responsive:
            kill.append(name)
        elif wish is None or desk.build != build:
            stop.append(name)
        elif wish.lanes != desk.lanes:
            hold[name] = wish
    staying = real.keys() - {*kill, *stop}
    start = {name: wish for name, wish in wished.items() if name not in staying}
    return Changes(tuple(kill), tuple(stop), hold, start)
