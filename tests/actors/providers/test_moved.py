"""Where a website has moved for good: which redirects say so, and which say nothing."""

from collections.abc import Callable, Mapping

import httpx
import pytest

from actors.core.provider import Link, Reply
from actors.core.questions import CompanyFacts, EnrichCompany, FindSignals
from actors.providers.website import PROVIDER, find_signals, read_site
from tests.actors.providers.test_website import MISS, html, moved

OLD = EnrichCompany(domain="old.com")
HOME = {"https://new.org/": html("<title>New</title>")}


async def read(
    vendor: Callable[..., Link], pages: Mapping[str, httpx.Response], base_url: str = PROVIDER.base_url
) -> tuple[Reply, list[str]]:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return pages.get(str(request.url), httpx.Response(404))

    return await read_site(vendor(answer, base_url=base_url, key=None), OLD), asked


def told(reply: Reply) -> str | None:
    content = reply.content
    assert content is None or isinstance(content, CompanyFacts)
    return content.leads_to if content is not None else None


@pytest.mark.parametrize("status", [301, 308])
async def test_a_site_that_has_moved_for_good_tells_where_to_and_by_which_hops(
    vendor: Callable[..., Link], status: int
) -> None:
    reply, asked = await read(vendor, {"https://old.com/": moved("https://new.org/", status), **HOME})
    assert reply.content == CompanyFacts(domain="old.com", leads_to="new.org")
    assert reply.evidence == "https://old.com/"
    assert reply.quotes == {"leads_to": f"https://old.com/ {status} https://new.org/"}
    # whoever is there is asked for robots.txt first, as everybody is
    assert asked == [
        "https://old.com/robots.txt", "https://old.com/", "https://new.org/robots.txt", "https://new.org/",
    ]  # fmt: skip


async def test_every_hop_is_told(vendor: Callable[..., Link]) -> None:
    pages = {
        "https://old.com/": moved("https://www.old.com/"),
        "https://www.old.com/": moved("http://www.mid.net/en", 308),
        "https://mid.net/": moved("https://new.org/"),
        "https://new.org/": moved("/en/", 302),  # at home already
        "https://new.org/en/": html("New"),
    }
    reply, _ = await read(vendor, pages)
    assert told(reply) == "new.org"
    assert reply.quotes["leads_to"] == (
        "https://old.com/ 301 https://www.old.com/ 308 http://www.mid.net/en 301 https://new.org/"
    )


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_redirect_for_now_says_nothing(vendor: Callable[..., Link], status: int) -> None:
    reply, asked = await read(vendor, {"https://old.com/": moved("https://new.org/", status), **HOME})
    assert reply == MISS
    assert asked[-1] == "https://old.com/"
    within = {
        "https://old.com/": moved("https://www.old.com/", status),
        "https://www.old.com/": moved("https://new.org/"),
    }
    reply, _ = await read(vendor, {**within, **HOME})
    assert reply == MISS
    further = {
        "https://old.com/": moved("https://mid.net/"),
        "https://mid.net/": moved("https://new.org/", status),
    }
    reply, _ = await read(vendor, {**further, **HOME})
    assert reply == MISS


@pytest.mark.parametrize(
    "target",
    [
        "https://www.linkedin.com/",
        "https://facebook.com/",
        "https://www.hugedomains.com/",
        "https://dan.com/",
        "https://sedo.com/",
        "https://www.godaddy.com/",
        "https://shop.wix.com/",
        "https://market.example.com/?domain=old.com",
        "https://new.org/?d=OLD.com",
        "https://new.org/brands/old",
        "https://new.org/blog/we-bought-old.html",
        "https://shop.new.org/",
        "https://new.org:8443/",
        "https://user@new.org/",
        "ftp://new.org/",
        "https://old.com:8443/",
        "http://127.0.0.1/",
        "http://localhost/",
        "https://intranet/",
        "https://192.0.2.7/",
    ],
)
async def test_what_is_nobodys_front_page_says_nothing_and_is_not_asked(
    vendor: Callable[..., Link], target: str
) -> None:
    reply, asked = await read(vendor, {"https://old.com/": moved(target), **HOME})
    assert reply == MISS
    assert {httpx.URL(url).host for url in asked} == {"old.com"}


@pytest.mark.parametrize(
    "there",
    [
        {},
        {"https://new.org/": httpx.Response(503)},
        {"https://new.org/": httpx.Response(200, json={})},
        {"https://new.org/robots.txt": httpx.Response(200, text="User-agent: *\nDisallow: /"), **HOME},
        {"https://new.org/robots.txt": httpx.Response(500), **HOME},
        {"https://new.org/": moved("https://old.com/")},
        {"https://new.org/": moved("https://new.org/")},
        {"https://new.org/": moved("https://www.sedo.com/")},
    ],
    ids=["not found", "a fault", "no page", "closed", "no word of robots", "back", "in a circle", "parked"],
)
async def test_where_nobody_is_at_home_nothing_is_said(
    vendor: Callable[..., Link], there: Mapping[str, httpx.Response]
) -> None:
    reply, _ = await read(vendor, {"https://old.com/": moved("https://new.org/"), **there})
    assert reply == MISS


async def test_a_way_over_many_sites_says_nothing(vendor: Callable[..., Link]) -> None:
    pages = {"https://old.com/": moved("https://site0.com/")}
    pages |= {f"https://site{n}.com/": moved(f"https://site{n + 1}.com/") for n in range(9)}
    reply, asked = await read(vendor, pages)
    assert reply == MISS
    assert len(asked) <= 8


async def test_nothing_of_the_site_there_is_kept_and_nothing_happens_there(
    vendor: Callable[..., Link],
) -> None:
    about = '<meta property="og:site_name" content="Bigger"><a href="/jobs">Jobs</a>'
    pages = {"https://old.com/": moved("https://new.org/"), "https://new.org/": html(about)}
    reply, asked = await read(vendor, pages)
    assert reply.content == CompanyFacts(domain="old.com", leads_to="new.org")
    assert "https://new.org/jobs" not in asked
    link = vendor(
        lambda request: pages.get(str(request.url), httpx.Response(404)), base_url=PROVIDER.base_url, key=None
    )
    assert await find_signals(link, FindSignals(domain="old.com")) == MISS


async def test_a_page_within_the_site_that_has_moved_says_nothing_of_the_site(
    vendor: Callable[..., Link],
) -> None:
    front = html('<meta property="og:site_name" content="Old"><a href="/careers">Jobs</a>')
    pages = {"https://old.com/": front, "https://old.com/careers": moved("https://new.org/"), **HOME}
    reply, asked = await read(vendor, pages)
    assert reply.content == CompanyFacts(domain="old.com", name="Old")
    assert not [url for url in asked if "new.org" in url]


async def test_where_one_host_stands_in_for_all_sites_the_other_one_is_there_too(
    vendor: Callable[..., Link],
) -> None:
    base = "http://127.0.0.1:8080/sites/"
    pages = {f"{base}old.com/": moved("https://www.new.org/"), f"{base}new.org/": html("New")}
    reply, asked = await read(vendor, pages, base_url=base + "{domain}")
    assert told(reply) == "new.org"
    assert all(url.startswith(base) for url in asked)
