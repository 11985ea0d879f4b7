"""Mail exchangers and texts: the simulator's, and servers on loopback that answer in every way but well."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    DomainSilent,
    NotConnected,
    ProviderDown,
    QuestionRefused,
)
from actors.core.provider import Link, Reply
from actors.core.questions import CompanyFacts, EnrichCompany, FindMailExchangers, MailExchangers
from actors.providers import dns_client
from actors.providers.dns import enrich_company, find_mail_exchangers
from actors.simulator.company import Mail
from actors.simulator.world import World

ACME = FindMailExchangers(domain="acme.com")

Answering = Callable[[dns.message.Message], dns.message.Message | bytes | None]
Several = Callable[[dns.message.Message], list[bytes]]


class Server(asyncio.DatagramProtocol):
    """A name server that answers each message as a function says: nothing, once, or several times."""

    def __init__(self, answering: Answering | Several) -> None:
        self._answering = answering
        self.asked: list[dns.message.Message] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        self.asked.append(question)
        answer = self._answering(question)
        for one in answer if isinstance(answer, list) else [answer]:
            if one is not None:
                self._transport.sendto(one if isinstance(one, bytes) else one.to_wire(), addr)


@asynccontextmanager
async def serving(answering: Answering | Several) -> AsyncIterator[tuple[Link, Server]]:
    loop = asyncio.get_running_loop()
    with socket.socket() as streams:  # the same port is kept for streams, which some tests listen to
        streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        streams.bind(("127.0.0.1", 0))
        host, port = streams.getsockname()
        transport, server = await loop.create_datagram_endpoint(
            lambda: Server(answering), local_addr=(host, port)
        )
        try:
            yield Link(None, f"{host}:{port}", None), server
        finally:
            transport.close()


def zone(*records: str, code: int = dns.rcode.NOERROR) -> Answering:
    """The answers of a zone with these records, such as "acme.com. MX 10 mx.acme.com."."""

    def answer(question: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(question)
        response.set_rcode(code)
        asked = dns.rdatatype.to_text(question.question[0].rdtype)
        for record in records:
            name, kind, value = record.split(" ", 2)
            if kind in {asked, "CNAME"}:
                response.answer.append(dns.rrset.from_text(name, 300, "IN", kind, value))
        return response

    return answer


async def hosts_of(answering: Answering | Several) -> tuple[str, ...] | None:
    async with serving(answering) as (link, _):
        content = (await find_mail_exchangers(link, ACME)).content
    assert content is None or isinstance(content, MailExchangers)
    return None if content is None else content.hosts


# What a zone says


@pytest.mark.parametrize(
    ("records", "hosts"),
    [
        (
            ["acme.com. MX 20 b.acme.com.", "acme.com. MX 10 A.mail.example."],
            ("a.mail.example", "b.acme.com"),
        ),
        (["acme.com. MX 10 b.acme.com.", "acme.com. MX 10 a.acme.com."], ("a.acme.com", "b.acme.com")),
        (["acme.com. MX 0 ."], ()),
        (["acme.com. MX 0 .", "acme.com. A 192.0.2.1"], ()),
        (["acme.com. MX 0 .", "acme.com. MX 10 a.acme.com."], ("a.acme.com",)),
        (["acme.com. A 192.0.2.1"], ("acme.com",)),
        (["acme.com. AAAA 2001:db8::1"], ("acme.com",)),
        (["acme.com. TXT nothing"], ()),
        (["acme.com. CNAME other.example.", "other.example. MX 5 mx.other.example."], ("mx.other.example",)),
        (["acme.com. CNAME other.example.", "other.example. A 192.0.2.1"], ("acme.com",)),
    ],
)
async def test_where_mail_is_taken(records: list[str], hosts: tuple[str, ...]) -> None:
    assert await hosts_of(zone(*records)) == hosts


async def test_a_domain_that_does_not_exist_is_a_miss() -> None:
    async with serving(zone(code=dns.rcode.NXDOMAIN)) as (link, server):
        assert await find_mail_exchangers(link, ACME) == Reply(None)
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR, dns.rcode.NOTIMP])
async def test_a_server_that_cannot_say_is_down(code: int) -> None:
    with pytest.raises(DomainSilent, match=str(int(code))):
        await hosts_of(zone(code=code))


async def test_what_is_asked() -> None:
    async with serving(zone("acme.com. MX 10 mx.acme.com.")) as (link, server):
        reply = await find_mail_exchangers(link, FindMailExchangers(domain="ACME.com."))
    assert reply == Reply(MailExchangers(hosts=("mx.acme.com",)), evidence="MX of acme.com")
    (question,) = server.asked
    assert question.question == dns.message.make_query("acme.com", "MX").question
    assert question.flags & dns.flags.RD
    assert question.payload == 1232


async def test_each_question_has_a_number_of_its_own() -> None:
    async with serving(zone("acme.com. MX 10 mx.acme.com.")) as (link, server):
        for _ in range(20):
            await find_mail_exchangers(link, ACME)
    assert len({question.id for question in server.asked}) > 15


@pytest.mark.parametrize(
    "domain", ["", ".", "a..b", "a b.com", "a" * 64 + ".com", "müller.de", "a.b/c", "x." * 127 + "com"]
)
async def test_what_is_no_domain_is_not_asked(domain: str) -> None:
    async with serving(zone()) as (link, server):
        with pytest.raises(QuestionRefused):
            await find_mail_exchangers(link, FindMailExchangers(domain=domain))
    assert not server.asked


# Which answer counts


async def test_only_the_answer_to_the_question_counts() -> None:
    def forged(question: dns.message.Message) -> list[bytes]:
        other = dns.message.make_query("other.com", "MX", id=question.id)
        wrong_number = struct.pack("!H", question.id ^ 1)
        return [
            b"",
            b"\0" * 500,
            question.to_wire(),
            wrong_number + zone("acme.com. MX 1 evil.example.")(question).to_wire()[2:],
            zone("other.com. MX 1 evil.example.")(other).to_wire(),
            zone("acme.com. MX 10 mx.acme.com.")(question).to_wire(),
            zone("acme.com. MX 20 late.example.")(question).to_wire(),
        ]

    assert await hosts_of(forged) == ("mx.acme.com",)


async def test_a_name_given_back_in_capitals_is_the_same() -> None:
    def shout(question: dns.message.Message) -> bytes:
        return zone("acme.com. MX 10 mx.acme.com.")(question).to_wire().replace(b"acme", b"AcMe")

    assert await hosts_of(shout) == ("mx.acme.com",)


async def test_a_refusal_without_the_question_counts() -> None:
    def refuse(question: dns.message.Message) -> bytes:
        return struct.pack("!HHHHHH", question.id, 0x8005, 0, 0, 0, 0)

    with pytest.raises(DomainSilent, match="5"):
        await hosts_of(refuse)


# What goes wrong


async def test_a_question_that_got_lost_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_client, "_WAITS_S", (0.02, 20.0))
    lost = iter([True, False])
    found = zone("acme.com. MX 10 mx.acme.com.")
    assert await hosts_of(lambda question: None if next(lost) else found(question)) == ("mx.acme.com",)


async def test_silence_is_a_resolver_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_client, "_WAITS_S", (0.02, 0.02))
    with pytest.raises(ProviderDown):
        await hosts_of(lambda _: None)


async def test_a_port_where_nobody_listens_is_down() -> None:
    async with serving(zone()) as (link, _):
        pass
    with pytest.raises(ProviderDown) as down:
        await find_mail_exchangers(link, ACME)
    assert down.value.provider == "dns"


@pytest.mark.parametrize("cut", [40, 50, 60])
async def test_an_answer_that_is_cut_is_garbled(cut: int) -> None:
    def short(question: dns.message.Message) -> bytes:
        return zone("acme.com. MX 10 mx.another-name.example.")(question).to_wire()[:cut]

    with pytest.raises(AnswerGarbled):
        await hosts_of(short)


async def test_a_name_that_leads_in_circles_is_garbled() -> None:
    def circle(question: dns.message.Message) -> bytes:
        wire = zone("acme.com. MX 10 mx.acme.com.")(question).to_wire()
        host = wire.index(b"\x02mx")
        return wire[:host] + struct.pack("!H", 0xC000 | host) + wire[host + 2 :]

    with pytest.raises(AnswerGarbled):
        await hosts_of(circle)


def _mutated(wire: bytes, changes: list[tuple[int, int]]) -> bytes:
    body = bytearray(wire)
    for place, value in changes:
        body[12 + place % (len(body) - 12)] = value
    return bytes(body)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6), st.booleans())
def test_whatever_comes_it_is_a_reply_or_a_typed_error(
    changes: list[tuple[int, int]], is_about_mail: bool
) -> None:
    good = zone(
        "acme.com. CNAME mail.acme.com.",
        "mail.acme.com. MX 5 mx1.acme.com.",
        "mail.acme.com. MX 7 mx2.x.org.",
        'mail.acme.com. TXT "docusign=1" "2"',
        'mail.acme.com. TXT "v=spf1 include:sendgrid.net -all"',
    )

    def answer(question: dns.message.Message) -> bytes:
        wire = good(question).to_wire()
        kept = len(question.question[0].name.to_wire()) + 4  # the question stays, else it is not heard at all
        return wire[: 12 + kept] + _mutated(b"\0" * 12 + wire[12 + kept :], changes)[12:]

    async def ask() -> Reply | AgentError:
        async with serving(answer) as (link, _):
            try:
                if is_about_mail:
                    return await find_mail_exchangers(link, ACME)
                return await enrich_company(link, COMPANY)
            except AgentError as error:
                return error

    outcome = asyncio.run(ask())
    assert isinstance(outcome, Reply | AnswerGarbled)
    if isinstance(outcome, Reply) and outcome.content is not None:
        assert isinstance(outcome.content, MailExchangers if is_about_mail else CompanyFacts)
    else:
        assert not is_about_mail or isinstance(outcome, AnswerGarbled)


async def test_an_answer_too_long_for_a_datagram_comes_by_stream() -> None:
    many = zone(*(f"acme.com. MX {n} mx{n}.acme.com." for n in range(1, 200)))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = dns.message.from_wire(
            await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        )
        wire = many(question).to_wire(max_size=65_535)
        writer.write(len(wire).to_bytes(2) + wire)
        await writer.drain()
        writer.close()

    def cut_short(question: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(question)
        response.flags |= dns.flags.TC
        return response

    async with serving(cut_short) as (link, _):
        host, _, port = link.base_url.rpartition(":")
        with pytest.raises(ProviderDown):
            await find_mail_exchangers(link, ACME)
        stream = await asyncio.start_server(serve, host, int(port))
        async with stream:
            reply = await find_mail_exchangers(link, ACME)
    assert isinstance(reply.content, MailExchangers)
    assert reply.content.hosts == tuple(f"mx{n}.acme.com" for n in range(1, 200))


# Which resolver is asked


@pytest.mark.parametrize("base_url", ["127.0.0.1", "127.0.0.1:", ":53", "127.0.0.1:domain"])
async def test_an_address_that_is_none_is_a_matter_of_configuration(base_url: str) -> None:
    with pytest.raises(NotConnected):
        await find_mail_exchangers(Link(None, base_url, None), ACME)


async def test_without_an_address_this_machines_resolvers_are_asked_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with (
        serving(zone(code=dns.rcode.SERVFAIL)) as (_, first),
        serving(zone("acme.com. MX 10 mx.acme.com.")) as (link, _),
    ):
        system = dns.resolver.Resolver(configure=False)
        system.nameservers = ["127.0.0.1"]
        monkeypatch.setattr(dns.resolver, "get_default_resolver", lambda: system)
        port = int(link.base_url.rpartition(":")[2])
        monkeypatch.setattr(dns_client, "_PORT", port)
        reply = await find_mail_exchangers(Link(None, "", None), ACME)
        assert reply.content == MailExchangers(hosts=("mx.acme.com",))
        broken = first._transport.get_extra_info("sockname")[1]
        both = (("127.0.0.1", broken), ("127.0.0.1", port))
        monkeypatch.setattr(dns_client, "_of_this_machine", lambda: both)
        reply = await find_mail_exchangers(Link(None, "", None), ACME)
        assert reply.content == MailExchangers(hosts=("mx.acme.com",))
        assert len(first.asked) == 1


async def test_a_machine_without_resolvers_is_a_matter_of_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none() -> dns.resolver.Resolver:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "get_default_resolver", none)
    with pytest.raises(NotConnected):
        await find_mail_exchangers(Link(None, "", None), ACME)


# What the records tell of a company

COMPANY = EnrichCompany(domain="acme.com")


async def reply_of(answering: Answering | Several, question: EnrichCompany = COMPANY) -> Reply:
    async with serving(answering) as (link, _):
        return await enrich_company(link, question)


async def test_what_the_records_tell_of_a_company() -> None:
    records = zone(
        "acme.com. MX 10 alt1.aspmx.l.google.com.",
        "acme.com. MX 1 ASPMX.l.google.com.",
        'acme.com. TXT "v=spf1 include:_spf.google.com include:sendgrid.net ~all"',
        'acme.com. TXT "nothing of note"',
        'acme.com. TXT "docusign=05958488"',
    )
    assert await reply_of(records, EnrichCompany(domain="Acme.com.")) == Reply(
        CompanyFacts(
            domain="acme.com",
            technologies=("Google Workspace", "SendGrid", "DocuSign"),
            mail_host="Google Workspace",
        ),
        evidence="MX and TXT of acme.com",
        quotes={
            "technologies": "v=spf1 include:_spf.google.com include:sendgrid.net ~all | docusign=05958488",
            "mail_host": "MX 1 aspmx.l.google.com",
        },
    )


@pytest.mark.parametrize(
    ("records", "technologies", "mail_host"),
    [
        (["acme.com. MX 10 mail.acme.com."], None, "acme.com"),
        (['acme.com. TXT "docusign=1"'], ("DocuSign",), None),
        (["acme.com. MX 0 .", 'acme.com. TXT "docusign=1"'], ("DocuSign",), None),
        (
            ["acme.com. CNAME x.example.", "x.example. MX 1 mx.zoho.com.", 'x.example. TXT "MS=ms1"'],
            ("Microsoft 365",),
            "Zoho Mail",
        ),
        # one text in two pieces, cut in the middle of a name
        (['acme.com. TXT "v=spf1 include:send" "grid.net ~all"'], ("SendGrid",), None),
    ],
)
async def test_what_there_is_of_it(
    records: list[str], technologies: tuple[str, ...] | None, mail_host: str | None
) -> None:
    facts = (await reply_of(zone(*records))).content
    assert isinstance(facts, CompanyFacts)
    assert (facts.technologies, facts.mail_host) == (technologies, mail_host)


@pytest.mark.parametrize(
    "records",
    [
        [],
        ["acme.com. A 192.0.2.1"],
        ["acme.com. MX 0 ."],
        ['acme.com. TXT "v=spf1 -all"'],
        ['acme.com. TXT "v=spf1 include:sendgrid.net"', 'acme.com. TXT "v=spf1 -all"'],
    ],
)
async def test_records_that_tell_nothing_are_a_miss(records: list[str]) -> None:
    assert await reply_of(zone(*records)) == Reply(None)


async def test_no_such_domain_is_a_miss_after_one_question() -> None:
    async with serving(zone(code=dns.rcode.NXDOMAIN)) as (link, server):
        assert await enrich_company(link, COMPANY) == Reply(None)
    assert len(server.asked) == 1


async def test_a_company_without_a_domain_is_not_asked_for() -> None:
    async with serving(zone()) as (link, server):
        assert await enrich_company(link, EnrichCompany(domain=None, name="Acme")) == Reply(None)
    assert not server.asked


async def test_name_servers_that_fail_for_texts_alone_are_worth_waiting_for() -> None:
    mail = zone("acme.com. MX 1 mx.acme.com.")

    def answer(question: dns.message.Message) -> dns.message.Message:
        is_text = question.question[0].rdtype == dns.rdatatype.TXT
        return zone(code=dns.rcode.SERVFAIL)(question) if is_text else mail(question)

    with pytest.raises(DomainSilent, match="2"):
        await reply_of(answer)


async def test_a_long_text_is_quoted_in_part() -> None:
    policy = '"v=spf1 include:sendgrid.net" ' + " ".join(f'" include:{n}.example"' for n in range(40))
    quotes = (await reply_of(zone(f"acme.com. TXT {policy}"))).quotes
    assert len(quotes["technologies"]) == 200
    assert quotes["technologies"].startswith("v=spf1 include:sendgrid.net include:0.example")


async def test_texts_too_long_for_a_datagram_come_by_stream() -> None:
    many = zone(*(f'acme.com. TXT "{"x" * 200}{n}"' for n in range(20)), 'acme.com. TXT "docusign=1"')
    asked_by_stream = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked_by_stream
        asked_by_stream += 1
        wire = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        answer = many(dns.message.from_wire(wire)).to_wire(max_size=65_535)
        writer.write(len(answer).to_bytes(2) + answer)
        await writer.drain()
        writer.close()

    def datagram(question: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(question)
        if question.question[0].rdtype == dns.rdatatype.TXT:
            response.flags |= dns.flags.TC
        return response

    async with serving(datagram) as (link, _):
        host, _, port = link.base_url.rpartition(":")
        async with await asyncio.start_server(serve, host, int(port)):
            reply = await enrich_company(link, COMPANY)
    assert reply.content == CompanyFacts(domain="acme.com", technologies=("DocuSign",))
    assert asked_by_stream == 1


def _text_record(data: bytes, length: int | None = None) -> Answering:
    """The answer with one text whose bytes are these, though the record may say another length."""

    def answer(question: dns.message.Message) -> bytes:
        if question.question[0].rdtype != dns.rdatatype.TXT:
            return dns.message.make_response(question).to_wire()
        wire = bytearray(dns.message.make_response(question).to_wire())
        wire[6:8] = (1).to_bytes(2)
        wire[10:12] = (0).to_bytes(2)  # without what belongs to the transport
        kept = 12 + len(question.question[0].name.to_wire()) + 4
        record = b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 300, len(data) if length is None else length)
        return bytes(wire[:kept]) + record + data

    return answer


@pytest.mark.parametrize(
    ("data", "length"),
    [(b"\x0adocusign=1", 5), (b"\x0adocusign=1", 300), (b"\xffdocusign=1", None), (b"\x05docusign=1", None)],
)
async def test_a_text_that_is_cut_is_garbled(data: bytes, length: int | None) -> None:
    with pytest.raises(AnswerGarbled):
        await reply_of(_text_record(data, length))


async def test_a_text_may_be_empty_or_no_text() -> None:
    assert await reply_of(_text_record(b"")) == Reply(None)
    assert await reply_of(_text_record(b"\0\0")) == Reply(None)
    reply = await reply_of(_text_record(b"\x0bdocusign=\xff1"))
    assert reply.quotes["technologies"] == "docusign=\ufffd1"


# With the simulator

# What the simulator's companies use, and as what it shows in their records.
SHOWN = {
    "Amazon AWS": "Amazon SES",
    "Microsoft Office 365": "Microsoft 365",
    "Google Analytics": "Google Search Console",
    "Facebook Pixel": "Meta Business Suite",
    "Jira": "Atlassian",
}


async def test_the_simulators_records_tell_the_truth(way: Callable[[str], Link], world: World) -> None:
    seen: set[str] = set()
    for company in world.companies[:200]:
        question = EnrichCompany(domain=company.domain)
        if company.mail is Mail.SERVFAIL:
            with pytest.raises(DomainSilent):
                await enrich_company(way("dns"), question)
            continue
        facts = (await enrich_company(way("dns"), question)).content
        if company.mail is Mail.NXDOMAIN:
            assert facts is None
            continue
        found = set(facts.technologies or ()) if isinstance(facts, CompanyFacts) else set()
        assert found <= {SHOWN.get(one, one) for one in company.technologies}
        assert {"Salesforce", "Slack", "Stripe"} & set(company.technologies) <= found | (
            {"Salesforce"} if company.mail is Mail.NULL_MX else set()
        )
        if isinstance(facts, CompanyFacts):
            takes_mail = company.mail in {Mail.EXCHANGERS, Mail.HOSTED}
            assert (facts.mail_host is not None) == takes_mail
            assert (facts.mail_host == company.domain) == (company.mail is Mail.EXCHANGERS)
        seen |= found
    assert len(seen) > 10


async def test_the_simulators_domains(way: Callable[[str], Link], world: World) -> None:
    seen = set()
    for company in world.companies:
        seen.add(company.mail)
        question = FindMailExchangers(domain=company.domain)
        if company.mail is Mail.SERVFAIL:
            with pytest.raises(DomainSilent):
                await find_mail_exchangers(way("dns"), question)
            continue
        content = (await find_mail_exchangers(way("dns"), question)).content
        if company.mail is Mail.NXDOMAIN:
            assert content is None
            continue
        assert isinstance(content, MailExchangers)
        if company.mail is Mail.EXCHANGERS:
            assert content.hosts == (f"mx1.{company.domain}", f"mx2.{company.domain}")
        elif company.mail is Mail.HOSTED:
            assert content.hosts
            assert not any(host.endswith(company.domain) for host in content.hosts)
        else:
            assert content.hosts == ((company.domain,) if company.mail is Mail.ADDRESS_ONLY else ())
    assert seen == set(Mail)


async def test_many_questions_at_the_same_time(way: Callable[[str], Link], world: World) -> None:
    companies = [company for company in world.companies if company.mail is Mail.EXCHANGERS]
    asking = (find_mail_exchangers(way("dns"), FindMailExchangers(domain=one.domain)) for one in companies)
    for company, reply in zip(companies, await asyncio.gather(*asking), strict=True):
        assert reply.content == MailExchangers(hosts=(f"mx1.{company.domain}", f"mx2.{company.domain}"))
