"""Feeds of news: in their three dialects, broken, and hostile."""

from contextlib import suppress
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.feeds import Item, read_feed

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>News of Acme</title><link>https://acme.com/</link><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate>
  <atom:link rel="self" href="https://acme.com/feed"/>
  <item>
    <title>We open in &lt;b&gt;Lyon&lt;/b&gt; &amp;amp; Nice</title>
    <link>https://acme.com/news/1</link>
    <media:title>a picture</media:title>
    <media:group><title>deeper</title></media:group>
    <author>ann@acme.com (Ann Lee)</author><dc:creator>Ann Lee</dc:creator>
    <pubDate>Sun, 01 Nov 2026 23:30:00 -0500</pubDate>
    <description><![CDATA[<p>Ann Lee said <title>x</title></p>]]></description>
  </item>
  <item><title><![CDATA[Second  <i>thing</i>]]></title><dc:date>2026-10-05T12:00:00+02:00</dc:date></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom">
<title>News</title><updated>2026-11-01T00:00:00Z</updated>
<entry>
  <title type="html">First &amp;amp; best</title>
  <link rel="enclosure" href="/a.mp3"/><link rel="alternate" href="/first"/><link href="/later"/>
  <updated>2026-11-01T00:00:00Z</updated><published>2026-10-31T23:59:59Z</published>
  <author><name>Ann Lee</name></author>
</entry>
<entry><title>Second</title><updated>2026-10-01</updated></entry>
</feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>News</title></channel>
<item><title>First</title><link>/first</link><dc:date>2026-11-01T10:00:00Z</dc:date></item></rdf:RDF>"""


def test_rss() -> None:
    assert read_feed(RSS.encode()) == [
        Item("We open in Lyon & Nice", date(2026, 11, 2), "https://acme.com/news/1"),
        Item("Second thing", date(2026, 10, 5), None),
    ]


def test_atom() -> None:
    assert read_feed(ATOM.encode()) == [
        Item("First & best", date(2026, 10, 31), "/first"),
        Item("Second", date(2026, 10, 1), None),
    ]


def test_rdf() -> None:
    assert read_feed(RDF.encode()) == [Item("First", date(2026, 11, 1), "/first")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_other_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>' + RDF.replace("First", "Zoë")
    assert read_feed(text.encode(encoding))[0].title == "Zoë"


def rss(*items: str) -> bytes:
    return f"<rss><channel>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>".encode()


@pytest.mark.parametrize(
    "item",
    [
        "",
        "<title>News</title>",
        "<pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate>",
        "<title> </title><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate>",
        "<title>&lt;img&gt;</title><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate>",
        "<title>News</title><pubDate>yesterday</pubDate>",
        "<title>News</title><pubDate></pubDate>",
        "<title>News</title><pubDate>Fri, 31 Dec 9999 23:59:59 -0500</pubDate>",
        "<title>News</title><pubDate>Mon, 99 Foo 2026 08:00:00 GMT</pubDate>",
        "<inner><title>News</title><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate></inner>",
    ],
)
def test_an_item_without_title_or_day_is_none(item: str) -> None:
    good = "<title>Good</title><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate>"
    assert read_feed(rss(item, good)) == [Item("Good", date(2026, 11, 2), None)]


def test_what_stands_before_a_break_counts() -> None:
    whole = RSS.encode()
    assert len(read_feed(whole[: whole.index(b"Second")])) == 1
    assert len(read_feed(whole.replace(b"+02:00", b"+02:00&nbsp;"))) == 1
    assert len(read_feed(whole.replace(b"</channel>", b"</chanel>"))) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"not XML",
        b"\x89PNG\r\n",
        b"<html><body>Not found</body></html>",
        b"<rss",
        b"<rss>",
        b"<?xml version='1.0' encoding='rot13'?><rss/>",
        b"<?xml version='1.0' encoding='none-such'?><rss/>",
        b"<?xml version='1.0' encoding='big5'?><rss/>",
        b'{"items": []}',
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="feed"):
        read_feed(body)


def test_a_feed_may_be_empty() -> None:
    assert read_feed(b"<rss><channel/></rss>") == []


# Documents that do harm

NAMES, AMP, SEMI = "abcdefghij", "&", ";"
BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {name} "{10 * (AMP + before + SEMI)}">' for before, name in pairwise(NAMES))
    + "]><rss><channel><item><title>&j;</title>"
    "<pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>"
)
DOCUMENT_TYPES = [
    BOMB,
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + RSS.partition("?>")[2].replace("Second", "&x;"),
    '<!DOCTYPE rss SYSTEM "http://169.254.169.254/x.dtd">' + RSS.partition("?>")[2],
    '<!DOCTYPE rss PUBLIC "-//x//y" "http://10.0.0.1/x.dtd">' + RSS.partition("?>")[2],
    "<!DOCTYPE rss>" + RSS.partition("?>")[2],
    '<!-- > --><?x > ?><!DOCTYPE rss [<!ENTITY % p SYSTEM "http://10.0.0.1/"> %p;]><rss/>',
]


@pytest.mark.parametrize("text", DOCUMENT_TYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(text: str, encoding: str) -> None:
    with pytest.raises(ValueError, match="document type"):
        read_feed(text.encode(encoding))


HOSTILE = {
    "deep": b"<rss>" + b"<a>" * 90_000,
    "items": b"<rss>" + b"<item><title>x</title></item>" * 40_000,
    "items in items": b"<rss>" + b"<item>" * 90_000,
    "attributes": b"<rss " + b" ".join(b"a%d='1'" % n for n in range(60_000)) + b">",
    "letters": b"<rss><item><title>" + b"x" * 900_000,
    "entities": b"<rss><item><title>" + b"&lt;" * 200_000,
    "tags in titles": b"<rss><item><title>" + b"&lt;" * 100_000 + b"</title>",
    "remarks": b"<!-- > -->" * 90_000 + b"<rss/>",
    "spaces": b"<rss>" + b" " * 900_000 + b"</rss>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_feed_comes_to_an_end(kind: str) -> None:
    with suppress(ValueError):
        read_feed(HOSTILE[kind])


def test_a_feed_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="without end"):
        read_feed(b"<rss>" + b"<a/>" * 100_001 + b"</rss>")


def test_no_more_items_than_anybody_needs() -> None:
    item = "<title>{}</title><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate>"
    found = read_feed(rss(*(item.format(n) for n in range(600))))
    assert [one.title for one in found] == [str(n) for n in range(500)]


_PIECES = st.sampled_from(
    ["<rss>", "</rss>", "<item>", "</item>", "<title>", "</title>", "<pubDate>", "x", "&amp;", "&lt;", "&x;",
     "<![CDATA[", "]]>", "<!DOCTYPE rss>", "<?x ", "?>", "<feed xmlns='http://www.w3.org/2005/Atom'>",
     "<link href='/'/>", "2026-01-01"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_any_document_is_read_or_refused(text: str) -> None:
    try:
        items = read_feed(text.encode())
    except ValueError:
        return
    assert all(item.title for item in items)
