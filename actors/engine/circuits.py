"""Vendors that are left alone for a while: those that keep failing, and those that asked us to slow down."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from actors.core.breaker import Breaker
from actors.core.errors import AgentError, AnswerGarbled, LeftAlone, ProviderDown, RateLimited, SlowedDown
from actors.core.provider import Link, Provider

# over so long those come back who were put off until the same moment
_SPREAD_S = 1.0

Key = tuple[str, str, str | None]
AnswerT = TypeVar("AnswerT")


class Circuits:
    """What this process knows of how vendors do. One that fails, fails for every tenant; a limit is a key's own.

    A single refusal for the rate concerns only whoever got it, who waits as long as it says. After two with no other
    answer between them nobody asks by that key before the time that the vendor names.
    """

    def __init__(self) -> None:
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._quiet_until_s: dict[Key, float] = {}
        self._just_refused: set[Key] = set()

    async def through(
        self,
        provider: Provider,
        link: Link,
        ask: Callable[[], Awaitable[AnswerT]],
        slow_down: Callable[[float], Awaitable[None]],
    ) -> AnswerT:
        """The answer of a vendor that is not to be left alone. Raises LeftAlone, and what `ask` raises.

        Others are told by `slow_down` that the key is to be left alone for so many seconds.
        A probe that fails says no more than that the vendor is still away: whoever made it was only next in line.
        """
        if not provider.is_one_service:
            return await ask()
        clock = asyncio.get_running_loop().time
        key = (provider.name, link.base_url, link.api_key)
        quiet_s = self._quiet_until_s.get(key, 0.0) - clock()
        if quiet_s > 0:
            quiet_s += random.random() * _SPREAD_S  # noqa: S311 - not a secret
            raise SlowedDown(provider=provider.name, retry_at=_in(quiet_s))
        breaker = self._breakers.setdefault((provider.name, link.base_url), Breaker())
        is_probe = breaker.is_open
        ticket = breaker.begin(clock())
        if ticket is None:
            raise _left_alone("it does not answer as it should", provider, breaker.wait_s(clock()))
        try:
            answer = await ask()
        except AgentError as error:
            has_failed = isinstance(error, ProviderDown | AnswerGarbled)
            breaker.end(ticket, has_failed=has_failed, now_s=clock())
            if isinstance(error, RateLimited):
                if key in self._just_refused:
                    quiet_s = _seconds_until(error)
                    self._quiet_until_s[key] = clock() + quiet_s
                    await slow_down(quiet_s)
                self._just_refused.add(key)
            if has_failed and is_probe:
                raise _left_alone(str(error), provider, breaker.wait_s(clock())) from error
            raise
        breaker.end(ticket, has_failed=False, now_s=clock())
        self._just_refused.discard(key)
        return answer


def _left_alone(why: str, provider: Provider, wait_s: float) -> LeftAlone:
    return LeftAlone(why, provider=provider.name, retry_at=_in(wait_s))


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _seconds_until(error: AgentError) -> float:
    return (error.retry_at - datetime.now(UTC)).total_seconds() if error.retry_at is not None else 0.0
