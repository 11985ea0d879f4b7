"""How fast work comes to a lane and leaves it, and how many lanes that asks for."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_GAIN_WORTH_A_LANE = 1.2


@dataclass(frozen=True, slots=True)
class Flow:
    """What was measured: events that arrive and that are settled a second, and how many wait."""

    arrival_per_s: float
    drain_per_s: float
    backlog: int

    @property
    def drains_in_s(self) -> float:
        """Seconds until the backlog is gone, if all stays as it is and nothing more comes."""
        if self.backlog == 0:
            return 0.0
        return self.backlog / self.drain_per_s if self.drain_per_s > 0 else float("inf")


def together(flows: Sequence[Flow]) -> Flow:
    """Several lanes as one."""
    return Flow(
        sum(flow.arrival_per_s for flow in flows),
        sum(flow.drain_per_s for flow in flows),
        sum(flow.backlog for flow in flows),
    )


class Gauge:
    """Measures one lane from what is seen of it: how many events there ever were, and how many wait."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._seen: deque[tuple[float, int, int]] = deque()

    def see(self, now_s: float, events: int, backlog: int) -> None:
        """One look. `events` is the lane's number of events so far, `backlog` those that are not settled."""
        self._seen.append((now_s, events, events - backlog))
        while len(self._seen) > 2 and self._seen[1][0] <= now_s - self._window_s:
            self._seen.popleft()

    def flow(self) -> Flow | None:
        """The flow over the window, or None before there was one whole window."""
        if not self._seen:
            return None
        (first_s, first_events, first_settled), (last_s, events, settled) = self._seen[0], self._seen[-1]
        took_s = last_s - first_s
        if took_s < self._window_s:
            return None
        return Flow((events - first_events) / took_s, (settled - first_settled) / took_s, events - settled)


def lanes_wished(held: int, flow: Flow, *, patience_s: float, most: int, drain_before: float | None) -> int:
    """The lanes that a tenant should hold for an agent, given the flow over those that it holds.

    Twice as many where what waits takes longer than our patience, up to the most that are allowed. Where the
    last doubling brought nothing (`drain_before` is the drain per second before it, None where there was
    none), lanes are not what is missing, and it stays as it is.
    """
    if flow.drains_in_s <= patience_s or held >= most:
        return held
    if drain_before is not None and flow.drain_per_s < drain_before * _GAIN_WORTH_A_LANE:
        return held
    return min(held * 2, most)
