"""A web page, as far as it tells something about a company: plain functions over bytes, no I/O.

Pages come from anybody, so nothing here recurses, and no search starts again where it has been: time is in
proportion to the size of the page, whatever stands on it.
"""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import Any

import orjson

_MOST_SCRIPTS = 1000
_MOST_NODES = 1000
_MOST_METAS = 200
_MOST_LINKS = 2000
_MOST_TAG_BYTES = 4000

_WITHIN = ("item", "itemListElement", "@graph")

_META = re.compile(rb"""<meta\b(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
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
_NO_JOBS = re.compile(
    rb"\bno (?:open|current|vacant|available|job) {1,3}(?:positions?|jobs?|roles?|openings?|vacancies)\b"
)

# What gives a technology away, in small letters.
_FINGERPRINTS = (
    (b"wp-content/", "WordPress"),
    (b'content="wordpress', "WordPress"),
    (b'content="webflow', "Webflow"),
    (b'content="wix.com', "Wix"),
    (b'content="drupal', "Drupal"),
    (b'content="joomla', "Joomla"),
    (b"static.squarespace.com", "Squarespace"),
    (b"cdn.shopify.com", "Shopify"),
    (b"x-magento-init", "Magento"),
    (b"js.hs-scripts.com", "HubSpot"),
    (b"munchkin.marketo", "Marketo"),
    (b"googletagmanager.com/gtm", "Google Tag Manager"),
    (b"google-analytics.com/", "Google Analytics"),
    (b"googletagmanager.com/gtag", "Google Analytics"),
    (b"cdn.segment.com", "Segment"),
    (b"static.hotjar.com", "Hotjar"),
    (b"widget.intercom.io", "Intercom"),
    (b"static.zdassets.com", "Zendesk"),
    (b"js.driftt.com", "Drift"),
    (b"js.stripe.com", "Stripe"),
    (b"connect.facebook.net", "Facebook Pixel"),
    (b"snap.licdn.com", "LinkedIn Ads"),
    (b"data-reactroot", "React"),
    (b"/_next/static/", "Next.js"),
    (b"ng-version=", "Angular"),
    (b"data-v-app", "Vue.js"),
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
        found = dict(self._descriptions())
        return found.get(b"og:description") or found.get(b"description")

    def technologies(self) -> tuple[str, ...]:
        """The technologies that give themselves away."""
        return tuple(dict.fromkeys(name for clue, name in _FINGERPRINTS if clue in self._lower))

    def careers_links(self) -> list[str]:
        """The links that seem to lead to open jobs, the shortest first."""
        links = islice(_HREF.finditer(self._lower), _MOST_LINKS)
        found = {unescape(self._text(*link.span(1))) for link in links if _CAREERS.search(link[1])}
        return sorted(found, key=lambda link: (len(link), link))

    def open_jobs(self) -> int | None:
        """How many jobs the page announces to machines; 0 where it says that there are none; else None."""
        postings = sum("JobPosting" in types(node) for node in self.nodes())
        return postings or (0 if _NO_JOBS.search(self._lower) else None)

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

    def _descriptions(self) -> Iterator[tuple[bytes, str]]:
        place = 0
        for _ in range(_MOST_METAS):
            place = self._lower.find(b"<meta", place)
            if place < 0:
                return
            tag = _META.match(self._lower, place, place + _MOST_TAG_BYTES)
            place += len(b"<meta")
            if tag is None:
                continue
            spans = {m[1]: m.span(m.lastindex or 0) for m in _ATTRIBUTE.finditer(self._lower, *tag.span())}
            name = spans.get(b"property") or spans.get(b"name")
            if name is not None and b"content" in spans:
                yield self._lower[slice(*name)], unescape(self._text(*spans[b"content"])).strip()

    def _text(self, begin: int, end: int) -> str:
        return self._body[begin:end].decode(self._charset, "replace")


def types(node: dict[str, Any]) -> list[str]:
    """The types of a thing in JSON-LD, without the address of the vocabulary."""
    given = node.get("@type")
    listed = given if isinstance(given, list) else [given]
    return [one.rpartition("/")[2] for one in listed if isinstance(one, str)]
