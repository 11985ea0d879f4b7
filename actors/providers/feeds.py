"""A website's feed of news, RSS or Atom, read from its bytes. No I/O.

Feeds come from anybody. Expat, which the standard library brings, reads them event by event in a time that grows
with their length. One with a document type is refused before anything in it counts: only there could entities be
declared, which blow a small document up or fetch another.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import NamedTuple
from xml.parsers import expat

_MOST_ITEMS = 500
_MOST_TAGS = 100_000
_MOST_LETTERS = 2_000
_MOST_TITLE = 300
_ATOM = "http://www.w3.org/2005/Atom"
_OURS = frozenset({"", _ATOM, "http://purl.org/rss/1.0/", "http://purl.org/dc/elements/1.1/"})
_FIELDS = frozenset({"title", "link", "pubDate", "date", "published", "updated"})
_TAG = re.compile(r"<[^<>]{0,500}>")


class Item(NamedTuple):
    """One thing that a feed tells: its title, its day by UTC, and where it can be read, as it is written there."""

    title: str
    on: date
    link: str | None


def read_feed(body: bytes) -> list[Item]:
    """The items of a feed that have a title and a day, in its order.

    Where it breaks off or is broken, what stands before that counts. Raises ValueError for what is no feed, and
    for a document type.
    """
    reader = _Reader()
    try:
        for piece in _pieces(body, reader):
            reader.parser.Parse(piece, False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        if not reader.items:
            raise ValueError(f"no feed: {expat.ErrorString(error.code)}") from None
    except _Refused:
        raise
    except (LookupError, ValueError):
        raise ValueError("no feed: an encoding that cannot be read") from None
    if not reader.is_feed:
        raise ValueError("XML, but no feed")
    found = (_item(fields) for fields in reader.items)
    return [item for item in found if item is not None]


class _Refused(ValueError):
    """A document that is not read any further."""


class _Reader:
    """Whatever of a feed's items we know, gathered as it comes by."""

    def __init__(self) -> None:
        self.items: list[dict[str, str]] = []
        self.has_begun = False
        self.is_feed = False
        self._path: list[str] = []
        self._tags = 0
        self._item: dict[str, str] | None = None
        self._depth = 0
        self._text: list[str] | None = None
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._document_type
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._letters

    def _document_type(self, *_: object) -> None:
        raise _Refused("a feed with a document type")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self._tags += 1
        if self._tags > _MOST_TAGS:
            raise _Refused("a feed without end")
        if not self.has_begun:
            self.has_begun = True
            self.is_feed = local in {"rss", "RDF", "feed"}
        self._path.append(name)
        if namespace not in _OURS:
            return
        if self._item is None and local in {"item", "entry"} and len(self.items) < _MOST_ITEMS:
            self._item, self._depth = {}, len(self._path)
        elif self._item is not None and len(self._path) == self._depth + 1 and local in _FIELDS:
            self._text = []
            if namespace == _ATOM and local == "link" and attributes.get("rel", "alternate") == "alternate":
                self._item.setdefault("link", attributes.get("href", ""))

    def _letters(self, letters: str) -> None:
        if self._text is not None and sum(map(len, self._text)) < _MOST_LETTERS:
            self._text.append(letters[:_MOST_LETTERS])

    def _end(self, name: str) -> None:
        self._path.pop()
        if self._item is None:
            return
        if len(self._path) < self._depth:
            self.items.append(self._item)
            self._item = None
        elif self._text is not None and len(self._path) == self._depth:
            text = "".join(self._text).strip()
            if text:
                self._item.setdefault(name.rpartition(" ")[2], text)
            self._text = None


def _pieces(body: bytes, reader: _Reader) -> Iterator[bytes]:
    """The document in pieces: tag by tag until it has begun, so that what is refused there is the last thing read."""
    place = 0
    while not reader.has_begun and place < len(body):
        end = body.find(b">", place) + 1 or len(body)
        yield body[place:end]
        place = end
    yield body[place:]


def _item(fields: dict[str, str]) -> Item | None:
    title = " ".join(_TAG.sub(" ", unescape(fields.get("title", ""))).split())[:_MOST_TITLE]
    days = (_day(fields[name]) for name in ("pubDate", "published", "date", "updated") if name in fields)
    on = next((day for day in days if day is not None), None)
    return Item(title, on, fields.get("link") or None) if title and on is not None else None


def _day(text: str) -> date | None:
    """The day by UTC of a time as mails have it, or of one in ISO 8601."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            then = read(text)
            return then.astimezone(UTC).date() if then.tzinfo is not None else then.date()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None
