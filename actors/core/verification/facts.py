"""What was found out about an address before it is judged, by each rung of the ladder."""

from dataclasses import dataclass
from enum import StrEnum

from actors.core.verification.address import Address, Malformed
from actors.core.verification.hosts import MailHost
from actors.core.verification.replies import Reading
from actors.core.verification.status import Status

#: how many names that nobody has are tried at a server, before the wanted one
RANDOM_NAMES = 2


class DomainMail(StrEnum):
    """What name servers say of a domain's mail."""

    NO_SUCH_DOMAIN = "there is no such domain"
    NO_ANSWER = "its name servers did not answer"
    TAKES_NO_MAIL = "the domain says that it takes no mail"
    NO_HOST = "the domain has no server at all"
    EXCHANGERS = "it has mail servers"
    IMPLICIT = "it has no mail servers, but a host of its own name"


@dataclass(frozen=True, slots=True)
class HostProbe:
    """What one mail server replied: to the wanted address, and to names that nobody has at that domain.

    `wanted` is None where the server was not reached, or the dialogue broke before it was asked. What it said to
    what goes before (its greeting, HELO, MAIL FROM) counts as its reply to the address where it let us go no further.
    """

    exchanger: str
    host: MailHost
    wanted: Reading | None
    random: tuple[Reading, ...] = ()
    was_broken: bool = False


@dataclass(frozen=True, slots=True)
class VendorVerdict:
    """What a vendor says of an address, and how often it has been right and wrong so far, as bounces have shown."""

    provider: str
    status: Status
    right: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of an address. What nobody asked is None or empty, and never counts as an answer.

    `exchangers` are the domain's mail servers, the preferred first, and `probes` what those that were tried replied,
    in the same order.
    """

    address: Address | Malformed
    mail: DomainMail | None = None
    exchangers: tuple[str, ...] = ()
    probes: tuple[HostProbe, ...] = ()
    vendors: tuple[VendorVerdict, ...] = ()
