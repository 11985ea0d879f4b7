"""A worker process as a scenario holds it: told what to do, killed, stopped, continued; always by its pid."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 30
_LOOK_EVERY_S = 0.01
_REFUSED = re.compile(r"epoch \d+ is over")


class Desk:
    """One worker process. What it logs goes into a file."""

    def __init__(self, name: str, log: Path, nursery: Path) -> None:
        self.name = name
        self.pid = 0
        self._log = log
        self._nursery = nursery
        self._lines: tuple[asyncio.StreamReader, asyncio.StreamWriter]
        self._loading: asyncio.Task[str] | None = None
        self._is_loaded = False

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended yet."""
        return self.pid != 0 and psutil.pid_exists(self.pid)

    async def start(self, environment: Mapping[str, str], *arguments: str) -> None:
        """The process begun. It loads what it needs; nothing is held yet."""
        self._log.touch()
        await self._born(environment, arguments)
        self._loading = asyncio.create_task(self._heard())

    async def _born(self, environment: Mapping[str, str], arguments: Sequence[str]) -> None:
        self._lines = await asyncio.open_unix_connection(str(self._nursery))
        order = {
            "environment": dict(environment),
            "arguments": [self.name, *arguments],
            "log": str(self._log),
        }
        self._tell(json.dumps(order))
        self.pid = int(await self._heard())

    async def hold(self, *lanes: int) -> None:
        """These lanes taken, or every one, from whoever had them; others are given back."""
        if not self._is_loaded:
            await self.loaded()
        self._tell(" ".join(("hold", *map(str, lanes))))
        said = await self._heard()
        assert said == "holding", f"{self.name} said {said!r}: {self.last_words()}"

    async def loaded(self) -> None:
        """Everything loaded that it needs."""
        assert self._loading is not None
        said = await self._loading
        assert said == "ready", f"{self.name} said {said!r}: {self.last_words()}"
        self._is_loaded = True

    async def stop(self) -> None:
        """The process ended in good order."""
        if not self.is_alive:
            return
        self._tell("stop")
        try:
            await self._gone()
        except TimeoutError:
            await self.kill()
            raise

    async def kill(self) -> None:
        """The process killed, between two of its instructions."""
        if self.is_alive:
            self._signal(signal.SIGKILL)
            await self._gone()
        if self._loading is not None:
            await asyncio.gather(self._loading, return_exceptions=True)
            self._lines[1].close()

    def freeze(self) -> None:
        """The process stopped where it stands. Its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """The process continued, as if no time had passed."""
        self._signal(signal.SIGCONT)

    def refused(self) -> int:
        """How many of its writes were refused because somebody else has the lane."""
        return len(_REFUSED.findall(self._log.read_text(errors="replace")))

    def said(self, words: str) -> int:
        """How often it has logged these words."""
        return self._log.read_text(errors="replace").count(words)

    def last_words(self, lines: int = 15) -> str:
        """The end of what it logged."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _signal(self, number: int) -> None:
        if self.is_alive:
            os.kill(self.pid, number)

    async def _gone(self) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while self.is_alive:  # noqa: ASYNC110 - nobody tells of another process's child
                await asyncio.sleep(_LOOK_EVERY_S)

    def _tell(self, word: str) -> None:
        self._lines[1].write(f"{word}\n".encode())

    async def _heard(self, within_s: float = _PATIENCE_S) -> str:
        line = await asyncio.wait_for(self._lines[0].readline(), within_s)
        return line.decode().strip()


class Nest(Desk):
    """A process from which workers hatch, one after the other, to die at points of their own."""

    async def _born(self, environment: Mapping[str, str], arguments: Sequence[str]) -> None:
        # not from the nursery: what is imported there has no points in it
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.nest", self.name, *arguments,
                cwd=ROOT, env=dict(environment), stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        self._lines, self.pid, self._process = (process.stdout, process.stdin), process.pid, process

    async def hatch(self, points: Collection[str], *, passes: int, seconds: float) -> tuple[str | None, int]:
        """The point at which a new worker died, or None, and its status.

        It holds every lane, and stops in good order where it came to none of these points in this time.
        """
        order = {"at": sorted(points), "passes": passes, "seconds": seconds}
        self._tell(json.dumps(order))
        said = json.loads(await self._heard(seconds + _PATIENCE_S))
        return said["hit"], said["status"]
