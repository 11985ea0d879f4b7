"""How companies build addresses out of names, and which of those ways an address shows."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from actors.core.address_patterns.writing import writings

PATTERNS = (
    "{first}.{last}",
    "{first}{last}",
    "{f}{last}",
    "{first}",
    "{first}_{last}",
    "{f}.{last}",
    "{last}",
    "{last}{f}",
    "{first}{l}",
    "{first}.{l}",
    "{last}.{first}",
    "{first}-{last}",
    "{last}{first}",
    "{f}{l}",
    "{f}_{last}",
    "{f}-{last}",
    "{last}_{first}",
    "{last}.{f}",
    "{l}{first}",
)
#: what follows none of the patterns: made up, or a way of one company alone
OTHER = "other"

_LOCAL = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_NUMBER = re.compile(r"\d{1,3}$")
_NUMBERED = 0.05  # our assumption: the share of people whose address has a number behind


def local_part(pattern: str, first: str, last: str) -> str | None:
    """What is before the @ by this pattern for names in plain letters; None where that is no local part."""
    parts = {"{first}": first, "{last}": last, "{f}": first[:1], "{l}": last[:1]}
    local = pattern
    for name, letters in parts.items():
        local = local.replace(name, letters)
    return local if len(local) <= 64 and _LOCAL.fullmatch(local) else None


@lru_cache(maxsize=16_384)
def shown_by(email: str, first: str, last: str, country: str = "") -> Mapping[str, float]:
    """For each pattern that the address is an instance of: how often that pattern would write this very address."""
    local = email.rpartition("@")[0].lower()
    plain = _NUMBER.sub("", local)
    chances: dict[str, float] = {}
    for pattern in PATTERNS:
        for way in writings(first, last, country):
            written = local_part(pattern, way.first, way.last)
            if written is not None and written in {local, plain}:
                weight = way.chance * (1.0 if written == local else _NUMBERED)
                chances[pattern] = chances.get(pattern, 0.0) + weight
    return MappingProxyType(chances)


def patterns_of(email: str, first: str, last: str, country: str = "") -> tuple[str, ...]:
    """The patterns that an address may be an instance of, the likeliest first; a number behind is looked through."""
    chances = shown_by(email, first, last, country)
    return tuple(sorted(chances, key=lambda pattern: (-chances[pattern], PATTERNS.index(pattern))))
