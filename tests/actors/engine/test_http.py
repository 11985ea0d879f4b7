"""The way out to the web: what is told of a company leads to public addresses and nowhere else."""

from ipaddress import ip_address

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from actors.core.provider import Link, NotPublic
from actors.engine.http import PublicOnly, is_public, open_web
from tests.fakes.resolver import Resolving

NOT_PUBLIC = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "224.0.1.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:0:7f00:1::", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.215.14", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_a_machine_or_network_of_our_own_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_anybody_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["fe80::1%eth0"]])
async def test_a_name_with_one_address_that_is_not_public_is_refused(addresses):
    with pytest.raises(NotPublic, match=r"internal\.example"):
        await PublicOnly(Resolving(*addresses)).resolve("internal.example", 443)


async def test_a_name_with_public_addresses_is_resolved():
    found = await PublicOnly(Resolving(*PUBLIC[:2])).resolve("acme.example", 443)
    assert [one["host"] for one in found] == PUBLIC[:2]


@pytest.fixture
async def server():
    """The port of a server on this machine, and the requests that it has had."""
    had = []

    async def answer(request):
        had.append(request.path)
        return web.Response(text="inside")

    application = web.Application()
    application.router.add_get("/{rest:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1], had
    await runner.cleanup()


# names that the system itself takes for an address among them
HOSTS = [
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "internal.example",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
]


@pytest.mark.parametrize("host", HOSTS)
async def test_nothing_on_this_machine_is_reached_by_what_is_told_of_a_company(server, host):
    port, had = server
    async with open_web(connections=1, resolver=Resolving("127.0.0.1")) as out:
        with pytest.raises(
            (NotPublic, aiohttp.ClientConnectorError, aiohttp.InvalidUrlClientError)
        ) as refused:
            await out.fetch("GET", URL(f"http://{host}:{port}/"), {}, most_bytes=100, public_only=True)
        if isinstance(refused.value, aiohttp.ClientConnectorError):
            assert isinstance(refused.value.os_error, NotPublic)
        assert had == []


@pytest.mark.parametrize("host", ["127.0.0.1", "vendor.example"])
async def test_what_our_own_people_have_set_up_may_be_anywhere(server, host):
    port, had = server
    async with open_web(connections=1, resolver=Resolving("127.0.0.1")) as out:
        heard = await out.fetch("GET", URL(f"http://{host}:{port}/in"), {}, most_bytes=100)
    assert (heard.body, had) == (b"inside", ["/in"])


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://{domain}", True),
        ("https://www.{domain}/start", True),
        ("http://127.0.0.1:8080/sites/{domain}", False),
        ("https://api.example.com/v1", False),
    ],
)
def test_a_host_that_is_told_of_a_company_may_be_anybody(base_url, expected):
    assert Link(None, base_url, None).is_to_anybody is expected
