"""Outward effects: written down before they go out, and looked after at the service where an answer was lost.

What has gone out can't be called back, and what was not heard of may have been done. So nothing is ever sent
again before the service was asked, and where the service doesn't know, nothing is sent.
"""

import asyncio
import uuid
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from actors.core.effects import Effect, Receipt
from actors.core.errors import AgentError, CannotTell, MaybeSent, NotConnected, TookTooLong, UnderWay
from actors.core.provider import Carrier, Http, Link, Provider
from actors.engine.gather import Gather
from actors.engine.profiles import Profile
from tenants.identity import TenantId, stable_id
from tenants.slots import Slots
from tenants.store import effects
from tenants.store.columns import to_json
from tenants.store.effects import Begun, EffectEnd, EffectStart, Standing
from tenants.store.session import Database, DatabaseError

# Who sends has a claim, so that nobody else does at the same time. It outlasts whatever is sent under it: one
# who looks afterwards sees all that was done.
_CLAIM_S = 30.0
_LOOKED_WITHIN_S = 10.0
_SENT_WITHIN_S = 15.0
_BEGIN_SENDING_BEFORE_S = _CLAIM_S - _SENT_WITHIN_S
_LINGER_S = 0.01
_FINISHED_WITHIN_S = 5.0
_KEEP_AGAIN_FIRST_S, _KEEP_AGAIN_MOST_S = 0.05, 1.0


class Outward:
    """The way of one process to services that carry out effects."""

    def __init__(
        self, database: Database, http: Http, providers: Mapping[str, Provider], *, calls_in_flight: int
    ) -> None:
        self._database = database
        self._http = http
        self._providers = providers
        self._slots = Slots(calls_in_flight)
        self._under_way: dict[UUID, asyncio.Task[Receipt]] = {}
        self._beginning: dict[TenantId, Gather[EffectStart, Begun]] = {}
        self._settling: dict[TenantId, Gather[EffectEnd, None]] = {}

    def reaches(self, profile: Profile, kind: type[Effect], at: datetime) -> bool:
        """Whether the tenant had a service for such effects at this time."""
        ways = (profile.connections.get(provider.name) for provider in self._carriers(kind))
        return any(way is not None and way.since <= at for way in ways)

    async def carry_out(self, profile: Profile, run_id: UUID, effect: Effect) -> Receipt:
        """The effect carried out, now or before: once in all.

        Raises CannotTell where nobody knows what became of it, MaybeSent where that has to be found out later,
        UnderWay where another process sends it, and the service's error where it refused.
        """
        provider, link = self._way(profile, effect)
        start = _start(profile.tenant.id, run_id, provider, effect)
        task = self._under_way.get(start.id)
        if task is None:
            task = self._under_way[start.id] = asyncio.create_task(
                self._once(profile.tenant.id, provider, link, start, effect)
            )
            task.add_done_callback(lambda task: self._over(start.id, task))
        # what has gone out has gone out, whether or not the run still waits: its answer is kept all the same
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """A moment for effects under way, so that nobody has to look after them."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=_FINISHED_WITHIN_S)

    def _carriers(self, kind: type[Effect]) -> list[Provider]:
        return [provider for provider in self._providers.values() if kind in provider.effects]

    def _way(self, profile: Profile, effect: Effect) -> tuple[Provider, Link]:
        for provider in self._carriers(type(effect)):
            way = profile.connections.get(provider.name)
            if way is not None:
                return provider, Link(self._http, way.base_url or provider.base_url, way.api_key)
        raise NotConnected(type(effect).__name__)

    async def _once(
        self, tenant_id: TenantId, provider: Provider, link: Link, start: EffectStart, effect: Effect
    ) -> Receipt:
        carrier = provider.effects[type(effect)]
        async with self._slots.of(tenant_id):
            clock = asyncio.get_running_loop().time
            began_s = clock()
            begun = await self._begin(tenant_id, start)
            if begun.state is Standing.SENT:
                return Receipt.model_validate(begun.receipt)
            if begun.state is Standing.CANNOT_TELL:
                raise CannotTell(effect.told, provider=provider.name)
            if not begun.is_ours:
                raise UnderWay(effect.told, provider=provider.name, retry_at=begun.claimed_until)
            # under one key only one request may ever go out, whatever is known by now
            effect = type(effect).model_validate(begun.request)
            if begun.state is Standing.MAYBE_SENT:
                receipt = await self._look(tenant_id, carrier, link, start, effect)
                if receipt is not None:
                    return receipt
            if clock() - began_s > _BEGIN_SENDING_BEFORE_S:
                # this process stood still: by the time it is heard somebody else may have looked already
                await self._settle(tenant_id, EffectEnd(start.id, start.claim, Standing.NOT_SENT))
                raise TookTooLong(effect.told, provider=provider.name)
            return await self._send(tenant_id, carrier, link, start, effect)

    async def _look(
        self, tenant_id: TenantId, carrier: Carrier, link: Link, start: EffectStart, effect: Effect
    ) -> Receipt | None:
        """The receipt of what went out before, or None where certainly nothing did."""
        try:
            async with asyncio.timeout(_LOOKED_WITHIN_S):
                receipt = await carrier.look(link, effect, str(start.id))
        except CannotTell as error:
            await self._settle(tenant_id, _end(start, Standing.CANNOT_TELL, error))
            raise
        except Exception as error:
            await self._settle(tenant_id, _end(start, Standing.MAYBE_SENT, error))
            if (doubt := _doubt(error, start)) is None:
                raise
            raise doubt from error
        if receipt is not None:
            await self._settle(tenant_id, _sent(start, receipt))
        return receipt

    async def _send(
        self, tenant_id: TenantId, carrier: Carrier, link: Link, start: EffectStart, effect: Effect
    ) -> Receipt:
        try:
            async with asyncio.timeout(_SENT_WITHIN_S):
                receipt = await carrier.carry_out(link, effect, str(start.id))
        except Exception as error:
            if isinstance(error, AgentError) and error.nothing_done:
                await self._settle(tenant_id, _end(start, Standing.NOT_SENT, error))
                raise
            await self._settle(tenant_id, _end(start, Standing.MAYBE_SENT, error))
            if (doubt := _doubt(error, start)) is None:
                raise
            raise doubt from error
        await self._settle(tenant_id, _sent(start, receipt))
        return receipt

    def _over(self, effect_id: UUID, task: asyncio.Task[Receipt]) -> None:
        del self._under_way[effect_id]
        if not task.cancelled():
            task.exception()  # whoever wanted it may have gone; then nobody is to be told

    async def _begin(self, tenant_id: TenantId, start: EffectStart) -> Begun:
        gather = self._beginning.get(tenant_id)
        if gather is None:

            async def begin(starts: list[EffectStart]) -> dict[EffectStart, Begun]:
                async with self._database.tenant(tenant_id) as session:
                    begun = await effects.begin(session, starts, claim_s=_CLAIM_S)
                return {start: begun[start.id] for start in starts}

            gather = self._beginning[tenant_id] = Gather(begin, linger_s=_LINGER_S)
        begun = await gather.get(start)
        assert begun is not None
        return begun

    async def _settle(self, tenant_id: TenantId, end: EffectEnd) -> None:
        gather = self._settling.get(tenant_id)
        if gather is None:

            async def settle(ends: list[EffectEnd]) -> dict[EffectEnd, None]:
                await self._keep(tenant_id, ends)
                return {}

            gather = self._settling[tenant_id] = Gather(settle, linger_s=_LINGER_S)
        await gather.get(end)

    async def _keep(self, tenant_id: TenantId, ends: list[EffectEnd]) -> None:
        """What became of them, kept: a database that is away is waited for, however long it takes."""
        wait_s = 0.0
        while True:
            try:
                async with self._database.tenant(tenant_id) as session:
                    await effects.settle(session, ends)
            except DatabaseError as error:
                if not error.may_be_repeated:
                    raise
                wait_s = min(max(2 * wait_s, _KEEP_AGAIN_FIRST_S), _KEEP_AGAIN_MOST_S)
                await asyncio.sleep(wait_s)
            else:
                return


def _start(tenant_id: TenantId, run_id: UUID, provider: Provider, effect: Effect) -> EffectStart:
    kind = type(effect).__name__
    same = effect.same if effect.same is not None else (run_id,)
    return EffectStart(
        id=stable_id(tenant_id, "effect", kind, *same, effect.generation),
        kind=kind,
        provider=provider.name,
        lead_id=effect.lead_id,
        run_id=run_id,
        request=to_json(effect.model_dump(mode="json")),
        claim=uuid.uuid4(),
    )


def _sent(start: EffectStart, receipt: Receipt) -> EffectEnd:
    return EffectEnd(start.id, start.claim, Standing.SENT, receipt.model_dump_json())


def _end(start: EffectStart, state: Standing, error: Exception) -> EffectEnd:
    return EffectEnd(start.id, start.claim, state, reason=str(error) or type(error).__name__)


def _doubt(error: Exception, start: EffectStart) -> MaybeSent | None:
    """What a run hears of an error after which nobody knows; None where waiting does not help, and it fails."""
    if isinstance(error, TimeoutError):
        return MaybeSent("no answer in time", provider=start.provider)
    if isinstance(error, AgentError) and error.kind == "transient":
        return MaybeSent(str(error), provider=start.provider, retry_at=error.retry_at)
    return None
