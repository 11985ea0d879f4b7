import asyncio
import struct

import dns.asyncquery
import dns.asyncresolver
import dns.flags
import dns.message
import dns.resolver
import pytest

from actors.simulator.company import Mail
from actors.simulator.dns import DnsServer


@pytest.fixture
def resolver(simulator):
    host, _, port = simulator.dns.partition(":")
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [host], int(port)
    return resolver


def domain_with(world, mail):
    return next(company.domain for company in world.companies if company.mail is mail)


async def test_own_exchangers_lead_to_addresses(resolver, world):
    domain = domain_with(world, Mail.EXCHANGERS)
    answer = await resolver.resolve(domain.upper(), "MX")
    exchangers = sorted((record.preference, str(record.exchange)) for record in answer)
    assert exchangers == [(10, f"mx1.{domain}."), (20, f"mx2.{domain}.")]
    addresses = await resolver.resolve(exchangers[0][1], "A")
    assert [record.address for record in addresses]


async def test_hosted_exchangers_lead_to_addresses(resolver, world):
    domain = domain_with(world, Mail.HOSTED)
    answer = await resolver.resolve(domain, "MX")
    hosts = [str(record.exchange) for record in answer]
    assert not any(host.endswith(f"{domain}.") for host in hosts)
    assert list(await resolver.resolve(hosts[0], "A"))


async def test_a_null_mx_refuses_mail(resolver, world):
    answer = await resolver.resolve(domain_with(world, Mail.NULL_MX), "MX")
    assert [(record.preference, str(record.exchange)) for record in answer] == [(0, ".")]


async def test_a_domain_with_only_an_address(resolver, world):
    domain = domain_with(world, Mail.ADDRESS_ONLY)
    with pytest.raises(dns.resolver.NoAnswer):
        await resolver.resolve(domain, "MX")
    assert list(await resolver.resolve(domain, "A"))


async def test_a_domain_that_does_not_exist(resolver, world):
    for kind in ("MX", "A", "TXT"):
        with pytest.raises(dns.resolver.NXDOMAIN):
            await resolver.resolve(domain_with(world, Mail.NXDOMAIN), kind)


async def test_a_domain_whose_servers_fail(resolver, world):
    with pytest.raises(dns.resolver.NoNameservers, match="SERVFAIL"):
        await resolver.resolve(domain_with(world, Mail.SERVFAIL), "MX", lifetime=2)


async def test_there_is_no_ipv6(resolver, world):
    with pytest.raises(dns.resolver.NoAnswer):
        await resolver.resolve(domain_with(world, Mail.HOSTED), "AAAA")


async def test_sender_policies(resolver, world):
    """Each domain has one, whatever else it says; longer answers than a datagram takes come by stream."""
    for company in world.companies[:60]:
        if company.mail in {Mail.NXDOMAIN, Mail.SERVFAIL}:
            continue
        answer = await resolver.resolve(company.domain, "TXT")
        texts = [b"".join(record.strings).decode() for record in answer]
        assert sum(text.startswith("v=spf1 ") for text in texts) == 1


def question(domain, **options):
    return dns.message.make_query(domain, "TXT", **options)


async def test_what_fits_into_no_datagram_is_asked_for_by_stream(simulator, world):
    server = DnsServer(world)

    def length(company):
        return len(server.response(question(company.domain).to_wire(), by_stream=True))

    usual = [c for c in world.companies if c.mail not in {Mail.NXDOMAIN, Mail.SERVFAIL}]
    longest = max(usual, key=length).domain
    assert len(server.response(question(longest).to_wire(), by_stream=True)) > 512
    host, _, port = simulator.dns.partition(":")
    cut = await dns.asyncquery.udp(question(longest), host, port=int(port), timeout=5)
    assert cut.flags & dns.flags.TC
    assert not cut.answer
    whole = await dns.asyncquery.tcp(question(longest), host, port=int(port), timeout=5)
    assert not whole.flags & dns.flags.TC
    roomy = await dns.asyncquery.udp(
        question(longest, use_edns=0, payload=4096), host, port=int(port), timeout=5
    )
    assert roomy.answer == whole.answer


async def test_whoever_goes_away_in_the_middle_of_a_question_harms_nobody(simulator, resolver, world):
    host, _, port = simulator.dns.partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\0\x20half a")
    writer.close()
    await writer.wait_closed()
    assert await resolver.resolve(domain_with(world, Mail.EXCHANGERS), "MX")


async def test_any_domain_has_an_answer(resolver):
    for webmail in ("gmail.com", "outlook.com"):
        assert list(await resolver.resolve(webmail, "MX"))


@pytest.mark.parametrize("message", [b"", b"short", struct.pack("!HHHHHH", 1, 0x8000, 1, 0, 0, 0)])
def test_what_is_no_question_gets_no_answer(world, message):
    assert DnsServer(world).response(message) is None


@pytest.mark.parametrize(
    ("flags", "questions", "rest", "code"),
    [
        (0x0100, 0, b"", 1),
        (0x0100, 2, b"", 1),
        (0x0100, 1, b"\x05abc", 1),
        (0x0100, 1, b"\xc0\x0c\x00\x01\x00\x01", 1),
        (0x2800, 1, b"", 4),
    ],
)
def test_broken_questions_are_refused(world, flags, questions, rest, code):
    response = DnsServer(world).response(struct.pack("!HHHHHH", 77, flags, questions, 0, 0, 0) + rest)
    ident, told, *counts = struct.unpack("!HHHHHH", response)
    assert (ident, told & 0x000F, counts) == (77, code, [0, 0, 0, 0])
