"""What the DNS says of each domain: mail exchangers, addresses and texts, as the world has it.

The texts of a domain are its sender policy and the proofs that the services it uses have asked for.
"""

import struct
from ipaddress import IPv4Address
from typing import NamedTuple

from actors.simulator.chance import draw64, pick
from actors.simulator.company import Company, Mail, is_domain
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
_OFFICE = "Microsoft Office 365"
_OFFICE_HOSTS = "mail.protection.outlook.com"
# whom a company lets send in its name for what it uses
_SENDERS = {
    "Salesforce": "_spf.salesforce.com",
    "HubSpot": "100000.spf04.hubspotemail.net",
    "Zendesk": "mail.zendesk.com",
    "Mailchimp": "servers.mcsv.net",
    "Marketo": "mktomail.com",
    "Amazon AWS": "amazonses.com",
    "ServiceNow": "b.spf.service-now.com",
    _OFFICE: "spf.protection.outlook.com",
}
# what proves to a service that the domain is the company's own; each has its own number
_PROOFS = {
    "Google Analytics": "google-site-verification={:043x}",
    "Slack": "slack-domain-verification={:040x}",
    "Zoom": "ZOOM_verify_{:022x}",
    "Stripe": "stripe-verification={:064x}",
    "DocuSign": "docusign={:08x}-0000-4000-8000-000000000000",
    "Jira": "atlassian-domain-verification={:064x}",
    "Facebook Pixel": "facebook-domain-verification={:030x}",
    "Adobe Creative Cloud": "adobe-idp-site-verification={:064x}",
    "Klaviyo": "klaviyo-site-verification={:06x}",
    _OFFICE: "MS=ms{:08d}",
}
_MOST_PIECE = 255
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
        if parent in _MAIL_HOSTS or parent == _OFFICE_HOSTS:
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
            data = [
                struct.pack("!H", rank) + encode_name(host) for rank, host in _exchangers(domain, company)
            ]
        elif kind == TXT and name == domain:
            data = [_pieces(text) for text in (_policy(domain, company), *_proofs(domain, company))]
        elif kind == TXT and name.startswith("_dmarc."):
            data = [_pieces("v=DMARC1; p=none")]
        return _found(kind, data) if data else _nothing(NOERROR, domain)


def encode_name(name: str) -> bytes:
    """A domain name on the wire: each label with its length before it, then the empty root label."""
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _exchangers(domain: str, company: Company) -> list[tuple[int, str]]:
    """The hosts that take the company's mail, with their preference."""
    if company.mail is Mail.NULL_MX:
        return [(0, "")]
    if company.mail is Mail.EXCHANGERS:
        return [(10, f"mx1.{domain}"), (20, f"mx2.{domain}")]
    if company.mail is not Mail.HOSTED:
        return []
    if _OFFICE in company.technologies:
        return [(0, f"{domain.replace('.', '-')}.{_OFFICE_HOSTS}")]
    provider = pick(list(_MAIL_HOSTS), "mail host", domain)
    return [(10 * place, f"{host}.{provider}") for place, host in enumerate(_MAIL_HOSTS[provider], 1)]


def _policy(domain: str, company: Company) -> str:
    if company.mail is Mail.NULL_MX:
        return "v=spf1 -all"
    included = [_SENDERS[one] for one in company.technologies if one in _SENDERS]
    if company.mail is Mail.HOSTED and _OFFICE not in company.technologies:
        included.append(pick(list(_MAIL_HOSTS), "mail host", domain))
    own = [] if company.mail is Mail.HOSTED else ["mx"]
    return " ".join(
        ["v=spf1", *own, *(f"include:{name}" for name in included), "~all" if included else "-all"]
    )


def _proofs(domain: str, company: Company) -> list[str]:
    return [
        _PROOFS[one].format(draw64("proof", one, domain) % 10**8)
        for one in company.technologies
        if one in _PROOFS
    ]


def _pieces(text: str) -> bytes:
    """A text on the wire, in pieces with their lengths before them."""
    data = text.encode()
    pieces = [data[place : place + _MOST_PIECE] for place in range(0, len(data), _MOST_PIECE)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


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
