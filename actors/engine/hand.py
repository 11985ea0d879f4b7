"""What a lane has in hand: runs that wait under suspicion, that are under way, and that ended and wait for a commit."""

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from actors.engine.profiles import Profile
from actors.engine.runner import Assignment, Finished, Runner
from actors.engine.settings import EngineSettings
from actors.engine.suspects import MOST_DELIVERIES, Suspect, Suspects
from tenants.identity import TenantId
from tenants.store.session import DatabaseError

_LOOK_UP_S = 0.1


class Hand:
    """The runs of one agent on one lane in this process."""

    def __init__(self, runner: Runner, settings: EngineSettings) -> None:
        self._runner = runner
        self._settings = settings
        self._runs: dict[UUID, Assignment] = {}
        self._tasks: dict[asyncio.Task[None], UUID] = {}
        self._finished: list[Finished] = []
        self._something_finished = asyncio.Event()
        self._enough_finished = asyncio.Event()
        self._suspects = Suspects(runner.turn)
        runner.turn.join(self._suspects, lambda: self.is_busy)

    def __len__(self) -> int:
        """How many runs wait, are under way, or wait for their commit."""
        return len(self._tasks) + len(self._finished) + self._suspects.waiting

    def __contains__(self, run_id: UUID) -> bool:
        """Whether this run is in hand already, or waits here for its turn."""
        return run_id in self._runs or run_id in self._suspects

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way."""
        return bool(self._tasks)

    @property
    def takes_nothing_new(self) -> bool:
        """Whether suspects come first: those of this lane, or of another one of this process."""
        return bool(self._suspects) or self._runner.turn.is_wanted(self._suspects)

    @property
    def run_ids(self) -> list[UUID]:
        """The runs that were begun here and are not let go."""
        return list(self._runs)

    @property
    def tenants(self) -> set[TenantId]:
        """Whose runs these are."""
        return {one.event.tenant_id for one in self._runs.values()} | self._suspects.tenants

    def begin(self, assignment: Assignment, profile: Profile) -> None:
        """A run, under way from now on."""
        self._runs[assignment.run_id] = assignment
        self._runner.left.discard(assignment.run_id)
        task = asyncio.create_task(self._work(assignment, profile))
        self._tasks[task] = assignment.run_id
        task.add_done_callback(self._tasks.pop)

    def begin_or_suspect(self, assignment: Assignment, profile: Profile, unfinished: int) -> None:
        """A run begun, or kept for later, or given up, as processes in a row began it and did not end it."""
        is_suspect = unfinished > 0 and assignment.run_id not in self._runner.left
        if is_suspect and unfinished >= MOST_DELIVERIES:
            self.put(self._runner.give_up(assignment, profile, unfinished))
        elif is_suspect:
            self._suspects.add([Suspect(assignment, profile, unfinished)])
        else:
            self.begin(assignment, profile)

    def next_suspects(self) -> list[Suspect]:
        """Those to be begun now: none while anything else is under way."""
        return self._suspects.next() if not self._tasks and not self._finished else []

    @contextlib.contextmanager
    def not_to_blame(self, run_ids: Iterable[UUID]) -> Iterator[None]:
        """Runs that count as begun where only the answer to that gets lost: this process did not die over them."""
        try:
            yield
        except DatabaseError:
            self._runner.left.update(run_ids)
            raise

    def put(self, finished: Finished) -> None:
        """A run that ended, to be committed."""
        self._finished.append(finished)

    def take_finished(self) -> list[Finished]:
        """Those that wait for their commit; they are the taker's from now on."""
        batch, self._finished = self._finished, []
        return batch

    async def linger(self) -> None:
        """A moment for more runs to finish, so that one commit serves many."""
        if not self._tasks or self._is_enough:
            return
        self._something_finished.clear()
        if not self._finished:
            try:
                await asyncio.wait_for(self._something_finished.wait(), _LOOK_UP_S)
            except TimeoutError:
                return
        if self._tasks and not self._is_enough:
            self._enough_finished.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough_finished.wait(), self._settings.commit_linger_s)

    def let_go(self, run_ids: Collection[UUID]) -> None:
        """Nothing more is to be done for these runs here."""
        for run_id in run_ids:
            self._runs.pop(run_id, None)
            self._suspects.ended(run_id)
        self._suspects.committed(run_ids)

    async def give_up(self, tenant_ids: Collection[TenantId]) -> list[Assignment]:
        """The runs of these tenants, broken off where they stand; they are still to be let go, or begun again."""
        begun = {key: one for key, one in self._runs.items() if one.event.tenant_id in tenant_ids}
        await _cancelled([task for task, run_id in self._tasks.items() if run_id in begun])
        self._finished = [item for item in self._finished if item.assignment.run_id not in begun]
        return [*begun.values(), *(one.assignment for one in self._suspects.drop(tenant_ids))]

    async def abandon(self) -> None:
        """What is under way is broken off, and left for whoever comes next."""
        await _cancelled(self._tasks)
        self._suspects.leave()
        self._runner.left |= self._runs.keys()

    @property
    def _is_enough(self) -> bool:
        return len(self._finished) >= self._settings.commit_batch

    async def _work(self, assignment: Assignment, profile: Profile) -> None:
        finished = await self._runner.do(assignment, profile)
        self._suspects.ended(assignment.run_id)
        self.put(finished)
        self._something_finished.set()
        # this task is still among the tasks
        if self._is_enough or len(self._tasks) <= 1:
            self._enough_finished.set()


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Tasks cancelled, and at their end."""
    chosen = list(tasks)
    for task in chosen:
        task.cancel()
    await asyncio.gather(*chosen, return_exceptions=True)
