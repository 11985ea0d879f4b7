"""Questions to name servers: each is sent again where it gets lost, and put by stream where the answer is long.

dnspython knows this machine's resolvers; messages are written and read in `dns_messages`.
"""

import asyncio
import re
import struct
from dataclasses import dataclass

import dns.resolver

from actors.core.errors import AgentError, AnswerGarbled, DomainSilent, NotConnected, ProviderDown
from actors.providers import dns_messages as messages
from actors.providers.dns_messages import NOERROR, NXDOMAIN, Answer, Query

_PORT = 53
_WAITS_S = (1.0, 2.0, 3.0)  # a datagram may get lost, so each question is sent up to three times
_TCP_WAIT_S = 5.0
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


@dataclass(frozen=True, slots=True)
class NameServers:
    """Resolvers that are asked in turn, on behalf of one provider, whose the errors are."""

    provider: str
    places: tuple[tuple[str, int], ...]

    async def ask(self, name: str, kind: int) -> Answer:
        """The answer of the first one that has one. Raises the last one's error where none has."""
        error: AgentError | None = None
        for host, port in self.places:
            try:
                return await self._ask(host, port, name, kind)
            except (ProviderDown, DomainSilent, AnswerGarbled) as failure:
                error = failure
        raise error or NotConnected("this machine knows no resolver", provider=self.provider)

    async def _ask(self, host: str, port: int, name: str, kind: int) -> Answer:
        query = messages.query(name, kind)
        try:
            answer = await _by_datagram(host, port, query)
            if messages.is_cut_short(answer):
                answer = await _by_stream(host, port, query)
            if not messages.is_answer(answer, query):
                raise AnswerGarbled(f"an answer to another question than {name}", provider=self.provider)
            told = messages.read(answer, query)
        except TimeoutError:
            raise ProviderDown(f"no answer about {name}", provider=self.provider) from None
        except (OSError, asyncio.IncompleteReadError) as error:
            detail = f"{type(error).__name__} when asked about {name}"
            raise ProviderDown(detail, provider=self.provider) from error
        except (struct.error, IndexError, ValueError) as error:
            raise AnswerGarbled(f"about {name}", provider=self.provider) from error
        if told.code not in {NOERROR, NXDOMAIN}:
            detail = f"response code {told.code} when asked about {name}"
            raise DomainSilent(detail, provider=self.provider)
        return told


def is_name(text: str) -> bool:
    """Whether this is a name that can be asked for, in small letters and without a dot at its end."""
    return _NAME.fullmatch(text) is not None


def name_servers(told: str, provider: str) -> NameServers:
    """The resolver at "host:port"; those of this machine where none is named."""
    if not told:
        return NameServers(provider, _of_this_machine())
    host, _, port = told.rpartition(":")
    if not host or not port.isdecimal():
        raise NotConnected(f"{told!r} is no resolver such as 127.0.0.1:53", provider=provider)
    return NameServers(provider, ((host.strip("[]"), int(port)),))


def _of_this_machine() -> tuple[tuple[str, int], ...]:
    try:
        system = dns.resolver.get_default_resolver()  # read once
    except dns.resolver.NoResolverConfiguration:
        return ()
    return tuple((str(host), _PORT) for host in system.nameservers)


class _Exchange(asyncio.DatagramProtocol):
    """One question on its own port, so that only who saw it can answer; anything else is overheard."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:  # noqa: ARG002 (it is connected)
        """Take the answer, once."""
        if not self.answer.done() and messages.is_answer(data, self._query):
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there."""
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _by_datagram(host: str, port: int, query: Query) -> bytes:
    transport, exchange = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Exchange(query), remote_addr=(host, port)
    )
    try:
        for wait_s in _WAITS_S:
            transport.sendto(query.message)
            done, _ = await asyncio.wait((exchange.answer,), timeout=wait_s)
            if done:
                return exchange.answer.result()
        raise TimeoutError
    finally:
        exchange.answer.cancel()
        transport.close()


async def _by_stream(host: str, port: int, query: Query) -> bytes:
    """The same question by TCP, for an answer that was too long for a datagram."""
    async with asyncio.timeout(_TCP_WAIT_S):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(len(query.message).to_bytes(2) + query.message)
            return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        finally:
            writer.close()
