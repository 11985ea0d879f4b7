"""What the DNS says of each domain: mail exchangers, addresses and sender policies, as the world has it."""

import struct
from ipaddress import IPv4Address
from typing import NamedTuple

from actors.simulator.chance import draw64, pick
from actors.simulator.company import Mail, is_domain
from actors.simulator.world import World

A, SOA, MX, TXT = 1, 6, 15, 16
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP = range(5)

_TTL_S = 300
_OWN_HOSTS = ("mx1.", "mx2.", "_dmarc.")
_MAIL_HOSTS = {
    "mailgarden-inbound.net": ("aspmx1", "aspmx2"),
    "postharbour-protection.net": ("in1", "in2"),
    "letterworks-relay.net": ("mxa", "mxb"),
}
_FICTION = ("192.0.2.0", "198.51.100.0", "203.0.113.0")  # networks that RFC 5737 keeps for documentation
_THE_QUESTION = b"\xc0\x0c"


class Reply(NamedTuple):
    """A response code, and the records of the answer and authority sections as they go on the wire."""

    code: int
    answers: int = 0
    authorities: int = 0
    records: bytes = b""


class Zone:
    """The records of all domains at once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def reply(self, name: str, kind: int) -> Reply:
        """What there is of one record type at a name in small letters."""
        domain = next((name.removeprefix(host) for host in _OWN_HOSTS if name.startswith(host)), name)
        parent = name.partition(".")[2]
        if parent in _MAIL_HOSTS:
            return _found(A, [_address(name)]) if kind == A else _nothing(NOERROR, parent)
        if not is_domain(domain):
            return _nothing(NXDOMAIN, "")
        company = self._world.company_by_domain(domain)
        if company.mail is Mail.SERVFAIL:
            return Reply(SERVFAIL)
        if company.mail is Mail.NXDOMAIN:
            return _nothing(NXDOMAIN, domain)
        data: list[bytes] = []
        if kind == A and not name.startswith("_"):
            data = [_address(name)]
        elif kind == MX and name == domain:
            data = _exchangers(company.domain, company.mail)
        elif kind == TXT:
            data = _policies(company.domain, company.mail, is_dmarc=name.startswith("_dmarc."))
        return _found(kind, data) if data else _nothing(NOERROR, domain)


def encode_name(name: str) -> bytes:
    """A domain name on the wire: each label with its length before it, then the empty root label."""
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _exchangers(domain: str, mail: Mail) -> list[bytes]:
    if mail is Mail.NULL_MX:
        return [struct.pack("!H", 0) + b"\0"]
    if mail is Mail.EXCHANGERS:
        hosts = [f"mx1.{domain}", f"mx2.{domain}"]
    elif mail is Mail.HOSTED:
        provider = pick(list(_MAIL_HOSTS), "mail host", domain)
        hosts = [f"{host}.{provider}" for host in _MAIL_HOSTS[provider]]
    else:
        hosts = []
    return [struct.pack("!H", 10 * place) + encode_name(host) for place, host in enumerate(hosts, 1)]


def _policies(domain: str, mail: Mail, *, is_dmarc: bool) -> list[bytes]:
    if is_dmarc:
        text = "v=DMARC1; p=none"
    elif mail is Mail.NULL_MX:
        text = "v=spf1 -all"
    elif mail is Mail.HOSTED:
        text = f"v=spf1 include:{pick(list(_MAIL_HOSTS), 'mail host', domain)} ~all"
    else:
        text = "v=spf1 mx -all"
    return [bytes([len(text)]) + text.encode()]


def _address(name: str) -> bytes:
    network = IPv4Address(pick(_FICTION, "network", name))
    return (network + 1 + draw64("host", name) % 254).packed


def _found(kind: int, data: list[bytes]) -> Reply:
    records = [_THE_QUESTION + struct.pack("!HHIH", kind, 1, _TTL_S, len(one)) + one for one in data]
    return Reply(NOERROR, len(records), 0, b"".join(records))


def _nothing(code: int, domain: str) -> Reply:
    """No answer, and the zone's SOA, so that resolvers know how long to remember it (RFC 2308)."""
    data = encode_name(f"ns1.{domain}") + encode_name(f"hostmaster.{domain}")
    data += struct.pack("!IIIII", 1, 3600, 600, 86400, _TTL_S)
    record = encode_name(domain) + struct.pack("!HHIH", SOA, 1, _TTL_S, len(data)) + data
    return Reply(code, 0, 1, record)
