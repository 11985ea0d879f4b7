"""The company's own website: what it tells machines of the company, its open jobs, and its news."""

from collections.abc import Awaitable
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

from yarl import URL

from actors.core.errors import AgentError, AnswerGarbled
from actors.core.provider import Link, Provider, Reply
from actors.core.questions import CompanyFacts, EnrichCompany, FindSignals, Signal, SignalsFound
from actors.providers.company_site import NAME, CompanySite, Elsewhere, Found
from actors.providers.feeds import read_feed
from actors.providers.fields import day, text
from actors.providers.moved import moved_for_good, written
from actors.providers.organization import facts_of, own_organization, quote
from actors.providers.page import Page

_MOST_EVIDENCE = 300  # some sites redirect to very long addresses
_MOST_QUOTED = 200
_MOST_SIGNALS = 20  # of each kind
_MOST_TITLE = 200
_OLDEST_NEWS = timedelta(days=365)
# What companies say of themselves on the page about them, where the front page doesn't.
_TOLD_ELSEWHERE = ("employees", "founded_year", "country")


async def read_site(link: Link, question: EnrichCompany) -> Reply:
    """What the company's website says: the front page, the careers page, and the page about the company.

    Of one that has moved to another domain for good, only that.
    """
    if question.domain is None:
        return Reply(None)
    site = CompanySite(link, question.domain)
    front = await site.front()
    if isinstance(front, Elsewhere):
        return await _moved(site, front)
    if front is None:
        return Reply(None)
    page = front.page
    organization = _organization(site, front.url, page)
    facts = facts_of(organization)
    if any(facts[name] is None for name in _TOLD_ELSEWHERE):
        about = await _or_none(_about(site, front.url, page))
        organization = about | {name: value for name, value in organization.items() if value is not None}
        facts = facts_of(organization)
    clues = page.technologies(front.heard.headers)
    facts["name"] = facts["name"] or text(page.site_name())
    facts["description"] = facts["description"] or text(page.description())
    facts["technologies"] = tuple(clues) or None
    facts["open_jobs"] = await _open_jobs(site, front.url, page)
    if all(value is None for value in facts.values()):
        return Reply(None)
    quotes = {"technologies": ", ".join(clues.values()), "description": facts["description"] or ""}
    if facts["employees"] is not None:
        quotes["employees"] = quote({"numberOfEmployees": organization["numberOfEmployees"]})
    return Reply(
        CompanyFacts(domain=site.domain, **facts),
        evidence=_evidence(front),
        quotes={name: words[:_MOST_QUOTED] for name, words in quotes.items() if words},
    )


async def find_signals(link: Link, question: FindSignals) -> Reply:
    """The jobs that the company's website announces, and its news of the last year, the newest of each first.

    What can't be read is left out where the other has something to tell, else it is the error. The pages are mostly
    those that were read a moment ago, when it was asked what is known of the company.
    """
    site = CompanySite(link, question.domain, follows=True)
    front = await site.front()
    if not isinstance(front, Found):
        return Reply(None)
    signals: list[Signal] = []
    error: AgentError | None = None
    for read in (_jobs, _news):
        try:
            newest = sorted(await read(site, front), key=lambda signal: signal.on, reverse=True)
        except AgentError as failure:
            error = failure
        else:
            signals += newest[:_MOST_SIGNALS]
    if signals:
        return Reply(SignalsFound(signals=tuple(signals)), evidence=_evidence(front))
    if error is not None:
        raise error
    return Reply(None)


async def _moved(site: CompanySite, away: Elsewhere) -> Reply:
    found = await moved_for_good(site, away)
    if found is None:
        return Reply(None)
    domain, hops = found
    return Reply(
        CompanyFacts(domain=site.domain, leads_to=domain),
        evidence=str(site.home)[:_MOST_EVIDENCE],
        quotes={"leads_to": written(hops)[:_MOST_EVIDENCE]},
    )


def _evidence(found: Found) -> str:
    return str(found.url)[:_MOST_EVIDENCE]


async def _or_none(asked: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """What another page adds, nothing where it can't be read: what the front page said is worth keeping."""
    try:
        return await asked
    except AgentError:
        return {}


def _organization(site: CompanySite, url: URL, page: Page) -> dict[str, Any]:
    return own_organization(page.nodes(), lambda told: site.own(url, told) is not None)


async def _about(site: CompanySite, url: URL, page: Page) -> dict[str, Any]:
    """What the page about the company says of it, whoever else is spoken of there."""
    target = _first_own(site, url, page.about_links())
    found = await site.page(target) if target is not None and not _is_same(target, url) else None
    return _organization(site, found.url, found.page) if found is not None else {}


async def _open_jobs(site: CompanySite, url: URL, page: Page) -> int | None:
    """The number of open jobs, from the front page or the careers page that it links."""
    try:
        careers = await _careers(site, url, page)
    except AgentError:  # what the front page said is worth keeping, and the jobs stay unknown
        return None
    return careers[1].open_jobs() if careers is not None else None


async def _careers(site: CompanySite, url: URL, page: Page) -> tuple[URL, Page] | None:
    """The careers page that the front page links, or else the front page itself. None where it leads nowhere."""
    target = _first_own(site, url, page.careers_links())
    if target is None or _is_same(target, url):
        return url, page
    found = await site.page(target)
    return (found.url, found.page) if found is not None else None


async def _jobs(site: CompanySite, front: Found) -> list[Signal]:
    """Each job that is still open, on the day when it was announced; where it says none, on the day it was seen."""
    careers = await _careers(site, front.url, front.page)
    if careers is None:
        return []
    url, page = careers
    signals = []
    for job in page.jobs():
        title, until = _title(job.get("title")), day(job.get("validThrough"))
        if title and (until is None or until >= front.day):
            on = min(day(job.get("datePosted")) or front.day, front.day)
            link = _web_address(url, job.get("url")) or str(url)[:_MOST_EVIDENCE]
            signals.append(Signal(kind="hiring", on=on, title=title, url=link))
    return list(dict.fromkeys(signals))


async def _news(site: CompanySite, front: Found) -> list[Signal]:
    """What the first feed of the front page tells of the last year."""
    target = _first_own(site, front.url, front.page.feeds())
    found = await site.feed(target) if target is not None else None
    if found is None:
        return []
    try:
        items = read_feed(found.heard.body)
    except ValueError as error:
        raise AnswerGarbled(str(error), provider=NAME) from None
    first = front.day - _OLDEST_NEWS
    return [
        Signal(
            kind="news", on=item.on, title=item.title[:_MOST_TITLE], url=_web_address(found.url, item.link)
        )
        for item in items
        if first <= item.on <= front.day
    ]


def _first_own(site: CompanySite, url: URL, references: list[str]) -> URL | None:
    targets = (site.own(url, reference) for reference in references)
    return next((target for target in targets if target is not None), None)


def _is_same(one: URL, other: URL) -> bool:
    return (one.host, one.raw_path_qs) == (other.host, other.raw_path_qs)


def _title(value: object) -> str | None:
    """A title in one line, without HTML's entities."""
    return " ".join(unescape(text(value) or "").split())[:_MOST_TITLE] or None


def _web_address(at: URL, reference: object) -> str | None:
    """Where a reference leads as an address that a person can open; None for anything else."""
    try:
        target = at.join(URL(reference)) if isinstance(reference, str) and reference else None
    except ValueError:
        return None
    if target is None or target.scheme not in {"http", "https"} or target.raw_user is not None:
        return None
    address = str(target)
    return address if len(address) <= _MOST_EVIDENCE else None


PROVIDER = Provider(
    name=NAME,
    title="Company website",
    base_url="https://{domain}",
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={EnrichCompany: read_site, FindSignals: find_signals},
    knows=frozenset(
        {
            "name",
            "legal_name",
            "country",
            "city",
            "employees",
            "founded_year",
            "technologies",
            "open_jobs",
            "description",
            "phone",
            "linkedin_url",
            "leads_to",
        }
    ),
    trust=0.7,
    licence="the company's own publication",
    keeps_for_days=30,
    is_one_service=False,
)
