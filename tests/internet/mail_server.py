"""A mail server on loopback that behaves as it is told, and counts."""

import asyncio
import ssl
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.internet.behaviours import Asked, Behaviour
from tests.kafka.certificate import make_certificate


class MailServer:
    """One mail server. `transcripts` has the commands of each connection, `most_at_once` how many it had at a time.

    `came` is set when there is a connection, `all_left` when there is none any more.
    """

    def __init__(
        self, behaviour: Behaviour, is_known: Callable[[str], bool], clock: Callable[[], float]
    ) -> None:
        self.behaviour = behaviour
        self.transcripts: list[list[str]] = []
        self.open = self.most_at_once = self.refused = 0
        self.came, self.all_left = asyncio.Event(), asyncio.Event()
        self._is_known = is_known
        self._clock = clock
        self._memory: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many connections there have been."""
        return len(self.transcripts)

    @property
    def recipients(self) -> list[str]:
        """Every recipient that was asked for, in order."""
        return [
            line[9:-1] for lines in self.transcripts for line in lines if line.upper().startswith("RCPT TO:<")
        ]

    async def start(self, address: str, port: int) -> int:
        """Listen, and say on which port. Raises OSError where it is taken."""
        self._server = await asyncio.start_server(self._serve, address, port, backlog=500)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Nobody listens any more, and whoever was connected is not."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open += 1
        self.came.set()
        self.all_left.clear()
        self.most_at_once = max(self.most_at_once, self.open)
        said: list[str] = []
        self.transcripts.append(said)
        try:
            await _Connection(self, reader, writer, said).run()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            pass  # whoever asked has gone, or the server has
        finally:
            self.open -= 1
            if not self.open:
                self.all_left.set()
            self._tasks.discard(task)
            writer.transport.abort()

    def reply_to(self, client: str, sender: str, email: str, number: int) -> str:
        """What is said of a recipient."""
        asked = Asked(client, sender, email, self._is_known(email), number, self._clock())
        return self.behaviour.recipient(asked, self._memory)


class _Connection:
    def __init__(
        self,
        server: MailServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        said: list[str],
    ) -> None:
        self._server, self._reader, self._writer, self._said = server, reader, writer, said
        self._client, self._host = writer.get_extra_info("peername")[0], writer.get_extra_info("sockname")[0]
        self._sender, self._recipients, self._errors = "", 0, 0
        self._is_encrypted = False

    async def run(self) -> None:
        is_, most = self._server.behaviour, self._server.behaviour.most_connections
        if is_.closes_instead_of == "greeting":
            return
        if most is not None and self._server.open > most:
            self._server.refused += 1
            await self._write(is_.too_many_connections)
            return
        await self._write(is_.greeting)
        while line := (await self._reader.readuntil(b"\r\n")).decode("ascii"):
            self._said.append(line.rstrip("\r\n"))
            verb = line.split(" ")[0].strip().upper()
            if verb == is_.closes_instead_of:
                return
            reply = self._reply(verb, line.rstrip("\r\n"))
            if verb == "RCPT" and reply.startswith("5"):
                self._errors += 1
                if is_.most_errors is not None and self._errors > is_.most_errors:
                    await self._write("421 4.7.0 {host} Error: too many errors")
                    return
            await self._write(reply)
            if verb == "STARTTLS" and reply.startswith("220"):
                await self._encrypt()
            if verb == "QUIT" or verb == is_.closes_after:
                return

    def _reply(self, verb: str, line: str) -> str:
        is_ = self._server.behaviour
        if verb == "EHLO" and is_.knows_ehlo:
            offered = [one for one in is_.extensions if one != "STARTTLS" or not self._is_encrypted]
            lines = [is_.hello[4:], *offered]
            return "\n".join(f"250{'-' if one is not lines[-1] else ' '}{one}" for one in lines)
        if verb == "STARTTLS" and "STARTTLS" in is_.extensions:
            return (
                "454 4.7.0 TLS not available"
                if is_.tls == "takes it back"
                else "220 2.0.0 Ready to start TLS"
            )
        if verb == "MAIL":
            self._sender, self._recipients = line.partition("<")[2].rstrip(">"), 0
            return is_.mail
        if verb == "RCPT":
            if not self._sender:
                return "503 5.5.1 Error: need MAIL command"
            self._recipients += 1
            if is_.most_recipients is not None and self._recipients > is_.most_recipients:
                return is_.too_many_recipients
            self._email = line.partition("<")[2].rstrip(">")
            return self._server.reply_to(self._client, self._sender, self._email, self._recipients)
        if verb == "RSET":
            self._sender, self._recipients = "", 0
        plain = {"HELO": is_.hello, "RSET": "250 2.0.0 Ok", "NOOP": "250 2.0.0 Ok", "QUIT": is_.quit}
        return plain.get(verb, "502 5.5.2 Error: command not recognized")

    async def _encrypt(self) -> None:
        if self._server.behaviour.tls == "garbles":
            self._writer.write(b"\x00nothing that anybody would call TLS\r\n" * 10)
            await self._writer.drain()
            raise ConnectionAbortedError
        await self._writer.start_tls(_certificate())
        self._is_encrypted, self._sender = True, ""

    async def _write(self, text: str) -> None:
        email = getattr(self, "_email", "")
        told = {
            "{host}": self._host,
            "{client}": self._client,
            "{sender}": self._sender,
            "{email}": email,
            "{domain}": email.partition("@")[2],
        }
        for name, value in told.items():
            text = text.replace(name, value)
        wire = "".join(f"{line}\r\n" for line in text.split("\n")).encode()
        if not self._server.behaviour.drip_s:
            self._writer.write(wire)
            await self._writer.drain()
            return
        for byte in wire:
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(self._server.behaviour.drip_s)


@cache
def _certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        server = Path(folder) / "server.pem"
        make_certificate(server, Path(folder) / "public.pem")
        context.load_cert_chain(server)
    return context
