"""How mail servers are reached: who says hello, in whose name, at which port, and which addresses may be connected to.

Mail hosts are what somebody's name servers say of them, so they are connected to at public addresses only, on the
port of mail. Our own people may name a loopback network instead, for a fake Internet on one machine.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from urllib.parse import parse_qsl, urlsplit

from actors.core.errors import NotConnected
from actors.core.public import is_public
from actors.providers.dns_client import NameServers, is_name, name_servers
from actors.providers.dns_messages import AAAA, A

NAME = "mailbox"
BASE_URL = "smtp://{host}:25"

_PORT = 25
_AT_ONCE, _PER_MINUTE, _PER_DAY = 2, 30, 2_000
_KEYS = frozenset({"ehlo", "from", "dns", "network", "at_once", "per_minute", "per_day"})
_ADDRESS = re.compile(r"[!-;=?A-~]{1,64}@([a-z0-9.-]{1,253})", re.IGNORECASE)
_WANTED = (
    f"its base_url must say who asks, as in {BASE_URL}?ehlo=NAME&from=ADDRESS: the host name that the address of "
    "this machine leads back to, and an address of yours that takes mail"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections to one mail server there may be at once, and be begun within a minute and a day."""

    at_once: int
    per_minute: int
    per_day: int = _PER_DAY


@dataclass(frozen=True, slots=True)
class Way:
    """The way to mail servers. `network` is where they all must be; None: at public addresses."""

    hello: str
    sender: str
    port: int
    network: IPv4Network | None
    servers: NameServers
    limits: Limits

    async def addresses(self, host: str) -> tuple[list[str], list[str]]:
        """The addresses of a mail host that may be connected to, and those that may not.

        Those of IPv6 count where there are no others: many servers trust them less.
        """
        found = (await self.servers.ask(host, A)).addresses or (await self.servers.ask(host, AAAA)).addresses
        return (
            [one for one in found if self._leads_there(ip_address(one))],
            [one for one in found if not self._leads_there(ip_address(one))],
        )

    def _leads_there(self, address: IPv4Address | IPv6Address) -> bool:
        return is_public(address) if self.network is None else address in self.network


def way_of(base_url: str) -> Way:
    """The way that a connection names. Raises NotConnected, which says what to set."""
    try:
        parts = urlsplit(base_url)
        query = parts.query.replace("+", "%2B")  # it stands in addresses, where it means no space
        told = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        port = parts.port or _PORT
    except ValueError:
        raise _misconfigured("its base_url cannot be read") from None
    if parts.scheme != "smtp" or parts.hostname != "{host}" or parts.path.strip("/"):
        raise _misconfigured(f"its base_url must begin with {BASE_URL}")
    said = dict(told)
    if len(said) < len(told) or not said.keys() <= _KEYS:
        raise _misconfigured(
            f"its base_url may name each of {', '.join(sorted(_KEYS))} once, and nothing else"
        )
    hello, sender = said.get("ehlo", ""), said.get("from", "")
    if not hello or not sender:
        raise _misconfigured(_WANTED)
    network = _network(said.get("network"))
    if network is None and port != _PORT:
        raise _misconfigured(f"mail servers are asked at port {_PORT} only")
    return Way(
        hello=_host_name(hello),
        sender=_sender(sender),
        port=port,
        network=network,
        servers=name_servers(said.get("dns", ""), NAME),
        limits=Limits(
            at_once=_count(said, "at_once", _AT_ONCE),
            per_minute=_count(said, "per_minute", _PER_MINUTE),
            per_day=_count(said, "per_day", _PER_DAY),
        ),
    )


def domain_of(email: str) -> str | None:
    """The domain of an address that can be asked for; None for what may not stand in a command."""
    found = _ADDRESS.fullmatch(email)
    return found.group(1).lower() if found is not None and is_name(found.group(1).lower()) else None


def are_hosts(hosts: Sequence[str]) -> bool:
    """Whether these are names of hosts."""
    return bool(hosts) and all(is_name(host) for host in hosts)


def _host_name(text: str) -> str:
    if not is_name(text.lower()) or "." not in text:
        raise _misconfigured(f"ehlo={text} is no host name with a domain")
    return text.lower()


def _sender(text: str) -> str:
    if domain_of(text) is None:
        raise _misconfigured(f"from={text} is no address")
    return text


def _network(text: str | None) -> IPv4Network | None:
    if text is None:
        return None
    try:
        network = IPv4Network(text)
    except ValueError:
        network = None
    if network is None or not network.is_loopback:
        raise _misconfigured(f"network={text} is no loopback network such as 127.0.0.0/8")
    return network


def _count(said: dict[str, str], key: str, usual: int) -> int:
    text = said.get(key, str(usual))
    if not text.isdecimal() or not 0 < int(text) < 10_000:
        raise _misconfigured(f"{key}={text} is no number of connections")
    return int(text)


def _misconfigured(why: str) -> NotConnected:
    return NotConnected(why, provider=NAME)
