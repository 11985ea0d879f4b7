"""Guards taken out, one at a time: the simulation must see that they are gone.

Those of the store are taken out of its model, those of the engine out of the engine itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from actors.engine import committing
from actors.engine.hand import Hand
from actors.engine.window import Window
from tenants.store import calls, lanes, runs
from tenants.store.calls import Reserved
from tenants.store.runs import GroundMoved, RunOpened
from tests.simulation import model


async def _advance_in_any_epoch(session, lease, next_offset, ttl_s):
    async with session.statement() as tx:
        row = await tx.lock("lane_lease", (lease.agent, lease.lane))
    await model.advance(session, type(lease)(lease.agent, lease.lane, row["epoch"], 0), next_offset, ttl_s)


async def _close_what_has_ended(session, ends):
    try:
        await model.close_runs(session, ends)
    except GroundMoved:
        session.has_failed = False


async def _nobody_knows(*_) -> bool:
    return False


async def _reserve_and_forget(session, starts):
    await model.reserve(session, starts)
    return Reserved({}, {})


async def _open_what_has_ended(session, agent, lane, starts):
    opened = await model.open_runs(session, agent, lane, starts)
    async with session.statement() as tx:
        for start in starts:
            key = (session.tenant_id, start.id)
            if start.id not in opened:
                run = {**await tx.lock("run", key), "status": "running", "due_at": None, "lane": lane}
                tx.put("run", key, run)
                opened[start.id] = RunOpened(start.id, run["attempt"], run["waits"], 0, None)
    return opened


@contextmanager
def _of_the_store(module, name: str, function) -> Iterator[None]:
    before = model.MODELLED[module, name]
    model.MODELLED[module, name] = function
    try:
        yield
    finally:
        model.MODELLED[module, name] = before


@contextmanager
def _of_the_engine(owner, name: str, function) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, function)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def _without_compare_and_set() -> Iterator[None]:
    """A run is ended by everybody who comes to its end; who asks whether it has ended already is told no."""
    with (
        _of_the_store(runs, "close_runs", _close_what_has_ended),
        _of_the_engine(committing, "_is_committed", _nobody_knows),
    ):
        yield


#: what each mutation takes out, by name
MUTATIONS: dict[str, Callable] = {
    "epoch": lambda: _of_the_store(lanes, "advance", _advance_in_any_epoch),
    "compare-and-set": _without_compare_and_set,
    "ledger": lambda: _of_the_store(calls, "reserve", _reserve_and_forget),
    "inbox": lambda: _of_the_store(runs, "open_runs", _open_what_has_ended),
    "frontier": lambda: _of_the_engine(Window, "frontier_after", lambda self, _: self.read_to),
    "suspicion": lambda: _of_the_engine(
        Hand, "begin_or_suspect", lambda self, assignment, profile, _: self.begin(assignment, profile)
    ),
}
