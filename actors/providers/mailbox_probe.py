"""What the mail servers of one domain say of some addresses of it.

Addresses that nobody has are asked for first, so that a server that takes everything is known as such.
"""

import asyncio
import hashlib
import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from actors.core.errors import AnswerGarbled, DomainSilent, ProviderDown
from actors.core.questions import HostVisit, MailboxProbe, MailStep, RecipientReply, ServerReply
from actors.core.verification.replies import MailHost, Meaning
from actors.providers import mailbox_session
from actors.providers.mailbox_session import Broken, Line, Session, TlsBroken, open_session
from actors.providers.mailbox_turns import Turns
from actors.providers.mailbox_way import Way

_RANDOMS = 2
_MOST_HOSTS, _MOST_ADDRESSES = 5, 2
# Servers count the recipients of a message, and hang up on whoever gets too many wrong.
_RECIPIENTS_OF_A_MESSAGE = 5
_MOST_CONNECTIONS = 4
_MORE_S_EACH = 3.0  # for each further address of a domain
_COME_AGAIN_S = (300, 900)
_READY, _OK, _CLOSING = 220, 250, 421

# Whose mail server it is, by the end of its name; the longest end counts.
_KINDS = {
    "google.com": MailHost.GOOGLE,
    "googlemail.com": MailHost.GOOGLE,
    "mail.protection.outlook.com": MailHost.MICROSOFT_365,
    "mx.microsoft": MailHost.MICROSOFT_365,
    "olc.protection.outlook.com": MailHost.OUTLOOK,
    "yahoodns.net": MailHost.YAHOO,
    "mimecast.com": MailHost.MIMECAST,
    "mimecast.co.za": MailHost.MIMECAST,
    "pphosted.com": MailHost.PROOFPOINT,
    "ppe-hosted.com": MailHost.PROOFPOINT,
}


def mail_host_of(host: str) -> MailHost:
    """Whose mail server this is, by its name."""
    ends = (host.split(".", place)[-1] for place in range(host.count(".")))
    return next((_KINDS[end] for end in ends if end in _KINDS), MailHost.OTHER)


def random_locals(domain: str, sender: str) -> tuple[str, ...]:
    """What stands before the @ of addresses that nobody has: for one domain and sender always the same.

    A server that puts strangers off wants to see the same addresses again.
    """
    seed = hashlib.sha256(f"{domain}\n{sender}".encode()).digest()
    chance = random.Random(seed)  # noqa: S311 - not a secret
    name = ".".join("".join(chance.choices(string.ascii_lowercase, k=length)) for length in (7, 9))
    number = "".join(chance.choices(string.ascii_lowercase + string.digits, k=14))
    return (name, f"x{number}")[:_RANDOMS]


class _End(Enum):
    """How asking a mail server ended."""

    ALL_SAID = "all was said"
    SOME_SAID = "there is more to ask"
    ELSEWHERE = "another host may tell"
    BLOCKED = "it blocks us"


@dataclass(slots=True)
class _Visit:
    host: str
    address: str | None = None
    step: MailStep = "address"
    reply: ServerReply | None = None
    trouble: str | None = None

    @property
    def is_far_enough(self) -> bool:
        """Whether it took questions about mailboxes."""
        return self.step == "recipients"


class DomainProbe:
    """Some addresses of one domain, asked for at its mail hosts."""

    def __init__(self, way: Way, turns: Turns, emails: Sequence[str], hosts: Sequence[str]) -> None:
        self._way = way
        self._turns = turns
        self._emails = list(emails)
        self._hosts = list(dict.fromkeys(hosts))[:_MOST_HOSTS]
        self._domain = emails[0].rpartition("@")[2].lower()
        self._randoms = [f"{local}@{self._domain}" for local in random_locals(self._domain, way.sender)]
        self._heard: dict[str, dict[str, ServerReply]] = {}  # by host and address
        self._visits: list[_Visit] = []
        self._transcript: list[Line] = []
        self._is_blocked = False

    @property
    def evidence(self) -> str:
        """The hosts that said something of an address, else those that were tried."""
        return ", ".join(
            [host for host, heard in self._heard.items() if heard] or [one.host for one in self._visits]
        )

    async def run(self) -> None:
        """Ask, until all is said or there is no more time. Raises SlowedDown where our own turn does not come."""
        patience_s = mailbox_session.PATIENCE.all_s + _MORE_S_EACH * (len(self._emails) - 1)
        try:
            async with asyncio.timeout(patience_s):
                for host in self._hosts:
                    self._visits.append(_Visit(host))
                    self._heard[host] = {}
                    if await self._visit(self._visits[-1]) is not _End.ELSEWHERE:
                        break
        except TimeoutError:
            self._visits[-1].trouble = "there was no more time"

    def told(self, email: str) -> MailboxProbe:
        """What is known of one of the addresses by now."""
        counts = self._counts_for(email)
        heard = self._heard[counts] if counts is not None else {}
        wanted = heard.get(email)
        randoms = [RecipientReply(email=one, reply=heard[one]) for one in self._randoms if one in heard]
        replies = [one.reply for one in randoms] + ([wanted] if wanted is not None else [])
        is_greylisted = any(reply.meaning is Meaning.GREYLISTED for reply in replies)
        return MailboxProbe(
            email=email,
            visits=tuple(
                HostVisit(
                    host=one.host, address=one.address, step=one.step, reply=one.reply, trouble=one.trouble
                )
                for one in self._visits
            ),
            host=counts,
            randoms=tuple(randoms),
            wanted=wanted,
            is_catch_all=_is_catch_all([one.reply for one in randoms]),
            is_blocked=self._is_blocked,
            is_greylisted=is_greylisted,
            come_again_s=self._come_again_s(wanted),
            transcript=tuple(line.text for line in self._transcript if line.about in {None, email}),
        )

    def _counts_for(self, email: str) -> str | None:
        """The host that spoke of this address, else the first that spoke of any."""
        speaking = [host for host, heard in self._heard.items() if heard]
        return next((host for host in speaking if email in self._heard[host]), next(iter(speaking), None))

    def _left(self, host: str) -> list[str]:
        """What is still to be asked for at this host, those first that nobody has."""
        emails = [one for one in self._emails if not any(one in heard for heard in self._heard.values())]
        return [one for one in self._randoms if one not in self._heard[host]] + emails if emails else []

    def _come_again_s(self, wanted: ServerReply | None) -> int | None:
        if self._is_blocked or (wanted is not None and not _is_soft(wanted)):
            return None
        if wanted is None and not any(_is_soft(one.reply) for one in self._visits if one.reply is not None):
            return None
        return random.Random(self._domain).randint(*_COME_AGAIN_S)  # noqa: S311 - so that not all come at once

    async def _visit(self, visit: _Visit) -> _End:
        try:
            addresses, refused = await self._way.addresses(visit.host)
        except (DomainSilent, ProviderDown, AnswerGarbled) as error:
            visit.trouble = str(error)
            return _End.ELSEWHERE
        if not addresses:
            visit.trouble = f"no public address: {', '.join(refused)}" if refused else "no address"
            return _End.ELSEWHERE
        for address in addresses[:_MOST_ADDRESSES]:
            visit.address, visit.step = address, "connection"
            if self._turns.is_blocked(address):
                visit.trouble = "it has blocked us of late, and is left alone"
                self._is_blocked = True
                return _End.BLOCKED
            end = await self._at(visit, address)
            if end is _End.BLOCKED:
                self._is_blocked = True
                self._turns.was_blocked(address)
            if end is not _End.ELSEWHERE or visit.is_far_enough:
                return end
        return _End.ELSEWHERE

    async def _at(self, visit: _Visit, address: str) -> _End:
        """Connect to a server, again where encryption fails, or where it hangs up and has told us something."""
        with_tls = True
        for _ in range(_MOST_CONNECTIONS):
            known = len(self._heard[visit.host])
            async with self._turns.turn(address, self._way.limits):
                try:
                    end = await self._connection(visit, address, with_tls=with_tls)
                except TlsBroken:
                    with_tls = False
                    continue
                except Broken as error:
                    visit.trouble = str(error)
                    end = _End.SOME_SAID
            if not self._left(visit.host):
                visit.trouble = None
                return _End.ALL_SAID
            if end is not _End.SOME_SAID:
                return end
            if len(self._heard[visit.host]) == known:
                return _End.ELSEWHERE
        return _End.ELSEWHERE

    async def _connection(self, visit: _Visit, address: str, *, with_tls: bool) -> _End:
        self._transcript.append(Line(f"* {visit.host} at {address}"))
        visit.step, visit.trouble = "connection", None
        kind, patience = mail_host_of(visit.host), mailbox_session.PATIENCE
        session = await open_session(address, self._way.port, kind, self._transcript, patience)
        is_fit = False
        try:
            end = await self._talk(session, visit, with_tls=with_tls)
            is_fit = True
        finally:
            await session.close(politely=is_fit)
        return end

    async def _talk(self, session: Session, visit: _Visit, *, with_tls: bool) -> _End:
        greeting = visit.reply = await session.greeting()
        visit.step = "greeting"
        if greeting.code != _READY:
            return _refused(visit, greeting)
        visit.step = "hello"
        hello, offered = await session.hello(self._way.hello)
        if hello.code == _OK and with_tls and "STARTTLS" in offered and await session.encrypt():
            hello, offered = await session.hello(self._way.hello)
        if hello.code != _OK:
            return _refused(visit, hello)
        while left := self._left(visit.host):
            visit.step = "sender"
            sender = await session.say(f"MAIL FROM:<{self._way.sender}>")
            if sender.code != _OK:
                return _refused(visit, sender)
            visit.step = "recipients"
            end = await self._recipients(session, visit, left[:_RECIPIENTS_OF_A_MESSAGE])
            if end is not None:
                return end
            await session.say("RSET")
        return _End.ALL_SAID

    async def _recipients(self, session: Session, visit: _Visit, emails: Sequence[str]) -> _End | None:
        """Ask for these. None where there may be more to ask."""
        for place, email in enumerate(emails):
            about = None if email in self._randoms else email
            reply = visit.reply = await session.say(f"RCPT TO:<{email}>", about=about)
            if reply.meaning is Meaning.BLOCKED:
                return _End.BLOCKED
            if reply.code == _CLOSING:
                return _End.SOME_SAID
            if place and (reply.meaning is Meaning.TOO_MANY or reply.enhanced == "4.5.3"):
                return None
            self._heard[visit.host][email] = reply
            self._turns.was_heard()
        return None


def _refused(visit: _Visit, reply: ServerReply) -> _End:
    """What follows from a server that does not let us ask."""
    visit.reply = reply
    return _End.BLOCKED if reply.meaning is Meaning.BLOCKED else _End.ELSEWHERE


def _is_catch_all(replies: Sequence[ServerReply]) -> bool | None:
    """Whether a server takes whatever is before the @, by its replies to what nobody has. None: no telling."""
    if len(replies) == _RANDOMS and all(reply.meaning is Meaning.ACCEPTED for reply in replies):
        return True
    is_refused = [
        not _is_soft(reply)
        and reply.meaning in {Meaning.NO_SUCH_MAILBOX, Meaning.DISABLED, Meaning.CANNOT_TELL}
        for reply in replies
    ]
    return False if replies and all(is_refused) else None


def _is_soft(reply: ServerReply) -> bool:
    return reply.code // 100 == 4
