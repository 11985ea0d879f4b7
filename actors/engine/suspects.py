"""Runs that a process began and never ended: one of them may kill whoever works on it.

They are begun a few at a time, while nothing else of the lane is begun and no suspect of another lane in the same
process, and at last alone. So the one that
kills is found out after three processes, and its neighbours end as if nothing had been.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from actors.engine.profiles import Profile
from actors.engine.runner import Assignment
from actors.engine.turn import Turn
from tenants.identity import TenantId

#: after so many processes that did not end it, a run is not begun again
MOST_DELIVERIES = 3
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Suspect:
    """A run that `unfinished` processes in a row began and did not end."""

    assignment: Assignment
    profile: Profile
    unfinished: int


@dataclass(slots=True, eq=False)
class Suspects:
    """The suspects of one lane: those that wait, and those that are under way."""

    turn: Turn
    _waiting: deque[Suspect] = field(default_factory=deque)
    _under_way: set[UUID] = field(default_factory=set)
    _unsettled: set[UUID] = field(default_factory=set)

    @property
    def tenants(self) -> set[TenantId]:
        """Whose runs wait."""
        return {one.profile.tenant.id for one in self._waiting}

    @property
    def waiting(self) -> int:
        """How many have not been begun yet."""
        return len(self._waiting)

    def __bool__(self) -> bool:
        """Whether there is any: then nothing else is begun."""
        return bool(self._waiting or self._under_way)

    def __contains__(self, run_id: UUID) -> bool:
        """Whether this run is known already."""
        return run_id in self._under_way or any(one.assignment.run_id == run_id for one in self._waiting)

    def add(self, suspects: Sequence[Suspect]) -> None:
        """More of them, for later."""
        self._waiting.extend(suspects)

    def next(self) -> list[Suspect]:
        """Those to be begun now: some together, or one that must be alone.

        None, while others are under way, here or on another lane of this process.
        """
        if self._under_way or not self._waiting or not self.turn.take(self):
            return []
        self._waiting = deque(sorted(self._waiting, key=lambda one: one.unfinished))
        together = 1 if self._waiting[0].unfinished > 1 else _TOGETHER
        chosen = [self._waiting.popleft()]
        while (
            self._waiting and len(chosen) < together and self._waiting[0].unfinished == chosen[0].unfinished
        ):
            chosen.append(self._waiting.popleft())
        self._under_way = {one.assignment.run_id for one in chosen}
        self._unsettled |= self._under_way
        return chosen

    def drop(self, tenant_ids: Collection[TenantId]) -> list[Suspect]:
        """Those of these tenants that wait, taken off the list."""
        left = [one for one in self._waiting if one.profile.tenant.id in tenant_ids]
        self._waiting = deque(one for one in self._waiting if one.profile.tenant.id not in tenant_ids)
        return left

    def ended(self, run_id: UUID) -> None:
        """A run that has come to an end after all."""
        self._under_way.discard(run_id)

    def committed(self, run_ids: Iterable[UUID]) -> None:
        """Runs whose end is on record: no death that comes now can be theirs."""
        self._unsettled.difference_update(run_ids)
        if not self._unsettled:
            self.turn.give_back(self)

    def leave(self) -> None:
        """Nothing more is begun here: it is the turn of other lanes."""
        self.turn.leave(self)
