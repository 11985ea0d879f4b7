"""A company's own website: which of its pages are fetched, and where nobody is asked.

Its robots.txt is read first, for each host of it. A page that one visit has read a moment ago is not fetched again by
the visit that follows. Whatever page a site names is fetched only where that is the site
itself: the company's domain or a name below it, by HTTP on the usual port.
"""

import asyncio
import re
import socket
import ssl
from collections import OrderedDict
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from yarl import URL

from actors.core.errors import BlockedByPolicy, NotConnected, ProviderDown, QuestionRefused
from actors.core.provider import Heard, Http, Link, NotPublic
from actors.providers.manners import Manners, send
from actors.providers.page import Page
from actors.providers.robots import MOST_BYTES, Robots, RobotsKept, read_robots

NAME = "website"

_OK = 200
_MOVED = frozenset({301, 302, 303, 307, 308})
_CLOSED = frozenset({401, 403, 404, 406, 410, 451})  # nothing there, or nothing for us: a miss
_DEADLINE_S = 10
_PAGE = Manners(
    provider=NAME,
    deadline_s=_DEADLINE_S,
    content_types=("text/html", "application/xhtml+xml"),
    most_bytes=1_000_000,
    answers=frozenset({_OK}) | _MOVED | _CLOSED,
)
_FEED = Manners(
    provider=NAME,
    deadline_s=_DEADLINE_S,
    content_types=(
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/xml",
        "text/xml",
    ),
    most_bytes=1_000_000,
    answers=frozenset({_OK}) | _MOVED | _CLOSED,
)
# 4xx: nothing is asked of machines. 429 is a site that asks us to slow down, about this as about all else.
_UNAVAILABLE = frozenset(range(400, 500)) - {429}
_ROBOTS = Manners(
    provider=NAME,
    deadline_s=_DEADLINE_S,
    content_types=("text/plain", ""),  # many say something else, and what can't be read has no rules
    most_bytes=MOST_BYTES + 1,
    answers=frozenset(range(200, 300)) | _MOVED | _UNAVAILABLE,
    cut_off=True,
)
_MOST_HOPS, _MOST_ROBOTS_HOPS = 2, 5
#: after so long nothing more is asked of a site in one go
_VISIT_S = 30.0
# RFC 9309 allows a day; a company is mostly read within minutes
_ROBOTS_KEPT_S = 3600.0
_MOST_ROBOTS_LETTERS = 8_000_000
_HOST = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?!\d+$|0x[0-9a-f]*$)[a-z0-9-]{2,63}"
)

# a company is asked about a second time as soon as the first answer is looked through
_PAGES_KEPT_S = 60.0
_MOST_PAGE_BYTES = 32_000_000
# For each way out to the web, since what is read over one says nothing of another.
_KEPT: WeakKeyDictionary[Http, RobotsKept] = WeakKeyDictionary()


class Found(NamedTuple):
    """What was found: where it was in the end, and what came."""

    url: URL
    heard: Heard

    @property
    def page(self) -> Page:
        """It as a page."""
        return Page(self.heard.body, self.heard.headers["content-type"])

    @property
    def day(self) -> date:
        """The day on which it was found, as the site has it, and never later than by our own clock."""
        today = datetime.now(UTC).date()
        try:
            return min(parsedate_to_datetime(self.heard.headers.get("date", "")).date(), today)
        except (ValueError, TypeError, IndexError):
            return today


class Hop(NamedTuple):
    """A redirect: from where, by which status, and to where."""

    url: URL
    status: int
    target: URL


class Elsewhere(NamedTuple):
    """A way that leads off the site with its last hop, which was not taken."""

    hops: tuple[Hop, ...]


class PagesRead:
    """Pages that were read a moment ago, each for one more reader; no more of them than so many bytes."""

    def __init__(self, *, seconds: float, most_bytes: int) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pages: OrderedDict[URL, tuple[float, Found]] = OrderedDict()

    def keep(self, url: URL, found: Found, now_s: float) -> None:
        """Remember a page that was read just now. Those that nobody came back for are forgotten, the oldest first."""
        self._forget(url)
        self._pages[url] = now_s, found
        self._bytes += len(found.heard.body)
        while self._pages:
            oldest = next(iter(self._pages))
            if self._bytes <= self._most_bytes and now_s - self._pages[oldest][0] <= self._seconds:
                return
            self._forget(oldest)

    def take(self, url: URL, now_s: float) -> Found | None:
        """The page at this address, which is not kept any longer; None where it was not read, or too long ago."""
        kept = self._forget(url)
        return kept[1] if kept is not None and now_s - kept[0] <= self._seconds else None

    def _forget(self, url: URL) -> tuple[float, Found] | None:
        kept = self._pages.pop(url, None)
        if kept is not None:
            self._bytes -= len(kept[1].heard.body)
        return kept


_READ: WeakKeyDictionary[Http, PagesRead] = WeakKeyDictionary()


class CompanySite:
    """The website of one company, as far as we are let. Raises QuestionRefused for what is no domain."""

    def __init__(self, link: Link, told: str, *, follows: bool = False) -> None:
        """`follows` tells of a visit that takes what another has read a moment ago."""
        self._follows = follows
        self.domain = told.lower()
        if not _HOST.fullmatch(self.domain):
            raise QuestionRefused(f"{told!r} is no domain", provider=NAME)
        try:
            self.home = URL(link.base_url.replace("{domain}", self.domain) + "/")
        except ValueError:
            raise NotConnected(f"{link.base_url!r} is no web address", provider=NAME) from None
        self._link = link
        self._ends_s = asyncio.get_running_loop().time() + _VISIT_S

    def of(self, domain: str) -> "CompanySite":
        """The website at another domain, as a part of the same visit."""
        other = CompanySite(self._link, domain)
        other._ends_s = self._ends_s
        return other

    async def front(self) -> Found | Elsewhere | None:
        """The front page, or the way off the site. None where there is neither, or nobody is there."""
        try:
            return await self._read(self.home)
        except ProviderDown as error:
            if not _is_nobody_there(error):
                raise
            return None

    async def page(self, url: URL) -> Found | None:
        """The page at an address. None where there is none, or where the way leads off the site."""
        found = await self._read(url)
        return found if isinstance(found, Found) else None

    async def feed(self, url: URL) -> Found | None:
        """The feed at an address. None where there is none, or where the way leads off the site."""
        found = await self._found(url, _FEED)
        return found if isinstance(found, Found) else None

    async def _read(self, url: URL) -> Found | Elsewhere | None:
        now_s = asyncio.get_running_loop().time
        read = _READ.setdefault(
            self._link.http, PagesRead(seconds=_PAGES_KEPT_S, most_bytes=_MOST_PAGE_BYTES)
        )
        if self._follows:
            return read.take(url, now_s()) or await self._found(url, _PAGE)
        found = await self._found(url, _PAGE)
        if isinstance(found, Found):
            read.keep(url, found, now_s())
        return found

    def own(self, at: URL, reference: str) -> URL | None:
        """Where a reference leads from a page, if that is on this site still, else None."""
        target = _joined(at, reference)
        if target is None:
            return None
        own, host = (self.home.raw_host or "").removeprefix("www."), target.raw_host or ""
        is_own = host == own or (host.endswith(f".{own}") and _HOST.fullmatch(host))
        is_within = self._link.is_to_anybody or target.raw_path.startswith(self.home.raw_path)
        is_usual = _is_plain(target) and _port(target) == _port(self.home)
        return target if is_own and is_within and is_usual else None

    async def _found(self, url: URL, manners: Manners) -> Found | Elsewhere | None:
        hops: list[Hop] = []
        for _ in range(1 + _MOST_HOPS):
            await self._must_be_allowed(url)
            heard = await self._asked(url, manners)
            if heard.status == _OK:
                return Found(url, heard)
            target = self._target(heard, url)
            if target is None:
                away = _joined(url, heard.headers.get("location", "")) if heard.status in _MOVED else None
                return Elsewhere((*hops, Hop(url, heard.status, away))) if away is not None else None
            hops.append(Hop(url, heard.status, target))
            url = target
        return None

    async def _asked(self, url: URL, manners: Manners) -> Heard:
        if asyncio.get_running_loop().time() > self._ends_s:
            raise ProviderDown(f"not all was read within {_VISIT_S:g} s", provider=NAME)
        return await send(self._link, manners, "GET", url)

    def _target(self, heard: Heard, url: URL) -> URL | None:
        return self.own(url, heard.headers.get("location", "")) if heard.status in _MOVED else None

    async def _must_be_allowed(self, url: URL) -> None:
        """Raises BlockedByPolicy where robots.txt forbids a page, and what its own fetching raises."""
        kept = _KEPT.setdefault(
            self._link.http, RobotsKept(seconds=_ROBOTS_KEPT_S, most_letters=_MOST_ROBOTS_LETTERS)
        )
        # where one host stands in for all sites, each has its own below the path that is its home
        root = url.origin().with_path("/") if self._link.is_to_anybody else self.home
        robots = kept.get(str(root), asyncio.get_running_loop().time())
        if robots is None:
            robots = await self._robots(root)
            kept.keep(str(root), robots, asyncio.get_running_loop().time())
        if not robots.allows("/" + url.raw_path_qs.removeprefix(root.raw_path)):
            raise BlockedByPolicy("robots.txt forbids it", provider=NAME)

    async def _robots(self, root: URL) -> Robots:
        """What the site asks of machines, nothing where it has no robots.txt (RFC 9309, section 2.3.1).

        A site that can't say at the moment, or can't be reached, is not read: ProviderDown or RateLimited. Another
        try may help, and what it would have said is not ours to guess. One that has moved is followed five times,
        also to another site, as the RFC wants it; what leads nowhere is none.
        """
        url = root.join(URL("robots.txt"))
        for _ in range(1 + _MOST_ROBOTS_HOPS):
            heard = await self._asked(url, _ROBOTS)
            if heard.status not in _MOVED | _UNAVAILABLE:
                return read_robots(heard.body)
            target = self._robots_target(heard, url)
            if target is None:
                break
            url = target
        return Robots()

    def _robots_target(self, heard: Heard, url: URL) -> URL | None:
        target = self._target(heard, url)
        if target is None and heard.status in _MOVED and self._link.is_to_anybody:
            elsewhere = _joined(url, heard.headers.get("location", ""))
            is_usual = elsewhere is not None and _is_plain(elsewhere) and elsewhere.is_default_port()
            return elsewhere if is_usual else None
        return target


def _joined(at: URL, reference: str) -> URL | None:
    try:
        return at.join(URL(reference))
    except ValueError:
        return None


def _is_plain(url: URL) -> bool:
    """Whether it is an address of the web with nobody's name in it."""
    return url.scheme in {"http", "https"} and url.raw_user is None and url.raw_password is None


def _port(url: URL) -> int | None:
    """The port where it is not the scheme's own: a site may move from HTTP to HTTPS."""
    return None if url.is_default_port() else url.port


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
