"""A circuit breaker: whether a service that keeps failing is asked, or left alone for a while."""

from collections import deque

_OF_LATE = 20
_LATE_S = 10.0
_FEWEST_FAILURES = 5
_SHARE = 0.3
_PROBE_EVERY_S = 1.0


class Breaker:
    """One service's circuit. Closed, everything may be asked; open, one probe a second.

    It opens when of the calls that ended within ten seconds, the last 20 at most, five and nearly a third have
    failed: no run alone fails so often in that time. It closes when a probe comes back well. Times are seconds by
    any clock that never jumps.
    """

    def __init__(self) -> None:
        self._ended: deque[tuple[float, bool]] = deque(maxlen=_OF_LATE)
        self._is_open = False
        self._probe_at_s = 0.0
        self._round = 0

    @property
    def is_open(self) -> bool:
        """Whether the service is left alone but for probes."""
        return self._is_open

    def begin(self, now_s: float) -> int | None:
        """A ticket for a call that may be made now, or None where the service is to be left alone."""
        if self._is_open:
            if now_s < self._probe_at_s:
                return None
            self._probe_at_s = now_s + _PROBE_EVERY_S
        return self._round

    def end(self, ticket: int, *, has_failed: bool, now_s: float) -> None:
        """What became of a call. One that was begun before the circuit last changed tells nothing new."""
        if ticket != self._round:
            return
        if self._is_open:
            if not has_failed:
                self._change(now_s, is_open=False)
            return
        self._ended.append((now_s, has_failed))
        while self._ended[0][0] < now_s - _LATE_S:
            self._ended.popleft()
        failures = sum(failed for _, failed in self._ended)
        if failures >= _FEWEST_FAILURES and failures >= _SHARE * len(self._ended):
            self._change(now_s, is_open=True)

    def wait_s(self, now_s: float) -> float:
        """The seconds until the next probe may go."""
        return max(0.0, self._probe_at_s - now_s) if self._is_open else 0.0

    def _change(self, now_s: float, *, is_open: bool) -> None:
        self._is_open = is_open
        self._round += 1
        self._ended.clear()
        self._probe_at_s = now_s + _PROBE_EVERY_S
