"""How mail servers behave, each in the words of the service that it stands for."""

from dataclasses import dataclass, field, replace
from typing import Literal

_EXTENSIONS = ("PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME")


@dataclass(frozen=True)
class Asked:
    """A recipient that a server was asked for: by whom, the how-manieth of the message, and what time it is."""

    client: str
    sender: str
    email: str
    is_known: bool
    number: int
    now_s: float


@dataclass(frozen=True)
class Behaviour:
    """One kind of mail server. Texts may name {host}, {client}, {sender}, {email} and {domain}; lines end with \\n.

    `hosts` are its mail exchangers with their preference: of each domain's own where they name {domain}, on one
    server for all where they name {dashed}. Nobody listens at those that are `dead`, and those that are `busy` say so
    first. A behaviour `without_mx` has an address at the domain itself; one that `takes_none` has a null MX. `drip_s`
    lies between any two bytes.
    """

    hosts: tuple[tuple[int, str], ...] = ((10, "mx.{domain}"),)
    dead: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    without_mx: bool = False
    takes_none: bool = False
    greeting: str = "220 {host} ESMTP Postfix"
    hello: str = "250 {host}"
    extensions: tuple[str, ...] = _EXTENSIONS
    knows_ehlo: bool = True
    mail: str = "250 2.1.0 Ok"
    accepted: str = "250 2.1.5 Ok"
    unknown: str = "550 5.1.1 <{email}>: Recipient address rejected: User unknown in virtual mailbox table"
    quit: str = "221 2.0.0 Bye"
    tls: Literal["none", "works", "garbles", "takes it back"] = "none"
    drip_s: float = 0.0
    closes_after: Literal["", "RCPT"] = ""
    closes_instead_of: Literal["", "RCPT", "greeting"] = ""
    most_connections: int | None = None
    most_recipients: int | None = None
    most_errors: int | None = None
    too_many_recipients: str = "452 4.5.3 Error: too many recipients"
    too_many_connections: str = "421 4.7.0 {host} Error: too many connections from {client}"

    def recipient(self, asked: Asked, memory: dict[str, float]) -> str:
        """The reply to a recipient. The server's memory is the behaviour's to write into."""
        del memory
        return self.accepted if asked.is_known else self.unknown


@dataclass(frozen=True)
class AcceptsAll(Behaviour):
    """It takes whatever is before the @."""

    def recipient(self, asked: Asked, memory: dict[str, float]) -> str:
        del asked, memory
        return self.accepted


@dataclass(frozen=True)
class Greylists(Behaviour):
    """It puts off a triplet of client, sender and recipient until it comes back after the delay."""

    later: str = (
        "450 4.2.0 <{email}>: Recipient address rejected: Greylisted, "
        "see http://postgrey.schweikert.ch/help/{domain}.html"
    )
    delay_s: float = 300.0

    def recipient(self, asked: Asked, memory: dict[str, float]) -> str:
        first_s = memory.setdefault(f"{asked.client} {asked.sender} {asked.email}", asked.now_s)
        if asked.now_s < first_s + self.delay_s:
            return self.later
        return super().recipient(asked, memory)


@dataclass(frozen=True)
class SaysToAll(Behaviour):
    """It says the same of every recipient."""

    words: str = field(default="", kw_only=True)

    def recipient(self, asked: Asked, memory: dict[str, float]) -> str:
        del asked, memory
        return self.words


_GOOGLE = Behaviour(
    hosts=((1, "aspmx.l.google.com"), (5, "alt1.aspmx.l.google.com")),
    greeting="220 mx.google.com ESMTP a640c23a62f3a-b2ed1b2dd10si402191.312 - gsmtp",
    hello="250 mx.google.com at your service, [{client}]",
    extensions=(
        "SIZE 157286400", "8BITMIME", "STARTTLS", "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8",
    ),
    mail="250 2.1.0 OK a640c23a62f3a-b2ed1b2dd10si402191.312 - gsmtp",
    accepted="250 2.1.5 OK a640c23a62f3a-b2ed1b2dd10si402191.312 - gsmtp",
    unknown=(
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
        "550-5.1.1 double-checking the recipient's email address for typos or\n"
        "550-5.1.1 unnecessary spaces. For more information, go to\n"
        "550 5.1.1  https://support.google.com/mail/?p=NoSuchUser a640c23a62f3a-b2ed1b2dd10si402191.312 - gsmtp"
    ),
    quit="221 2.0.0 closing connection a640c23a62f3a-b2ed1b2dd10si402191.312 - gsmtp",
    tls="works",
)  # fmt: skip
_MICROSOFT = Behaviour(
    hosts=((0, "{dashed}.mail.protection.outlook.com"),),
    greeting=(
        "220 AM0EUR02FT012.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at "
        "Thu, 26 Nov 2026 10:00:00 +0000 [08DE2A1C5D9F3B21]"
    ),
    hello="250 AM0EUR02FT012.mail.protection.outlook.com Hello [{client}]",
    extensions=(
        "SIZE 157286400", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "STARTTLS", "8BITMIME", "BINARYMIME",
        "CHUNKING", "SMTPUTF8",
    ),
    mail="250 2.1.0 Sender OK",
    accepted="250 2.1.5 Recipient OK",
    unknown=(
        "550 5.4.1 Recipient address rejected: Access denied. For more information see "
        "https://aka.ms/EXOSmtpErrors [AM0EUR02FT012.eop-EUR02.prod.protection.outlook.com "
        "2026-11-26T10:00:00.000Z 08DE2A1C5D9F3B21]"
    ),
    quit="221 2.0.0 Service closing transmission channel",
    tls="works",
)  # fmt: skip
_YAHOO = AcceptsAll(
    hosts=((1, "mta5.am0.yahoodns.net"), (1, "mta6.am0.yahoodns.net")),
    greeting="220 mtaproxy511.free.mail.bf1.yahoo.com ESMTP ready",
    hello="250 mtaproxy511.free.mail.bf1.yahoo.com",
    extensions=("PIPELINING", "SIZE 41943040", "8BITMIME", "STARTTLS"),
    mail="250 sender <{sender}> ok",
    accepted="250 recipient <{email}> ok",
    quit="221 mtaproxy511.free.mail.bf1.yahoo.com",
    tls="works",
)
_MIMECAST = Behaviour(
    hosts=((10, "eu-smtp-inbound-1.mimecast.com"), (10, "eu-smtp-inbound-2.mimecast.com")),
    greeting="220 eu-smtp-1.mimecast.com ESMTP; Thu, 26 Nov 2026 10:00:00 +0000; 29TyWL5LPn2Zs8dHlC8JuA",
    hello="250 eu-smtp-1.mimecast.com Hello [{client}]",
    extensions=("SIZE 146800640", "STARTTLS", "8BITMIME"),
    mail="250 Sender OK [29TyWL5LPn2Zs8dHlC8JuA.uk219]",
    accepted="250 Recipient OK [29TyWL5LPn2Zs8dHlC8JuA.uk219]",
    unknown="550 5.4.1 Recipient address rejected: Access denied [29TyWL5LPn2Zs8dHlC8JuA.uk219]",
    quit="221 Service closing transmission channel [29TyWL5LPn2Zs8dHlC8JuA.uk219]",
    tls="works",
)
_POSTFIX = Behaviour()
_SPAMHAUS = (
    "550 5.7.1 Service unavailable, Client host [{client}] blocked using Spamhaus. To request removal from this "
    "list see https://www.spamhaus.org/query/ip/{client} AS(1450)"
)

BEHAVIOURS: dict[str, Behaviour] = {
    "google": _GOOGLE,
    "microsoft_365": _MICROSOFT,
    "outlook": replace(
        _MICROSOFT,
        hosts=((2, "outlook-com.olc.protection.outlook.com"),),
        unknown=(
            "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). "
            "[AM0EUR02FT012.eop-EUR02.prod.protection.outlook.com 2026-11-26T10:00:00.000Z 08DE2A1C5D9F3B21]"
        ),
    ),
    "yahoo": _YAHOO,
    "yahoo_refusing": Behaviour(
        hosts=((1, "mta7.am0.yahoodns.net"),),
        greeting=_YAHOO.greeting,
        mail=_YAHOO.mail,
        accepted=_YAHOO.accepted,
        unknown="552 1 Requested mail action aborted, mailbox not found",
    ),
    "mimecast": _MIMECAST,
    "mimecast_accepting": AcceptsAll(
        hosts=((10, "us-smtp-inbound-1.mimecast.com"),),
        greeting=_MIMECAST.greeting,
        accepted=_MIMECAST.accepted,
    ),
    "mimecast_greylisting": Greylists(
        hosts=((10, "de-smtp-inbound-1.mimecast.com"),),
        greeting=_MIMECAST.greeting,
        accepted=_MIMECAST.accepted,
        unknown=_MIMECAST.unknown,
        later=(
            "451 Internal resources are temporarily unavailable - "
            "https://community.mimecast.com/docs/DOC-1369#451 [29TyWL5LPn2Zs8dHlC8JuA.uk219]"
        ),
        delay_s=60.0,
    ),
    "postfix": _POSTFIX,
    "postgrey": Greylists(),
    "accept_all": AcceptsAll(),
    "tarpit": Behaviour(drip_s=0.05),
    "blocks_in_greeting": Behaviour(
        hosts=((10, "mx.{domain}"), (20, "mx2.{domain}")),
        greeting=(
            "554 5.7.1 Your access to this mail system has been rejected due to the sending MTA's poor "
            "reputation. If you believe that this failure is in error, please contact the intended recipient via "
            "alternate means."
        ),
    ),
    "blocks_recipients": SaysToAll(hosts=((10, "mx.{domain}"), (20, "mx2.{domain}")), words=_SPAMHAUS),
    "dead_primary": Behaviour(hosts=((10, "mx1.{domain}"), (20, "mx2.{domain}")), dead=("mx1.{domain}",)),
    "all_dead": Behaviour(
        hosts=((10, "mx1.{domain}"), (20, "mx2.{domain}")), dead=("mx1.{domain}", "mx2.{domain}")
    ),
    "busy_primary": Behaviour(hosts=((10, "mx1.{domain}"), (20, "mx2.{domain}")), busy=("mx1.{domain}",)),
    "null_mx": Behaviour(hosts=(), takes_none=True),
    "address_only": Behaviour(hosts=((0, "{domain}"),), without_mx=True),
    "tls_garbled": Behaviour(extensions=(*_EXTENSIONS, "STARTTLS"), tls="garbles"),
    "tls_taken_back": Behaviour(extensions=(*_EXTENSIONS, "STARTTLS"), tls="takes it back"),
    "helo_only": Behaviour(knows_ehlo=False),
    "busy_once": Greylists(later="451 4.3.0 <{email}>: Temporary lookup failure", delay_s=1.0),
    "closes_after_rcpt": Behaviour(closes_after="RCPT"),
    "closes_at_rcpt": Behaviour(closes_instead_of="RCPT"),
    "closes_at_once": Behaviour(closes_instead_of="greeting"),
    "garbage": Behaviour(greeting="SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"),
    "endless_line": Behaviour(greeting="220 " + "x" * 20_000),
    "endless_reply": Behaviour(greeting="\n".join(["220-go on"] * 1000)),
    "few_recipients": Behaviour(most_recipients=2),
    "few_errors": Behaviour(most_errors=4),
    "one_at_a_time": Behaviour(most_connections=1),
}
