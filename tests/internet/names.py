"""A name server on loopback that knows the domains of the fake Internet, and counts what it is asked."""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Mapping, Sequence

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer(asyncio.DatagramProtocol):
    """It answers MX, A and AAAA questions. `asked` counts them by name and kind, such as ("acme.com", "MX")."""

    def __init__(
        self,
        exchangers: Mapping[str, Sequence[tuple[int, str]]],
        addresses: Mapping[str, Sequence[str]],
        silent: Sequence[str] = (),
    ) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self._exchangers = exchangers
        self.addresses = addresses
        self._silent = frozenset(silent)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        name = question.question[0].name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.question[0].rdtype)
        self.asked[name, kind] += 1
        response = dns.message.make_response(question)
        response.flags |= dns.flags.RA
        if name in self._silent:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self._exchangers and name not in self.addresses:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            told = self._told(name, kind)
            if told:
                response.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, *told))
        self._transport.sendto(response.to_wire(), addr)

    def _told(self, name: str, kind: str) -> list[str]:
        if kind == "MX":
            return [f"{rank} {host}." for rank, host in self._exchangers.get(name, ())]
        version = {"A": 4, "AAAA": 6}.get(kind)
        return [one for one in self.addresses.get(name, ()) if ipaddress.ip_address(one).version == version]
