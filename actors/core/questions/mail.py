"""Questions about addresses: how a company writes them, and whether one takes mail."""

from typing import ClassVar, Literal

from pydantic import BaseModel

from actors.core.questions.base import Question, Value
from actors.core.verification.replies import Meaning
from actors.core.verification.status import Status


class AddressVerdict(Value):
    """What a verifier says of an address: the status in our words, and why in the verifier's own.

    Where it is pending, its mail server asks everybody to come back later, and whoever verifies it again then may
    learn more.
    """

    email: str
    status: Status
    sub_status: str | None = None


class AddressPattern(Value):
    """How a company writes its addresses, such as `{first}.{last}`."""

    pattern: str | None
    accept_all: bool | None = None


class MailExchangers(Value):
    """Where a domain takes mail: host names by preference.

    `is_implicit`: it names no mail host, but has a host of its own name. With no host at all, `takes_none` is whether
    it says so itself.
    """

    hosts: tuple[str, ...]
    is_implicit: bool = False
    takes_none: bool = False


#: how far one gets with a mail server
MailStep = Literal["address", "connection", "greeting", "hello", "sender", "recipients"]


class ServerReply(Value):
    """What a mail server said: its code, its words, its enhanced code where it has one, and what that means."""

    code: int
    text: str
    enhanced: str | None
    meaning: Meaning


class HostVisit(Value):
    """How far we got with one mail host: at which of its addresses, what it said last, and what was in the way.

    At the step `recipients` it takes questions about mailboxes.
    """

    host: str
    address: str | None
    step: MailStep
    reply: ServerReply | None = None
    trouble: str | None = None


class RecipientReply(Value):
    """What a mail server said of one address."""

    email: str
    reply: ServerReply


class MailboxProbe(Value):
    """What a domain's mail servers say of an address, without a message being sent.

    `host` is the one whose replies count: to `randoms`, which nobody has, and then to the address itself (`wanted`;
    None: it was not asked for, or nothing came). `is_catch_all`: whether it takes whatever is before the @; None: no
    telling. Where another try may tell more, it should be made after `come_again_s`, from the same machine.
    `is_blocked`: what was said is about us, and nothing of it about the address. The transcript has "> " before what
    we said, and "< " before what they did; what it says of other addresses is left out.
    """

    email: str
    visits: tuple[HostVisit, ...]
    host: str | None = None
    randoms: tuple[RecipientReply, ...] = ()
    wanted: ServerReply | None = None
    is_catch_all: bool | None = None
    is_blocked: bool = False
    is_greylisted: bool = False
    come_again_s: int | None = None
    transcript: tuple[str, ...] = ()


class FindPattern(Question[AddressPattern]):
    """How does this company write its addresses?"""

    answer: ClassVar[type[BaseModel]] = AddressPattern
    domain: str


class VerifyAddress(Question[AddressVerdict]):
    """Does this address take mail?"""

    answer: ClassVar[type[BaseModel]] = AddressVerdict
    email: str


class FindMailExchangers(Question[MailExchangers]):
    """Where does this domain take mail?"""

    answer: ClassVar[type[BaseModel]] = MailExchangers
    domain: str


class ProbeMailbox(Question[MailboxProbe]):
    """What do these mail hosts of its domain, the preferred first, say of this address? Nothing is sent to it."""

    answer: ClassVar[type[BaseModel]] = MailboxProbe
    email: str
    hosts: tuple[str, ...]
