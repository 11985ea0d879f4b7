"""Mail servers on a fake Internet: what each says, and what the prober makes of it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.core.errors import LeftAlone, NotConnected, QuestionRefused, SlowedDown
from actors.core.provider import Link, Reply
from actors.core.questions import FindMailExchangers, MailboxProbe, MailExchangers, ProbeMailbox, ServerReply
from actors.core.verification.replies import read_reply
from actors.providers import mailbox_session
from actors.providers.dns import find_mail_exchangers
from actors.providers.mailbox import probe_mailbox, probe_mailboxes
from actors.providers.mailbox_probe import mail_host_of, random_locals
from actors.providers.mailbox_session import Patience
from tests.fakes.addresses import NOT_PUBLIC
from tests.internet.behaviours import BEHAVIOURS, Behaviour
from tests.internet.internet import SENDER, Clock, Domain, Internet, open_internet

DOMAINS = {f"{name.replace('_', '-')}.example": Domain(name, {"ann"}) for name in BEHAVIOURS}
# Three servers that block us say that it is our own address: two of them are enough here.
BLOCKING = {"blocks-in-greeting.example", "blocks-recipients.example"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def internet(clock: Clock) -> AsyncIterator[Internet]:
    async with open_internet(
        DOMAINS, clock=clock, addresses={"inside.example": ["10.0.0.1"]}, silent=["silent.example"]
    ) as internet:
        yield internet


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Less patience with what would take too long otherwise."""

    def hasty(*, reply_s: float = 0.3, all_s: float = 20.0) -> None:
        monkeypatch.setattr(mailbox_session, "PATIENCE", Patience(5.0, reply_s, all_s))

    return hasty


def question(internet: Internet, email: str) -> ProbeMailbox:
    return ProbeMailbox(email=email, hosts=internet.hosts[email.partition("@")[2]])


async def probed(internet: Internet, email: str, base_url: str = "") -> MailboxProbe:
    link = Link(None, base_url or internet.base_url, None)
    content = (await probe_mailbox(link, question(internet, email))).content
    assert isinstance(content, MailboxProbe)
    return content


async def ann(internet: Internet, behaviour: str) -> MailboxProbe:
    return await probed(internet, f"ann@{behaviour.replace('_', '-')}.example")


def code_of(reply: ServerReply | None) -> int | None:
    return reply.code if reply is not None else None


# What servers say


@pytest.mark.parametrize(
    ("behaviour", "there", "nobody", "is_catch_all"),
    [
        ("google", (250, "2.1.5"), (550, "5.1.1"), False),
        ("microsoft_365", (250, "2.1.5"), (550, "5.4.1"), False),
        ("outlook", (250, "2.1.5"), (550, "5.5.0"), False),
        ("yahoo", (250, None), (250, None), True),
        ("mimecast", (250, None), (550, "5.4.1"), False),
        ("mimecast_accepting", (250, None), (250, None), True),
        ("postfix", (250, "2.1.5"), (550, "5.1.1"), False),
        ("accept_all", (250, "2.1.5"), (250, "2.1.5"), True),
        ("dead_primary", (250, "2.1.5"), (550, "5.1.1"), False),
        ("busy_primary", (250, "2.1.5"), (550, "5.1.1"), False),
        ("address_only", (250, "2.1.5"), (550, "5.1.1"), False),
        ("tls_garbled", (250, "2.1.5"), (550, "5.1.1"), False),
        ("tls_taken_back", (250, "2.1.5"), (550, "5.1.1"), False),
        ("helo_only", (250, "2.1.5"), (550, "5.1.1"), False),
        ("closes_after_rcpt", (250, "2.1.5"), (550, "5.1.1"), False),
        ("few_recipients", (250, "2.1.5"), (550, "5.1.1"), False),
        ("few_errors", (250, "2.1.5"), (550, "5.1.1"), False),
    ],
)
async def test_what_a_server_says_of_somebody_and_of_nobody(
    internet: Internet, behaviour: str, there: object, nobody: object, is_catch_all: bool
) -> None:
    domain = f"{behaviour.replace('_', '-')}.example"
    for local, expected in (("ann", there), ("bob", nobody)):
        told = await probed(internet, f"{local}@{domain}")
        assert told.wanted is not None
        assert (told.wanted.code, told.wanted.enhanced) == expected
        assert told.is_catch_all is is_catch_all
        assert (told.is_blocked, told.is_greylisted, told.come_again_s) == (False, False, None)
        assert told.host == internet.hosts[domain][-1 if "primary" in behaviour else 0]
        assert [one.email.partition("@")[0] for one in told.randoms] == list(random_locals(domain, SENDER))
        assert {one.reply.code for one in told.randoms} == {nobody[0]}  # type: ignore[index]


async def test_a_reply_means_what_the_reader_of_replies_says(internet: Internet) -> None:
    for behaviour in ("google", "microsoft_365", "outlook", "yahoo_refusing", "mimecast", "postgrey"):
        for local in ("ann", "bob"):
            told = await probed(internet, f"{local}@{behaviour.replace('_', '-')}.example")
            assert told.wanted is not None
            assert told.host is not None
            reading = read_reply(told.wanted.code, told.wanted.text, mail_host_of(told.host))
            assert (told.wanted.meaning, told.wanted.enhanced) == (reading.meaning, reading.enhanced)


async def test_words_on_several_lines_are_one_text(internet: Internet) -> None:
    told = await probed(internet, "bob@google.example")
    assert told.wanted is not None
    assert told.wanted.text.startswith(
        "5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's "
    )
    assert told.wanted.text.count("5.1.1") == 1


@pytest.mark.parametrize("behaviour", ["yahoo_refusing"])
async def test_words_without_an_enhanced_code(internet: Internet, behaviour: str) -> None:
    told = await probed(internet, "bob@yahoo-refusing.example")
    assert told.wanted is not None
    assert (told.wanted.code, told.wanted.enhanced) == (552, None)


async def test_what_is_said_on_the_way(internet: Internet) -> None:
    told = await ann(internet, "postfix")
    randoms = [f"{local}@postfix.example" for local in random_locals("postfix.example", SENDER)]
    assert [line for line in told.transcript if line.startswith("> ")] == [
        "> EHLO probe.leadmill.example",
        f"> MAIL FROM:<{SENDER}>",
        f"> RCPT TO:<{randoms[0]}>",
        f"> RCPT TO:<{randoms[1]}>",
        "> RCPT TO:<ann@postfix.example>",
        "> RSET",
        "> QUIT",
    ]
    said = internet.servers["mx.postfix.example"].transcripts
    assert said == [[line[2:] for line in told.transcript if line.startswith("> ")]]
    heard = [line for line in told.transcript if line.startswith("< ")]
    assert heard[0].startswith("< 220 127.77.0.")
    assert heard[-1] == "< 221 2.0.0 Bye"


async def test_no_server_is_ever_given_a_message(internet: Internet) -> None:
    for domain in DOMAINS.keys() - BLOCKING - {"tarpit.example"}:
        if internet.hosts[domain]:
            await probed(internet, f"ann@{domain}")
    commands = [
        line for server in internet.servers.values() for lines in server.transcripts for line in lines
    ]
    verbs = {line.split()[0] for line in commands}
    assert verbs == {"EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "RSET", "QUIT"}


# Which host is asked


async def test_the_next_host_is_asked_where_nobody_listens(internet: Internet) -> None:
    told = await ann(internet, "dead_primary")
    assert [(one.host, one.step, one.trouble) for one in told.visits] == [
        ("mx1.dead-primary.example", "connection", "no connection: ConnectionRefusedError"),
        ("mx2.dead-primary.example", "recipients", None),
    ]


async def test_the_next_host_is_asked_where_one_is_busy(internet: Internet) -> None:
    told = await ann(internet, "busy_primary")
    assert [(one.step, code_of(one.reply)) for one in told.visits] == [("greeting", 421), ("recipients", 250)]
    assert internet.servers["mx1.busy-primary.example"].transcripts == [["QUIT"]]


async def test_where_nobody_listens_at_all_nothing_is_known(internet: Internet) -> None:
    told = await ann(internet, "all_dead")
    assert (told.host, told.wanted, told.randoms, told.is_catch_all) == (None, None, (), None)
    assert [one.step for one in told.visits] == ["connection", "connection"]
    assert told.come_again_s is None


async def test_what_one_host_did_not_say_the_next_is_asked_with_addresses_that_nobody_has(
    internet: Internet,
) -> None:
    first, second = "mx.closes-after-rcpt.example", "mx.postfix.example"
    asked = [ProbeMailbox(email=f"p{number}@postfix.example", hosts=(first, second)) for number in range(6)]
    replies = await probe_mailboxes(Link(None, internet.base_url, None), asked)
    told = [reply.content for reply in replies if isinstance(reply, Reply)]
    assert [one.host for one in told] == [first] * 2 + [second] * 4  # type: ignore[union-attr]
    for one in told:
        assert isinstance(one, MailboxProbe)
        assert code_of(one.wanted) == 550
        assert len(one.randoms) == 2
    randoms = [f"{local}@postfix.example" for local in random_locals("postfix.example", SENDER)]
    assert internet.servers[second].recipients[:2] == randoms


async def test_where_all_are_busy_it_is_worth_coming_again() -> None:
    busy = Behaviour(greeting="421 4.3.2 {host} Service not available, closing transmission channel")
    async with open_internet({"acme.example": Domain(busy)}) as internet:
        told = await probed(internet, "ann@acme.example")
    assert (told.wanted, told.is_blocked) == (None, False)
    assert told.come_again_s is not None
    assert 300 <= told.come_again_s <= 900


async def test_a_host_whose_name_servers_fail_is_passed_over(internet: Internet) -> None:
    asked = ProbeMailbox(email="ann@postfix.example", hosts=("silent.example", "mx.postfix.example"))
    told = (await probe_mailbox(Link(None, internet.base_url, None), asked)).content
    assert isinstance(told, MailboxProbe)
    assert "response code 2" in str(told.visits[0].trouble)
    assert code_of(told.wanted) == 250


async def test_a_host_that_there_is_not_is_passed_over(internet: Internet) -> None:
    asked = ProbeMailbox(email="ann@postfix.example", hosts=("nowhere.example",))
    told = (await probe_mailbox(Link(None, internet.base_url, None), asked)).content
    assert isinstance(told, MailboxProbe)
    assert [(one.step, one.address, one.trouble) for one in told.visits] == [("address", None, "no address")]


@pytest.mark.parametrize(
    ("behaviour", "found"),
    [
        ("null_mx", MailExchangers(hosts=(), takes_none=True)),
        ("address_only", MailExchangers(hosts=("address-only.example",), is_implicit=True)),
    ],
)
async def test_the_fake_name_server_answers_the_dns_provider(
    internet: Internet, behaviour: str, found: MailExchangers
) -> None:
    asked = FindMailExchangers(domain=f"{behaviour.replace('_', '-')}.example")
    reply = await find_mail_exchangers(Link(None, internet.dns, None), asked)
    assert reply.content == found


# Servers that put us off


@pytest.mark.parametrize("behaviour", ["postgrey", "mimecast_greylisting", "busy_once"])
async def test_whoever_is_put_off_comes_again_with_the_same_addresses(
    internet: Internet, clock: Clock, behaviour: str
) -> None:
    first = await ann(internet, behaviour)
    assert first.wanted is not None
    assert first.wanted.code // 100 == 4
    assert first.is_catch_all is None
    assert not first.is_blocked
    assert first.come_again_s is not None
    assert 300 <= first.come_again_s <= 900
    assert (await ann(internet, behaviour)).come_again_s == first.come_again_s
    clock.now_s += first.come_again_s
    again = await ann(internet, behaviour)
    assert [one.email for one in again.randoms] == [one.email for one in first.randoms]
    assert (code_of(again.wanted), again.is_catch_all, again.come_again_s) == (250, False, None)


async def test_a_greylist_is_told_by_its_name(internet: Internet) -> None:
    assert (await ann(internet, "postgrey")).is_greylisted
    assert not (await ann(internet, "busy_once")).is_greylisted


# Servers that block us


@pytest.mark.parametrize(
    ("behaviour", "step", "code", "recipients"),
    [("blocks_in_greeting", "greeting", 554, 0), ("blocks_recipients", "recipients", 550, 1)],
)
async def test_a_server_that_blocks_us_is_asked_nothing_more_and_no_other_is(
    internet: Internet, behaviour: str, step: str, code: int, recipients: int
) -> None:
    first, second = internet.hosts[f"{behaviour.replace('_', '-')}.example"]
    told = await ann(internet, behaviour)
    assert told.is_blocked
    assert (told.wanted, told.randoms, told.is_catch_all, told.come_again_s) == (None, (), None, None)
    (visit,) = told.visits
    assert (visit.host, visit.step, code_of(visit.reply)) == (first, step, code)
    assert len(internet.servers[first].recipients) == recipients
    assert internet.servers[second].connections == 0
    again = await ann(internet, behaviour)
    assert again.is_blocked
    assert again.visits[0].trouble == "it has blocked us of late, and is left alone"
    assert internet.servers[first].connections == 1


async def test_where_several_servers_block_us_no_other_is_asked() -> None:
    domains = {f"{name}.example": Domain("blocks_in_greeting") for name in ("one", "two", "three")}
    async with open_internet({**domains, "acme.example": Domain("postfix", {"ann"})}) as internet:
        for name in domains:
            assert (await probed(internet, f"ann@{name}")).is_blocked
        with pytest.raises(LeftAlone) as left:
            await probed(internet, "ann@acme.example")
        assert left.value.retry_at is not None
        assert internet.connections["mx.acme.example"] == 0


# Servers that behave badly


async def test_encryption_that_breaks_is_done_without(internet: Internet) -> None:
    await ann(internet, "tls_garbled")
    first, second = internet.servers["mx.tls-garbled.example"].transcripts
    assert first == ["EHLO probe.leadmill.example", "STARTTLS"]
    assert "STARTTLS" not in second
    await ann(internet, "tls_taken_back")
    (only,) = internet.servers["mx.tls-taken-back.example"].transcripts
    assert only[:3] == ["EHLO probe.leadmill.example", "STARTTLS", f"MAIL FROM:<{SENDER}>"]


async def test_an_old_server_is_told_an_old_hello(internet: Internet) -> None:
    await ann(internet, "helo_only")
    (said,) = internet.servers["mx.helo-only.example"].transcripts
    assert said[:2] == ["EHLO probe.leadmill.example", "HELO probe.leadmill.example"]


@pytest.mark.parametrize(
    ("behaviour", "step", "trouble"),
    [
        ("closes_at_once", "connection", "the server closed the connection"),
        ("closes_at_rcpt", "recipients", "the server closed the connection"),
        ("garbage", "connection", "this is no mail server's reply"),
        ("endless_line", "connection", "a line without end"),
        ("endless_reply", "connection", "this is no mail server's reply"),
    ],
)
async def test_a_server_that_talks_nonsense_or_hangs_up_tells_nothing(
    internet: Internet, behaviour: str, step: str, trouble: str
) -> None:
    told = await ann(internet, behaviour)
    assert [(one.step, one.trouble) for one in told.visits] == [(step, trouble)]
    assert (told.wanted, told.is_catch_all, told.is_blocked) == (None, None, False)
    assert internet.connections[internet.hosts[f"{behaviour.replace('_', '-')}.example"][0]] == 1


async def test_a_tarpit_is_left_after_a_while(internet: Internet, hasty: Callable[..., None]) -> None:
    hasty()
    told = await ann(internet, "tarpit")
    assert [one.trouble for one in told.visits] == ["no reply in time"]
    assert told.wanted is None


async def test_all_that_is_asked_has_an_end(internet: Internet, hasty: Callable[..., None]) -> None:
    hasty(reply_s=60.0, all_s=0.3)
    told = await ann(internet, "tarpit")
    assert [one.trouble for one in told.visits] == ["there was no more time"]
    assert told.wanted is None
    assert internet.servers["mx.tarpit.example"].connections == 1


async def test_a_server_that_hangs_up_after_each_recipient_is_called_again(internet: Internet) -> None:
    told = await ann(internet, "closes_after_rcpt")
    assert code_of(told.wanted) == 250
    assert [len(lines) for lines in internet.servers["mx.closes-after-rcpt.example"].transcripts] == [3, 3, 3]


REPLIES = [
    "220 hello", "250 2.1.5 Ok", "250-mx\r\n250 STARTTLS", "250-mx\r\n250 SIZE 1", "252 perhaps", "354 go on",
    "421 4.3.2 busy", "450 4.2.0 Greylisted", "451 later", "452 4.5.3 too many", "550 5.1.1 nobody",
    "550 5.7.1 blocked by Spamhaus", "552 5.2.2 full", "554 go away", "502 what?", "nonsense", "250-", "",
]  # fmt: skip


@settings(max_examples=120)
@given(
    st.lists(
        st.sampled_from([*REPLIES, "220 hello", "250 2.1.5 Ok", "250 2.1.5 Ok", "250 2.1.5 Ok"]), max_size=14
    )
)
def test_whatever_a_server_says_in_whatever_order_it_is_an_answer(script: list[str]) -> None:
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in ["220 hello", *script]:
            writer.write(f"{reply}\r\n".encode())
            line = await reader.readline()
            if not line:
                break
            asked.append(line.decode("latin-1"))
        writer.close()

    async def ask() -> MailboxProbe:
        async with (
            await asyncio.start_server(serve, "127.0.0.1", 0) as server,
            open_internet({}, addresses={"mx.acme.example": ["127.0.0.1"]}) as internet,
        ):
            port = server.sockets[0].getsockname()[1]
            way = internet.way(port, network="127.0.0.0/8")
            question = ProbeMailbox(email="ann@acme.example", hosts=("mx.acme.example",))
            content = (await probe_mailbox(Link(None, way, None), question)).content
            assert isinstance(content, MailboxProbe)
            return content

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mailbox_session, "PATIENCE", Patience(5.0, 0.05, 20.0))
        told = asyncio.run(ask())
    assert not any(line.upper().startswith(("DATA", "BDAT")) for line in asked)
    assert MailboxProbe.model_validate(told.model_dump(mode="json")) == told
    if told.wanted is not None:
        assert told.host == "mx.acme.example"
        assert any("RCPT TO:<ann@acme.example>" in line for line in asked)
        assert len(told.randoms) == 2
    if told.is_catch_all is not None:
        assert [one.reply.code == 250 for one in told.randoms][:1] == [told.is_catch_all]
    if told.is_blocked:
        assert told.come_again_s is None


# Many at once


async def test_many_addresses_of_a_domain_are_asked_for_over_one_connection(internet: Internet) -> None:
    emails = ["ann@postfix.example", *(f"nobody{number}@postfix.example" for number in range(19))]
    link = Link(None, internet.base_url, None)
    replies = await probe_mailboxes(link, [question(internet, email) for email in emails])
    server = internet.servers["mx.postfix.example"]
    randoms = [f"{local}@postfix.example" for local in random_locals("postfix.example", SENDER)]
    assert server.connections == 1
    assert server.recipients == [*randoms, *emails]
    for email, reply in zip(emails, replies, strict=True):
        assert isinstance(reply, Reply)
        assert isinstance(reply.content, MailboxProbe)
        assert reply.content.email == email
        assert code_of(reply.content.wanted) == (250 if email.startswith("ann") else 550)
        assert [one.email for one in reply.content.randoms] == randoms
        shown = "\n".join(reply.content.transcript)
        assert [one for one in emails if f"<{one}>" in shown] == [email]
        assert "@" not in reply.evidence


@pytest.mark.parametrize("behaviour", ["few_recipients", "few_errors"])
async def test_a_server_that_has_enough_is_asked_for_the_rest_later(
    internet: Internet, behaviour: str
) -> None:
    domain = f"{behaviour.replace('_', '-')}.example"
    emails = [*(f"nobody{number}@{domain}" for number in range(7)), f"ann@{domain}"]
    link = Link(None, internet.base_url, None)
    replies = await probe_mailboxes(link, [question(internet, email) for email in emails])
    codes = [code_of(reply.content.wanted) for reply in replies]  # type: ignore[union-attr]
    assert codes == [550] * 7 + [250]


async def test_each_domain_is_asked_on_its_own_and_the_answers_keep_their_order(internet: Internet) -> None:
    emails = ["ann@google.example", "ann@postfix.example", "bob@google.example", "ann@google.example"]
    asked = [question(internet, email) for email in emails]
    asked.insert(1, ProbeMailbox(email="no address", hosts=("mx.postfix.example",)))
    first, refused, *others = await probe_mailboxes(Link(None, internet.base_url, None), asked)
    assert isinstance(refused, QuestionRefused)
    told = [reply.content for reply in (first, *others)]  # type: ignore[union-attr]
    assert [(one.email, code_of(one.wanted)) for one in told] == [  # type: ignore[union-attr]
        ("ann@google.example", 250),
        ("ann@postfix.example", 250),
        ("bob@google.example", 550),
        ("ann@google.example", 250),
    ]
    assert internet.connections["aspmx.l.google.com"] == internet.connections["mx.postfix.example"] == 1


async def test_a_server_that_takes_one_connection_is_never_given_two(internet: Internet) -> None:
    emails = [f"{local}@one-at-a-time.example" for local in ("ann", "bob", "eve", "joe")]
    polite = internet.polite(at_once=1, per_minute=100)
    told = await asyncio.gather(*(probed(internet, email, polite) for email in emails))
    server = internet.servers["mx.one-at-a-time.example"]
    assert (server.connections, server.most_at_once, server.refused) == (4, 1, 0)
    assert [code_of(one.wanted) for one in told] == [250, 550, 550, 550]
    await asyncio.gather(*(probed(internet, email) for email in emails))
    assert server.refused > 0  # or the server would not have noticed


async def test_domains_on_one_server_share_its_limit() -> None:
    names = [f"tenant{number}.example" for number in range(6)]
    async with open_internet({name: Domain("microsoft_365", {"ann"}) for name in names}) as internet:
        polite = internet.polite(at_once=2, per_minute=100)
        told = await asyncio.gather(*(probed(internet, f"ann@{name}", polite) for name in names))
        hosts = {host for hosts in internet.hosts.values() for host in hosts}
        assert len(hosts) == 6
        (server,) = {internet.servers[host] for host in hosts}
        assert (server.connections, server.most_at_once) == (6, 2)
        assert {code_of(one.wanted) for one in told} == {250}


async def test_whoever_is_stopped_leaves_the_server(internet: Internet) -> None:
    polite = internet.polite(at_once=1, per_minute=100)
    server = internet.servers["mx.tarpit.example"]
    for _ in range(2):  # the second has the place of the first
        server.came.clear()
        task = asyncio.create_task(probed(internet, "ann@tarpit.example", polite))
        await server.came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await server.all_left.wait()
    assert server.connections == 2


async def test_no_more_connections_are_made_than_the_minute_allows(internet: Internet) -> None:
    polite = internet.polite(at_once=2, per_minute=2)
    for local in ("ann", "bob"):
        await probed(internet, f"{local}@postfix.example", polite)
    with pytest.raises(SlowedDown) as slowed:
        await probed(internet, "eve@postfix.example", polite)
    assert slowed.value.retry_at is not None
    assert internet.servers["mx.postfix.example"].connections == 2
    assert code_of((await probed(internet, "ann@google.example", polite)).wanted) == 250


# Where nobody may be led


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were to be connected to; nobody is."""
    wanted: list[str] = []

    async def refuse(host: str, port: int, **more: object) -> object:
        wanted.append(host)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    return wanted


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_a_mail_host_inside_is_refused_and_told_as_such(address: str, connected: list[str]) -> None:
    async with open_internet({}, addresses={"mx.evil.example": [address]}) as internet:
        asked = ProbeMailbox(email="ann@evil.example", hosts=("mx.evil.example",))
        told = (await probe_mailbox(Link(None, internet.public_url, None), asked)).content
    assert isinstance(told, MailboxProbe)
    (visit,) = told.visits
    assert visit.step == "address"
    assert visit.trouble is not None
    assert visit.trouble.startswith("no public address: ")
    assert connected == []


async def test_of_a_host_with_both_only_the_public_address_is_connected_to(connected: list[str]) -> None:
    both = {"mx.evil.example": ["10.0.0.1", "93.184.215.14", "127.0.0.1"]}
    async with open_internet({}, addresses=both) as internet:
        asked = ProbeMailbox(email="ann@evil.example", hosts=("mx.evil.example",))
        await probe_mailbox(Link(None, internet.public_url, None), asked)
    assert connected == ["93.184.215.14"]


@pytest.mark.parametrize(
    ("addresses", "chosen", "tried"),
    [
        (["2606:4700::1111"], {"2606:4700::1111"}, 1),
        (["2606:4700::1111", "1.1.1.1"], {"1.1.1.1"}, 1),
        (["1.1.1.1", "1.0.0.1", "9.9.9.9"], {"1.1.1.1", "1.0.0.1", "9.9.9.9"}, 2),
    ],
)
async def test_which_addresses_of_a_host_are_tried(
    addresses: list[str], chosen: set[str], tried: int, connected: list[str]
) -> None:
    async with open_internet({}, addresses={"mx.acme.example": addresses}) as internet:
        asked = ProbeMailbox(email="ann@acme.example", hosts=("mx.acme.example",))
        await probe_mailbox(Link(None, internet.public_url, None), asked)
    assert set(connected) <= chosen
    assert len(set(connected)) == tried == len(connected)


async def test_an_address_in_a_hosts_place_is_a_name_that_there_is_not(connected: list[str]) -> None:
    async with open_internet({}) as internet:
        asked = ProbeMailbox(email="ann@evil.example", hosts=("127.0.0.1", "169.254.169.254"))
        told = (await probe_mailbox(Link(None, internet.public_url, None), asked)).content
    assert isinstance(told, MailboxProbe)
    assert [one.trouble for one in told.visits] == ["no address", "no address"]
    assert connected == []


async def test_the_fake_internet_is_no_way_out_of_loopback(internet: Internet, connected: list[str]) -> None:
    asked = ProbeMailbox(email="ann@evil.example", hosts=("inside.example",))
    told = (await probe_mailbox(Link(None, internet.base_url, None), asked)).content
    assert isinstance(told, MailboxProbe)
    assert told.visits[0].trouble == "no public address: 10.0.0.1"
    assert connected == []


@pytest.mark.parametrize(
    ("email", "hosts"),
    [
        ("ann", ("mx.postfix.example",)),
        ("ann@", ("mx.postfix.example",)),
        ("ann@postfix.example\r\nDATA", ("mx.postfix.example",)),
        ("ann @postfix.example", ("mx.postfix.example",)),
        ("ann>@postfix.example", ("mx.postfix.example",)),
        ("änn@postfix.example", ("mx.postfix.example",)),
        ("ann@müller.example", ("mx.postfix.example",)),
        ("ann@postfix.example", ()),
        ("ann@postfix.example", ("mx.postfix.example\r\n",)),
        ("ann@postfix.example", ("",)),
    ],
)
async def test_what_is_no_address_or_no_host_is_not_asked(
    internet: Internet, email: str, hosts: tuple[str, ...]
) -> None:
    with pytest.raises(QuestionRefused) as refused:
        await probe_mailbox(Link(None, internet.base_url, None), ProbeMailbox(email=email, hosts=hosts))
    assert refused.value.provider == "mailbox"
    assert not internet.connections.total()


async def test_nobody_is_asked_in_nobodys_name() -> None:
    asked = ProbeMailbox(email="ann@acme.example", hosts=("mx.acme.example",))
    with pytest.raises(NotConnected, match="ehlo=NAME&from=ADDRESS"):
        await probe_mailbox(Link(None, "smtp://{host}:25", None), asked)
