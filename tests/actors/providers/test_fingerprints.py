"""What gives technologies away."""

import pytest

from actors.providers import fingerprints
from actors.providers.fingerprints import technologies


def test_technologies_are_told_once_each_with_the_clue() -> None:
    page = b"""
        <meta name="generator" content="wordpress 6.8"><link href="/wp-content/themes/x.css">
        <script src="https://www.googletagmanager.com/gtm.js?id=1"></script>
        <script src="//js.stripe.com/v3/"></script>
    """
    assert technologies(page, {}) == {
        "WordPress": "wp-content/",
        "Google Tag Manager": "googletagmanager.com/gtm",
        "Stripe": "js.stripe.com",
    }


def test_what_is_only_spoken_of_is_not_in_use() -> None:
    page = b"<p>we know wordpress, stripe.com, react, drupal, hubspot, and serve you from cloudflare and nginx</p>"
    assert technologies(page, {}) == {}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"server": "cloudflare", "cf-ray": "8a1"}, {"Cloudflare": "cf-ray"}),
        ({"server": "Cloudflare"}, {"Cloudflare": "server: cloudflare"}),
        ({"server": "nginx/1.24.0 (Ubuntu)"}, {"nginx": "server: nginx"}),
        ({"x-powered-by": "PHP/8.3"}, {"PHP": "x-powered-by: php"}),
        ({"x-powered-by": "Express"}, {"Node.js": "x-powered-by: express"}),
        ({"via": "1.1 vegur"}, {"Heroku": "via: vegur"}),
        ({"x-vercel-id": ""}, {"Vercel": "x-vercel-id"}),
        ({"content-type": "text/html", "via": "1.1 proxy", "server": ""}, {}),
    ],
)
def test_headers(headers: dict[str, str], expected: dict[str, str]) -> None:
    assert technologies(b"", headers) == expected


def test_the_table_has_what_it_must_and_says_nothing_twice() -> None:
    marks = [mark for mark, _ in fingerprints._IN_PAGES]
    assert all(mark == mark.lower() and len(mark) >= 7 for mark in marks)
    assert len(set(marks)) == len(marks)
    assert all(
        (header, part) == (header.lower(), part.lower()) for header, part, _ in fingerprints._IN_HEADERS
    )
    names = {name for _, name in fingerprints._IN_PAGES} | {name for *_, name in fingerprints._IN_HEADERS}
    assert len(names) >= 80
    assert len({name.lower() for name in names}) == len(names)
