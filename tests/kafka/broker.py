"""A Kafka broker as a process of its own: started, stopped, killed and started again by tests.

`python -m tests.kafka.broker` runs one in the foreground.
"""

import base64
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from tests.kafka.certificate import make_certificate
from tests.kafka.jars import NoKafka, jars

USER, PASSWORD = "mill", "grind-fine"
#: somebody with the same password who may do nothing until access lists say so
GUEST = "guest"
_STARTED_WITHIN_S = 90
_ENDED_WITHIN_S = 20
_JAVA = ["-Xmx384m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
_QUIET = [
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
]
# The kernel kills the broker when the thread that started it ends, and so with the tests, however these end.
_WITH_PARENT = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); "
    "os.getppid() == int(sys.argv[1]) or sys.exit(1); os.execvp(sys.argv[2], sys.argv[2:])"
)
_READY = "Kafka Server started"


class Broker:
    """One broker that is its own controller, with a folder and ports that outlive its processes.

    Start it from a thread that lives as long as the broker is to live. A secured one speaks TLS only, asks for a
    name and a password (SCRAM), and lets nobody but its first user do what no access list allows. One with
    something before it names that as its address, by its advertised port.
    """

    def __init__(
        self, *, secured: bool = False, port: int = 0, advertised_port: int = 0, folder: Path | None = None
    ) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="leadmill-kafka-"))
        self.log = self.folder / "broker.log"
        self.ca_file = self.folder / "ca.pem"
        self._secured = secured
        self._port = port or _free_port()
        self._inner = _free_port()
        self._advertised_port = advertised_port or self._port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients are to find it, as host and port."""
        return f"127.0.0.1:{self._advertised_port}"

    @property
    def port(self) -> int:
        """Where it answers itself."""
        return self._port

    @property
    def inside(self) -> str:
        """The way to it past whatever stands before it; unencrypted, and nobody logs in."""
        return f"127.0.0.1:{self._inner}"

    @property
    def pid(self) -> int:
        """Its process, which must be there."""
        assert self._process is not None, "the broker does not run"
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether its process has ended, whoever ended it."""
        return self._process is None or self._process.poll() is not None

    def start(self) -> None:
        """It runs and answers; where it ran before, with the same port and data."""
        assert self._process is None, "the broker runs already"
        if not (self.folder / "data").exists():
            self._make()
        told = self.log.stat().st_size
        command = self._java("kafka.Kafka", str(self.folder / "server.properties"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _WITH_PARENT, str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the tests, who end it
            )
        until = time.monotonic() + _STARTED_WITHIN_S
        while _READY not in self.log.read_bytes()[told:].decode(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise NoKafka(f"the broker did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    def end(self) -> None:
        """It was asked to stop, and has."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(_ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """It is gone from one moment to the next."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It stands still: connections stay open, and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it stood."""
        os.kill(self.pid, signal.SIGCONT)

    def remove(self) -> None:
        """It is gone, with all that it kept."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _java(self, *words: str) -> list[str]:
        return ["java", *_JAVA, *_QUIET, "-cp", f"{jars()}/*", *words]

    def _make(self) -> None:
        """Its settings and its empty storage."""
        (self.folder / "server.properties").write_text(self._properties())
        # one that began with a hyphen would be read as an option
        cluster = base64.urlsafe_b64encode(bytes(1) + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        words = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", "server.properties"]
        if self._secured:
            make_certificate(self.folder / "server.pem", self.ca_file)
            for kind in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                for user in (USER, GUEST):
                    words += ["--add-scram", f"{kind}=[name={user},password={PASSWORD}]"]
        done = subprocess.run(
            self._java(*words), cwd=self.folder, capture_output=True, text=True, check=False
        )
        self.log.write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            raise NoKafka(f"the storage could not be made: {done.stdout}{done.stderr}")

    def _properties(self) -> str:
        inner, controller = self._inner, _free_port()
        lines = [
            "process.roles=broker,controller",
            "node.id=1",
            f"controller.quorum.voters=1@127.0.0.1:{controller}",
            "controller.listener.names=CONTROLLER",
            "inter.broker.listener.name=INNER",
            f"listeners=OUTER://127.0.0.1:{self._port},INNER://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners=OUTER://{self.bootstrap},INNER://127.0.0.1:{inner}",
            f"log.dirs={self.folder / 'data'}",
            "auto.create.topics.enable=false",
            # a fresh incarnation is let in soon after the old one was killed
            "broker.session.timeout.ms=2000",
            "broker.heartbeat.interval.ms=300",
            "group.initial.rebalance.delay.ms=0",
            "controlled.shutdown.enable=false",
            # all that follows is for a small and quick one
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "transaction.state.log.num.partitions=1",
            "share.coordinator.state.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1",
            "share.coordinator.state.topic.num.partitions=1",
            "log.cleaner.dedupe.buffer.size=2097152",
            "log.index.size.max.bytes=1048576",
            "log.retention.check.interval.ms=500",
            "log.initial.task.delay.ms=500",
            "num.network.threads=2",
            "num.io.threads=2",
            "background.threads=2",
        ]
        kind = "SASL_SSL" if self._secured else "PLAINTEXT"
        lines.append(f"listener.security.protocol.map=OUTER:{kind},INNER:PLAINTEXT,CONTROLLER:PLAINTEXT")
        if self._secured:
            login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            lines += [
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                f"super.users=User:ANONYMOUS;User:{USER}",
                "ssl.keystore.type=PEM",
                f"ssl.keystore.location={self.folder / 'server.pem'}",
                "sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512",
                f"listener.name.outer.scram-sha-256.sasl.jaas.config={login}",
                f"listener.name.outer.scram-sha-512.sasl.jaas.config={login}",
            ]
        return "\n".join(lines) + "\n"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def main() -> None:
    """A broker in the foreground, until Ctrl-C or SIGTERM."""
    broker = Broker(port=int(os.environ.get("PORT", "0")))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        broker.start()
        print(f"Kafka answers at {broker.bootstrap} (its log: {broker.log}); Ctrl-C ends it", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    finally:
        broker.end()
        broker.remove()


if __name__ == "__main__":
    try:
        main()
    except NoKafka as error:
        sys.exit(f"no Kafka: {error}")
