"""The Domain Name System: where a domain takes mail, and which services its records are proof of.

dnspython knows this machine's resolvers; messages are written and read in `dns_messages`.
"""

import asyncio
import re
import struct
from decimal import Decimal

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
from actors.core.questions import CompanyFacts, EnrichCompany, FindMailExchangers, MailExchangers
from actors.providers import dns_messages as messages
from actors.providers.dns_clues import mail_host, technologies
from actors.providers.dns_messages import MX, NOERROR, NXDOMAIN, TXT, Answer, Query

_NAME = "dns"
_PORT = 53
_WAITS_S = (1.0, 2.0, 3.0)  # a datagram may get lost, so each question is sent up to three times
_TCP_WAIT_S = 5.0
_MOST_QUOTED = 200
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


async def find_mail_exchangers(link: Link, question: FindMailExchangers) -> Reply:
    """The hosts that take the domain's mail, the preferred first.

    None where there is no such domain. No hosts where it says that it takes no mail (RFC 7505) or has no
    address at all; the domain itself where it has an address and says nothing (RFC 5321, section 5.1).
    """
    domain = _domain(question.domain)
    resolvers = _resolvers(link.base_url)
    told = await _asked(resolvers, domain, MX)
    if told.code == NXDOMAIN:
        return Reply(None)
    hosts = tuple(host for _, host in sorted(told.exchangers) if host)
    if not told.exchangers and await _has_address(resolvers, domain):
        return Reply(MailExchangers(hosts=(domain,)), evidence=f"address of {domain}, which has no MX")
    return Reply(MailExchangers(hosts=hosts), evidence=f"MX of {domain}")


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """Who takes the company's mail, and the services that its records are proof of.

    None where there is no such domain, and where its records tell neither.
    """
    if question.domain is None:
        return Reply(None)
    domain = _domain(question.domain)
    resolvers = _resolvers(link.base_url)
    mail = await _asked(resolvers, domain, MX)
    if mail.code == NXDOMAIN:
        return Reply(None)
    texts = (await _asked(resolvers, domain, TXT)).texts
    preference, exchanger = min(((rank, host) for rank, host in mail.exchangers if host), default=(0, ""))
    used = technologies(texts)
    facts = CompanyFacts(domain=domain, technologies=tuple(used) or None, mail_host=mail_host(exchanger))
    quotes = {}
    if used:
        quotes["technologies"] = " | ".join(dict.fromkeys(used.values()))[:_MOST_QUOTED]
    if facts.mail_host is not None:
        quotes["mail_host"] = f"MX {preference} {exchanger}"
    if not quotes:
        return Reply(None)
    return Reply(facts, evidence=f"MX and TXT of {domain}", quotes=quotes)


def _domain(told: str) -> str:
    domain = told.lower().rstrip(".")
    if not _DOMAIN.fullmatch(domain):
        raise QuestionRefused(f"{told!r} is no domain", provider=_NAME)
    return domain


async def _has_address(resolvers: list[tuple[str, int]], domain: str) -> bool:
    for kind in (messages.A, messages.AAAA):
        if (await _asked(resolvers, domain, kind)).has_address:
            return True
    return False


async def _asked(resolvers: list[tuple[str, int]], domain: str, kind: int) -> Answer:
    """The answer of the first resolver that has one. Raises the last one's error where none has."""
    error: AgentError | None = None
    for host, port in resolvers:
        try:
            return await _ask(host, port, domain, kind)
        except (ProviderDown, DomainSilent, AnswerGarbled) as failure:
            error = failure
    raise error or NotConnected("this machine knows no resolver", provider=_NAME)


async def _ask(host: str, port: int, domain: str, kind: int) -> Answer:
    query = messages.query(domain, kind)
    try:
        answer = await _by_datagram(host, port, query)
        if messages.is_cut_short(answer):
            answer = await _by_stream(host, port, query)
        if not messages.is_answer(answer, query):
            raise AnswerGarbled(f"an answer to another question than {domain}", provider=_NAME)
        told = messages.read(answer, query)
    except TimeoutError:
        raise ProviderDown(f"no answer about {domain}", provider=_NAME) from None
    except (OSError, asyncio.IncompleteReadError) as error:
        raise ProviderDown(f"{type(error).__name__} when asked about {domain}", provider=_NAME) from error
    except (struct.error, IndexError, ValueError) as error:
        raise AnswerGarbled(f"about {domain}", provider=_NAME) from error
    if told.code not in {NOERROR, NXDOMAIN}:
        raise DomainSilent(f"response code {told.code} when asked about {domain}", provider=_NAME)
    return told


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
    answers={FindMailExchangers: find_mail_exchangers, EnrichCompany: enrich_company},
    knows=frozenset({"technologies", "mail_host"}),
    # a record proves that somebody set the service up, not that it is still in use
    trust=0.8,
    licence="public records",
    keeps_for_days=30,
    is_one_service=False,
)
