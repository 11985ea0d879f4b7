"""Rates: how often each token may ask. A bucket for each, which fills up by itself."""

import time
from collections.abc import Callable
from uuid import UUID

BURST_S = 2.0
"""For how long somebody may save up what was not used."""


class Rates:
    """A bucket of requests for each token, in this process."""

    def __init__(self, per_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._most = max(1.0, per_s * BURST_S)
        self._clock = clock
        self._buckets: dict[UUID, tuple[float, float]] = {}

    def wait_s(self, token_id: UUID) -> float:
        """0 where one more request is allowed, and counted; else for how long to wait."""
        now = self._clock()
        left, at = self._buckets.get(token_id, (self._most, now))
        left = min(self._most, left + (now - at) * self._per_s)
        allowed = left >= 1.0
        self._buckets[token_id] = (left - 1.0 if allowed else left), now
        return 0.0 if allowed else (1.0 - left) / self._per_s
