"""A company's website: what is read, and above all where nobody is asked."""

import json
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from actors.core.errors import AnswerGarbled, ProviderDown, QuestionRefused, RateLimited
from actors.core.provider import Link, Reply
from actors.core.questions import CompanyFacts, EnrichCompany
from actors.engine.http import open_web
from actors.providers.website import PROVIDER, read_site
from actors.simulator.world import World
from tests.fakes.resolver import Resolving

MISS = Reply(None)
ACME = EnrichCompany(domain="acme.com")
ABOUT = {"@type": "Organization", "name": "Acme"}


def html(text: str) -> httpx.Response:
    return httpx.Response(200, html=text)


def moved(target: str, status: int = 301) -> httpx.Response:
    return httpx.Response(status, headers={"location": target})


def described(value: Any, rest: str = "") -> httpx.Response:
    return html(f'<script type="application/ld+json">{json.dumps(value)}</script>{rest}')


def internet(
    vendor: Callable[..., Link], pages: Mapping[str, httpx.Response], base_url: str = PROVIDER.base_url
) -> tuple[Link, list[str]]:
    """The way to an internet of these pages, and the addresses that were asked for."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return pages.get(str(request.url), httpx.Response(404))

    return vendor(answer, base_url=base_url, key=None), asked


async def facts_of(vendor: Callable[..., Link], answer: httpx.Response) -> CompanyFacts | None:
    link, _ = internet(vendor, {"https://acme.com/": answer})
    content = (await read_site(link, ACME)).content
    assert content is None or isinstance(content, CompanyFacts)
    return content


# What is read


async def test_everything_that_a_site_tells(vendor: Callable[..., Link]) -> None:
    about = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Site"},
            {
                "@type": ["Organization", "Brand"],
                "name": "Smith &amp; Sons",
                "description": "Makes nails",
                "foundingDate": "1998-05-01",
                "numberOfEmployees": {"@type": "QuantitativeValue", "value": 120},
                "address": {"addressLocality": "Köln", "addressCountry": "DE"},
            },
        ],
    }
    rest = '<script src="https://js.stripe.com/v3/"></script><a href="/about/jobs">Jobs</a>'
    job = {"@type": "JobPosting", "title": "Smith"}
    pages = {
        "https://acme.com/": described(about, rest),
        "https://acme.com/about/jobs": described([job, job]),
    }
    link, asked = internet(vendor, pages)
    reply = await read_site(link, ACME)
    assert reply.content == CompanyFacts(
        name="Smith & Sons",
        domain="acme.com",
        description="Makes nails",
        founded_year=1998,
        employees=120,
        city="Köln",
        country="DE",
        technologies=("Stripe",),
        open_jobs=2,
    )
    assert (reply.credits, reply.evidence) == (0, "https://acme.com/")
    assert asked == ["https://acme.com/", "https://acme.com/about/jobs"]


@pytest.mark.parametrize(
    ("value", "employees"),
    [
        (50, 50),
        ("50", 50),
        ("1,200", 1200),
        ("51-200", 51),
        ({"minValue": 11, "maxValue": 50}, 11),
        ({"value": "60"}, 60),
        ("many", None),
        (-5, None),
        (True, None),
        (None, None),
        ({"value": {}}, None),
    ],
)
async def test_employees(vendor: Callable[..., Link], value: Any, employees: int | None) -> None:
    facts = await facts_of(vendor, described({**ABOUT, "numberOfEmployees": value}))
    assert facts is not None
    assert facts.employees == employees


@pytest.mark.parametrize(
    ("value", "year"),
    [("2015", 2015), (2015, 2015), ("2015-03-01", 2015), ("0000", None), ("in 2015", None), (None, None)],
)
async def test_founded(vendor: Callable[..., Link], value: Any, year: int | None) -> None:
    facts = await facts_of(vendor, described({**ABOUT, "foundingDate": value}))
    assert facts is not None
    assert facts.founded_year == year


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ({"addressCountry": "Germany"}, "DE"),
        ({"addressCountry": {"@type": "Country", "name": "France"}}, "FR"),
        ([{"addressCountry": "GB"}, {"addressCountry": "US"}], "GB"),
        ({"addressCountry": 49}, None),
        ([], None),
        ("1 Main Street", None),
        (None, None),
    ],
)
async def test_country(vendor: Callable[..., Link], address: Any, country: str | None) -> None:
    facts = await facts_of(vendor, described({**ABOUT, "address": address}))
    assert facts is not None
    assert facts.country == country


@pytest.mark.parametrize("text", ["", "<h1>Under construction</h1>", '<a href="/jobs">Jobs</a>'])
async def test_a_site_that_tells_nothing_is_a_miss(vendor: Callable[..., Link], text: str) -> None:
    assert await facts_of(vendor, html(text)) is None


# Where nobody is asked


@pytest.mark.parametrize(
    "domain",
    [
        "127.0.0.1",
        "10.0.0.1",
        "0x7f.1",
        "[::1]",
        "localhost",
        "acme.com:8080",
        "acme.com/admin",
        "me@acme.com",
        "acme.com#x",
        "acme .com",
        "acme.com\r\nx: y",
        "-acme.com",
        "a" * 64 + ".com",
        ".acme.com",
        "acme..com",
        "",
    ],
)
async def test_what_is_no_domain_is_not_asked(vendor: Callable[..., Link], domain: str) -> None:
    link, asked = internet(vendor, {})
    with pytest.raises(QuestionRefused):
        await read_site(link, EnrichCompany(domain=domain))
    assert not asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://localhost/",
        "https://evil.example/",
        "//evil.example/",
        "https://acme.com.evil.example/",
        "https://evilacme.com/",
        "https://acme.com@evil.example/",
        "https://evil.example\\@acme.com/",
        "https://acme.com:8443/",
        "http://acme.com:22/",
        "file:///etc/passwd",
        "ftp://acme.com/",
        "https://" + "a" * 64 + ".acme.com/",
        "https://www..acme.com/",
        "\x00",
        "",
    ],
)
async def test_the_way_off_the_site_is_not_taken(
    vendor: Callable[..., Link], target: str, status: int
) -> None:
    link, asked = internet(vendor, {"https://acme.com/": moved(target, status)})
    reply = await read_site(link, ACME)
    assert reply == MISS
    assert {httpx.URL(url).host for url in asked} == {"acme.com"}
    assert {httpx.URL(url).port for url in asked} == {None}
    assert len(asked) <= 3


@pytest.mark.parametrize(
    "target", ["https://[::1", "javascript:alert(1)", "mailto:me@acme.com", "http://:80:80/"]
)
async def test_a_way_that_leads_nowhere_is_not_taken(vendor: Callable[..., Link], target: str) -> None:
    link, asked = internet(vendor, {"https://acme.com/": moved(target)})
    assert await read_site(link, ACME) == MISS
    assert asked == ["https://acme.com/"]


@pytest.mark.parametrize(
    "target", ["https://www.acme.com/", "http://acme.com/en", "/en/", "en", "//www.acme.com/de"]
)
async def test_the_way_within_the_site_is_taken(vendor: Callable[..., Link], target: str) -> None:
    end = str(httpx.URL("https://acme.com/").join(target))
    link, asked = internet(vendor, {"https://acme.com/": moved(target), end: described(ABOUT)})
    reply = await read_site(link, ACME)
    assert isinstance(reply.content, CompanyFacts)
    assert reply.evidence == end
    assert asked == ["https://acme.com/", end]


async def test_two_hops_are_enough(vendor: Callable[..., Link]) -> None:
    pages = {
        "https://acme.com/": moved("/1"),
        "https://acme.com/1": moved("/2"),
        "https://acme.com/2": described(ABOUT),
    }
    link, _ = internet(vendor, pages)
    assert (await read_site(link, ACME)).content is not None
    link, asked = internet(
        vendor, {**pages, "https://acme.com/2": moved("/3"), "https://acme.com/3": described(ABOUT)}
    )
    assert await read_site(link, ACME) == MISS
    assert len(asked) == 3
    link, asked = internet(vendor, {"https://acme.com/": moved("/")})
    assert await read_site(link, ACME) == MISS
    assert len(asked) == 3


@pytest.mark.parametrize(
    "target",
    [
        "https://boards.example/acme/jobs",
        "mailto:jobs@acme.com",
        "javascript:jobs()",
        "http://127.0.0.1/jobs",
        "tel:jobs",
    ],
)
async def test_careers_elsewhere_are_not_visited(vendor: Callable[..., Link], target: str) -> None:
    link, asked = internet(vendor, {"https://acme.com/": described(ABOUT, f'<a href="{target}">Jobs</a>')})
    content = (await read_site(link, ACME)).content
    assert content == CompanyFacts(name="Acme", domain="acme.com")
    assert asked == ["https://acme.com/"]


async def test_careers_on_the_front_page_need_no_second_request(vendor: Callable[..., Link]) -> None:
    rest = '<a href="#jobs">Jobs</a><script type="application/ld+json">{"@type": "JobPosting"}</script>'
    link, asked = internet(vendor, {"https://acme.com/": described(ABOUT, rest)})
    content = (await read_site(link, ACME)).content
    assert content == CompanyFacts(name="Acme", domain="acme.com", open_jobs=1)
    assert asked == ["https://acme.com/"]


@pytest.mark.parametrize(
    "careers",
    [
        httpx.Response(500),
        httpx.Response(404),
        httpx.Response(200, json={}),
        moved("https://elsewhere.example/"),
    ],
)
async def test_careers_that_cannot_be_read_leave_the_rest(
    vendor: Callable[..., Link], careers: httpx.Response
) -> None:
    front = described(ABOUT, '<a href="/jobs">Jobs</a><a href="/jobs/cook">Cook</a>')
    link, asked = internet(vendor, {"https://acme.com/": front, "https://acme.com/jobs": careers})
    content = (await read_site(link, ACME)).content
    assert content == CompanyFacts(name="Acme", domain="acme.com")
    assert asked == ["https://acme.com/", "https://acme.com/jobs"]


async def test_nothing_of_ours_is_told(vendor: Callable[..., Link]) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return described(ABOUT, '<a href="/jobs">Jobs</a>')

    link = vendor(answer, base_url=PROVIDER.base_url, key="a-key-that-is-nobodys-business")
    await read_site(link, ACME)
    assert len(seen) == 2
    for request in seen:
        assert request.headers.keys() == {"host", "accept", "accept-encoding", "user-agent"}


# What goes wrong


class Unresolving(AbstractResolver):
    """A resolver that fails as the system's does."""

    def __init__(self, errno: int) -> None:
        self._errno = errno

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise socket.gaierror(self._errno, "no")

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("errno", [socket.EAI_NONAME, socket.EAI_NODATA])
async def test_a_name_that_does_not_exist_is_a_miss(errno: int) -> None:
    async with open_web(connections=1, resolver=Unresolving(errno)) as web:
        assert await read_site(Link(web, PROVIDER.base_url, None), ACME) == MISS


async def test_a_resolver_in_trouble_is_worth_waiting_for() -> None:
    async with open_web(connections=1, resolver=Unresolving(socket.EAI_AGAIN)) as web:
        with pytest.raises(ProviderDown):
            await read_site(Link(web, PROVIDER.base_url, None), ACME)


async def test_a_website_at_an_address_that_is_not_public_is_a_miss() -> None:
    async with open_web(connections=1, resolver=Resolving("169.254.169.254")) as web:
        assert await read_site(Link(web, PROVIDER.base_url, None), ACME) == MISS


async def test_a_certificate_of_somebody_else_is_a_miss(vendor: Callable[..., Link]) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise aiohttp.ClientConnectionError("certificate") from ssl.SSLCertVerificationError(
            "self-signed certificate"
        )

    assert await read_site(vendor(refuse, base_url=PROVIDER.base_url, key=None), ACME) == MISS


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503), ProviderDown),
        (httpx.Response(429), RateLimited),
        (httpx.Response(200, json=ABOUT), AnswerGarbled),
        (httpx.Response(200, text="plain"), AnswerGarbled),
        (httpx.Response(200, html="x" * 1_000_001), AnswerGarbled),
    ],
)
async def test_a_site_that_is_not_itself(
    vendor: Callable[..., Link], answer: httpx.Response, error: type[Exception]
) -> None:
    link, _ = internet(vendor, {"https://acme.com/": answer})
    with pytest.raises(error):
        await read_site(link, ACME)


# With the simulator


async def test_the_simulators_sites_tell_the_truth(way: Callable[[str], Link], world: World) -> None:
    seen: set[str] = set()
    for company in world.companies[:80]:
        reply = await read_site(way("website"), EnrichCompany(domain=company.domain))
        if not company.has_site:
            assert reply == MISS
            continue
        facts = reply.content
        assert isinstance(facts, CompanyFacts)
        assert (facts.name, facts.domain) == (company.name, company.domain)
        assert (facts.country, facts.city) == (company.country, company.city)
        assert (facts.employees, facts.founded_year) == (company.employees, company.founded_year)
        assert facts.description == company.one_liner
        assert facts.open_jobs == min(company.open_jobs, 20)
        assert set(facts.technologies or ()) <= set(company.technologies)
        assert reply.evidence.endswith(f"/sites/{company.domain}/")
        seen.update(facts.technologies or ())
    assert len(seen) > 8
