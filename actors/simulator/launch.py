"""The simulator as a process of its own, started and ended by whoever needs it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from actors.simulator.prefixes import PREFIXES, SITES

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Launched:
    """A running simulator: where it answers, and its process."""

    http: str
    dns: str
    pid: int

    def base_url(self, vendor: str) -> str:
        """The address that stands for the vendor's own; of websites and the name server, too."""
        if vendor == "dns":
            return self.dns
        return self.http + (SITES if vendor == "website" else PREFIXES[vendor])


@contextmanager
def launch(
    *,
    seed: int = 7,
    companies: int = 12_000,
    latency_ms: str = "0",
    rate_429: float = 0.0,
    rate_500: float = 0.0,
) -> Iterator[Launched]:
    """A simulator for as long as the block lasts; raises RuntimeError if it does not start."""
    command = [sys.executable, "-m", "actors.simulator", "--exit-with-parent"]
    command += [f"--seed={seed}", f"--companies={companies}", f"--latency-ms={latency_ms}"]
    command += [f"--rate-429={rate_429}", f"--rate-500={rate_500}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT, text=True) as process:  # noqa: S603 (our own)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError(f"the simulator did not start (exit status {process.wait(_PATIENCE_S)})")
            ready = json.loads(line)
            yield Launched(ready["http"], ready["dns"], process.pid)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
