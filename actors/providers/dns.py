"""The Domain Name System: where a domain takes mail.

Messages are written and read by hand (RFC 1035): the few kinds that are needed here are a page of code, and
dnspython's message classes cost more than a whole HTTP request. It knows this machine's resolvers, though.
"""

import asyncio
import re
import secrets
import struct
from decimal import Decimal
from typing import NamedTuple

import dns.resolver

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    DomainSilent,
    NotConnected,
    ProviderDown,
    QuestionRefused,
)
from actors.core.provider import Link, Provider, Reply
from actors.core.questions import FindMailExchangers, MailExchangers

_NAME = "dns"
_PORT = 53
_WAITS_S = (1.0, 2.0, 3.0)  # a datagram may get lost, so each question is sent up to three times
_TCP_WAIT_S = 5.0

_A, _MX, _AAAA, _IN = 1, 15, 28, 1
_NOERROR, _NXDOMAIN = 0, 3
_RECURSION_WANTED, _RESPONSE, _CUT_SHORT, _CODE = 0x0100, 0x8000, 0x0200, 0x000F
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_MOST_LABELS = 200  # pointers among them; a name has at most 127
# An empty OPT record (RFC 6891): up to 1,232 bytes are welcome, which no network cuts into pieces.
_ROOM = b"\0" + _RECORD.pack(41, 1232, 0, 0)
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


class _Answer(NamedTuple):
    """What a resolver says: a response code, mail exchangers with their preference, whether an address."""

    code: int
    exchangers: list[tuple[int, str]]
    has_address: bool


async def find_mail_exchangers(link: Link, question: FindMailExchangers) -> Reply:
    """The hosts that take the domain's mail, the preferred first.

    None where there is no such domain. No hosts where it says that it takes no mail (RFC 7505) or has no
    address at all; the domain itself where it has an address and says nothing (RFC 5321, section 5.1).
    """
    domain = question.domain.lower().rstrip(".")
    if not _DOMAIN.fullmatch(domain):
        raise QuestionRefused(f"{question.domain!r} is no domain", provider=_NAME)
    resolvers = _resolvers(link.base_url)
    told = await _asked(resolvers, domain, _MX)
    if told.code == _NXDOMAIN:
        return Reply(None)
    hosts = tuple(host for _, host in sorted(told.exchangers) if host)
    if not told.exchangers and await _has_address(resolvers, domain):
        return Reply(MailExchangers(hosts=(domain,)), evidence=f"address of {domain}, which has no MX")
    return Reply(MailExchangers(hosts=hosts), evidence=f"MX of {domain}")


async def _has_address(resolvers: list[tuple[str, int]], domain: str) -> bool:
    for kind in (_A, _AAAA):
        if (await _asked(resolvers, domain, kind)).has_address:
            return True
    return False


async def _asked(resolvers: list[tuple[str, int]], domain: str, kind: int) -> _Answer:
    """The answer of the first resolver that has one. Raises the last one's error where none has."""
    error: AgentError | None = None
    for host, port in resolvers:
        try:
            return await _ask(host, port, domain, kind)
        except (ProviderDown, DomainSilent, AnswerGarbled) as failure:
            error = failure
    raise error or NotConnected("this machine knows no resolver", provider=_NAME)


async def _ask(host: str, port: int, domain: str, kind: int) -> _Answer:
    asked = b"".join(bytes([len(label)]) + label.encode() for label in domain.split("."))
    asked += b"\0" + struct.pack("!HH", kind, _IN)
    ident = secrets.randbits(16)
    message = _HEADER.pack(ident, _RECURSION_WANTED, 1, 0, 0, 1) + asked + _ROOM
    try:
        answer = await _by_datagram(host, port, message, asked)
        if _HEADER.unpack_from(answer)[1] & _CUT_SHORT:
            answer = await _by_stream(host, port, message)
        if not _is_answer(answer, ident, asked):
            raise AnswerGarbled(f"an answer to another question than {domain}", provider=_NAME)
        told = _read(answer, len(asked), kind)
    except TimeoutError:
        raise ProviderDown(f"no answer about {domain}", provider=_NAME) from None
    except (OSError, asyncio.IncompleteReadError) as error:
        raise ProviderDown(f"{type(error).__name__} when asked about {domain}", provider=_NAME) from error
    except (struct.error, IndexError, ValueError) as error:
        raise AnswerGarbled(f"about {domain}", provider=_NAME) from error
    if told.code not in {_NOERROR, _NXDOMAIN}:
        raise DomainSilent(f"response code {told.code} when asked about {domain}", provider=_NAME)
    return told


class _Exchange(asyncio.DatagramProtocol):
    """One question on its own port, so that only who saw it can answer; anything else is overheard."""

    def __init__(self, ident: int, asked: bytes) -> None:
        self._ident, self._asked = ident, asked
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:  # noqa: ARG002 (it is connected)
        """Take the answer, once."""
        if not self.answer.done() and _is_answer(data, self._ident, self._asked):
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there."""
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _by_datagram(host: str, port: int, message: bytes, asked: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    ident = int.from_bytes(message[:2])
    transport, exchange = await loop.create_datagram_endpoint(
        lambda: _Exchange(ident, asked), remote_addr=(host, port)
    )
    try:
        for wait_s in _WAITS_S:
            transport.sendto(message)
            done, _ = await asyncio.wait((exchange.answer,), timeout=wait_s)
            if done:
                return exchange.answer.result()
        raise TimeoutError
    finally:
        exchange.answer.cancel()
        transport.close()


async def _by_stream(host: str, port: int, message: bytes) -> bytes:
    """The same question by TCP, for an answer that was too long for a datagram."""
    async with asyncio.timeout(_TCP_WAIT_S):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(len(message).to_bytes(2) + message)
            return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        finally:
            writer.close()


def _is_answer(data: bytes, ident: int, asked: bytes) -> bool:
    """Whether this answers the question. Some resolvers give the name back in capitals."""
    if len(data) < _HEADER.size:
        return False
    given, flags, questions, *_ = _HEADER.unpack_from(data)
    if given != ident or not flags & _RESPONSE:
        return False
    end = _HEADER.size + len(asked)
    # A refusal may leave the question out. lower() changes no length: none is as large as a letter's code.
    return data[_HEADER.size : end].lower() == asked if questions else bool(flags & _CODE)


def _read(answer: bytes, question_length: int, kind: int) -> _Answer:
    """The answer on the wire. Raises struct.error, IndexError or ValueError where it is cut or garbled."""
    _, flags, questions, answers, *_ = _HEADER.unpack_from(answer)
    place = _HEADER.size + (question_length if questions else 0)
    exchangers: list[tuple[int, str]] = []
    has_address = False
    for _ in range(answers):
        _, place = _name(answer, place)
        found, _, _, length = _RECORD.unpack_from(answer, place)
        place += _RECORD.size
        # Other kinds are aliases on the way, or signatures.
        if found == kind == _MX:
            host, _ = _name(answer, place + 2)
            exchangers.append((int.from_bytes(answer[place : place + 2]), host))
        elif found == kind:
            has_address = True
        place += length
    return _Answer(flags & _CODE, exchangers, has_address)


def _name(message: bytes, place: int) -> tuple[str, int]:
    """The name at a place, and the place after it; empty for the root. Pointers may lead in circles."""
    labels: list[str] = []
    after = 0
    for _ in range(_MOST_LABELS):
        length = message[place]
        if length == 0:
            return ".".join(labels), after or place + 1
        if length < 64:
            label = message[place + 1 : place + 1 + length]
            if len(label) < length:
                raise ValueError("a label is cut short")
            labels.append(label.decode("ascii").lower())
            place += 1 + length
        else:
            if length < 0xC0:
                raise ValueError("neither a label nor a pointer")
            after = after or place + 2
            place = (length & 0x3F) << 8 | message[place + 1]
    raise ValueError("a name without end")


def _resolvers(base_url: str) -> list[tuple[str, int]]:
    """The resolver at "host:port"; those of this machine where none is named."""
    if not base_url:
        try:
            system = dns.resolver.get_default_resolver()  # read once
        except dns.resolver.NoResolverConfiguration:
            return []
        return [(str(host), _PORT) for host in system.nameservers]
    host, _, port = base_url.rpartition(":")
    if not host or not port.isdecimal():
        raise NotConnected(f"{base_url!r} is no resolver such as 127.0.0.1:53", provider=_NAME)
    return [(host.strip("[]"), int(port))]


PROVIDER = Provider(
    name=_NAME,
    title="Domain Name System",
    base_url="",
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={FindMailExchangers: find_mail_exchangers},
    is_one_service=False,
)
