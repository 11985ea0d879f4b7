"""The jars of Apache Kafka: fetched from Maven Central once, and kept outside the repository."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
_PATIENCE_S = 600


class NoKafka(Exception):
    """There is no Kafka to be had here, and why."""


def jars() -> Path:
    """The folder with all jars. Raises NoKafka where Java or Maven is missing or nothing can be fetched."""
    version = re.search(r"<kafka.version>(.+?)</kafka.version>", POM.read_text())
    assert version is not None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leadmill"
    folder = cache / f"kafka-{version[1]}"
    if shutil.which("java") is None:
        raise NoKafka("java is not installed")
    if folder.is_dir():
        return folder
    if shutil.which("mvn") is None:
        raise NoKafka("mvn is not installed")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once fetch once
        if not folder.is_dir():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    """All jars, in this folder all at once: a fetch that breaks off leaves nothing that looks whole."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="kafka-fetch-") as place:
        command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={place}/jars"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
        except subprocess.TimeoutExpired:
            raise NoKafka(f"Maven did not answer within {_PATIENCE_S} s") from None
        if done.returncode != 0:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
            raise NoKafka(f"Maven could not fetch Kafka: {lines[0] if lines else done.returncode}")
        (Path(place) / "jars").rename(folder)
