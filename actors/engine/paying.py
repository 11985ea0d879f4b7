"""Paid calls: reserved before they are made, settled after, and made once for all who ask the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from actors.core.errors import AgentError, BudgetUsedUp, CeilingReached
from actors.core.provider import Provider, Reply
from actors.core.questions import Question
from actors.engine.gather import Gather
from tenants.budgets import Ceiling
from tenants.identity import TenantId
from tenants.slots import Slots
from tenants.store import calls
from tenants.store.calls import CallEnd, CallStart
from tenants.store.session import Database, DatabaseError

_LINGER_S = 0.01  # little beside a provider's answer, and much fewer transactions
_FINISHED_WITHIN_S = 5.0
_KEEP_AGAIN_FIRST_S, _KEEP_AGAIN_MOST_S = 0.05, 1.0


@dataclass(frozen=True, slots=True)
class Paid:
    """A reply, what was billed for it now, and what an earlier try of the same run has paid, in US dollars."""

    reply: Reply
    cost_usd: Decimal = Decimal(0)
    before_usd: Decimal = Decimal(0)


@dataclass(slots=True)
class _Call:
    """A paid call under way in this process, for which run, how many wait for it, and what it will have brought."""

    run_id: UUID
    waiting: int = 0
    task: asyncio.Task[Paid] | None = None


class Paying:
    """The paid calls of one process."""

    def __init__(self, database: Database, slots: Slots) -> None:
        self._database = database
        self._slots = slots
        self._under_way: dict[UUID, _Call] = {}
        self._reserving: dict[TenantId, Gather[CallStart, Any]] = {}
        self._settling: dict[TenantId, Gather[CallEnd, None]] = {}

    async def pay(
        self,
        provider: Provider,
        tenant_id: TenantId,
        start: CallStart,
        question: Question[Any],
        price: Decimal,
        put: Callable[[], Awaitable[Reply]],
    ) -> Paid:
        """The reply to a paid question, and what it costs this run: nothing, where it was kept.

        Whoever asks the same meanwhile waits for the same call, and it costs the run that was first.
        """
        key = start.question_key or start.id
        call = self._under_way.get(key)
        if call is None:
            call = self._under_way[key] = _Call(start.run_id)
            call.task = asyncio.create_task(self._pay(call, provider, tenant_id, start, question, price, put))
            call.task.add_done_callback(lambda task: self._over(key, task))
        assert call.task is not None
        call.waiting += 1
        try:
            # what was asked costs whether or not anybody still waits for it: the answer is kept all the same
            paid = await asyncio.shield(call.task)
        finally:
            call.waiting -= 1
        return paid if call.run_id == start.run_id else Paid(paid.reply)

    async def hits_of(self, tenant_id: TenantId, run_id: UUID, question: str) -> set[str]:
        """The providers that have answered this question of the run with a hit."""
        async with self._database.tenant(tenant_id) as session:
            return await calls.hits_of(session, run_id, question)

    async def finish(self) -> None:
        """A moment for calls under way: what is asked is paid for, and its answer is to be kept."""
        tasks = [call.task for call in self._under_way.values() if call.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=_FINISHED_WITHIN_S)

    async def _pay(
        self,
        call: _Call,
        provider: Provider,
        tenant_id: TenantId,
        start: CallStart,
        question: Question[Any],
        price: Decimal,
        put: Callable[[], Awaitable[Reply]],
    ) -> Paid:
        # it has its slot from first to last: no process has more of those that could be billed again
        async with self._slots.of(tenant_id):
            if not call.waiting:
                raise asyncio.CancelledError  # whoever wanted to know has gone, and nothing was asked yet
            kept = await self._reserve(tenant_id, start)
            if isinstance(kept, Ceiling):
                raise _over_budget(kept, provider)
            if kept is not None:
                answer, is_own = kept
                reply = _read_reply(answer, type(question).answer)
                return Paid(reply, before_usd=reply.credits * price if is_own else Decimal(0))
            async with self._settled_on_error(tenant_id, start):
                reply = await put()
            end = CallEnd(
                start.id,
                "answered",
                reply.credits,
                reply.credits * price,
                _write_reply(reply),
                is_budgeted=bool(start.ceilings),
                found=_found(reply) if start.segment is not None else None,
            )
            await self._settle(tenant_id, end)
        return Paid(reply, end.cost_usd)

    def _over(self, key: UUID, task: asyncio.Task[Paid]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # those who asked may have gone; then nobody is to be told

    @asynccontextmanager
    async def _settled_on_error(self, tenant_id: TenantId, start: CallStart) -> AsyncIterator[None]:
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
                kept = {one: (answer, one in reserved.own) for one, answer in reserved.kept.items()}
                known = {**kept, **reserved.forbidden}
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


def _over_budget(ceiling: Ceiling, provider: Provider) -> AgentError:
    if ceiling.waits:
        return BudgetUsedUp(str(ceiling), provider=provider.name, retry_at=ceiling.ends)
    return CeilingReached(str(ceiling), provider=provider.name)


def _found(reply: Reply) -> tuple[str, ...] | None:
    """The fields that came; None for a miss."""
    if reply.content is None:
        return None
    return tuple(name for name, value in reply.content if value is not None)


def _write_reply(reply: Reply) -> str:
    content = reply.content.model_dump(mode="json") if reply.content is not None else None
    kept: dict[str, Any] = {"content": content, "credits": str(reply.credits), "evidence": reply.evidence}
    kept |= {"quotes": reply.quotes} if reply.quotes else {}
    kept |= {"confidence": reply.confidence} if reply.confidence is not None else {}
    kept |= {"good_for_s": reply.good_for_s} if reply.good_for_s is not None else {}
    return orjson.dumps(kept).decode()


def _read_reply(kept: Any, answer: type[BaseModel]) -> Reply:
    content = answer.model_validate(kept["content"]) if kept["content"] is not None else None
    return Reply(
        content,
        Decimal(kept["credits"]),
        kept["evidence"],
        kept.get("quotes", {}),
        kept.get("confidence"),
        kept.get("good_for_s"),
    )
