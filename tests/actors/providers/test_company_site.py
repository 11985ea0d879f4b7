"""A company's website over the client of production: its robots.txt, and all the places that are not reached from it.

Whatever a site does, the network's log must show connections to public addresses, on ports of the web, and nothing
else.
"""

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from yarl import URL

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    BlockedByPolicy,
    ProviderDown,
    QuestionRefused,
    RateLimited,
)
from actors.core.provider import Heard, Http, Link, Reply
from actors.core.questions import CompanyFacts, EnrichCompany, FindSignals
from actors.engine.http import open_web
from actors.providers import company_site
from actors.providers.company_site import Found, PagesRead
from actors.providers.robots import MOST_BYTES
from actors.providers.website import find_signals, read_site
from tests.fakes.addresses import FORMS, LITERALS, NOT_PUBLIC
from tests.fakes.network import ANYBODY, Network, moved, open_network, response
from tests.fakes.resolver import Names, Rebinding, Resolving

MISS = Reply(None)
ACME = EnrichCompany(domain="acme.com")
ROBOTS = "acme.com/robots.txt"
ORGANIZATION = '<script type="application/ld+json">{"@type": "Organization", "name": "Acme"}</script>'
JOB = '<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook"}</script>'
NAMED = CompanyFacts(name="Acme", domain="acme.com")


def front(rest: str = "") -> bytes:
    return response((ORGANIZATION + rest).encode())


def robots(text: str) -> bytes:
    return response(text.encode(), content_type="text/plain")


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with open_network() as network:
        network.pages["acme.com/"] = front()
        yield network
        assert network.not_public == []


@pytest.fixture
async def out() -> AsyncIterator[Http]:
    async with open_web(connections=8, resolver=Resolving(ANYBODY)) as web:
        yield web


def link_over(web: Http) -> Link:
    """The way to websites as in production, without the certificates that tests have none of."""
    return Link(web, "http://{domain}", None)


async def outcome(web: Http, question: EnrichCompany = ACME) -> Reply | AgentError:
    try:
        return await read_site(link_over(web), question)
    except AgentError as raised:
        error = raised
    assert error.provider == "website"
    return error


# robots.txt


async def test_robots_txt_is_asked_for_first_and_once(network: Network, out: Http) -> None:
    network.pages[ROBOTS] = robots("User-agent: *\nDisallow: /admin")
    for _ in range(3):
        assert (await read_site(link_over(out), ACME)).content == NAMED
    assert network.asked == [ROBOTS] + ["acme.com/"] * 3


async def test_pages_that_were_read_a_moment_ago_are_not_fetched_again_for_signals(
    network: Network, out: Http
) -> None:
    network.pages["acme.com/"] = front('<a href="/jobs">Jobs</a>')
    network.pages["acme.com/jobs"] = response(JOB.encode())
    visit = ["acme.com/", "acme.com/jobs"]
    assert (await read_site(link_over(out), ACME)).content == NAMED.model_copy(update={"open_jobs": 1})
    assert network.asked == [ROBOTS, *visit]
    for fetched in ([], visit):  # for one more reader only
        network.asked.clear()
        signals = (await find_signals(link_over(out), FindSignals(domain="acme.com"))).content
        assert [one.title for one in signals.signals] == ["Cook"]  # type: ignore[union-attr]
        assert network.asked == fetched


def found(body: bytes) -> Found:
    return Found(URL("https://a.example/"), Heard(200, {}, body))


def test_a_page_is_kept_for_a_while_for_one_more_reader_and_no_more_than_there_is_room_for() -> None:
    pages = PagesRead(seconds=60, most_bytes=10)
    one, two, three = (URL(f"https://a.example/{n}") for n in range(3))
    pages.keep(one, found(b"1234"), 0)
    assert pages.take(one, 60) == found(b"1234")
    assert pages.take(one, 60) is None
    pages.keep(one, found(b"1234"), 0)
    assert pages.take(one, 60.1) is None
    for _ in range(9):  # the same again takes no more room
        pages.keep(one, found(b"1234"), 100)
    pages.keep(two, found(b"1234"), 100)
    pages.keep(three, found(b"123"), 100)
    assert [pages.take(url, 100) is not None for url in (one, two, three)] == [False, True, True]
    pages.keep(one, found(b"x" * 11), 100)
    assert pages.take(one, 100) is None
    pages.keep(two, found(b"1"), 100)
    pages.keep(three, found(b"1"), 161)  # what nobody came back for goes by itself
    assert list(pages._pages) == [three]


@pytest.mark.parametrize("text", ["User-agent: *\nDisallow: /", "User-agent: Leadmill\nDisallow: /$"])
async def test_a_site_that_asks_not_to_be_read_is_not_read(network: Network, out: Http, text: str) -> None:
    network.pages[ROBOTS] = robots(text)
    error = await outcome(out)
    assert isinstance(error, BlockedByPolicy)
    assert (error.kind, error.nothing_done) == ("permanent", True)
    assert str(error) == "The website asks not to be read by machines: robots.txt forbids it"
    with pytest.raises(BlockedByPolicy):
        await find_signals(link_over(out), FindSignals(domain="acme.com"))
    assert network.asked == [ROBOTS]


async def test_where_a_page_moved_to_is_asked_about_too(network: Network, out: Http) -> None:
    network.pages["acme.com/"] = moved("/en/")
    network.pages["acme.com/en/"] = front()
    network.pages[ROBOTS] = robots("User-agent: *\nDisallow: /en")
    assert isinstance(await outcome(out), BlockedByPolicy)
    assert network.asked == [ROBOTS, "acme.com/"]


async def test_each_host_of_a_site_has_its_own(network: Network, out: Http) -> None:
    network.pages["acme.com/"] = moved("http://www.acme.com/")
    network.pages["www.acme.com/"] = front('<a href="http://jobs.acme.com/">Jobs</a>')
    network.pages[ROBOTS] = robots("User-agent: *\nDisallow: /admin")
    network.pages["jobs.acme.com/robots.txt"] = robots("User-agent: *\nDisallow: /")
    network.pages["jobs.acme.com/"] = front(
        '<script type="application/ld+json">{"@type":"JobPosting"}</script>'
    )
    assert (await read_site(link_over(out), ACME)).content == NAMED
    assert network.asked == [
        ROBOTS,
        "acme.com/",
        "www.acme.com/robots.txt",
        "www.acme.com/",
        "jobs.acme.com/robots.txt",
    ]


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"]
)
async def test_no_robots_txt_asks_for_nothing(network: Network, out: Http, status: str) -> None:
    network.pages[ROBOTS] = response(b"User-agent: *\nDisallow: /", status=status)
    assert (await read_site(link_over(out), ACME)).content == NAMED


@pytest.mark.parametrize(
    "status", ["500 Oops", "502 Bad Gateway", "503 Service Unavailable", "304 Not Modified"]
)
async def test_a_robots_txt_that_cannot_be_had_at_the_moment_forbids_all(
    network: Network, out: Http, status: str
) -> None:
    network.pages[ROBOTS] = response(status=status)
    assert isinstance(await outcome(out), ProviderDown)
    assert network.asked == [ROBOTS]
    network.pages[ROBOTS] = response(status="404 Not Found")  # and that is not remembered
    assert (await read_site(link_over(out), ACME)).content == NAMED


async def test_a_site_that_wants_to_be_asked_more_slowly_says_so_here_too(
    network: Network, out: Http
) -> None:
    network.pages[ROBOTS] = response(status="429 Too Many Requests", retry_after="60")
    error = await outcome(out)
    assert isinstance(error, RateLimited)
    assert error.retry_at is not None


async def test_a_connection_that_breaks_forbids_all(network: Network, out: Http) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nUser-agent: *")

    network.pages[ROBOTS] = hang_up
    assert isinstance(await outcome(out), ProviderDown)
    assert network.asked == [ROBOTS]


async def test_it_may_move_up_to_five_times_within_the_site(network: Network, out: Http) -> None:
    network.pages[ROBOTS] = moved("http://www.acme.com/1")
    for n in range(1, 5):
        network.pages[f"www.acme.com/{n}"] = moved(f"/{n + 1}")
    network.pages["www.acme.com/5"] = robots("User-agent: *\nDisallow: /")
    assert isinstance(await outcome(out), BlockedByPolicy)
    assert len(network.asked) == 6


async def test_it_may_be_on_another_site(network: Network, out: Http) -> None:
    network.pages[ROBOTS] = moved("http://holding.example/robots.txt")
    network.pages["holding.example/robots.txt"] = robots("User-agent: *\nDisallow: /")
    assert isinstance(await outcome(out), BlockedByPolicy)


@pytest.mark.parametrize(
    "target",
    [
        "/robots.txt",
        "http://[::",
        "",
        "ftp://acme.com/",
        "http://acme.com:8080/",
        "http://me@holding.example/robots.txt",
    ],
)
async def test_one_that_leads_nowhere_asks_for_nothing(network: Network, out: Http, target: str) -> None:
    network.pages[ROBOTS] = moved(target)
    network.pages["holding.example/robots.txt"] = robots("User-agent: *\nDisallow: /")
    assert (await read_site(link_over(out), ACME)).content == NAMED
    assert {place.partition("/")[0] for place in network.asked} == {"acme.com"}


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]", "localhost", "0x7f.1"])
async def test_one_that_is_in_a_network_of_our_own_is_not_read_and_nothing_else_either(
    network: Network, host: str
) -> None:
    network.pages[ROBOTS] = moved(f"http://{host}/robots.txt")
    names = Names({"localhost": ["127.0.0.1"], "0x7f.1": ["127.0.0.1"]}, elsewhere=ANYBODY)
    async with open_web(connections=2, resolver=names) as out:
        assert await outcome(out) == MISS
    assert network.asked == [ROBOTS]


@pytest.mark.parametrize("content_type", ["text/plain", "text/html", "application/octet-stream", "nonsense"])
async def test_whatever_type_it_has_it_is_read(network: Network, out: Http, content_type: str) -> None:
    network.pages[ROBOTS] = response(b"User-agent: *\nDisallow: /", content_type=content_type)
    assert isinstance(await outcome(out), BlockedByPolicy)


async def test_of_a_long_one_the_beginning_counts(network: Network, out: Http) -> None:
    rule = "User-agent: *\nDisallow: /\n"
    filler = "#" * MOST_BYTES + "\n"
    network.pages[ROBOTS] = robots(rule + filler)
    assert isinstance(await outcome(out), BlockedByPolicy)
    async with open_web(connections=1, resolver=Resolving(ANYBODY)) as other:
        network.pages[ROBOTS] = robots(filler + rule)
        assert (await read_site(link_over(other), ACME)).content == NAMED
    async with open_web(connections=1, resolver=Resolving(ANYBODY)) as other:
        packed = gzip.compress((rule + filler * 20).encode())
        network.pages[ROBOTS] = response(packed, content_encoding="gzip")
        assert isinstance(await outcome(other), BlockedByPolicy)


async def test_it_is_read_again_after_an_hour(
    network: Network, out: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.pages[ROBOTS] = robots("")
    await read_site(link_over(out), ACME)
    loop = asyncio.get_running_loop()
    began = loop.time()
    monkeypatch.setattr(loop, "time", lambda: began + 3000)
    await read_site(link_over(out), ACME)
    assert network.asked.count(ROBOTS) == 1
    monkeypatch.setattr(loop, "time", lambda: began + 3700)
    network.pages[ROBOTS] = robots("User-agent: *\nDisallow: /")
    assert isinstance(await outcome(out), BlockedByPolicy)


# Where nobody is asked


@pytest.mark.parametrize(
    "told", [one for one in LITERALS + FORMS + NOT_PUBLIC if not one.endswith(".example")]
)
async def test_no_address_is_a_domain_however_it_is_written(network: Network, told: str) -> None:
    async with open_web(connections=1) as out:
        assert isinstance(await outcome(out, EnrichCompany(domain=told)), QuestionRefused)
    assert network.connections == []


@pytest.mark.parametrize(
    "told",
    ["acme.com.", "acme.com:22", "acme.com:80", "user@acme.com", "user:word@acme.com", "http://acme.com", "acme.com/",
     "127.0.0.0x1", "10.0.0.0x", "acme.com?x", "acme.com#x", "acme.com%2f", "acme.com\\", "{domain}", "acme.com\u3002"],
)  # fmt: skip
async def test_nothing_but_a_name_is_a_domain(network: Network, out: Http, told: str) -> None:
    assert isinstance(await outcome(out, EnrichCompany(domain=told)), QuestionRefused)
    assert network.connections == []


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_a_domain_at_an_address_that_is_not_public_is_a_miss(network: Network, address: str) -> None:
    for addresses in ([address], [ANYBODY, address]):
        async with open_web(connections=1, resolver=Resolving(*addresses)) as out:
            assert await outcome(out) == MISS
    assert network.connections == []


async def test_a_domain_that_is_here_a_moment_later_is_not_followed(network: Network) -> None:
    network.pages[ROBOTS] = response(status="404 Not Found", connection="close")
    network.pages["acme.com/"] = response(
        f'{ORGANIZATION}<a href="http://www.acme.com/jobs">Jobs</a>'.encode(), connection="close"
    )
    async with open_web(connections=1, resolver=Rebinding(ANYBODY, "127.0.0.1")) as out:
        assert (await read_site(link_over(out), ACME)).content == NAMED
    assert network.connections == [(ANYBODY, 80)] * 2


WAYS_IN = {
    "the front page moved": lambda target: {"acme.com/": moved(target)},
    "robots.txt moved": lambda target: {ROBOTS: moved(target)},
    "careers": lambda target: {"acme.com/": front(f'<a href="{target}jobs">Jobs</a>')},
    "careers moved": lambda target: {
        "acme.com/": front('<a href="/jobs">Jobs</a>'),
        "acme.com/jobs": moved(target),
    },
    "about": lambda target: {"acme.com/": front(f'<a href="{target}about">About</a>')},
    "feed": lambda target: {
        "acme.com/": front(f'<link rel=alternate type=application/rss+xml href="{target}feed">')
    },
    "feed moved": lambda target: {
        "acme.com/": front("<link rel=alternate type=application/rss+xml href=/feed>"),
        "acme.com/feed": moved(target),
    },
    "base": lambda target: {"acme.com/": front(f'<base href="{target}"><a href="jobs">Jobs</a>')},
    "refresh": lambda target: {"acme.com/": front(f'<meta http-equiv=refresh content="0; url={target}">')},
}


async def visited(network: Network, pages: dict[str, bytes], names: Names | None = None) -> None:
    """Everything is asked that a website answers, of one with these pages, by somebody who never saw it before."""
    network.pages.update(pages)
    async with open_web(connections=4, resolver=names or Names({}, elsewhere=ANYBODY)) as web:
        for ask, question in ((read_site, ACME), (find_signals, FindSignals(domain="acme.com"))):
            with suppress(AgentError):
                await ask(link_over(web), question)


@pytest.mark.parametrize("way_in", WAYS_IN)
async def test_no_site_leads_us_to_an_address_inside(network: Network, way_in: str) -> None:
    for host in LITERALS + FORMS:
        for scheme in ("http", "https"):
            await visited(network, WAYS_IN[way_in](f"{scheme}://{host}/"))
    assert {address for address, _ in network.connections} == {ANYBODY}


@pytest.mark.parametrize("way_in", WAYS_IN)
async def test_no_name_of_a_site_leads_us_to_an_address_inside(network: Network, way_in: str) -> None:
    for address in NOT_PUBLIC:
        names = Names(
            {"internal.acme.com": [address], "mixed.acme.com": [ANYBODY, address]}, elsewhere=ANYBODY
        )
        for name in ("internal.acme.com", "mixed.acme.com"):
            await visited(network, WAYS_IN[way_in](f"http://{name}/"), names)
    assert set(network.connections) == {(ANYBODY, 80)}
    assert not any(place.startswith(("internal", "mixed")) for place in network.asked)


@pytest.mark.parametrize(
    "target",
    ["http://acme.com:22/", "http://acme.com:8080/", "https://acme.com:8443/", "http://user@acme.com/",
     "http://user:word@acme.com/", "ftp://acme.com/", "file:///etc/passwd", "gopher://acme.com:70/", "ws://acme.com/",
     "data:text/html,x", "javascript:x", "http://acme.com.evil.example/", "http://evilacme.com/", "//evil.example/",
     "http://acme.com@evil.example/", "http://acme.com./", "http://localhost/", "\\\\evil.example\\"],
)  # fmt: skip
@pytest.mark.parametrize("way_in", [way_in for way_in in WAYS_IN if way_in != "robots.txt moved"])
async def test_no_site_leads_us_off_itself(network: Network, way_in: str, target: str) -> None:
    await visited(network, WAYS_IN[way_in](target))
    assert {place.partition("/")[0] for place in network.asked} == {"acme.com"}
    assert not any("authorization" in head.lower() for head in network.heads)


# What wears us out


def have_manners(monkeypatch: pytest.MonkeyPatch, **changes: float) -> None:
    """Websites are asked with another deadline, or another cap."""
    for name in ("_PAGE", "_FEED", "_ROBOTS"):
        monkeypatch.setattr(company_site, name, replace(getattr(company_site, name), **changes))


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body a byte at a time, without end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.001)


async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body as fast as it is taken, without end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"<p>" * 20_000)
        await writer.drain()


async def headers_without_end(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"x: y\r\n" * 100)
        await writer.drain()


async def only_hints(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers before the answer, without end."""
    while not writer.is_closing():
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize("behaviour", [drip, only_hints, say_nothing], ids=lambda one: one.__name__)
@pytest.mark.parametrize("place", [ROBOTS, "acme.com/"])
async def test_a_site_that_takes_for_ever_is_left_at_the_deadline(
    network: Network, out: Http, monkeypatch: pytest.MonkeyPatch, place: str, behaviour: Callable[..., None]
) -> None:
    network.pages[place] = behaviour
    have_manners(monkeypatch, deadline_s=0.1, most_bytes=10**9)
    assert isinstance(await outcome(out), ProviderDown)


async def test_a_body_without_end_is_read_until_it_is_too_long(network: Network, out: Http) -> None:
    network.pages["acme.com/"] = flood
    assert isinstance(await outcome(out), AnswerGarbled)


async def test_headers_without_end_are_not_read(network: Network, out: Http) -> None:
    network.pages["acme.com/"] = headers_without_end
    assert isinstance(await outcome(out), ProviderDown)


async def test_after_half_a_minute_nothing_more_is_asked(
    network: Network, out: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def slowly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        monkeypatch.setattr(loop, "time", lambda: began + 31)
        writer.write(front('<a href="/jobs">Jobs</a><a href="/about">About</a>'))
        await writer.drain()

    network.pages["acme.com/"] = slowly
    have_manners(monkeypatch, deadline_s=1000)
    assert (await read_site(link_over(out), ACME)).content == NAMED
    assert network.asked == [ROBOTS, "acme.com/"]


async def test_redirects_without_end_are_not_followed(network: Network, out: Http) -> None:
    network.pages |= {f"acme.com/{n}": moved(f"/{n + 1}") for n in range(50)}
    network.pages |= {"acme.com/": moved("/0"), ROBOTS: moved("/10")}
    assert await outcome(out) == MISS
    assert len(network.asked) == 6 + 3


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate", "br"])
async def test_a_small_body_that_unpacks_to_a_large_one_is_not_unpacked(
    network: Network, out: Http, encoding: str
) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    bomb = gzip.compress(bomb) if "," in encoding else bomb
    network.pages["acme.com/"] = response(bomb, content_encoding=encoding)
    assert isinstance(await outcome(out), AnswerGarbled)


async def test_of_a_robots_txt_that_unpacks_to_a_large_one_no_more_is_unpacked_than_counts(
    network: Network, out: Http
) -> None:
    bomb = gzip.compress(b"User-agent: *\nDisallow: /jobs\n" + b"\n" * 50_000_000)
    network.pages[ROBOTS] = response(bomb, content_encoding="gzip")
    tracemalloc.start()
    try:
        assert (await read_site(link_over(out), ACME)).content == NAMED
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (ORGANIZATION.encode(), "application/json", AnswerGarbled),
        (ORGANIZATION.encode(), "image/png", AnswerGarbled),
        (ORGANIZATION.encode(), "", AnswerGarbled),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100, "text/html", MISS),
        (b"%PDF-1.7", "text/html; charset=utf-16", MISS),
        (b'{"@type": "Organization", "name": "Acme"}', "text/html", MISS),
        (gzip.compress(ORGANIZATION.encode(), mtime=0), "text/html", MISS),
    ],
)
async def test_a_type_of_content_that_lies(
    network: Network, out: Http, body: bytes, content_type: str, expected: Reply | type[AgentError]
) -> None:
    network.pages["acme.com/"] = response(body, content_type=content_type)
    found = await outcome(out)
    assert found == expected or type(found) is expected
