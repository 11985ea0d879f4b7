"""Which company is meant: by its registrable domain, else by its name and country."""

import re
from functools import cache
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

from tenants.names import normal_name as normal_name
from tenants.names import plain_name as plain_name
from tenants.names import read_name

# Hosts where many companies have a page or a mailbox each: such an address does not tell which company is meant.
_SHARED_HOSTS = frozenset(
    [
        "163.com",
        "about.me",
        "amazonaws.com",
        "angel.co",
        "aol.com",
        "apple.com",
        "behance.net",
        "bigcartel.com",
        "bit.ly",
        "bitbucket.org",
        "carrd.co",
        "crunchbase.com",
        "discord.com",
        "discord.gg",
        "ebay.com",
        "etsy.com",
        "facebook.com",
        "github.com",
        "gitlab.com",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "goo.gl",
        "google.com",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "instagram.com",
        "jimdo.com",
        "linkedin.com",
        "linktr.ee",
        "live.com",
        "mail.ru",
        "me.com",
        "medium.com",
        "msn.com",
        "notion.site",
        "notion.so",
        "outlook.com",
        "patreon.com",
        "pinterest.com",
        "producthunt.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "reddit.com",
        "shopify.com",
        "squarespace.com",
        "substack.com",
        "t-online.de",
        "t.co",
        "t.me",
        "tiktok.com",
        "tumblr.com",
        "twitter.com",
        "vimeo.com",
        "web.de",
        "weebly.com",
        "wellfound.com",
        "whatsapp.com",
        "wikipedia.org",
        "wix.com",
        "wordpress.com",
        "x.com",
        "yahoo.com",
        "yandex.ru",
        "ycombinator.com",
        "yelp.com",
        "youtube.com",
    ]
)
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def registrable_domain(address: str | None) -> str | None:
    """The domain that a company registered, from a web address, host name or mail domain.

    None for what is no address, and for hosts where many companies have a page or a mailbox each.
    """
    if not address:
        return None
    text = address.strip().lower()
    if "://" not in text:
        text = "//" + text
    try:
        host = urlsplit(text).hostname or ""
        # IDNA of 2008, not Python's own of 2003, which takes straße.de for strasse.de
        host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except ValueError:  # also what idna raises
        return None
    host = host.rstrip(".")
    if "." not in host or not all(_HOST.fullmatch(label) for label in host.split(".")):
        return None
    domain = base_domain(host)
    return None if domain in _SHARED_HOSTS else domain


def base_domain(host: str) -> str | None:
    """The domain that somebody registered, of a host's name in small letters, whoever has a page or mailbox there."""
    domain: str | None = _suffixes().privatesuffix(host)
    return domain


def identity_key(*, name: str, domain: str | None, country: str | None) -> str:
    """What makes two records the same company: the domain, else the normalised name and the country.

    Keys are stored: what a name gives by another rule than before is found by nobody, unless a migration sees to it.
    """
    if domain:
        return f"domain:{domain}"
    mark = read_name(name).mark  # a register tells two companies of one name apart by it
    return f"name:{normal_name(name)}{f' {mark}' if mark else ''}|{(country or '').upper()}"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
