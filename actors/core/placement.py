"""Wished desks against real desks: what to start, to change, to stop."""

from collections import defaultdict
from collections.abc import Collection, Mapping
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


def wished_desks(lanes_of: Mapping[str, Collection[int]], room: int) -> dict[str, Wish]:
    """The desks for the lanes that want work, by name.

    Each lane of each agent gets a desk of its own while there is room for all; beyond that, lanes share
    desks, and the room is divided among the agents by the lanes that they have to work.
    """
    wanted = {agent: sorted(lanes) for agent, lanes in lanes_of.items() if lanes}
    total = sum(len(lanes) for lanes in wanted.values())
    if total <= room:
        return {
            f"{agent}/{lane}": Wish(agent, frozenset({lane}))
            for agent, lanes in wanted.items()
            for lane in lanes
        }
    slots = {agent: max(1, room * len(lanes) // total) for agent, lanes in wanted.items()}
    while sum(slots.values()) > max(
        room, len(slots)
    ):  # agents with few lanes were given more than their part
        slots[max(slots, key=lambda agent: slots[agent])] -= 1
    desks: dict[str, Wish] = {}
    for agent, lanes in wanted.items():
        shared: dict[int, set[int]] = defaultdict(set)
        for lane in lanes:
            shared[lane % slots[agent]].add(lane)
        desks |= {f"{agent}/shared-{slot}": Wish(agent, frozenset(held)) for slot, held in shared.items()}
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
