"""The company's own website: what its front page tells machines, and how many jobs it announces."""

import re
import socket
import ssl
from decimal import Decimal
from html import unescape
from typing import Any

from yarl import URL

from actors.core.errors import AgentError, NotConnected, ProviderDown, QuestionRefused
from actors.core.provider import Heard, Link, NotPublic, Provider, Reply
from actors.core.questions import CompanyFacts, EnrichCompany
from actors.providers.fields import text, whole
from actors.providers.manners import Manners, send
from actors.providers.page import Page, types
from tenants.countries import country_code

_NAME = "website"
_OK = 200
_MOVED = frozenset({301, 302, 303, 307, 308})
_CLOSED = frozenset({401, 403, 404, 406, 410, 451})  # nothing there, or nothing for us: a miss
_MANNERS = Manners(
    provider=_NAME,
    deadline_s=10,
    content_types=("text/html", "application/xhtml+xml"),
    most_bytes=1_000_000,
    answers=frozenset({_OK}) | _MOVED | _CLOSED,
)
_MOST_HOPS = 2
_MOST_EVIDENCE = 300  # some sites redirect to very long addresses
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}")
# Of schema.org: Organization and those below it that companies use for themselves.
_ORGANIZATIONS = frozenset(
    {
        "Organization",
        "Corporation",
        "LocalBusiness",
        "OnlineBusiness",
        "OnlineStore",
        "ProfessionalService",
        "EducationalOrganization",
        "MedicalOrganization",
        "FinancialService",
        "NGO",
    }
)
_YEARS = range(1000, 2101)


async def read_site(link: Link, question: EnrichCompany) -> Reply:
    """What the company's website says: the front page, and the careers page that it links."""
    if question.domain is None:
        return Reply(None)
    domain = question.domain.lower()
    if not _HOST.fullmatch(domain):
        raise QuestionRefused(f"{question.domain!r} is no domain", provider=_NAME)
    try:
        home = URL(link.base_url.replace("{domain}", domain) + "/")
    except ValueError:
        raise NotConnected(f"{link.base_url!r} is no web address", provider=_NAME) from None
    try:
        found = await _page(link, home, home)
    except ProviderDown as error:
        if not _is_nobody_there(error):
            raise
        found = None
    if found is None:
        return Reply(None)
    url, page = found
    organization = next((node for node in page.nodes() if not _ORGANIZATIONS.isdisjoint(types(node))), {})
    facts = _facts(organization, page)
    facts["open_jobs"] = await _open_jobs(link, home, url, page)
    if all(value is None for value in facts.values()):
        return Reply(None)
    return Reply(CompanyFacts(domain=domain, **facts), evidence=str(url)[:_MOST_EVIDENCE])


async def _page(link: Link, home: URL, url: URL) -> tuple[URL, Page] | None:
    """The page and where it was in the end; None where there is none, or where the way leads off the site."""
    for _ in range(1 + _MOST_HOPS):
        heard = await send(link, _MANNERS, "GET", url)
        if heard.status == _OK:
            return url, Page(heard.body, heard.headers["content-type"])
        target = _target(heard, home, url)
        if target is None:
            return None
        url = target
    return None


def _target(heard: Heard, home: URL, url: URL) -> URL | None:
    return _on_site(home, url, heard.headers.get("location", "")) if heard.status in _MOVED else None


def _on_site(home: URL, url: URL, reference: str) -> URL | None:
    """Where a reference leads, if that is still the company's own site by HTTP, else None."""
    try:
        target = url.join(URL(reference))
    except ValueError:
        return None
    own, host = (home.raw_host or "").removeprefix("www."), target.raw_host or ""
    is_own = host == own or (host.endswith(f".{own}") and _HOST.fullmatch(host))
    return target if is_own and target.scheme in {"http", "https"} and _port(target) == _port(home) else None


def _port(url: URL) -> int | None:
    """The port where it is not the scheme's own: a site may move from HTTP to HTTPS."""
    return None if url.is_default_port() else url.port


async def _open_jobs(link: Link, home: URL, url: URL, page: Page) -> int | None:
    """The number of open jobs, from the front page or the careers page that it links."""
    targets = (_on_site(home, url, reference) for reference in page.careers_links())
    careers = next((target for target in targets if target is not None), None)
    if careers is None or (careers.host, careers.raw_path_qs) == (url.host, url.raw_path_qs):
        return page.open_jobs()
    try:
        found = await _page(link, home, careers)
    except AgentError:  # what the front page said is worth keeping, and the jobs stay unknown
        return None
    return found[1].open_jobs() if found is not None else None


def _is_nobody_there(error: ProviderDown) -> bool:
    """Whether waiting will not help: no such name, somebody else's certificate, or an address that is not public."""
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError | NotPublic):
            return True
        if isinstance(cause, socket.gaierror):
            return cause.errno in {socket.EAI_NONAME, socket.EAI_NODATA}
        cause = cause.__cause__
    return False


def _facts(organization: dict[str, Any], page: Page) -> dict[str, Any]:
    address = organization.get("address")
    address = next(iter(address), None) if isinstance(address, list) else address
    address = address if isinstance(address, dict) else {}
    country = address.get("addressCountry")
    country = country.get("name") if isinstance(country, dict) else country
    return {
        "name": _plain(organization.get("name")),
        "country": country_code(text(country) or ""),
        "city": text(address.get("addressLocality")),
        "employees": _employees(organization.get("numberOfEmployees")),
        "founded_year": _year(organization.get("foundingDate")),
        "technologies": page.technologies() or None,
        "description": _plain(organization.get("description")) or text(page.description()),
    }


def _plain(value: object) -> str | None:
    """A text without the HTML entities that many sites leave in their JSON."""
    return text(unescape(value)) if isinstance(value, str) else None


def _employees(value: object) -> int | None:
    """A number of employees: a number, or an amount, or the lower end of a range."""
    if isinstance(value, dict):
        value = value.get("value", value.get("minValue"))
    if isinstance(value, str):
        lower_end = re.match(r"\d{1,9}", value.replace(",", "").strip())
        return int(lower_end[0]) if lower_end else None
    return whole(value)


def _year(value: object) -> int | None:
    digits = re.match(r"\d{4}", str(value))
    return int(digits[0]) if digits and int(digits[0]) in _YEARS else None


PROVIDER = Provider(
    name=_NAME,
    title="Company website",
    base_url="https://{domain}",
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={EnrichCompany: read_site},
    knows=frozenset(
        {
            "name",
            "country",
            "city",
            "employees",
            "founded_year",
            "technologies",
            "open_jobs",
            "description",
        }
    ),
    trust=0.7,
    licence="the company's own publication",
    keeps_for_days=30,
    is_one_service=False,
)
