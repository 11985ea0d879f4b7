"""A worker process as a scenario holds it: told what to do, killed, stopped, continued; always by its pid."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 30
_REFUSED = re.compile(r"epoch \d+ is over")


class Desk:
    """One worker process. What it logs goes into a file."""

    _module = "tests.chaos.worker"

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._loading: asyncio.Task[str] | None = None
        self._is_loaded = False

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process is not None and self._process.returncode is None

    async def start(self, environment: Mapping[str, str], *arguments: str) -> None:
        """The process begun. It loads what it needs; nothing is held yet."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, self.name, *arguments,
                cwd=ROOT, env=dict(environment), stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        self._loading = asyncio.create_task(self._heard())

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
        assert self._process is not None
        try:
            await asyncio.wait_for(self._process.wait(), _PATIENCE_S)
        except TimeoutError:
            await self.kill()
            raise

    async def kill(self) -> None:
        """The process killed, between two of its instructions."""
        if self.is_alive:
            self._signal(signal.SIGKILL)
            assert self._process is not None
            await self._process.wait()
        if self._loading is not None:
            await asyncio.gather(self._loading, return_exceptions=True)

    def freeze(self) -> None:
        """The process stopped where it stands. Its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """The process continued, as if no time had passed."""
        self._signal(signal.SIGCONT)

    def refused(self) -> int:
        """How many of its writes were refused because somebody else has the lane."""
        return len(_REFUSED.findall(self._log.read_text(errors="replace")))

    def last_words(self, lines: int = 15) -> str:
        """The end of what it logged."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _signal(self, number: int) -> None:
        if self.is_alive:
            os.kill(self.pid, number)

    def _tell(self, word: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())

    async def _heard(self, within_s: float = _PATIENCE_S) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), within_s)
        return line.decode().strip()


class Nest(Desk):
    """A process from which workers hatch, one after the other, to die at points of their own."""

    _module = "tests.chaos.nest"

    async def hatch(self, points: Collection[str], *, passes: int, seconds: float) -> tuple[str | None, int]:
        """The point at which a new worker died, or None, and its status.

        It holds every lane, and stops in good order where it came to none of these points in this time.
        """
        order = {"at": sorted(points), "passes": passes, "seconds": seconds}
        self._tell(json.dumps(order))
        said = json.loads(await self._heard(seconds + _PATIENCE_S))
        return said["hit"], said["status"]
