"""One connection to a mail server: what is said on it, and what comes back. Nothing of a message is ever sent."""

import asyncio
import re
import ssl
from dataclasses import dataclass
from functools import cache

from actors.core.questions import ServerReply
from actors.core.verification.replies import MailHost, Meaning, read_reply

_MOST_LINE_BYTES = 4096
_MOST_LINES = 100
_MOST_SHOWN = 500
_LINE = re.compile(r"([2-5]\d\d)(?:([ -])(.*))?")
_QUIT_S = 2.0
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3} ?")
_READY, _UNKNOWN_COMMAND = 220, frozenset({500, 502, 504, 550})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited: for a connection, for each reply, and for all that is asked of one domain."""

    connect_s: float
    reply_s: float
    all_s: float


#: the RFC has minutes for each step (5321, section 4.5.3.2); nobody needs an address that badly
PATIENCE = Patience(connect_s=10.0, reply_s=20.0, all_s=50.0)


class Broken(Exception):
    """The connection is of no use any more."""


class TlsBroken(Broken):
    """Encryption was offered, and did not come about."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the transcript, and the address that it is about, where it is about one."""

    text: str
    about: str | None = None


class Session:
    """One connection, from the greeting on. Every reply is waited for, and has a limit to its length."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        kind: MailHost,
        transcript: list[Line],
        patience: Patience,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._kind = kind
        self._transcript = transcript
        self._patience = patience
        self._about: str | None = None
        self._lines: list[str] = []

    async def greeting(self) -> ServerReply:
        """What the server says first."""
        return await self._hear()

    async def say(self, line: str, *, about: str | None = None) -> ServerReply:
        """The reply to a command, which may be about somebody's address. Raises Broken where none comes."""
        self._about = about
        self._write_down(f"> {line}")
        self._writer.write(f"{line}\r\n".encode("ascii"))
        return await self._hear()

    async def hello(self, name: str) -> tuple[ServerReply, frozenset[str]]:
        """The reply to our hello, and the extensions that the server offers; none where it is an old one."""
        reply = await self.say(f"EHLO {name}")
        if reply.code in _UNKNOWN_COMMAND and reply.meaning is not Meaning.BLOCKED:
            return await self.say(f"HELO {name}"), frozenset()
        return reply, frozenset(line.split(" ")[0].upper() for line in self._lines[1:])

    async def encrypt(self) -> bool:
        """Whether the rest is encrypted; a server that takes its offer back is talked to as before.

        Raises TlsBroken where the connection can't be used after that.
        """
        try:
            reply = await self.say("STARTTLS")
        except Broken as error:
            raise TlsBroken(str(error)) from None
        if reply.code != _READY:
            return False
        try:
            async with asyncio.timeout(self._patience.reply_s):
                await self._writer.start_tls(_any_certificate())
        except (OSError, TimeoutError, ssl.SSLError) as error:
            raise TlsBroken(f"no encryption: {type(error).__name__}") from None
        self._transcript.append(Line("* encrypted from here"))
        return True

    async def close(self, *, politely: bool) -> None:
        """The end of the connection, told to the server where it still listens."""
        if politely:
            try:
                async with asyncio.timeout(min(_QUIT_S, self._patience.reply_s)):
                    await self.say("QUIT")
            except (Broken, TimeoutError) as error:
                self._transcript.append(Line(f"* {error or 'no goodbye'}"))
        self._writer.transport.abort()

    async def _hear(self) -> ServerReply:
        """One reply, however many lines it has: those of the code begin with it."""
        lines = self._lines = []
        try:
            async with asyncio.timeout(self._patience.reply_s):
                await self._writer.drain()
                while True:
                    found = _LINE.fullmatch(await self._line())
                    if found is None or len(lines) >= _MOST_LINES:
                        raise Broken("this is no mail server's reply")
                    code, more, words = found.groups()
                    lines.append(words or "")
                    if more != "-":
                        break
        except TimeoutError:
            raise Broken("no reply in time") from None
        except OSError as error:
            raise Broken(f"the connection broke: {type(error).__name__}") from None
        text = _in_one(lines)
        reading = read_reply(int(code), text, self._kind)
        return ServerReply(code=reading.code, text=text, enhanced=reading.enhanced, meaning=reading.meaning)

    async def _line(self) -> str:
        try:
            raw = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise Broken("a line without end") from None
        except asyncio.IncompleteReadError as error:
            if error.partial:
                self._write_down(f"< {_shown(error.partial)}")
            raise Broken("the server closed the connection") from None
        text = _shown(raw)
        self._write_down(f"< {text}")
        return text

    def _write_down(self, text: str) -> None:
        self._transcript.append(Line(text[:_MOST_SHOWN], self._about))


async def open_session(
    address: str, port: int, kind: MailHost, transcript: list[Line], patience: Patience
) -> Session:
    """A connection to the server at an address, which is no name. Raises Broken where there is none."""
    try:
        async with asyncio.timeout(patience.connect_s):
            reader, writer = await asyncio.open_connection(address, port, limit=_MOST_LINE_BYTES)
    except TimeoutError:
        raise Broken("no connection in time") from None
    except OSError as error:
        raise Broken(f"no connection: {type(error).__name__}") from None
    return Session(reader, writer, kind, transcript, patience)


def _in_one(lines: list[str]) -> str:
    """The words of all lines in one, with the enhanced code where it stands first."""
    if not lines:
        return ""
    first, *others = lines
    return " ".join(line for line in (first, *(_ENHANCED.sub("", one, 1).strip() for one in others)) if line)


def _shown(raw: bytes) -> str:
    """A line as text, without what would play tricks on whoever reads it on a screen."""
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


@cache
def _any_certificate() -> ssl.SSLContext:
    """Encryption with whoever it is: most mail servers have certificates that vouch for nothing (RFC 7435)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
