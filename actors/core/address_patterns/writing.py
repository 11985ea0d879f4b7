"""How a person's name is written in an address: the ways, each with its chance."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Letters that no accent makes of others.
_SPELT = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\u0131": "i",
    }
)
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_GERMAN, _DANISH = frozenset({"DE", "AT", "CH", "LI"}), frozenset({"DK", "NO"})
_MARKS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile(r"[\s.]+")
_SMALL_WORDS = (
    "van der den de het ten ter von vom zu zum zur und af av la le du des di da del della do dos das "
    "el al bin ibn mac mc san y e"
)
_PARTICLES = frozenset(_SMALL_WORDS.split())
# Our assumptions, as no public figures are known: the shares of people whose address has their name in that way.
_AS_GIVEN, _BY_NICKNAME = 0.8, 0.2
_DOUBLE = {"joined": 0.40, "hyphen": 0.38, "head": 0.20, "tail": 0.02}
_MIDDLE = {"head": 0.86, "joined": 0.08, "hyphen": 0.03, "tail": 0.03}
_HYPHENATED = {"hyphen": 0.50, "joined": 0.30, "head": 0.08, "tail": 0.12}
_PARTICLED = {"joined": 0.62, "tail": 0.20, "hyphen": 0.10, "short": 0.08}
_SURNAMES = {"head": 0.45, "joined": 0.32, "tail": 0.13, "hyphen": 0.10}


@dataclass(frozen=True, slots=True)
class Writing:
    """One way to write a name: the letters of the first name, those of the last, and how often it is that one."""

    first: str
    last: str
    chance: float


@lru_cache(maxsize=16_384)
def writings(
    first: str, last: str, country: str = "", nicknames: tuple[str, ...] = ()
) -> tuple[Writing, ...]:
    """The ways to write a name in an address, the likeliest first; none where a name is missing or not in our letters.

    The chances sum to 1. Umlauts are written in one style in both names. A name shown in part ("M***") has no way.
    """
    found: dict[tuple[str, str], float] = {}
    for spelling, share in _spellings(f"{first} {last}", country):
        for given, given_share in _first_forms(first, nicknames, spelling):
            for family, family_share in _last_forms(last, spelling):
                way = given, family
                found[way] = found.get(way, 0.0) + share * given_share * family_share
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Writing(given, family, chance) for (given, family), chance in ordered)


def letters(name: str, *, two_for_umlauts: bool = False) -> str | None:
    """A name in small plain letters, its words kept apart by blanks and hyphens; None where any letter has no like."""
    lowered = unicodedata.normalize("NFC", name.strip().lower())
    if two_for_umlauts:
        lowered = lowered.translate(_TWO_LETTERS)
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", lowered.translate(_SPELT)))
    kept = "".join(sign for sign in _BETWEEN.sub(" ", plain) if sign.isalpha() or sign in " -*")
    # with a letter left out it would be somebody else's name
    return kept.strip(" -") if kept.isascii() and "*" not in kept else None


def _spellings(name: str, country: str) -> Sequence[tuple[bool, float]]:
    """Whether umlauts become two letters, and how often; assumed as well."""
    if letters(name) == letters(name, two_for_umlauts=True):
        return [(False, 1.0)]
    two = 0.92 if country in _GERMAN else 0.4 if country in _DANISH else 0.08
    return [(True, two), (False, 1 - two)]


def _first_forms(first: str, nicknames: tuple[str, ...], two: bool) -> list[tuple[str, float]]:
    plain = letters(first, two_for_umlauts=two)
    if not plain:
        return []
    words = plain.split()
    forms = _shapes(words, _MIDDLE) if len(words) > 1 else _shapes(plain.split("-"), _DOUBLE)
    called = [nick for name in nicknames if (nick := letters(name, two_for_umlauts=two))]
    if not called:
        return forms
    given = [(form, share * _AS_GIVEN) for form, share in forms]
    return given + [(nick.replace(" ", ""), _BY_NICKNAME / len(called)) for nick in called]


def _last_forms(last: str, two: bool) -> list[tuple[str, float]]:
    plain = letters(last, two_for_umlauts=two)
    if not plain:
        return []
    words = plain.split()
    if len(words) == 1:
        return _shapes(plain.split("-"), _HYPHENATED)
    return _shapes(words, _PARTICLED if words[0] in _PARTICLES else _SURNAMES)


def _shapes(words: Sequence[str], shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """The words written as one, in each way that there is a share for."""
    words = [word for word in words if word]
    if len(words) == 1:
        return [(words[0], 1.0)]
    written = {
        "joined": "".join(words),
        "hyphen": "-".join(words),
        "head": words[0],
        "tail": words[-1],
        "short": "".join(words[1:]),  # van der Berg as derberg
    }
    return [(written[shape], share) for shape, share in shares.items()]
