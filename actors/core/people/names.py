"""Whether two names are one person's, as far as the names alone tell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from actors.core.people.given_names import are_one
from tenants.wording import in_our_letters

_TITLES = frozenset(
    [
        "dr",
        "prof",
        "mr",
        "mrs",
        "ms",
        "miss",
        "sir",
        "herr",
        "frau",
        "mme",
        "ing",
        "dipl",
        "mag",
        "med",
        "hc",
        "dott",
    ]
)
_DEGREES = frozenset(
    [
        "phd",
        "mba",
        "msc",
        "bsc",
        "ma",
        "cpa",
        "cfa",
        "esq",
        "pmp",
        "llm",
        "jd",
        "mpa",
        "md",
        "cissp",
        "pe",
        "rn",
        "msce",
    ]
)
_GENERATIONS = frozenset(["jr", "sr", "ii", "iii", "iv", "junior", "senior"])
_SAME_GENERATION = {"junior": "jr", "senior": "sr"}
_PARTICLES = frozenset(
    ["van", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "do", "la", "le", "du", "von", "zu", "ter",
     "ten", "al", "el", "bin", "ibn", "st", "af", "av", "y", "e", "vom", "zum", "zur", "des", "lo", "op", "te", "t"]
)  # fmt: skip
_UMLAUT = re.compile(r"(?<![aeiouy])([aou])e(?=[b-df-hj-np-tv-z])")
# How one letter of another script, or of another language, is written in ours.
_WRITINGS = (
    ("ph", "f"),
    ("w", "v"),
    ("j", "i"),
    ("y", "i"),
    ("kh", "h"),
    ("tz", "z"),
    ("ks", "x"),
    ("ck", "k"),
)
_LONG_ENOUGH_TO_MISSPELL = 5


class Grade(IntEnum):
    """How far two names may be one person's."""

    DIFFERENT = 0
    POSSIBLE = 1
    LIKELY = 2
    SAME = 3


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """Whether two names are one person's, and the reason."""

    grade: Grade
    reason: str


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name taken apart, in small letters of ours; a family name that is shown in part keeps its stars."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    generation: str | None = None
    is_hyphenated: bool = False


def read_name(first_name: str | None, last_name: str | None) -> PersonName:
    """A name of which somebody says what is the given and what the family name."""
    given, first_generation = _taken_apart(first_name or "")
    family, generation = _taken_apart(last_name or "")
    return PersonName(given, family, generation or first_generation, "-" in (last_name or ""))


def readings(full_name: str) -> tuple[PersonName, ...]:
    """The ways in which a whole name may be taken apart, the usual one first."""
    front, comma, behind = full_name.partition(",")
    words = _taken_apart(behind)[0]
    if comma and not set(words) <= _TITLES | _DEGREES | _GENERATIONS:
        rest, generation = _taken_apart(front)
        return (PersonName(words, rest, generation or _taken_apart(behind)[1], "-" in front),)
    words, generation = _taken_apart(full_name)
    starts = dict.fromkeys((_family_start(words), *range(1, min(len(words), 4))))
    # no family name begins behind its particle
    fit = [start for start in starts if start == 1 or (start > 1 and words[start - 1] not in _PARTICLES)]
    is_hyphenated = "-" in "".join(full_name.split()[-1:])
    read = tuple(PersonName(words[:start], words[start:], generation, is_hyphenated) for start in fit)
    return read if len(words) > 1 else (PersonName((), words, generation),)


def compare(one: str, other: str) -> NameVerdict:
    """How far two whole names may be one person's: the best that any way of taking them apart gives."""
    verdicts = [compare_read(ours, theirs) for ours in readings(one) for theirs in readings(other)]
    best = max(verdicts, key=lambda verdict: verdict.grade)
    (ours, our_generation), (theirs, their_generation) = _taken_apart(one), _taken_apart(other)
    if best.grade is not Grade.DIFFERENT:
        return best
    if len(ours) > 1 and sorted(ours) == sorted(theirs) and our_generation == their_generation:
        return NameVerdict(Grade.LIKELY, "the same names in another order")
    return verdicts[0]


def compare_read(one: PersonName, other: PersonName) -> NameVerdict:
    """How far two names may be one person's: as far as both the given and the family names are."""
    if one.generation and other.generation and one.generation != other.generation:
        return NameVerdict(Grade.DIFFERENT, f"{one.generation} is not {other.generation}")
    family, given = _family(one, other), _given(one.given, other.given)
    if Grade.SAME in (family.grade, given.grade) or Grade.DIFFERENT in (family.grade, given.grade):
        return min(family, given, key=lambda verdict: verdict.grade)
    return NameVerdict(min(family.grade, given.grade), f"{given.reason}, {family.reason}")


def _given(ours: Sequence[str], theirs: Sequence[str]) -> NameVerdict:
    if not ours or not theirs:
        return NameVerdict(Grade.POSSIBLE, "a given name is missing")
    if "".join(ours) == "".join(theirs):
        return NameVerdict(Grade.SAME, "the same name")
    first, second = ours[0], theirs[0]
    between = [
        (one, other)
        for one, other in zip(ours[1:], theirs[1:], strict=False)
        if not _may_be_initial(one, other)
    ]
    if first == second:
        grade = Grade.POSSIBLE if between else Grade.SAME
        return NameVerdict(grade, f"{between[0][0]} is not {between[0][1]}" if between else "the same name")
    if min(len(first), len(second)) == 1:
        grade = Grade.POSSIBLE if first[0] == second[0] else Grade.DIFFERENT
        return NameVerdict(
            grade, f"{first} and {second} begin alike" if grade else f"{first} is not {second}"
        )
    if are_one(first, second):
        return NameVerdict(Grade.LIKELY, f"{first} and {second} are forms of one name")
    if _loose(first) == _loose(second) or first == "".join(theirs[:2]):
        return NameVerdict(Grade.LIKELY, f"{first} and {second} are written alike")
    if first in theirs or second in ours:
        return NameVerdict(Grade.POSSIBLE, "one's given name is among the other's")
    return _by_letters(first, second)


def _family(one: PersonName, other: PersonName) -> NameVerdict:
    ours, theirs = one.family, other.family
    if not ours or not theirs:
        return NameVerdict(Grade.POSSIBLE, "a family name is missing")
    first, second = "".join(ours), "".join(theirs)
    if first == second and "*" not in first:
        return NameVerdict(Grade.SAME, "the same name")
    if "*" in first or "*" in second:
        fits = fits_mask(first, second)
        said = f"{first} and {second} " + ("fit" if fits else "do not fit")
        return NameVerdict(Grade.LIKELY if fits else Grade.DIFFERENT, said)
    if min(len(first), len(second)) == 1:
        alike = first[0] == second[0]
        return NameVerdict(Grade.POSSIBLE if alike else Grade.DIFFERENT, f"{first} and {second}")
    bare, others = _without_particles(ours), _without_particles(theirs)
    if "".join(bare) == "".join(others):
        return NameVerdict(Grade.LIKELY, "the same family name but for a particle")
    if set(bare) < set(others) or set(others) < set(bare):
        is_first = bare[0] == others[0] and not (one.is_hyphenated or other.is_hyphenated)
        return NameVerdict(
            Grade.LIKELY if is_first else Grade.POSSIBLE, "one family name is a part of the other"
        )
    if _loose(first) == _loose(second):
        return NameVerdict(Grade.LIKELY, f"{first} and {second} are written alike")
    return _by_letters(first, second)


def fits_mask(one: str, other: str) -> bool:
    """Whether what is shown of two family names fits together, such as ma***z and martinez."""
    (front, back), (other_front, other_back) = _shown(one), _shown(other)
    fronts = front.startswith(other_front) or other_front.startswith(front)
    return fronts and (back.endswith(other_back) or other_back.endswith(back))


def _shown(name: str) -> tuple[str, str]:
    return (name.partition("*")[0], name.rpartition("*")[2]) if "*" in name else (name, name)


def _by_letters(first: str, second: str) -> NameVerdict:
    is_slip = (
        min(len(first), len(second)) >= _LONG_ENOUGH_TO_MISSPELL
        and OSA.distance(first, second, score_cutoff=1) <= 1
    )
    if is_slip:
        return NameVerdict(Grade.POSSIBLE, f"{first} and {second} differ by a letter")
    return NameVerdict(Grade.DIFFERENT, f"{first} is not {second}")


def _may_be_initial(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0]) or are_one(one, other)


def _without_particles(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _PARTICLES) or tuple(words)


@lru_cache(maxsize=20_000)
def _taken_apart(text: str) -> tuple[tuple[str, ...], str | None]:
    """The words of a name without titles and degrees, and which generation bears it."""
    # a name that is shown in part keeps its stars, and an apostrophe parts no name
    bare = re.sub(r"['\u2019`]|(?<=\b\w)\.(?=\w\b)", "", re.sub(r"\([^)]*\)", " ", text))
    words = [word for piece in re.split(r"[\s,-]+", bare) if (word := _word(piece))]
    generation = next(
        (word for word in words[1:] or words if word in _GENERATIONS and len(text.split()) > 1), None
    )
    taken = [word for word in words if word not in _TITLES | _DEGREES and word != generation]
    return tuple(taken or words), _SAME_GENERATION.get(generation or "", generation)


def _word(piece: str) -> str:
    ours = "*".join(in_our_letters(part) if part else "" for part in re.split(r"\*+", piece))
    return _UMLAUT.sub(r"\1", re.sub(r"[^\w*]", "", ours))


def _family_start(words: Sequence[str]) -> int:
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    return start


@lru_cache(maxsize=20_000)
def _loose(word: str) -> str:
    for written, ours in _WRITINGS:
        word = word.replace(written, ours)
    return re.sub(r"(.)\1+", r"\1", word)
