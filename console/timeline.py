"""A lead's time: when something was worked on for it, when it waited and for what, on a scale that folds long waits."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any, Literal

from tenants.records import RunStatus

Record = Mapping[str, Any]
Kind = Literal["work", "wait", "person", "off"]

_STILL_MOVING = frozenset(
    {RunStatus.RUNNING, RunStatus.RETRYING, RunStatus.SNOOZED, RunStatus.HELD, RunStatus.AWAITING_APPROVAL}
)
_LEAST = 1.0  # of the scale, so that the shortest work can be seen
_FOLDED = 3.0  # what a stretch takes in which nothing was done and nothing waited


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when to when a run was worked on or waited, and what for."""

    begin: datetime
    end: datetime
    kind: Kind
    text: str

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.end - self.begin).total_seconds()


@dataclass(frozen=True, slots=True)
class Lane:
    """One run's time, from when it began to when it ended or to now."""

    run: Record
    stretches: Sequence[Stretch]

    def seconds(self, *kinds: Kind) -> float:
        """How long it took in stretches of these kinds together."""
        return sum(one.seconds for one in self.stretches if one.kind in kinds)


def lanes(runs: Sequence[Record], approvals: Sequence[Record], now: datetime) -> list[Lane]:
    """The runs' times, in their order. What still moves reaches until now."""
    return [
        Lane(run, _stretches(run, [one for one in approvals if one["run_id"] == run["id"]], now))
        for run in runs
    ]


def _stretches(run: Record, approvals: Sequence[Record], now: datetime) -> list[Stretch]:
    works = _works(run, now)
    people = [(one["created_at"], one["decided_at"] or one["settled_at"] or now) for one in approvals]
    begin = run["started_at"]
    end = max([begin, *(work.end for work in works), *(until for _, until in people)])
    if run["status"] in _STILL_MOVING:
        end = max(end, now)
    found: list[Stretch] = []
    at, reason = begin, "its turn"
    for work in works:
        if work.begin > at:
            found.append(_wait(at, work.begin, reason, run, people))
        found.append(work)
        at, reason = max(at, work.end), work.text
    if end > at:
        found.append(_wait(at, end, reason, run, people))
    return found


def _works(run: Record, now: datetime) -> list[Stretch]:
    """When it was worked on: at each attempt that is kept, else at the only one."""
    kept = [
        (datetime.fromisoformat(one["ended_at"]), one["duration_s"] or 0.0, one["reason"] or "")
        for one in run["attempts"] or ()
    ]
    if not kept and run["duration_s"] is not None:
        took = run["duration_s"]
        kept = [
            (run["finished_at"] or run["started_at"] + timedelta(seconds=took), took, run["reason"] or "")
        ]
    works = [
        Stretch(max(run["started_at"], ended - timedelta(seconds=took)), ended, "work", reason)
        for ended, took, reason in kept
    ]
    if run["status"] == RunStatus.RUNNING:
        begun = works[-1].end if works else run["started_at"]
        works.append(Stretch(begun, max(now, begun), "work", "it is being worked on"))
    return [one for one in works if one.end >= one.begin]


def _wait(
    begin: datetime,
    end: datetime,
    reason: str,
    run: Record,
    people: Sequence[tuple[datetime, datetime]],
) -> Stretch:
    if any(asked < end and until > begin for asked, until in people):
        return Stretch(begin, end, "person", "waits for a person")
    if run["status"] == RunStatus.HELD:
        return Stretch(begin, end, "off", "its agent is switched off")
    return Stretch(begin, end, "wait", f"waits: {reason}" if reason else "waits")


class Scale:
    """Where each moment lies between 0 and 100: long stretches by the root of their length, empty ones folded."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        stretches = [one for lane in lanes for one in lane.stretches]
        self._moments = sorted({moment for one in stretches for moment in (one.begin, one.end)})
        places = [0.0]
        for before, after in zip(self._moments, self._moments[1:], strict=False):
            is_lived = any(one.begin <= before and one.end >= after for one in stretches)
            places.append(
                places[-1] + (_LEAST + sqrt((after - before).total_seconds()) if is_lived else _FOLDED)
            )
        self._places = places

    def at(self, moment: datetime) -> float:
        """The place of a moment at which a stretch begins or ends."""
        whole = self._places[-1] or 1.0
        return 100 * self._places[min(bisect_left(self._moments, moment), len(self._places) - 1)] / whole
