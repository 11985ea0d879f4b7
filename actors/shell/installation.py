"""The processes of one installation: started in the background, found again, ended by their process ids."""

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

MARK = "LEADMILL_INSTALLATION"
PATIENCE_S = 90.0
_FAREWELL_S = 30.0

#: what this very process has started, whichever installation ends it: parts outlive the object that started them
_CHILDREN: dict[int, "subprocess.Popen[bytes]"] = {}


def installation_mark() -> str:
    """The mark of the installation that this process is a part of, or the machine's name where it is of none."""
    return os.environ.get(MARK, os.uname().nodename).split(":")[0]


class PartFailed(Exception):
    """A part of the installation did not start; the message says where to look."""


class Installation:
    """What runs for one home folder. Each part is a process that says on one line of JSON where it answers."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self._run = self.home / "run"
        self._logs = self.home / "logs"
        self.mark = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]

    def start(
        self,
        part: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        on_wait: Callable[[], None] = lambda: None,
        patience_s: float = PATIENCE_S,
    ) -> dict[str, Any]:
        """What the part said when it was ready. Raises PartFailed where it ended before, or took too long."""
        self._run.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        said, log = self._run / f"{part}.said", self._logs / f"{part}.log"
        with said.open("wb") as out, log.open("ab") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                command,
                env={**os.environ, **environment, MARK: f"{self.mark}:{part}"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )
        for pid in [pid for pid, child in _CHILDREN.items() if child.poll() is not None]:
            del _CHILDREN[pid]  # ended by somebody else
        _CHILDREN[process.pid] = process
        deadline = time.monotonic() + patience_s
        while not said.read_bytes().endswith(b"\n"):
            if process.poll() is not None or time.monotonic() > deadline:
                self._end([process.pid])
                last = log.read_text(errors="replace").strip().splitlines()[-8:]
                raise PartFailed(f"{part} did not start; its last words ({log}):\n  " + "\n  ".join(last))
            on_wait()
            time.sleep(0.05)
        words: dict[str, Any] = json.loads(said.read_bytes().splitlines()[0])
        born = psutil.Process(process.pid).create_time()
        (self._run / f"{part}.json").write_text(json.dumps({**words, "pid": process.pid, "born": born}))
        return words

    def running(self, part: str) -> dict[str, Any] | None:
        """What the part said when it was ready, if it still runs."""
        try:
            words: dict[str, Any] = json.loads((self._run / f"{part}.json").read_bytes())
            process = psutil.Process(words["pid"])
            alive = (
                abs(process.create_time() - words["born"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
            )
        except (OSError, ValueError, KeyError, psutil.Error):
            return None
        return words if alive else None

    def stop(self, part: str) -> bool:
        """Whether the part ran. It is asked to end in good order; whatever it leaves is ended by process id."""
        words = self.running(part)
        if words is not None:
            self._end([words["pid"]])
        self._end(self._marked(part))
        (self._run / f"{part}.json").unlink(missing_ok=True)
        return words is not None

    def _marked(self, part: str) -> list[int]:
        wanted = f"{self.mark}:{part}"
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == wanted and process.pid != os.getpid():
                    found.append(process.pid)
            except psutil.Error:
                continue
        return found

    def _end(self, pids: Sequence[int]) -> None:
        """The processes asked to end, and made to where they do not."""
        processes = []
        for pid in pids:
            try:
                process = psutil.Process(pid)
                process.send_signal(signal.SIGTERM)
                processes.append(process)
            except psutil.Error:
                continue
        _, stubborn = psutil.wait_procs(processes, timeout=_FAREWELL_S)
        for process in stubborn:
            try:
                process.kill()
            except psutil.Error:
                continue
        psutil.wait_procs(stubborn, timeout=5)
        for pid in pids:
            if (child := _CHILDREN.pop(pid, None)) is not None:
                child.wait(_FAREWELL_S)
