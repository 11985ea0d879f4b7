"""Countries: their two-letter codes, from whatever people write."""

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
}


@cache
def _codes() -> dict[str, str]:
    names = {str(name).lower(): code for code, name in english_names().items()}
    return names | {code.lower(): code for code in english_names()} | _ALSO_WRITTEN


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
    for part in (text, text.rpartition(",")[2]):
        code = _codes().get(part.strip().lower())
        if code is not None:
            return code
    return None
