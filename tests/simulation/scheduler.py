"""One thread for all processes of a world: whose turn it is, and how long anything takes, follow from a seed.

Each process has an event loop's queue of its own, first in, first out, as asyncio promises it. Among processes
that have something to do the seed chooses, after every single step. Nobody waits: when nobody has anything to
do, the clock jumps to the next timer.
"""

import asyncio
import heapq
from asyncio import Handle, TimerHandle
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context


class Process:
    """A process of the world: alive, stopped, or dead. What is dead takes no further step."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_dead = False
        self.is_stopped = False
        self.ready: deque[Handle] = deque()
        self.tasks: list[asyncio.Task] = []

    def __repr__(self) -> str:
        return self.name


WORLD = Process("world")
_process: ContextVar[Process] = ContextVar("process", default=WORLD)


def current() -> Process:
    """The process whose step this is."""
    return _process.get()


class Stuck(Exception):
    """Nobody has anything to do, and no timer is set."""


class Scheduler(asyncio.BaseEventLoop):
    """An event loop over all processes. `between` is called before each step of a process other than the world."""

    def __init__(self, chance, between: Callable[[Process], None]) -> None:
        super().__init__()
        self._chance = chance
        self._between = between
        self.now = 0.0
        self.steps = 0
        self.turns_of: list[str] | None = None
        self.errors: list[str] = []
        self._timers: list[TimerHandle] = []
        self._with_work: list[Process] = []
        WORLD.ready.clear()  # one world at a time: what the one before it left is of no use
        WORLD.tasks.clear()
        self.set_task_factory(_remembered)
        self.set_exception_handler(self._heard)

    def begin(self, process: Process, work) -> asyncio.Task:
        """The process's first task."""
        context = copy_context()
        context.run(_process.set, process)
        return self.create_task(work, context=context)

    def time(self) -> float:
        return self.now

    def call_soon(self, callback, *args, context: Context | None = None) -> Handle:
        handle = Handle(callback, args, self, context if context is not None else copy_context())
        self._put(handle)
        return handle

    def call_at(self, when, callback, *args, context: Context | None = None) -> TimerHandle:
        handle = TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, handle)
        return handle

    def resume(self, process: Process) -> None:
        """A stopped process goes on where it stood."""
        process.is_stopped = False
        if process.ready and process not in self._with_work:
            self._with_work.append(process)

    def stop_process(self, process: Process) -> None:
        """A process that takes no step until it is resumed."""
        process.is_stopped = True
        if process in self._with_work:
            self._with_work.remove(process)

    def kill(self, process: Process) -> None:
        """The end of a process in the middle of whatever it did. Nothing of it is cleaned up by itself."""
        self.stop_process(process)
        process.is_dead = True
        process.ready.clear()

    def _put(self, handle: Handle) -> None:
        process = handle._context.get(_process, WORLD)
        if process.is_dead:
            return
        process.ready.append(handle)
        if len(process.ready) == 1 and not process.is_stopped:
            self._with_work.append(process)

    def _run_once(self) -> None:
        if not self._with_work:
            self._jump()
            return
        # the clock never runs ahead of a timer while somebody can still take a step
        number = int(self._chance() * len(self._with_work))
        process = self._with_work[number]
        handle = process.ready.popleft()
        if not process.ready:
            self._with_work[number] = self._with_work[-1]
            self._with_work.pop()
        if handle._cancelled:
            return
        self.steps += 1
        if self.turns_of is not None:
            self.turns_of.append(f"{self.now:.6f} {process} {_told(handle)}")
        if process is not WORLD:
            self._between(process)
            if process.is_dead:
                return
            if process.is_stopped:
                process.ready.appendleft(handle)
                return
        handle._run()

    def _jump(self) -> None:
        while self._timers and self._timers[0]._cancelled:
            heapq.heappop(self._timers)
        if not self._timers:
            if self._stopping:
                return
            raise Stuck
        self.now = max(self.now, self._timers[0]._when)
        while self._timers and self._timers[0]._when <= self.now:
            handle = heapq.heappop(self._timers)
            handle._scheduled = False
            if not handle._cancelled:
                self._put(handle)

    def _timer_handle_cancelled(self, handle: TimerHandle) -> None:
        """Cancelled timers are left where they are until their time comes."""

    def _write_to_self(self) -> None:
        """Nobody sleeps here, so that nobody needs to be woken."""

    def _process_events(self, event_list) -> None:
        """No events come from outside."""

    def _heard(self, _, context) -> None:
        self.errors.append(f"{context.get('message')}: {context.get('exception')!r}")

    async def wait(self, seconds: float) -> None:
        """A while. Cheaper than a sleep, since it is by far what happens most."""
        future = self.create_future()
        self.call_at(self.now + seconds, _end, future)
        await future

    def clear_away(self, processes: list[Process]) -> None:
        """The tasks that died with their processes, taken apart without a word."""
        for process in processes:
            for task in process.tasks:
                if task.done():
                    continue
                task._log_destroy_pending = False
                work = task.get_coro()
                for _ in range(10):
                    if work.cr_frame is None:
                        break
                    with suppress(BaseException):
                        work.close()


def _end(future: asyncio.Future) -> None:
    if not future.done():
        future.set_result(None)


def _remembered(loop, work, **more):
    context = more.get("context")
    process = context.get(_process, WORLD) if context is not None else current()
    task = asyncio.Task(work, loop=loop, **more)
    process.tasks.append(task)
    return task


def _told(handle: Handle) -> str:
    """What a step is, the same words in every run of the same seed."""
    callback = handle._callback
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return owner.get_coro().__qualname__
    return getattr(callback, "__qualname__", type(callback).__name__)
