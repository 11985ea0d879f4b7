"""Whole lists of addresses verified without a tenant: all of a domain together, its name servers asked once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from actors.core.errors import AgentError, NotConnected, SlowedDown
from actors.core.provider import Link, Provider, Reply
from actors.core.questions import Answer, FindMailExchangers, ProbeMailbox, Question
from actors.core.verification.address import Address, read_address
from actors.core.verification.ladder import Verified, verify
from actors.core.verification.status import Status
from actors.engine.gather import Gather

_DOMAINS_AT_ONCE = 200
#: so long a list waits for mail servers that ask to come back
PATIENCE_S = 1_200.0
_SETTLED_S = 2.0  # servers' clocks are not ours


@dataclass(frozen=True, slots=True)
class Ways:
    """How name servers and mail servers are reached. Without a way to mail servers none is asked."""

    names: Link
    mail: Link | None


@dataclass(slots=True)
class _Domain:
    """What is asked of one domain's servers, for all of its addresses together."""

    ways: Ways
    providers: Mapping[str, Provider]
    mail: "dict[FindMailExchangers, asyncio.Future[Reply]]"
    probes: "Gather[ProbeMailbox, Reply | AgentError]" = field(init=False)

    def __post_init__(self) -> None:
        bulk = self.providers["mailbox"].bulk[ProbeMailbox]
        self.probes = Gather(self._probe, most=bulk.most)

    async def ask(
        self,
        question: Question[Any],
        *,
        besides: Collection[str] = (),  # noqa: ARG002 - there are no vendors to leave out
    ) -> Answer[Any]:
        """What its servers say. Vendors are not asked: here nobody has a budget for them."""
        match question:
            case FindMailExchangers():
                told = self.mail.get(question)
                if told is None:
                    answer = self.providers["dns"].answers[FindMailExchangers]
                    told = self.mail[question] = asyncio.ensure_future(answer(self.ways.names, question))
                return _answer("dns", await told)
            case ProbeMailbox() if self.ways.mail is not None:
                outcome = await self.probes.get(question)
                assert outcome is not None
                if isinstance(outcome, AgentError):
                    raise outcome
                return _answer("mailbox", outcome)
            case ProbeMailbox():
                raise NotConnected("ProbeMailbox")
        return Answer(provider="", content=None)

    async def _probe(self, asked: list[ProbeMailbox]) -> Mapping[ProbeMailbox, Reply | AgentError]:
        assert self.ways.mail is not None
        bulk = self.providers["mailbox"].bulk[ProbeMailbox]
        outcomes: dict[ProbeMailbox, Reply | AgentError] = {}
        left = asked
        while left:
            try:
                outcomes |= zip(left, await bulk.ask(self.ways.mail, left), strict=True)
            except NotConnected as error:
                raise ValueError(f"{self.ways.mail.base_url}: {error}") from error
            # our turn at a host that many domains share is waited for: a list has no neighbours
            later = {one: told for one in left if isinstance(told := outcomes[one], SlowedDown)}
            left = list(later)
            if later:
                await asyncio.sleep(max(map(_seconds_until, later.values())))
        return outcomes


async def verify_each(
    told: Sequence[str],
    ways: Ways,
    providers: Mapping[str, Provider],
    *,
    waits: bool = True,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[tuple[int, Verified]]:
    """Each address by its place in the list with what came of it, as soon as it is known.

    Mail servers that ask to come back are asked again when they want it, as long as there is patience, or not at
    all where nobody `waits`: then their addresses are told as pending. Raises ValueError where the way to mail
    servers is none.
    """
    left_s = PATIENCE_S if waits else 0.0
    mail: dict[FindMailExchangers, asyncio.Future[Reply]] = {}
    left = list(range(len(told)))
    while left:
        came: asyncio.Queue[tuple[int, Verified]] = asyncio.Queue()
        round_ = asyncio.create_task(_round(left, told, ways, providers, mail, came))
        again: list[int] = []
        wait_s = 0.0
        try:
            for _ in left:
                place, verified = await _next(came, round_)
                after_s = verified.verdict.retry_after_s or 0
                if verified.verdict.status is Status.PENDING and after_s < left_s:
                    again.append(place)
                    wait_s = max(wait_s, after_s)
                else:
                    yield place, verified
            await round_
        finally:
            round_.cancel()
        left = again
        if left:
            await sleep(wait_s + _SETTLED_S)
            left_s -= wait_s


async def _next(came: asyncio.Queue[Any], round_: "asyncio.Task[None]") -> tuple[int, Verified]:
    """The next that comes, or what has ended the round."""
    coming = asyncio.create_task(came.get())
    await asyncio.wait({coming, round_}, return_when=asyncio.FIRST_COMPLETED)
    if not coming.done() and came.empty():
        coming.cancel()
        round_.result()
    result: tuple[int, Verified] = await coming
    return result


async def _round(
    places: Sequence[int],
    told: Sequence[str],
    ways: Ways,
    providers: Mapping[str, Provider],
    mail: "dict[FindMailExchangers, asyncio.Future[Reply]]",
    came: "asyncio.Queue[tuple[int, Verified]]",
) -> None:
    domains: dict[str, list[int]] = {}
    for place in places:
        address = read_address(told[place])
        domains.setdefault(address.domain if isinstance(address, Address) else "", []).append(place)
    at_once = asyncio.Semaphore(_DOMAINS_AT_ONCE)

    async def of_domain(listed: Sequence[int]) -> None:
        async with at_once:
            domain = _Domain(ways, providers, mail)

            async def one(place: int) -> None:
                came.put_nowait((place, await verify(told[place], domain.ask)))

            await asyncio.gather(*map(one, listed))

    await asyncio.gather(*map(of_domain, domains.values()))


def _answer(provider: str, reply: Reply) -> Answer[Any]:
    return Answer.model_construct(provider=provider, content=reply.content, evidence=reply.evidence)


def _seconds_until(error: AgentError) -> float:
    if error.retry_at is None:
        return 1.0
    return max(0.1, (error.retry_at - datetime.now(UTC)).total_seconds())
