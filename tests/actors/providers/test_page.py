"""What a web page tells: good pages, bad ones, and hostile ones."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.providers.page import Page, types

MILLION = 1_000_000


def page(text: str | bytes, content_type: str = "text/html; charset=utf-8") -> Page:
    return Page(text if isinstance(text, bytes) else text.encode(), content_type)


def script(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def names(text: str) -> list[Any]:
    return [node.get("name") for node in page(text).nodes()]


@pytest.mark.parametrize(
    ("html", "description"),
    [
        ('<meta property="og:description" content="Makes nails">', "Makes nails"),
        ("<META CONTENT='Makes nails' NAME='Description'/>", "Makes nails"),
        ("<meta name=description content=Nails>", "Nails"),
        ('<meta name="description" content="plain"><meta property="og:description" content="open">', "open"),
        (
            '<meta name="description" content="a > b, said &quot;Ann&quot; &amp; Co">',
            'a > b, said "Ann" & Co',
        ),
        ('<meta name="description" content="it\'s  fine">', "it's  fine"),
        ('<meta charset="utf-8"><meta name="viewport" content="wide">', None),
        ('<meta name="description">', None),
        ('<meta name="description" content="not closed', None),
        ("", None),
    ],
)
def test_description(html: str, description: str | None) -> None:
    assert page(html).description() == description


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('<meta name="description" content="Zoë">'.encode(), "text/html"),
        ('<meta name="description" content="Zoë">'.encode("latin-1"), "text/html; charset=ISO-8859-1"),
        (
            '<meta charset="windows-1252"><meta name="description" content="Zoë">'.encode("cp1252"),
            "text/html",
        ),
        (b'<meta name="description" content="Zo&euml;">', "text/html; charset=rot13"),
    ],
)
def test_other_charsets(body: bytes, content_type: str) -> None:
    assert page(body, content_type).description() == "Zoë"


def test_letters_that_change_their_length_move_nothing() -> None:
    assert page('İİİİ<meta name="description" content="İstanbul">').description() == "İstanbul"


def test_technologies_of_the_page_and_of_the_headers_it_came_with() -> None:
    html = '<script src="//JS.STRIPE.COM/v3/"></script>'
    assert page(html).technologies({"cf-ray": "1"}) == {"Stripe": "js.stripe.com", "Cloudflare": "cf-ray"}


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ('<meta property="og:site_name" content="Smith &amp; Sons">', "Smith & Sons"),
        ('<meta content=Acme property="og:site_name">', "Acme"),
        ('<meta property="og:title" content="Acme">', None),
        ("<title>Acme</title>", None),
    ],
)
def test_site_name(html: str, name: str | None) -> None:
    assert page(html).site_name() == name


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ('<a href="careers">Careers</a>', ["careers"]),
        ("<A class=x\n HREF='/en/Jobs'>Jobs</A>", ["/en/Jobs"]),
        ('<a href=/karriere>Karriere</a><a href="/about">', ["/karriere"]),
        ('<a href="/company/careers?a=1&amp;b=2">', ["/company/careers?a=1&b=2"]),
        ('<a href="/jobs/cook"><a href="/jobs"><a href="/jobs">', ["/jobs", "/jobs/cook"]),
        ('<link href="/jobs.css"><img href="/careers.png">', []),
        ('<a href="/steve-jobson"><a href="/careering">', []),
        ("<a <a <a href", []),
    ],
)
def test_careers_links(html: str, links: list[str]) -> None:
    assert page(html).careers_links() == links


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ('<a href="/about">About</a><a href="/about/team">Team</a>', ["/about", "/about/team"]),
        ("<a href='/en/About-Us/'>", ["/en/About-Us/"]),
        ('<a href="/aboutus"><a href="/who-we-are"><a href="/ueber-uns.html">', 3),
        ('<a href="/team"><a href="/people"><a href="/abouts"><a href="/blog">', []),
    ],
)
def test_about_links(html: str, links: list[str] | int) -> None:
    found = page(html).about_links()
    assert found == links or len(found) == links


@pytest.mark.parametrize(
    ("html", "feeds"),
    [
        ('<link rel="alternate" type="application/rss+xml" title="News" href="/feed/">', ["/feed/"]),
        (
            "<LINK HREF='/a.atom?x=1&amp;y=2' TYPE='application/atom+xml' REL='Alternate'>",
            ["/a.atom?x=1&y=2"],
        ),
        (
            (
                '<link rel="alternate" type="application/rss+xml" href="/feed/">'
                '<link rel="alternate" type="application/rss+xml" href="/Comments/feed/">'
            ),
            ["/feed/"],
        ),
        ('<link rel="alternate home" type="application/rss+xml" href="/b"><link rel=x href="/c">', ["/b"]),
        ('<link rel="alternate" hreflang="de" href="/de/">', []),
        ('<link rel="preload" type="application/rss+xml" href="/feed/">', []),
        ('<link rel="alternate" type="application/rss+xml">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/feed/', []),
    ],
)
def test_feeds(html: str, feeds: list[str]) -> None:
    assert page(html).feeds() == feeds


def test_json_ld_in_its_many_shapes() -> None:
    assert names(script({"name": "A"}) + script([{"name": "B"}, [{"name": "C"}], 5, None])) == ["A", "B", "C"]
    assert names(script({"@graph": [{"name": "A"}, {"name": "B"}], "name": "all"})) == ["all", "A", "B"]
    items = [{"@type": "ListItem", "item": {"name": "A"}}, {"name": "B"}]
    assert names(script({"itemListElement": items})) == [None, None, "A", "B"]
    assert names(script({"publisher": {"name": "A"}, "mainEntity": [{"name": "B"}]})) == [None, "B", "A"]
    assert names('<SCRIPT id=x TYPE=\'application/ld+json\' class=y>\n {"name": "A"} \n</SCRIPT>') == ["A"]


def test_json_ld_that_is_broken_does_not_hide_what_follows() -> None:
    assert names('<script type="application/ld+json">{"name": "A",}</script>' + script({"name": "B"})) == [
        "B"
    ]
    assert names('<script type="application/ld+json">{"n": NaN}</script>' + script({"name": "B"})) == ["B"]
    assert names('<script type="application/ld+json">{"name": "A"}') == []
    assert names('<script type="application/ld+json"') == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Organization", ["Organization"]),
        (["Store", "https://schema.org/Organization", 5], ["Store", "Organization"]),
        (None, []),
        ({"x": 1}, []),
    ],
)
def test_types(given: object, expected: list[str]) -> None:
    assert types({"@type": given}) == expected


def test_open_jobs() -> None:
    job = {"@type": "JobPosting", "title": "Cook"}
    assert page(script(job) + script([job, job])).open_jobs() == 3
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": job}]}
    assert page(script(listed)).open_jobs() == 1
    assert page("<p>We have no open positions at the moment.").open_jobs() == 0
    assert page("<p>Currently there are No current  vacancies").open_jobs() == 0
    assert page("<p>Working here is fun").open_jobs() is None


HOSTILE = {
    "metas": b"<meta " * (MILLION // 6),
    "metas with quotes": b'<meta "' * (MILLION // 7),
    "one long meta": b"<meta " + b"a" * MILLION,
    "letters in metas": (b"<meta " + b"a" * 3990 + b">") * 250,
    "attributes": b"<meta " + b"a= " * (MILLION // 3) + b">",
    "links": b"<a " * (MILLION // 3),
    "links that go nowhere": b"<a h" * (MILLION // 4),
    "careers": b"<a href=/jobs/" + b"-jobs" * (MILLION // 5),
    "many careers": b"<a href=/job>" * (MILLION // 13),
    "scripts": b"application/ld+json" * (MILLION // 19),
    "open scripts": b"<script type=application/ld+json>" * (MILLION // 33),
    "deep JSON": b"<script type=application/ld+json>" + b"[" * MILLION + b"</script",
    "wide JSON": b"<script type=application/ld+json>[" + b"{}," * (MILLION // 3) + b"{}]</script",
    "no no no": b"no " * (MILLION // 3),
    "spaces": b"charset" + b" " * MILLION,
    "feeds": b"<link rel=alternate type=application/rss+xml href=/feed>" * (MILLION // 60),
    "links in heads": b"<link " + b"a= " * (MILLION // 3),
    "about": b"<a href=/about/" + b"-about" * (MILLION // 6),
    "entities": b'<meta name=description content="' + b"&#" * 1900 + b'">',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_comes_to_an_end(kind: str) -> None:
    hostile = page(HOSTILE[kind][:MILLION])
    hostile.description()
    hostile.site_name()
    hostile.technologies({})
    hostile.careers_links()
    hostile.about_links()
    hostile.feeds()
    hostile.open_jobs()


_PIECES = st.sampled_from(
    [
        "<meta ",
        "name=",
        "description",
        "content=",
        '"',
        "'",
        ">",
        "<a ",
        "<link rel=alternate type=application/rss+xml ",
        "href=",
        "/jobs",
        "charset=utf-16",
        "\0",
        "é",
        '<script type="application/ld+json">',
        "</script>",
        '{"@graph": [',
        '{"@type": "JobPosting"}',
        "]}",
        "&amp;",
        " ",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join), st.text(max_size=30))
def test_any_page_can_be_read(html: str, content_type: str) -> None:
    any_page = page(html, content_type)
    any_page.description()
    any_page.technologies({})
    assert all(isinstance(link, str) for link in any_page.careers_links() + any_page.feeds())
    jobs = any_page.open_jobs()
    assert jobs is None or jobs >= 0
