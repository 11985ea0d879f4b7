"""Questions that travel together: what many runs ask of one provider at the same time goes out in one request."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, Protocol, TypeVar

from actors.core.errors import AgentError, QuestionRefused
from actors.core.provider import Bulk, Link, Provider, Reply
from actors.core.questions import Question
from actors.engine.gather import Gather

AnswerT = TypeVar("AnswerT")

_REQUESTS_AT_ONCE = 4  # those that ask meanwhile fill up the next: the slower a vendor, the fewer requests
_MOST_PLACES = 1_000  # of those where nobody asks any more nothing is remembered

Outcome = Reply | AgentError


class Way(Protocol):
    """The way of one request to a provider: at its pace, and not while it is left alone."""

    async def __call__(
        self,
        provider: Provider,
        link: Link,
        calls_per_minute: int | None,
        request: Callable[[], Awaitable[AnswerT]],
    ) -> AnswerT:
        """What the request brings. Raises what it raises, and why the provider may not be asked now."""
        ...


class _Asked:
    """A question as one run asks it. Two runs that ask the same each get an answer, with its own price."""

    def __init__(self, question: Question[Any]) -> None:
        self.question = question


class Together:
    """The questions of one process to providers that take many in one request."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._gathers: dict[Hashable, Gather[_Asked, Outcome]] = {}

    async def ask(
        self,
        provider: Provider,
        link: Link,
        calls_per_minute: int | None,
        bulk: Bulk,
        question: Question[Any],
    ) -> Reply:
        """The reply to this question. Raises what befell it alone, or the whole request."""
        key = (provider.name, link.base_url, link.api_key, type(question), bulk.among(question))
        gather = self._gathers.get(key)
        if gather is None:

            async def send(asked: list[_Asked]) -> Mapping[_Asked, Outcome]:
                return await self._send(provider, link, calls_per_minute, bulk, asked)

            if len(self._gathers) >= _MOST_PLACES:
                self._gathers = {place: one for place, one in self._gathers.items() if not one.is_idle}
            gather = self._gathers[key] = Gather(send, most=bulk.most, flights=_REQUESTS_AT_ONCE)
        outcome = await gather.get(_Asked(question))
        assert outcome is not None
        if isinstance(outcome, AgentError):
            raise outcome
        return outcome

    async def _send(
        self,
        provider: Provider,
        link: Link,
        calls_per_minute: int | None,
        bulk: Bulk,
        asked: list[_Asked],
    ) -> Mapping[_Asked, Outcome]:
        async def alone(one: _Asked) -> Outcome:
            answer = provider.answers[type(one.question)]
            try:
                return await self._way(provider, link, calls_per_minute, lambda: answer(link, one.question))
            except AgentError as error:
                return error

        if len(asked) == 1:
            return {asked[0]: await alone(asked[0])}
        questions = [one.question for one in asked]
        try:
            outcomes = await self._way(provider, link, calls_per_minute, lambda: bulk.ask(link, questions))
        except QuestionRefused:
            # a fault of one of them, and nobody is told whose: the others are not to fail for it
            outcomes = await asyncio.gather(*map(alone, asked))
        return dict(zip(asked, outcomes, strict=True))
