"""Countries: their two-letter codes, from whatever people write."""

import re
import unicodedata
from functools import cache, lru_cache

from babel import Locale

_ALSO_WRITTEN = {
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "uk": "GB",
    "u.k.": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "czech republic": "CZ",
    "turkey": "TR",
    "uae": "AE",
    "hong kong": "HK",
    "macau": "MO",
    "korea": "KR",
    "republic of korea": "KR",
    "the netherlands": "NL",
    "holland": "NL",
    "viet nam": "VN",
    "russian federation": "RU",
    "ivory coast": "CI",
    "burma": "MM",
    "cabo verde": "CV",
    "swaziland": "SZ",
    "east timor": "TL",
}
# States of America that are written like a country: after a city ("Denver, CO") nobody can tell which is meant.
_ALSO_STATES = {
    "al", "az", "ar", "ca", "co", "de", "ga", "id", "il", "in", "ky", "la", "me", "md",
    "ma", "mn", "ms", "mo", "mt", "ne", "nc", "pa", "sc", "sd", "tn", "va", "georgia",
}  # fmt: skip


@cache
def _codes() -> dict[str, str]:
    names = {_plain(name): code for code, name in english_names().items()}
    without_brackets = {_plain(re.sub(r"\(.*\)", "", name)): code for code, name in english_names().items()}
    return names | without_brackets | {code.lower(): code for code in english_names()} | _ALSO_WRITTEN


def _plain(name: str) -> str:
    """A name without case and accents, and with words for the signs that Unicode's names have."""
    text = unicodedata.normalize("NFKD", name.casefold().replace("&", "and").replace("\u2019", "'"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub(r"\bst\.? ", "saint ", " ".join(text.split()))


@cache
def english_names() -> dict[str, str]:
    """The English name of each country by its ISO 3166 code of two letters."""
    return {
        code: str(name)
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }


# In Unicode's list of territories, and no countries: the world's outlying bits, unions and placeholders.
_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


@lru_cache(maxsize=10_000)  # it sees whatever lists and websites say
def country_code(text: str) -> str | None:
    """The code of the country that a text names or ends with ("Berlin, Germany"), or None."""
    code = _codes().get(_plain(text))
    if code is not None:
        return code
    last = _plain(text.rpartition(",")[2])
    return None if last in _ALSO_STATES else _codes().get(last)
