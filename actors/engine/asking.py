"""Asking providers: who is asked, in which order, and at what price."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from actors.core.errors import AgentError, NotConnected, OptedOut
from actors.core.provider import Http, Link, Provider, Reply
from actors.core.questions import Answer, Answers, Question
from actors.engine.circuits import Circuits
from actors.engine.pacing import Pacing
from actors.engine.paying import Paid, Paying
from actors.engine.profiles import Profile
from actors.engine.recording import Recording, in_words
from actors.engine.together import Together
from tenants.budgets import ceilings
from tenants.identity import stable_id
from tenants.slots import Slots
from tenants.store.calls import CallStart
from tenants.store.session import Database

AnswerT = TypeVar("AnswerT", bound=BaseModel)
ReplyT = TypeVar("ReplyT")

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a provider came to be asked: in which segment, and how likely that choice was."""

    segment: str
    propensity: float


class Asking:
    """The way of one process to providers. Calls in flight are bounded over all tenants and agents of it."""

    def __init__(
        self,
        database: Database,
        http: Http,
        providers: Mapping[str, Provider],
        *,
        calls_in_flight: int,
    ) -> None:
        self._database = database
        self._http = http
        self._providers = providers
        self._slots = Slots(calls_in_flight)
        self._circuits = Circuits()
        self._pacing = Pacing(database)
        self._paying = Paying(database, self._slots)
        self._together = Together(self._request)

    async def ask(
        self,
        profile: Profile,
        run_id: UUID,
        question: Question[AnswerT],
        *,
        lead_id: UUID | None = None,
        recording: Recording,
        is_retry: bool = False,
        of: str | None = None,
        besides: Collection[str] = (),
    ) -> Answer[AnswerT]:
        """The first hit among the tenant's providers that answer such questions, else a miss; or `of` one of them.

        Those named in `besides` are not asked. Raises NotConnected where there is no such provider, and the last
        provider's error where no provider had a hit and one could not answer. What each says goes into the recording.
        """
        error: AgentError | None = None
        answer: Answer[AnswerT] | None = None
        spent = before = Decimal(0)
        able = [one for one in self.able(profile, question) if one.name not in besides]
        asked = [one for one in able if of is None or one.name == of]
        if is_retry:
            paid = await self.paid_before(profile, run_id, question, asked)
            asked.sort(key=lambda provider: provider.name not in paid)
        recording.asked(question, [provider.name for provider in asked])
        for provider in asked:
            try:
                answer = await self.ask_one(provider, profile, run_id, question, lead_id)
            except AgentError as failure:
                failure.provider = provider.name
                recording.refused(question, provider.name, failure)
                if isinstance(failure, OptedOut):
                    raise  # who objected to one is not to be had from the next
                error = failure
                continue
            recording.answered(question, answer)
            spent, before = spent + answer.cost_usd, before + answer.paid_before_usd
            if answer.content is not None:
                break
        else:
            if error is not None:
                raise error
        if answer is None:
            raise NotConnected(
                type(question).__name__ if of is None else f"{type(question).__name__} of {of}"
            )
        return answer.model_copy(update={"cost_usd": spent, "paid_before_usd": before})

    async def ask_each(
        self,
        profile: Profile,
        run_id: UUID,
        question: Question[AnswerT],
        *,
        lead_id: UUID | None,
        recording: Recording,
    ) -> Answers[AnswerT]:
        """What each of the tenant's providers says that answers such questions for nothing, all asked at once.

        Those that can't answer are named. What each says goes into the recording.
        """
        free = [one for one in self.able(profile, question) if type(question) not in one.billed]
        recording.asked(question, [provider.name for provider in free])

        async def told(provider: Provider) -> Answer[AnswerT] | None:
            try:
                answer = await self.ask_one(provider, profile, run_id, question, lead_id)
            except AgentError as error:
                error.provider = provider.name
                recording.refused(question, provider.name, error)
                return None
            recording.answered(question, answer)
            return answer

        heard = dict(zip((one.name for one in free), await asyncio.gather(*map(told, free)), strict=True))
        return Answers.model_construct(
            answers=tuple(answer for answer in heard.values() if answer is not None),
            unanswered=tuple(name for name, answer in heard.items() if answer is None),
        )

    async def paid_before(
        self, profile: Profile, run_id: UUID, question: Question[Any], able: Sequence[Provider]
    ) -> set[str]:
        """Those who gave an earlier try of this run what it asked for: they go first, and nothing is bought again."""
        if len(able) < 2 or not any(type(question) in provider.billed for provider in able):
            return set()
        return await self._paying.hits_of(profile.tenant.id, run_id, in_words(question))

    def most_for_a_lead(self, profile: Profile) -> Decimal:
        """What a lead may cost before there is experience: a credit for each billed question, at its first provider."""
        asked: set[type[Question[Any]]] = set()
        cost = Decimal(0)
        for name in in_order(
            [name for name in self._providers if name in profile.connections], profile.config.order
        ):
            provider = self._providers[name]
            new = provider.billed - asked
            cost += len(new) * price_of(provider, profile)
            asked |= new
        return cost

    async def finish(self) -> None:
        """A moment for calls under way: what is asked is paid for, and its answer is to be kept."""
        await self._paying.finish()

    def able(self, profile: Profile, question: Question[Any]) -> list[Provider]:
        """The tenant's providers that answer such questions, in the order in which they are asked."""
        able = [
            name
            for name, provider in self._providers.items()
            if name in profile.connections and type(question) in provider.answers
        ]
        return [self._providers[name] for name in in_order(able, profile.config.order)]

    async def ask_one(
        self,
        provider: Provider,
        profile: Profile,
        run_id: UUID,
        question: Question[AnswerT],
        lead_id: UUID | None,
        chosen: Chosen | None = None,
    ) -> Answer[AnswerT]:
        """What this provider answers. `chosen` tells how it came to be asked, where that was a choice."""
        way = profile.connections[provider.name]
        if provider.needs_key and way.api_key is None:
            raise NotConnected(f"{provider.title} has no key")
        link = Link(self._http, way.base_url or provider.base_url, way.api_key)
        price = price_of(provider, profile)

        async def put() -> Reply:
            return await self._put(provider, link, question, way.calls_per_minute)

        if type(question) not in provider.billed:
            async with self._slots.of(profile.tenant.id):
                return _answer(provider, Paid(await put()))
        start = _start(provider, profile, run_id, question, price, lead_id, self._database.now(), chosen)
        paid = await self._paying.pay(provider, profile.tenant.id, start, question, price, put)
        return _answer(provider, paid)

    async def _put(
        self, provider: Provider, link: Link, question: Question[Any], calls_per_minute: int | None
    ) -> Reply:
        """The provider's reply, to this question alone or among others of its kind."""
        bulk = provider.bulk.get(type(question))
        if bulk is not None:
            return await self._together.ask(provider, link, calls_per_minute, bulk, question)
        answer = provider.answers[type(question)]
        return await self._request(provider, link, calls_per_minute, lambda: answer(link, question))

    async def _request(
        self,
        provider: Provider,
        link: Link,
        calls_per_minute: int | None,
        request: Callable[[], Awaitable[ReplyT]],
    ) -> ReplyT:
        """What a request brings. A time that an error names is told by the host's clock, and kept by the database's."""
        try:
            await self._pacing.wait(provider, link, calls_per_minute)
            return await self._circuits.through(
                provider,
                link,
                request,
                lambda seconds: self._pacing.slow_down(provider, link, seconds),
            )
        except AgentError as error:
            if error.retry_at is not None:
                error.retry_at += self._database.now() - datetime.now(UTC)
            raise


def in_order(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """The providers in the order in which they are asked: those that the tenant put in order, then the others."""
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))


def price_of(provider: Provider, profile: Profile) -> Decimal:
    """What a credit costs this tenant, in US dollars."""
    own = profile.connections[provider.name].credit_price_usd
    return own if own is not None else provider.credit_price_usd


def most_credits(provider: Provider, question: Question[Any]) -> int:
    """What an answer costs at most, in credits."""
    told = provider.most_credits.get(type(question))
    return told(question) if told is not None else 1


def _start(
    provider: Provider,
    profile: Profile,
    run_id: UUID,
    question: Question[Any],
    price: Decimal,
    lead_id: UUID | None,
    now: datetime,
    chosen: Chosen | None,
) -> CallStart:
    words = in_words(question)
    over = ceilings(profile.config.budgets, provider=provider.name, run_id=run_id, lead_id=lead_id, now=now)
    fresh_days = type(question).fresh_days
    return CallStart(
        id=stable_id(profile.tenant.id, run_id, provider.name, words),
        run_id=run_id,
        provider=provider.name,
        question=words,
        cost_usd=price * most_credits(provider, question),
        ceilings=over,
        question_key=stable_id(profile.tenant.id, provider.name, words),
        hit_s=_DAY_S * (provider.keeps_for_days if fresh_days is None else fresh_days),
        miss_s=_DAY_S * profile.config.waterfall.miss_days,
        segment=chosen.segment if chosen is not None else None,
        propensity=chosen.propensity if chosen is not None else None,
    )


def _answer(provider: Provider, paid: Paid) -> Answer[Any]:
    reply = paid.reply
    return Answer.model_construct(
        provider=provider.name,
        content=reply.content,
        cost_usd=paid.cost_usd,
        paid_before_usd=paid.before_usd,
        evidence=reply.evidence,
        quotes=reply.quotes,
        confidence=reply.confidence if reply.confidence is not None else provider.trust,
        licence=provider.licence,
        keeps_for_days=provider.keeps_for_days,
    )
