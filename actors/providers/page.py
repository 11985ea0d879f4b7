"""A web page, as far as it tells something about a company: plain functions over bytes, no I/O.

Pages come from anybody, so nothing here recurses, and no search starts again where it has been: time is in
proportion to the size of the page, whatever stands on it.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import islice
from typing import Any

import orjson

from actors.providers import fingerprints

_MOST_SCRIPTS = 1000
_MOST_NODES = 1000
_MOST_TAGS = 300
_MOST_LINKS = 2000
_MOST_TAG_BYTES = 4000

_WITHIN = ("item", "itemListElement", "publisher", "mainEntity", "@graph")

_TAG = re.compile(rb"""<[a-z]++\b(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(rb"""(?<![a-z:-])([a-z:-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_HREF = re.compile(rb"""<a\s(?:[^<>h]++|h(?!ref\b))*+href\s{0,5}=\s{0,5}["']?([^"'\s>]{1,500})""")
_CHARSET = re.compile(rb"""charset\s{0,5}=\s{0,5}["']?([a-z0-9_-]{1,20})""")
# Python knows more encodings than pages are written in, and some of those are slow.
_CHARSETS = re.compile(
    r"utf-8|(us-)?ascii|iso-8859-\d\d?|windows-125\d|koi8-r|shift_jis|euc-(jp|kr)|gb(2312|k|18030)|big5"
)
_CAREERS = re.compile(
    rb"\b(?:careers?|jobs?|vacanc(?:y|ies)|open-?positions|join-?us|work-?with-?us|"
    rb"karriere|stellenangebote|jobb|emplois?|recrutement|carrieres?|empleos?|trabaja|lavora-con-noi|vacatures)\b"
)
_ABOUT = re.compile(
    rb"\b(?:about(?:-?us)?|who-?we-?are|our-company|ueber-uns|qui-sommes-nous|a-propos|chi-siamo|"
    rb"quienes-somos|sobre-nosotros|over-ons|om-oss)\b"
)
_FEEDS = frozenset({b"application/rss+xml", b"application/atom+xml"})
_NO_JOBS = re.compile(
    rb"\bno (?:open|current|vacant|available|job) {1,3}(?:positions?|jobs?|roles?|openings?|vacancies)\b"
)


class Page:
    """One page: its bytes, the same in small letters, and how it is written."""

    def __init__(self, body: bytes, content_type: str) -> None:
        self._body = body
        self._lower = body.lower()  # of bytes: ASCII only, so that places stay the same
        told = _CHARSET.search(content_type.lower().encode()) or _CHARSET.search(self._lower, 0, 2048)
        charset = told[1].decode() if told else "utf-8"
        self._charset = charset if _CHARSETS.fullmatch(charset) else "utf-8"

    def description(self) -> str | None:
        """What the page says of itself in its OpenGraph or plain description."""
        found = dict(self._metas())
        return found.get(b"og:description") or found.get(b"description")

    def site_name(self) -> str | None:
        """What the site calls itself in its OpenGraph."""
        return dict(self._metas()).get(b"og:site_name")

    def technologies(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The technologies that give themselves away, here or in the headers it came with, each with its clue."""
        return fingerprints.technologies(self._lower, headers)

    def careers_links(self) -> list[str]:
        """The links that seem to lead to open jobs, the shortest first."""
        return self._links(_CAREERS)

    def about_links(self) -> list[str]:
        """The links that seem to lead to what the company says of itself, the shortest first."""
        return self._links(_ABOUT)

    def feeds(self) -> list[str]:
        """The feeds that the page names as its own, in its order; those of comments are none."""
        found = []
        for spans in self._tags(b"<link"):
            named = {name: self._lower[slice(*span)] for name, span in spans.items()}
            is_feed = (
                named.get(b"type", b"").strip() in _FEEDS and b"alternate" in named.get(b"rel", b"").split()
            )
            if is_feed and b"comments" not in named.get(b"href", b"comments"):
                found.append(unescape(self._text(*spans[b"href"])).strip())
        return found

    def open_jobs(self) -> int | None:
        """How many jobs the page announces to machines; 0 where it says that there are none; else None."""
        return sum(1 for _ in self.jobs()) or (0 if _NO_JOBS.search(self._lower) else None)

    def jobs(self) -> Iterator[dict[str, Any]]:
        """The jobs that the page announces to machines."""
        return (node for node in self.nodes() if "JobPosting" in types(node))

    def nodes(self) -> Iterator[dict[str, Any]]:
        """The things that the page describes in JSON-LD, also those in graphs and lists."""
        waiting: deque[Any] = deque(self._json_ld())
        for _ in range(_MOST_NODES):
            if not waiting:
                return
            value = waiting.popleft()
            if isinstance(value, list):
                waiting.extendleft(reversed(value))
            elif isinstance(value, dict):
                yield value
                waiting.extendleft(value[name] for name in _WITHIN if name in value)

    def _json_ld(self) -> Iterator[Any]:
        place = 0
        for _ in range(_MOST_SCRIPTS):
            place = self._lower.find(b"application/ld+json", place)
            begin = self._lower.find(b">", place) + 1
            end = self._lower.find(b"</script", begin)
            if place < 0 or begin == 0 or end < 0:
                return
            place = end
            try:
                yield orjson.loads(self._text(begin, end))
            except orjson.JSONDecodeError:
                continue  # people write these by hand; another may be good

    def _links(self, wanted: re.Pattern[bytes]) -> list[str]:
        links = islice(_HREF.finditer(self._lower), _MOST_LINKS)
        found = {unescape(self._text(*link.span(1))) for link in links if wanted.search(link[1])}
        return sorted(found, key=lambda link: (len(link), link))

    def _metas(self) -> Iterator[tuple[bytes, str]]:
        for spans in self._tags(b"<meta"):
            name = spans.get(b"property") or spans.get(b"name")
            if name is not None and b"content" in spans:
                yield self._lower[slice(*name)], unescape(self._text(*spans[b"content"])).strip()

    def _tags(self, begin: bytes) -> Iterator[dict[bytes, tuple[int, int]]]:
        """Where the values of attributes are in each tag that begins so."""
        place = 0
        for _ in range(_MOST_TAGS):
            place = self._lower.find(begin, place)
            if place < 0:
                return
            tag = _TAG.match(self._lower, place, place + _MOST_TAG_BYTES)
            place += len(begin)
            if tag is not None:
                yield {m[1]: m.span(m.lastindex or 0) for m in _ATTRIBUTE.finditer(self._lower, *tag.span())}

    def _text(self, begin: int, end: int) -> str:
        return self._body[begin:end].decode(self._charset, "replace")


def types(node: dict[str, Any]) -> list[str]:
    """The types of a thing in JSON-LD, without the address of the vocabulary."""
    given = node.get("@type")
    listed = given if isinstance(given, list) else [given]
    return [one.rpartition("/")[2] for one in listed if isinstance(one, str)]
