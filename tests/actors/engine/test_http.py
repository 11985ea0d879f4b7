"""The way out to the web: what is told of a company leads to public addresses and nowhere else."""

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from actors.core.provider import Link, NotPublic
from actors.engine.http import PublicOnly, open_web
from tests.fakes.addresses import FORMS, LITERALS, NOT_PUBLIC, PUBLIC
from tests.fakes.network import ANYBODY, open_network, response
from tests.fakes.resolver import Names, Rebinding, Resolving


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


@pytest.fixture
async def network():
    async with open_network() as network:
        network.pages = dict.fromkeys(("acme.example/", f"{ANYBODY}/"), response(b"outside"))
        yield network


async def refused(out, address):
    """The reason for which nothing was fetched, as the client gives it."""
    with pytest.raises((aiohttp.ClientError, OSError)) as raised:
        await out.fetch("GET", URL(address), {}, most_bytes=100, public_only=True)
    if isinstance(raised.value, aiohttp.ClientConnectorError):
        return raised.value.os_error
    return raised.value


@pytest.mark.parametrize("host", LITERALS + FORMS)
async def test_no_address_of_a_machine_of_our_own_is_connected_to_however_it_is_written(network, host):
    """With the system's own resolver, as in production: it takes many a form for an address."""
    async with open_web(connections=1) as out:
        reason = await refused(out, f"http://{host}/")
    assert isinstance(reason, NotPublic | aiohttp.InvalidUrlClientError)
    assert network.connections == []


@pytest.mark.parametrize("address", NOT_PUBLIC)
@pytest.mark.parametrize("name", ["internal.example", "internal.example.", "127.0.0.1.example"])
async def test_no_name_leads_inside(network, name, address):
    async with open_web(connections=1, resolver=Resolving(address)) as out:
        assert isinstance(await refused(out, f"http://{name}/"), NotPublic)
        assert isinstance(await refused(out, f"https://{name}/"), NotPublic)
    assert network.connections == []


@pytest.mark.parametrize(
    "addresses", [[ANYBODY, "10.0.0.1"], ["10.0.0.1", ANYBODY], [ANYBODY, "::1"], ["fd00::1", ANYBODY]]
)
async def test_of_a_name_with_one_address_inside_none_is_used(network, addresses):
    async with open_web(connections=1, resolver=Resolving(*addresses)) as out:
        assert isinstance(await refused(out, "http://acme.example/"), NotPublic)
    assert network.connections == []


async def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(network):
    """A name that is public when it is looked at, and this machine's a moment later."""
    network.pages["acme.example/"] = response(b"outside", connection="close")
    resolver = Rebinding(ANYBODY, "127.0.0.1")
    async with open_web(connections=1, resolver=resolver) as out:
        for _ in range(2):
            heard = await out.fetch("GET", URL("http://acme.example/"), {}, most_bytes=9, public_only=True)
            assert heard.body == b"outside"
        assert resolver.asked == ["acme.example"]
        # another name, which is asked for now
        assert isinstance(await refused(out, "http://www.acme.example/"), NotPublic)
    assert network.connections == [(ANYBODY, 80)] * 2


async def test_the_host_is_told_by_its_name_and_not_by_its_address(network):
    async with open_web(connections=1, resolver=Resolving(ANYBODY)) as out:
        await out.fetch("GET", URL("http://acme.example/"), {}, most_bytes=9, public_only=True)
    assert "Host: acme.example\r\n" in network.heads[0]


@pytest.mark.parametrize(
    "address",
    [
        "http://acme.example:22/",
        "http://acme.example:8080/",
        "https://acme.example:8443/",
        "http://acme.example:0/",
        f"http://{ANYBODY}:6379/",
        "http://user@acme.example/",
        "http://user:word@acme.example/",
        "http://:word@acme.example/",
        "ftp://acme.example/",
        "file:///etc/passwd",
        "ws://acme.example/",
        "gopher://acme.example:80/",
        "//acme.example/",
        "/",
    ],
)
async def test_another_port_scheme_or_a_user_is_not_of_the_public_web(network, address):
    async with open_web(connections=1, resolver=Resolving(ANYBODY)) as out:
        assert isinstance(await refused(out, address), NotPublic)
    assert network.connections == []


@pytest.mark.parametrize("host", ["acme.example", ANYBODY])
async def test_what_is_public_is_fetched_and_no_proxy_of_the_environment_is_asked(network, host, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with open_web(connections=1, resolver=Names({}, elsewhere=ANYBODY)) as out:
        heard = await out.fetch("GET", URL(f"http://{host}/"), {}, most_bytes=100, public_only=True)
    assert heard.body == b"outside"
    assert network.connections == [(ANYBODY, 80)]


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
