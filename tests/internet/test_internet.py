"""The fake Internet, asked by others than ours: the standard library's client, and dnspython."""

import asyncio
import smtplib
import ssl
from collections import Counter

import dns.asyncquery
import dns.message
import pytest

from actors.core.provider import Link
from actors.core.questions import FindMailExchangers, MailboxProbe, ProbeMailbox
from actors.providers.dns import find_mail_exchangers
from actors.providers.mailbox import probe_mailboxes
from tests.internet.behaviours import BEHAVIOURS
from tests.internet.internet import Clock, Domain, Internet, launch_internet, open_internet


def dialled(internet: Internet, host: str) -> smtplib.SMTP:
    """The standard library's client, connected to a host."""
    (address,) = internet.names.addresses[host]
    return smtplib.SMTP(address, internet.port, local_hostname="other.example", timeout=20)


def said(internet: Internet, host: str, *emails: str) -> list[tuple[int, bytes]]:
    with dialled(internet, host) as client:
        client.ehlo()
        client.mail("a@other.example")
        return [client.rcpt(email) for email in emails]


def test_others_hear_the_same() -> None:
    domains = {f"{name}.example": Domain(name, {"ann"}) for name in ("google", "outlook", "yahoo", "postfix")}
    with launch_internet(domains) as internet:
        told = {
            name: [code for code, _ in said(internet, hosts[0], f"ann@{name}", f"bob@{name}")]
            for name, hosts in internet.hosts.items()
        }
        assert told == {
            "google.example": [250, 550],
            "outlook.example": [250, 550],
            "yahoo.example": [250, 250],
            "postfix.example": [250, 550],
        }
        assert internet.connections["mx.postfix.example"] == 1
        assert internet.servers["mx.postfix.example"].recipients == [
            "ann@postfix.example",
            "bob@postfix.example",
        ]


def test_others_encrypt_too() -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        launch_internet({"acme.example": Domain("google", {"ann"})}) as internet,
        dialled(internet, "aspmx.l.google.com") as client,
    ):
        client.ehlo()
        assert client.has_extn("starttls")
        assert client.starttls(context=context)[0] == 220
        client.ehlo()
        assert not client.has_extn("starttls")
        client.mail("a@other.example")
        assert client.rcpt("ann@acme.example")[0] == 250


def test_a_greylist_lets_the_same_through_after_its_delay_and_no_other() -> None:
    clock = Clock()
    with launch_internet({"acme.example": Domain("postgrey", {"ann", "bob"})}, clock=clock) as internet:
        host = "mx.acme.example"
        assert [code for code, _ in said(internet, host, "ann@acme.example")] == [450]
        clock.now_s += 299.0
        assert [code for code, _ in said(internet, host, "ann@acme.example")] == [450]
        clock.now_s += 1.0
        codes = [code for code, _ in said(internet, host, "ann@acme.example", "bob@acme.example")]
        assert codes == [250, 450]


@pytest.mark.parametrize(
    ("name", "kind", "answers", "code"),
    [
        ("acme.example", "MX", ["10 mx.acme.example."], 0),
        ("acme.example", "A", [], 0),
        ("null.example", "MX", ["0 ."], 0),
        ("plain.example", "MX", [], 0),
        ("plain.example", "A", ["127.77.0.2"], 0),
        ("more.example", "A", ["10.0.0.1"], 0),
        ("more.example", "AAAA", ["::1"], 0),
        ("nowhere.example", "MX", [], 3),
        ("silent.example", "MX", [], 2),
    ],
)
async def test_the_name_server(name: str, kind: str, answers: list[str], code: int) -> None:
    domains = {
        "acme.example": Domain("postfix"), "plain.example": Domain("address_only"), "null.example": Domain("null_mx")
    }  # fmt: skip
    more = {"more.example": ["10.0.0.1", "::1"]}
    async with open_internet(domains, addresses=more, silent=["silent.example"]) as internet:
        host, _, port = internet.dns.partition(":")
        asked = dns.message.make_query(name, kind)
        told = await dns.asyncquery.udp(asked, host, port=int(port), timeout=20)
        assert [record.to_text() for records in told.answer for record in records] == answers
        assert told.rcode() == code
        assert internet.names.asked == Counter({(name, kind): 1})


async def test_five_hundred_domains_are_asked_for_six_addresses_each() -> None:
    usual = [name for name in BEHAVIOURS if not name.startswith(("tarpit", "blocks"))]
    domains = {
        f"company{number}.example": Domain(
            usual[number % len(usual)], {f"person{place}" for place in range(3)}
        )
        for number in range(500)
    }
    async with open_internet(domains) as internet:

        async def verify(domain: str) -> list[MailboxProbe]:
            found = await find_mail_exchangers(
                Link(None, internet.dns, None), FindMailExchangers(domain=domain)
            )
            hosts = found.content.hosts  # type: ignore[union-attr]
            if not hosts:
                return []
            asked = [ProbeMailbox(email=f"person{place}@{domain}", hosts=hosts) for place in range(6)]
            replies = await probe_mailboxes(Link(None, internet.base_url, None), asked)
            return [reply.content for reply in replies]  # type: ignore[union-attr]

        at_once = asyncio.Semaphore(50)

        async def in_turn(domain: str) -> list[MailboxProbe]:
            async with at_once:
                return await verify(domain)

        told = dict(zip(domains, await asyncio.gather(*(in_turn(domain) for domain in domains)), strict=True))
        for domain, probes in told.items():
            if domains[domain].behaviour in {
                "google",
                "microsoft_365",
                "postfix",
                "dead_primary",
                "few_errors",
            }:
                codes = [probe.wanted.code for probe in probes if probe.wanted is not None]
                assert codes == [250] * 3 + [550] * 3, domain
        assert {count for (_, kind), count in internet.names.asked.items() if kind == "MX"} == {1}
        google = sum(domain.behaviour == "google" for domain in domains.values())
        assert internet.connections["aspmx.l.google.com"] == google
