"""Which company is meant: by its registrable domain, else by its name and country."""

import re
import unicodedata
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

# Hosts where many companies have a page each: such an address does not tell which company is meant.
_SHARED_HOSTS = frozenset(
    [
        "about.me",
        "angel.co",
        "apple.com",
        "behance.net",
        "bit.ly",
        "carrd.co",
        "crunchbase.com",
        "discord.com",
        "discord.gg",
        "facebook.com",
        "github.com",
        "goo.gl",
        "google.com",
        "instagram.com",
        "linkedin.com",
        "linktr.ee",
        "medium.com",
        "notion.site",
        "notion.so",
        "pinterest.com",
        "producthunt.com",
        "reddit.com",
        "shopify.com",
        "t.co",
        "t.me",
        "tiktok.com",
        "twitter.com",
        "wellfound.com",
        "whatsapp.com",
        "wikipedia.org",
        "x.com",
        "ycombinator.com",
        "youtube.com",
    ]
)
_LEGAL_FORM = re.compile(
    r"\b(incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|lp|plc|gmbh|ag|kg|ug|se|sa|sas|sarl|srl|spa|"
    r"bv|nv|ab|as|asa|oy|oyj|aps|pty|pte|kk|sp z o o|s r o|d o o)\b"
)
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def registrable_domain(address: str | None) -> str | None:
    """The domain that a company registered, from a web address, host name or mail domain.

    None for what is no address, and for hosts where many companies have a page each.
    """
    if not address:
        return None
    text = address.strip().lower()
    if "://" not in text:
        text = "//" + text
    try:
        host = urlsplit(text).hostname or ""
        host = host.rstrip(".").encode("idna").decode() if not host.isascii() else host.rstrip(".")
    except ValueError:  # also what idna raises
        return None
    if "." not in host or not all(_HOST.fullmatch(label) for label in host.split(".")):
        return None
    domain: str | None = _suffixes().privatesuffix(host)
    return None if domain in _SHARED_HOSTS else domain


def normal_name(name: str) -> str:
    """A company's name without case, accents, punctuation and legal form."""
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).replace("&", " and ")
    text = " ".join(re.sub(r"[^\w]+", " ", text).split())
    without_form = " ".join(_LEGAL_FORM.sub(" ", text).split())
    return without_form or text


def identity_key(*, name: str, domain: str | None, country: str | None) -> str:
    """What makes two records the same company: the domain, else the normalised name and the country."""
    if domain:
        return f"domain:{domain}"
    return f"name:{normal_name(name)}|{(country or '').upper()}"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
