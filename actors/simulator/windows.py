"""How often each key asked each endpoint, in the fixed windows by which vendors count."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


class Usage(NamedTuple):
    """Requests so far in this minute, hour and day, against what is allowed in a minute."""

    per_minute: int
    minute: int
    hour: int
    day: int
    minute_ends_in_s: int

    @property
    def is_exceeded(self) -> bool:
        """Whether the minute holds more requests than allowed."""
        return self.minute > self.per_minute


@dataclass(slots=True)
class _Count:
    minute: int = 0
    hour: int = 0
    day: int = 0
    minute_began: float = 0.0
    hour_began: float = 0.0
    day_began: float = 0.0


class Windows:
    """The counts of one vendor; the clock gives seconds from any origin."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, str], _Count] = {}

    def count(self, key: str, endpoint: str, per_minute: int) -> Usage:
        """Count one request and say how many there were."""
        now = self._clock()
        count = self._counts.get((key, endpoint))
        if count is None:
            count = self._counts[key, endpoint] = _Count()
        if now - count.minute_began >= _MINUTE_S:
            count.minute, count.minute_began = 0, now - now % _MINUTE_S
        if now - count.hour_began >= _HOUR_S:
            count.hour, count.hour_began = 0, now - now % _HOUR_S
        if now - count.day_began >= _DAY_S:
            count.day, count.day_began = 0, now - now % _DAY_S
        count.minute += 1
        count.hour += 1
        count.day += 1
        left_s = int(count.minute_began + _MINUTE_S - now) + 1
        return Usage(per_minute, count.minute, count.hour, count.day, left_s)

    def clear(self) -> None:
        """Forget all counts."""
        self._counts.clear()
