"""Asking providers: who is asked, in which order, what is written down before and after, and at what price."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel

from actors.core.errors import AgentError, BudgetUsedUp, CeilingReached, NotConnected, OptedOut
from actors.core.provider import Http, Link, Provider, Reply
from actors.core.questions import Answer, Question
from actors.engine.circuits import Circuits
from actors.engine.gather import Gather
from actors.engine.profiles import Profile
from actors.engine.recording import Recording, in_words
from tenants.budgets import Ceiling, ceilings
from tenants.identity import TenantId, stable_id
from tenants.store import calls
from tenants.store.calls import CallEnd, CallStart
from tenants.store.session import Database, DatabaseError

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_LINGER_S = 0.01  # little beside a provider's answer, and much fewer transactions
_FINISHED_WITHIN_S = 5.0
_KEEP_AGAIN_FIRST_S, _KEEP_AGAIN_MOST_S = 0.05, 1.0


@dataclass(slots=True)
class _Call:
    """A billed call under way in this process, how many wait for it, and what it will have brought."""

    waiting: int = 0
    task: asyncio.Task[tuple[Reply, Decimal]] | None = None


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
        self._slots = asyncio.Semaphore(calls_in_flight)
        self._circuits = Circuits()
        self._under_way: dict[UUID, _Call] = {}
        self._reserving: dict[TenantId, Gather[CallStart, Any]] = {}
        self._settling: dict[TenantId, Gather[CallEnd, None]] = {}

    async def ask(
        self,
        profile: Profile,
        run_id: UUID,
        question: Question[AnswerT],
        *,
        lead_id: UUID | None = None,
        recording: Recording,
    ) -> Answer[AnswerT]:
        """The first hit among the tenant's providers that answer such questions, else a miss.

        Raises NotConnected where there is no such provider, and the last provider's error where no provider
        had a hit and one could not answer. What each says goes into the recording.
        """
        error: AgentError | None = None
        answer: Answer[AnswerT] | None = None
        spent = Decimal(0)
        asked = self._asked(profile, question)
        recording.asked(question, [provider.name for provider in asked])
        for provider in asked:
            try:
                answer = await self._ask_one(provider, profile, run_id, question, lead_id)
            except AgentError as failure:
                failure.provider = provider.name
                recording.refused(question, provider.name, failure)
                if isinstance(failure, OptedOut):
                    raise  # who objected to one is not to be had from the next
                error = failure
                continue
            recording.answered(question, answer)
            spent += answer.cost_usd
            if answer.content is not None:
                return answer.model_copy(update={"cost_usd": spent})
        if error is not None:
            raise error
        if answer is None:
            raise NotConnected(type(question).__name__)
        return answer.model_copy(update={"cost_usd": spent})

    def most_for_a_lead(self, profile: Profile) -> Decimal:
        """What a lead may cost before there is experience: a credit for each billed question, at its first provider."""
        asked: set[type[Question[Any]]] = set()
        cost = Decimal(0)
        for name in in_order(
            [name for name in self._providers if name in profile.connections], profile.config.order
        ):
            provider = self._providers[name]
            new = provider.billed - asked
            cost += len(new) * _price(provider, profile)
            asked |= new
        return cost

    async def finish(self) -> None:
        """A moment for calls under way: what is asked is paid for, and its answer is to be kept."""
        tasks = [call.task for call in self._under_way.values() if call.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=_FINISHED_WITHIN_S)

    def _asked(self, profile: Profile, question: Question[Any]) -> list[Provider]:
        able = [
            name
            for name, provider in self._providers.items()
            if name in profile.connections and type(question) in provider.answers
        ]
        return [self._providers[name] for name in in_order(able, profile.config.order)]

    async def _ask_one(
        self,
        provider: Provider,
        profile: Profile,
        run_id: UUID,
        question: Question[AnswerT],
        lead_id: UUID | None,
    ) -> Answer[AnswerT]:
        way = profile.connections[provider.name]
        if provider.needs_key and way.api_key is None:
            raise NotConnected(f"{provider.title} has no key")
        link = Link(self._http, way.base_url or provider.base_url, way.api_key)
        price = _price(provider, profile)
        if type(question) not in provider.billed:
            async with self._slots:
                reply = await self._put(provider, link, question)
            return _answer(provider, reply, price)
        start = _start(provider, profile, run_id, question, price, lead_id, self._database.now())
        call = self._under_way.get(start.id)
        if call is None:
            call = self._under_way[start.id] = _Call()
            call.task = asyncio.create_task(
                self._pay(call, provider, link, profile.tenant.id, start, question, price)
            )
            call.task.add_done_callback(lambda task: self._over(start.id, task))
        assert call.task is not None
        call.waiting += 1
        try:
            # what was asked costs whether or not anybody still waits for it: the answer is kept all the same
            reply, price = await asyncio.shield(call.task)
        finally:
            call.waiting -= 1
        return _answer(provider, reply, price)

    async def _pay(
        self,
        call: _Call,
        provider: Provider,
        link: Link,
        tenant_id: TenantId,
        start: CallStart,
        question: Question[Any],
        price: Decimal,
    ) -> tuple[Reply, Decimal]:
        """The reply to a billed question, and what a credit of it costs this run: nothing, where it was kept."""
        # it has its slot from first to last: no process has more of those that could be billed again
        async with self._slots:
            if not call.waiting:
                raise asyncio.CancelledError  # whoever wanted to know has gone, and nothing was asked yet
            kept = await self._reserve(tenant_id, start)
            if isinstance(kept, Ceiling):
                raise _over_budget(kept, provider)
            if kept is not None:
                # paid for by an earlier attempt of this run, which has told the price already
                return _read_reply(kept, type(question).answer), Decimal(0)
            async with self._settled_on_error(tenant_id, start):
                reply = await self._put(provider, link, question)
            end = CallEnd(
                start.id,
                "answered",
                reply.credits,
                reply.credits * price,
                _write_reply(reply),
                is_budgeted=bool(start.ceilings),
            )
            await self._settle(tenant_id, end)
        return reply, price

    async def _put(self, provider: Provider, link: Link, question: Question[Any]) -> Reply:
        """The provider's reply. A time that an error names is told by the host's clock, and kept by the database's."""
        try:
            return await self._circuits.through(
                provider, link, lambda: provider.answers[type(question)](link, question)
            )
        except AgentError as error:
            if error.retry_at is not None:
                error.retry_at += self._database.now() - datetime.now(UTC)
            raise

    def _over(self, call_id: UUID, task: asyncio.Task[tuple[Reply, Decimal]]) -> None:
        del self._under_way[call_id]
        if not task.cancelled():
            task.exception()  # those who asked may have gone; then nobody is to be told

    @asynccontextmanager
    async def _settled_on_error(self, tenant_id: TenantId, start: CallStart) -> Any:
        try:
            yield
        except AgentError:
            none = Decimal(0)
            end = CallEnd(start.id, "failed", none, none, None, is_budgeted=bool(start.ceilings))
            await self._settle(tenant_id, end)
            raise

    async def _reserve(self, tenant_id: TenantId, start: CallStart) -> Any:
        gather = self._reserving.get(tenant_id)
        if gather is None:

            async def reserve(starts: list[CallStart]) -> dict[CallStart, Any]:
                async with self._database.tenant(tenant_id) as session:
                    reserved = await calls.reserve(session, starts)
                known = {**reserved.kept, **reserved.forbidden}
                return {start: known[start.id] for start in starts if start.id in known}

            gather = self._reserving[tenant_id] = Gather(reserve, linger_s=_LINGER_S)
        return await gather.get(start)

    async def _settle(self, tenant_id: TenantId, end: CallEnd) -> None:
        gather = self._settling.get(tenant_id)
        if gather is None:

            async def settle(ends: list[CallEnd]) -> dict[CallEnd, None]:
                await self._keep(tenant_id, ends)
                return {}

            gather = self._settling[tenant_id] = Gather(settle, linger_s=_LINGER_S)
        await gather.get(end)

    async def _keep(self, tenant_id: TenantId, ends: list[CallEnd]) -> None:
        """What was answered, kept. It is paid for: a database that is away is waited for, however long it takes."""
        wait_s = 0.0
        while True:
            try:
                async with self._database.tenant(tenant_id) as session:
                    # where only the answer to the commit was lost, the price must not be added once more
                    await calls.settle(session, await calls.unanswered(session, ends) if wait_s else ends)
            except DatabaseError as error:
                if not error.may_be_repeated:
                    raise
                wait_s = min(max(2 * wait_s, _KEEP_AGAIN_FIRST_S), _KEEP_AGAIN_MOST_S)
                await asyncio.sleep(wait_s)
            else:
                return


def in_order(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """The providers in the order in which they are asked: those that the tenant put in order, then the others."""
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))


def _price(provider: Provider, profile: Profile) -> Decimal:
    """What a credit costs this tenant, in US dollars."""
    own = profile.connections[provider.name].credit_price_usd
    return own if own is not None else provider.credit_price_usd


def _start(
    provider: Provider,
    profile: Profile,
    run_id: UUID,
    question: Question[Any],
    price: Decimal,
    lead_id: UUID | None,
    now: datetime,
) -> CallStart:
    words = in_words(question)
    over = ceilings(profile.config.budgets, provider=provider.name, run_id=run_id, lead_id=lead_id, now=now)
    # no vendor bills more than a credit for what we ask
    call_id = stable_id(profile.tenant.id, run_id, provider.name, words)
    return CallStart(call_id, run_id, provider.name, words, price, over)


def _over_budget(ceiling: Ceiling, provider: Provider) -> AgentError:
    if ceiling.waits:
        return BudgetUsedUp(str(ceiling), provider=provider.name, retry_at=ceiling.ends)
    return CeilingReached(str(ceiling), provider=provider.name)


def _answer(provider: Provider, reply: Reply, price: Decimal) -> Answer[Any]:
    return Answer.model_construct(
        provider=provider.name, content=reply.content, cost_usd=reply.credits * price, evidence=reply.evidence
    )


def _write_reply(reply: Reply) -> str:
    content = reply.content.model_dump(mode="json") if reply.content is not None else None
    kept = {"content": content, "credits": str(reply.credits), "evidence": reply.evidence}
    return orjson.dumps(kept).decode()


def _read_reply(kept: Any, answer: type[BaseModel]) -> Reply:
    content = answer.model_validate(kept["content"]) if kept["content"] is not None else None
    return Reply(content, Decimal(kept["credits"]), kept["evidence"])
