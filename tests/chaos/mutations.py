"""Guards of ours taken out, one at a time, in a worker of a test: whoever checks must see that they are gone.

They are taken out from here, in that one process: the product has no switch for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from actors.engine import committing
from tenants.store import calls, effects, lanes, runs
from tenants.store.calls import CallStart, Reserved
from tenants.store.effects import Begun, EffectStart, Standing
from tenants.store.lanes import Lease
from tenants.store.runs import GroundMoved, RunEnd
from tenants.store.session import Session


def _without_epochs() -> None:
    """Whoever once had a lane goes on writing to it."""

    async def advance(session: Session, lease: Lease, next_offset: int, ttl_s: float) -> None:
        await session.run(
            "UPDATE lane_lease SET next_offset = GREATEST(next_offset, :next_offset) "
            "WHERE agent = :agent AND lane = :lane",
            next_offset=next_offset,
            agent=lease.agent,
            lane=lease.lane,
        )

    lanes.advance = advance


def _without_compare_and_set() -> None:
    """A run is ended by everybody who comes to its end, however often."""
    close = runs.close_runs

    async def close_runs(session: Session, ends: Sequence[RunEnd]) -> None:
        try:
            await close(session, ends)
        except GroundMoved:
            return

    async def nobody_knows(*_: Any) -> bool:
        return False

    runs.close_runs = close_runs
    committing._is_committed = nobody_knows


def _without_the_ledger() -> None:
    """What was paid for is not remembered."""
    reserve = calls.reserve

    async def forgetful(session: Session, starts: Sequence[CallStart]) -> Reserved:
        await reserve(session, starts)
        return Reserved({}, {})

    calls.reserve = forgetful


def _without_looking() -> None:
    """What may have gone out already goes out again, without asking the service first."""
    begin = effects.begin

    async def blindly(session: Session, starts: Sequence[EffectStart], *, claim_s: float) -> dict[Any, Begun]:
        begun = await begin(session, starts, claim_s=claim_s)
        return {
            key: replace(one, state=Standing.SENDING) if one.is_ours else one for key, one in begun.items()
        }

    effects.begin = blindly


#: what each mutation takes out, by name
MUTATIONS: dict[str, Callable[[], None]] = {
    "epoch": _without_epochs,
    "compare-and-set": _without_compare_and_set,
    "ledger": _without_the_ledger,
    "look": _without_looking,
}
