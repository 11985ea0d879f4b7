"""One node for `ray up`: this machine, behind an SSH server of its own, in a process namespace of its own.

`ray stop` ends every Ray that it sees. In here it sees none but ours, and when the namespace's first process ends,
the kernel ends all others in it.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

SSHD = Path("/usr/sbin/sshd")
_APART = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
_ANSWERS_WITHIN_S = 20


def missing() -> str | None:
    """Why there can be no node here, or None."""
    if os.geteuid() != 0:
        return "only root may make a namespace of processes"
    if not SSHD.exists():
        return "there is no SSH server (Debian: openssh-server)"
    tools = [name for name in ("ssh", "ssh-keygen", "rsync", "unshare", "nsenter") if not shutil.which(name)]
    if tools:
        return f"{', '.join(tools)} is missing"
    may = subprocess.run([*_APART, "true"], capture_output=True, text=True)
    return f"no namespace of processes can be made here: {may.stderr.strip()}" if may.returncode else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Node:
    """The node: its home, and commands that are run where its processes are."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.key = folder / "key"
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._first = 0
        for path in (self.home, folder / "t", folder / "bin", folder / "operator"):
            path.mkdir()

    def start(self) -> None:
        """The SSH server answers."""
        for name in ("key", "host_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._folder / name)], check=True
            )
        config = self._folder / "sshd_config"
        lines = [
            f"Port {self._port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self._folder / 'host_key'}",
            f"AuthorizedKeysFile {self._folder / 'key.pub'}",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "UsePAM no",
            "StrictModes no",
            "PidFile none",
            f"SetEnv HOME={self.home} RAY_TMPDIR={self._folder / 't'}",
        ]
        config.write_text("\n".join(lines) + "\n")
        # Ray knows no port for SSH, and whoever tests may have settings of their own
        ssh = self._folder / "bin" / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F none -p {self._port} "$@"\n')
        ssh.chmod(0o755)
        with (self._folder / "sshd.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *_APART,
                    str(SSHD),
                    "-D",
                    "-e",
                    "-f",
                    config,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + _ANSWERS_WITHIN_S
        while not self._answers():
            log = (self._folder / "sshd.log").read_text()
            assert self._process.poll() is None, log
            assert time.monotonic() < until, log
            time.sleep(0.05)
        (first,) = psutil.Process(self._process.pid).children()
        self._first = first.pid

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        """What a command on this node's side of the wall says, by whoever operates the cluster."""
        surroundings = {
            name: value for name, value in os.environ.items() if not name.startswith(("LEADMILL_", "RAY_"))
        }
        surroundings |= {
            "HOME": str(self._folder / "operator"),
            "RAY_TMPDIR": str(self._folder / "operator"),
            "RAY_UP_enable_autoscaler_v2": "1",
            "PATH": f"{self._folder / 'bin'}:{os.environ['PATH']}",
            **(environment or {}),
        }
        done = subprocess.run(
            ["nsenter", f"--target={self._first}", "--pid", "--mount", "--wdns=/", *words],
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=150,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def processes(self) -> list[str]:
        """What runs on the node beside its SSH server."""
        found = []
        for process in psutil.Process(self._first).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                line = " ".join(process.cmdline())
                if line and not line.startswith("sshd"):
                    found.append(line)
        return found

    def end(self) -> None:
        """Nothing of the node is left."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._port), timeout=1) as one,
        ):
            return one.recv(4) == b"SSH-"
        return False


@contextlib.contextmanager
def node(folder: Path) -> Iterator[Node]:
    """A node for as long as the block lasts."""
    made = None
    separation = Path("/run/sshd")  # the server wants this empty folder, which a service would make
    with contextlib.suppress(FileExistsError):
        separation.mkdir()
        made = separation
    ours = Node(folder)
    try:
        ours.start()
        yield ours
    finally:
        ours.end()
        if made is not None:
            made.rmdir()
