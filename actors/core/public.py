"""Which addresses are anybody's, and which lead to machines and networks of our own."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# IPv6 addresses that stand for the IPv4 address in their last bits: translated (RFC 6052), or only written so
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0/96"))
# All of IPv6 that is given out to anybody (RFC 4291, section 2.4).
_GIVEN_OUT = IPv6Network("2000::/3")
# For protocols, relays, tunnels and documentation. What Python takes for global differs between its versions.
_FOR_OTHER_ENDS_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_FOR_OTHER_ENDS_6 = (
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet may have this address: it leads to no machine or network of our own."""
    if isinstance(address, IPv6Address):
        if any(address in network for network in _EMBEDDING):
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _GIVEN_OUT or any(address in network for network in _FOR_OTHER_ENDS_6):
            return False
    elif any(address in network for network in _FOR_OTHER_ENDS_4):
        return False
    return address.is_global and not address.is_multicast
