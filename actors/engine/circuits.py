"""Vendors that are left alone for a while: those that keep failing, and those that asked us to slow down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from actors.core.breaker import Breaker
from actors.core.errors import AgentError, AnswerGarbled, LeftAlone, ProviderDown, RateLimited
from actors.core.provider import Link, Provider, Reply


class Circuits:
    """What this process knows of how vendors do. One that fails, fails for every tenant; a limit is a key's own."""

    def __init__(self) -> None:
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._quiet_until_s: dict[tuple[str, str, str | None], float] = {}

    async def through(self, provider: Provider, link: Link, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply of a vendor that is not to be left alone. Raises LeftAlone, and what `ask` raises.

        A probe that fails says no more than that the vendor is still away: whoever made it was only next in line.
        """
        if not provider.needs_key:
            return await ask()  # no one service: a website or a name server is another one for each company
        clock = asyncio.get_running_loop().time
        key = (provider.name, link.base_url, link.api_key)
        quiet_s = self._quiet_until_s.get(key, 0.0) - clock()
        if quiet_s > 0:
            raise _left_alone("it asked us to slow down", provider, quiet_s)
        breaker = self._breakers.setdefault((provider.name, link.base_url), Breaker())
        is_probe = breaker.is_open
        ticket = breaker.begin(clock())
        if ticket is None:
            raise _left_alone("it does not answer as it should", provider, breaker.wait_s(clock()))
        try:
            reply = await ask()
        except AgentError as error:
            has_failed = isinstance(error, ProviderDown | AnswerGarbled)
            breaker.end(ticket, has_failed=has_failed, now_s=clock())
            if isinstance(error, RateLimited):
                self._quiet_until_s[key] = clock() + _seconds_until(error)
            if has_failed and is_probe:
                raise _left_alone(str(error), provider, breaker.wait_s(clock())) from error
            raise
        breaker.end(ticket, has_failed=False, now_s=clock())
        return reply


def _left_alone(why: str, provider: Provider, wait_s: float) -> LeftAlone:
    return LeftAlone(why, provider=provider.name, retry_at=datetime.now(UTC) + timedelta(seconds=wait_s))


def _seconds_until(error: AgentError) -> float:
    return (error.retry_at - datetime.now(UTC)).total_seconds() if error.retry_at is not None else 0.0
