"""Name servers; how they answer, well or otherwise, is tried in test_dns over everything that asks them."""

import pytest

from actors.core.errors import NotConnected, ProviderDown
from actors.providers.dns_client import NameServers, is_name, name_servers
from actors.providers.dns_messages import A


@pytest.mark.parametrize(
    "name", ["acme.com", "a.b.c.example", "_dmarc.acme.com", "xn--mller-kva.de", "localhost"]
)
def test_what_is_a_name(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "acme.com.", "ACME.com", "a b.com", "a\r\n.com", "müller.de", "a..b"])
def test_what_is_none(name: str) -> None:
    assert not is_name(name)


def test_a_resolver_is_told_as_host_and_port() -> None:
    assert name_servers("127.0.0.1:5353", "x").places == (("127.0.0.1", 5353),)
    assert name_servers("[::1]:53", "x").places == (("::1", 53),)


async def test_errors_are_those_of_whoever_asks() -> None:
    with pytest.raises(NotConnected) as none:
        await NameServers("mailbox", ()).ask("acme.com", A)
    assert none.value.provider == "mailbox"
    with pytest.raises(ProviderDown) as nobody:
        await NameServers("mailbox", (("127.0.0.1", 9),)).ask("acme.com", A)
    assert nobody.value.provider == "mailbox"
