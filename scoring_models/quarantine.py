"""Quarantine: a model file opened for the first time in a process of its own, with little memory and little time.

A file from elsewhere may be made to fill the memory, to compute for ever or to crash what opens it. That happens to a
process that nobody needs: `python -m scoring_models.quarantine FILE`.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from scoring_models import errors
from scoring_models.errors import ArtifactError, ScoringError
from scoring_models.scorer import open_scorecard

MOST_BYTES = 4 * 2**30
MOST_SECONDS = 60
_REFUSED = 3
_sound: set[str] = set()


def check(path: Path) -> None:
    """Nothing, where the file holds a model that can judge.

    Raises ArtifactError or NotAdditiveError as opening it does, and ArtifactError where that takes too much. What this
    process has seen to be sound (names are hashes of contents) it does not open again.
    """
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if sha256 == path.stem and sha256 in _sound:
        return
    _open_elsewhere(path)
    _sound.add(path.stem)


def _open_elsewhere(path: Path) -> None:
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module
            _command(path),
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise ArtifactError(path.name, f"it could not be opened within {MOST_SECONDS} seconds") from None
    if child.returncode == _REFUSED:
        told = json.loads(child.stdout)
        raise getattr(errors, told["error"])(*told["fields"])
    if child.returncode != 0:
        raise ArtifactError(
            path.name, f"what opened it ended with {child.returncode}, maybe for want of {MOST_BYTES} bytes"
        )


def _command(path: Path) -> list[str]:
    return [sys.executable, "-m", __spec__.name, str(path)]


def main(file: str) -> int:
    """The exit status of a process that opens the file: 0 where it may be used, 3 where it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        open_scorecard(Path(file))
    except ScoringError as error:
        sys.stdout.write(json.dumps({"error": type(error).__name__, "fields": error.args}))
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
