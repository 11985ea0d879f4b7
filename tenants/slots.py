"""Slots for what a process has under way: bounded over all tenants, and never all with one of them."""

from asyncio import Future, get_running_loop
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

#: A tenant may have so many times what is free. One alone comes to nine tenths of all slots, two come to nearly half
#: each, and there is always something left for whoever comes next: the rule by which switches share their memory
#: (Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998).
_SHARE = 9


class Slots:
    """So many slots. Tenants that wait get theirs in turn, each by its own order of coming."""

    def __init__(self, total: int) -> None:
        self._free = total
        self._held: dict[UUID, int] = {}
        self._waiting: OrderedDict[UUID, deque[Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def of(self, tenant_id: UUID) -> AsyncIterator[None]:
        """A slot of this tenant's for as long as the block lasts."""
        await self.take(tenant_id)
        try:
            yield
        finally:
            self.give_back(tenant_id)

    async def take(self, tenant_id: UUID) -> None:
        """A slot of this tenant's, waited for until it is its turn, and held until it is given back."""
        if tenant_id not in self._waiting and self._may_have(tenant_id):
            self._hold(tenant_id)
            return
        turn: Future[None] = get_running_loop().create_future()
        self._waiting.setdefault(tenant_id, deque()).append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.give_back(tenant_id)  # it was given, and is not wanted any more
            raise

    def _may_have(self, tenant_id: UUID) -> bool:
        held = self._held.get(tenant_id, 0)
        return self._free > 0 and (held == 0 or held < _SHARE * self._free)

    def _hold(self, tenant_id: UUID) -> None:
        self._free -= 1
        self._held[tenant_id] = self._held.get(tenant_id, 0) + 1

    def give_back(self, tenant_id: UUID) -> None:
        """A slot that this tenant held, for whoever comes next."""
        self._free += 1
        self._held[tenant_id] -= 1
        if not self._held[tenant_id]:
            del self._held[tenant_id]
        self._pass_on()

    def _pass_on(self) -> None:
        """Free slots to those who wait, tenant by tenant, whoever was served last coming last."""
        while tenant_id := next((one for one in self._waiting if self._may_have(one)), None):
            turn = self._waiting[tenant_id].popleft()
            if self._waiting[tenant_id]:
                self._waiting.move_to_end(tenant_id)
            else:
                del self._waiting[tenant_id]
            if not turn.cancelled():  # else whoever waited has gone
                self._hold(tenant_id)
                turn.set_result(None)
