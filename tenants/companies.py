"""Which company is meant: by its registrable domain, else by its name and country."""

import re
import unicodedata
from functools import cache
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

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
# At the end of a name only: "Limited Brands" is no legal form. Letters may stand apart, as in "S. A.".
_LEGAL_FORMS = re.compile(
    r"(?:(?: and)? (?:incorporated|inc|corporation|corp|company|co|limited|ltd|plc|gmbh|"
    r"l ?l ?c|l ?l ?p|l ?p|a ?g|k ?g|u ?g|s ?e|s ?a|s ?a ?s|s ?a ?r ?l|s ?r ?l|s ?p ?a|b ?v|n ?v|"
    r"a ?b|a ?s|a ?s ?a|o ?y|o ?y ?j|a ?p ?s|pty|pte|k ?k|sp z o ?o|s ?r ?o|d ?o ?o)){1,4}$"
)
# Marks that are accents. Those of other scripts are vowels and consonants: without them it is another name.
_ACCENTS = re.compile(r"[\u0300-\u036f]")
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
    domain: str | None = _suffixes().privatesuffix(host)
    return None if domain in _SHARED_HOSTS else domain


def plain_name(name: str) -> str:
    """A company's name without case, accents and punctuation; its legal form stays."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed)).replace("&", " and ")
    words = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in text).split()
    # a name of nothing but signs is still a name
    return " ".join(words) or text.strip()


def normal_name(name: str) -> str:
    """A company's name without case, accents, punctuation and legal form."""
    return _LEGAL_FORMS.sub("", plain_name(name))


def identity_key(*, name: str, domain: str | None, country: str | None) -> str:
    """What makes two records the same company: the domain, else the normalised name and the country."""
    if domain:
        return f"domain:{domain}"
    return f"name:{normal_name(name)}|{(country or '').upper()}"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
