"""The addresses that a person may have at a company, each with how likely it is and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from actors.core.address_patterns.namesakes import chance_that_it_is_free, instead_of
from actors.core.address_patterns.patterns import PATTERNS, local_part, shown_by
from actors.core.address_patterns.posterior import AddressPatterns
from actors.core.address_patterns.writing import Writing, writings

_LEAST = 0.002  # what is less likely than this is nobody's next try

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that a person may have: how likely, by which patterns, and why.

    The probability is that the address is the person's, or was until the person left. It is a guess: where the
    domain accepts everything it stays one, and nobody may call it verified.
    """

    email: str
    probability: float
    patterns: tuple[str, ...]
    why: str


def candidates(
    posterior: AddressPatterns,
    first: str,
    last: str,
    country: str,
    domain: str,
    *,
    nicknames: Sequence[str] = (),
    colleagues: Sequence[Name] = (),
    unnamed: int | None = None,
) -> tuple[Candidate, ...]:
    """The addresses that the person may have, the likeliest first; with `none_of_these` the sum is 1.

    `country` is where the addresses are written, `colleagues` are others known to be there by first and last name.
    `unnamed` is how many more have an address there; None: as many as the company employs, but those. An address
    that is known to be another's, or that was refused, is none of them.
    """
    ways = writings(first, last, country, tuple(nicknames))
    others = [name for name in dict.fromkeys(colleagues) if name != (first, last)]
    if unnamed is None:
        unnamed = max(0, (posterior.employees or 0) - len(others) - 1)
    namesakes = _Namesakes(posterior, (first, last), others, domain)
    found: dict[str, dict[str, float]] = {}
    shares = posterior.shares()
    for pattern in PATTERNS:
        for way in ways:
            for local, chance in _locals(pattern, way, namesakes, unnamed):
                by_pattern = found.setdefault(f"{local}@{domain}", {})
                by_pattern[pattern] = by_pattern.get(pattern, 0.0) + shares[pattern] * way.chance * chance
    gone = {one.email for one in posterior.seen if not one.exists} | namesakes.addresses
    listed = [
        _candidate(email, by_pattern, posterior)
        for email, by_pattern in found.items()
        if email not in gone and fsum(by_pattern.values()) >= _LEAST
    ]
    return tuple(sorted(listed, key=lambda one: (-one.probability, one.email)))


def none_of_these(listed: Sequence[Candidate]) -> float:
    """The probability that the person's address is none of the candidates."""
    return max(0.0, 1.0 - fsum(one.probability for one in listed))


class _Namesakes:
    """The known people at the company who would have, or do have, the same local part."""

    def __init__(self, known: AddressPatterns, name: Name, others: Sequence[Name], domain: str) -> None:
        self._country = known.country
        self._others = others
        owners = {one.email: (one.first, one.last) for one in known.seen if one.exists}
        self.addresses = {email for email, owner in owners.items() if owner != name}
        self._domain = domain
        self._settled = {owner for owner in owners.values() if owner != name}

    def taken(self, local: str) -> bool:
        """Whether it is known to be another's."""
        return f"{local}@{self._domain}" in self.addresses

    def claimants(self, pattern: str, local: str) -> int:
        """How many others, whose own address is not known, would have this local part by the pattern."""
        return sum(
            1
            for other in self._others
            if other not in self._settled and _plain(pattern, *other, self._country) == local
        )


@lru_cache(maxsize=16_384)
def _plain(pattern: str, first: str, last: str, country: str) -> str | None:
    """The likeliest local part of a name by a pattern."""
    ways = writings(first, last, country)
    return local_part(pattern, ways[0].first, ways[0].last) if ways else None


def _locals(pattern: str, way: Writing, namesakes: _Namesakes, unnamed: int) -> list[tuple[str, float]]:
    """The local parts by one pattern and one way to write the name, with their chances."""
    plain = local_part(pattern, way.first, way.last)
    if plain is None:
        return []
    claimants = namesakes.claimants(pattern, plain)
    free = chance_that_it_is_free(pattern, way.first, way.last, claimants, unnamed)
    if namesakes.taken(plain):
        free = 0.0
    instead = instead_of(pattern, way.first, way.last)
    return [(plain, free), *((local, (1 - free) * share) for local, share in instead.items())]


def _candidate(email: str, by_pattern: Mapping[str, float], known: AddressPatterns) -> Candidate:
    patterns = tuple(sorted(by_pattern, key=lambda pattern: (-by_pattern[pattern], PATTERNS.index(pattern))))
    return Candidate(email, min(1.0, fsum(by_pattern.values())), patterns, _why(patterns[0], known))


def _why(pattern: str, known: AddressPatterns) -> str:
    """The reasons for a pattern, in words."""
    alike = sum(
        pattern in shown_by(one.email, one.first, one.last, known.country) for one in known.seen if one.exists
    )
    there = sum(one.exists for one in known.seen)
    reasons = [f"{alike} of {there} known addresses there are like it"] if there else []
    reasons += [f"{one.vendor} says so" for one in sorted(known.said) if one.pattern == pattern]
    reasons += [f"{one.vendor} says {one.pattern}" for one in sorted(known.said) if one.pattern != pattern]
    if not reasons:
        reasons = [
            "so do most companies of that kind" if known.shares()[pattern] >= 0.3 else "some companies do so"
        ]
    return f"{pattern}: " + ", ".join(reasons)
