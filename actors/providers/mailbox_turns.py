"""Whose turn it is at a mail server: few connections at once, not many a minute or a day, none where we are blocked.

It does no I/O: whoever has the turn connects. Times are the loop's, which never jumps.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from actors.core.errors import LeftAlone, SlowedDown
from actors.providers.mailbox_way import NAME, Limits

#: a turn that is further off is not waited for: others can have the place of whoever waits
MOST_WAIT_S = 30.0
#: how long a server that blocks us is left alone, and all of them where several do
BLOCKED_S = 1800.0
#: so many servers that block us, and none that does not between them, say that it is our own address
BLOCKS = 3

_MINUTE_S, _DAY_S = 60.0, 86_400.0
_MOST_PLACES = 2000
_FEW = 100  # so few connections in a day need not be remembered


class _Place:
    """One mail server: how many connections there are, when the last ones were begun, who waits."""

    def __init__(self) -> None:
        self.open = 0
        self.begun_s: deque[float] = deque()
        self.day_ends_s = 0.0
        self.in_day = 0
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.blocked_until_s = 0.0

    def wait_s(self, limits: Limits, now_s: float) -> float:
        """The seconds until another connection may be begun, as far as the minute goes."""
        while self.begun_s and self.begun_s[0] <= now_s - _MINUTE_S:
            self.begun_s.popleft()
        if len(self.begun_s) < limits.per_minute:
            return 0.0
        return self.begun_s[-limits.per_minute] + _MINUTE_S - now_s

    def day_left_s(self, limits: Limits, now_s: float) -> float:
        """The seconds until the day's connections are there again; 0 where there are some left."""
        if self.day_ends_s <= now_s:
            self.day_ends_s, self.in_day = now_s + _DAY_S, 0
        return self.day_ends_s - now_s if self.in_day >= limits.per_day else 0.0

    def is_forgotten(self, now_s: float) -> bool:
        """Whether nothing is known of it that matters any more."""
        is_quiet = not self.begun_s or self.begun_s[-1] <= now_s - _MINUTE_S
        is_quiet = is_quiet and (self.in_day < _FEW or self.day_ends_s <= now_s)
        return is_quiet and not self.open and not self.waiting and self.blocked_until_s <= now_s


class Turns:
    """The turns of one process, by the address of the mail server."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._blocking: set[str] = set()
        self._quiet_until_s = 0.0

    @asynccontextmanager
    async def turn(self, address: str, limits: Limits) -> AsyncIterator[None]:
        """A connection's time at a server.

        Raises SlowedDown where the wait for it would be long, and LeftAlone where the day has no more for it.
        """
        place = self._place(address)
        try:
            await self._begin(place, limits)
        except BaseException:
            self._wake(place)  # whoever was woken and gives up lets the next one know
            raise
        try:
            yield
        finally:
            place.open -= 1
            self._wake(place)

    def look(self) -> None:
        """Raises LeftAlone where so many servers block us that the others had better not be asked, either."""
        left_s = self._quiet_until_s - _now_s()
        if left_s > 0:
            raise LeftAlone("several mail servers block us", provider=NAME, retry_at=_ahead(left_s))

    def is_blocked(self, address: str) -> bool:
        """Whether this server has blocked us of late."""
        return self._place(address).blocked_until_s > _now_s()

    def was_blocked(self, address: str) -> None:
        """A server has said that it takes nothing from us."""
        self._place(address).blocked_until_s = _now_s() + BLOCKED_S
        self._blocking.add(address)
        if len(self._blocking) >= BLOCKS:
            self._quiet_until_s = _now_s() + BLOCKED_S
            self._blocking.clear()

    def was_heard(self) -> None:
        """A server has answered as it would anybody."""
        self._blocking.clear()

    async def _begin(self, place: _Place, limits: Limits) -> None:
        ends_s = _now_s() + MOST_WAIT_S
        while place.open >= limits.at_once or (wait_s := place.wait_s(limits, _now_s())) > 0:
            left_s = ends_s - _now_s()
            if place.open < limits.at_once:
                if wait_s > left_s:
                    raise _later(wait_s)
                await _sleep(wait_s)
            elif not await _woken(place, left_s):
                raise _later(MOST_WAIT_S)
        left_s = place.day_left_s(limits, _now_s())
        if left_s > 0:
            raise LeftAlone("enough was asked of it for one day", provider=NAME, retry_at=_ahead(left_s))
        place.open += 1
        place.in_day += 1
        place.begun_s.append(_now_s())

    def _wake(self, place: _Place) -> None:
        while place.waiting:
            one = place.waiting.popleft()
            if not one.done():
                one.set_result(None)
                return

    def _place(self, address: str) -> _Place:
        if len(self._places) > _MOST_PLACES and address not in self._places:
            now_s = _now_s()
            self._places = {key: one for key, one in self._places.items() if not one.is_forgotten(now_s)}
        return self._places.setdefault(address, _Place())


async def _woken(place: _Place, most_s: float) -> bool:
    """Whether a connection ended within this time."""
    waiting = asyncio.get_running_loop().create_future()
    place.waiting.append(waiting)
    await asyncio.wait((waiting,), timeout=max(0.0, most_s))
    is_woken = waiting.done()
    waiting.cancel()
    return is_woken


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _ahead(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _later(seconds: float) -> SlowedDown:
    return SlowedDown("too many ask this mail server at once", provider=NAME, retry_at=_ahead(seconds))
