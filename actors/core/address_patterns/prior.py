"""How often companies of a size and a country write addresses by each pattern, before anything is known of one.

The base is what vendors of addresses write in public: first.last 35 to 45 %, firstlast 20 %, flast 15 %, first 10 %,
first_last 5 to 8 %, all others the rest. How the rest is shared out, and what size and country change, is assumed.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from actors.core.address_patterns.patterns import OTHER, PATTERNS

_BASE = {
    "{first}.{last}": 40.0,
    "{first}{last}": 17.0,  # the sources' sum is above 100; this one is the least agreed upon
    "{f}{last}": 15.0,
    "{first}": 10.0,
    "{first}_{last}": 5.5,
    "{f}.{last}": 3.0,
    "{last}": 1.5,
    "{last}{f}": 1.0,
    "{first}{l}": 2.0,
    "{first}.{l}": 0.8,
    "{last}.{first}": 1.2,
    "{first}-{last}": 0.5,
    "{last}{first}": 0.3,
    "{f}{l}": 0.3,
    "{f}_{last}": 0.2,
    "{f}-{last}": 0.2,
    "{last}_{first}": 0.1,
    "{last}.{f}": 0.1,
    "{l}{first}": 0.1,
    OTHER: 1.5,
}
# Assumed: how many times as often as the base. A first name alone serves as long as no two are called the same.
_BY_SIZE = (
    (10, {"{first}": 5.0, "{first}.{last}": 0.6, "{first}{last}": 0.6, "{f}{last}": 0.7, "{first}{l}": 0.7}),
    (50, {"{first}": 2.5, "{first}.{last}": 0.9, "{first}{last}": 0.7}),
    (250, {"{first}{last}": 0.7}),
    (1000, {"{first}": 0.4, "{first}.{last}": 1.1, "{first}{last}": 0.6}),
    (None, {"{first}": 0.04, "{first}.{last}": 1.4, "{first}{last}": 0.5, "{last}": 0.4, "{f}{l}": 0.3}),
)
_BY_COUNTRY: dict[str, dict[str, float]] = {
    "DE": {"{first}.{last}": 1.6, "{f}.{last}": 1.5, "{last}": 2.5, "{first}{last}": 0.4},
    "FR": {"{first}.{last}": 1.4, "{f}.{last}": 1.5, "{f}{last}": 1.2, "{first}{last}": 0.4},
    "NL": {"{f}.{last}": 2.5, "{first}.{last}": 1.2, "{first}{last}": 0.5},
    "IT": {"{first}.{last}": 1.4, "{f}.{last}": 2.0, "{first}{last}": 0.5},
    "US": {"{f}{last}": 1.4, "{first}{l}": 1.3},
    "CA": {"{f}{last}": 1.4},
    "SE": {"{first}.{last}": 1.6, "{first}{last}": 0.5},
    "ES": {"{f}{last}": 1.3},
    "JP": {"{last}": 2.0, "{last}.{first}": 2.0, "{f}{last}": 0.7},
}
_LIKE = {"AT": "DE", "CH": "DE", "BE": "NL", "NO": "SE", "DK": "SE", "FI": "SE"}


@lru_cache(maxsize=1024)
def prior(employees: int | None = None, country: str | None = None) -> Mapping[str, float]:
    """The share of companies of that size and country that write by each pattern, and by none; sums to 1."""
    by_size = _by_size(employees) if employees is not None else {}
    code = (country or "").upper()
    by_country = _BY_COUNTRY.get(_LIKE.get(code, code), {})
    shares = {
        pattern: _BASE[pattern] * by_size.get(pattern, 1.0) * by_country.get(pattern, 1.0)
        for pattern in (*PATTERNS, OTHER)
    }
    whole = sum(shares.values())
    return MappingProxyType({pattern: share / whole for pattern, share in shares.items()})


def _by_size(employees: int) -> Mapping[str, float]:
    return next(times for most, times in _BY_SIZE if most is None or employees <= most)
