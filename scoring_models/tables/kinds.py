"""Kinds of columns: what a column of an export holds, found out from its values."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring_models.evaluate import Floats
from scoring_models.tables.table import known

Kind = Literal["number", "yes/no", "category", "date", "text", "identifier", "constant", "empty"]

READABLE = 0.98
"""Share of a column's values that must be numbers, or dates, for it to hold such; the others count as missing."""
ENOUGH = 50
"""Values from which on their being nearly all different says something."""

YES, NO = frozenset({"1", "1.0", "yes", "y", "true", "t"}), frozenset({"0", "0.0", "no", "n", "false", "f"})

POINT, COMMA = "1,234.5", "1.234,5"
"""The two ways in which numbers are written."""
_NUMBER = {
    POINT: re.compile(
        r"[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    ),
    COMMA: re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)"),
}
_AROUND = re.compile(r"[\s'\u2019$€£¥%]+")
_CODE = re.compile(r"0\d+")

ISO = "YYYY-MM-DD"
_DAYS = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d-%b-%Y", "%b %d, %Y", "%d %b %Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
_DATE_FORMATS = (ISO, *(day + clock for day in _DAYS for clock in _CLOCKS))
_SWAPPED = {"%m/%d/%Y": "%d/%m/%Y", "%d/%m/%Y": "%m/%d/%Y"}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 exports seldom tell the zone: a day is a day
_NAMES_A_THING = re.compile(r"(?:^|[\W_])(?:id|ids|uuid|guid|key|no|nr|number|phone|mobile)$", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """What a column holds, how it is written, and how many of its rows say something."""

    name: str
    kind: Kind
    written: str
    filled: int
    distinct: int
    is_ambiguous: bool = False
    """Dates of which day and month can't be told apart."""


def look_at(name: str, values: Sequence[str]) -> Column:
    """The column that these values make."""
    filled = [value for value in map(known, values) if value]
    distinct = {value.casefold() for value in filled}

    def column(kind: Kind, written: str = "", *, is_ambiguous: bool = False) -> Column:
        return Column(name, kind, written, len(filled), len(distinct), is_ambiguous)

    if not filled:
        return column("empty")
    if len(distinct) == 1 and len(filled) == len(values):
        return column("constant")
    if len(distinct) <= 2 and distinct <= YES | NO:
        return column("yes/no")
    written = _writing(filled)
    if written is not None:
        numbers = read_numbers(filled, written)
        return column("identifier" if _are_numbered(name, numbers) else "number", written)
    formats = _formats(filled)
    if formats:
        return column("date", formats[0], is_ambiguous=len(formats) > 1)
    if len(filled) >= ENOUGH and len(distinct) > 0.5 * len(filled):
        words = sum(len(value.split()) for value in filled) / len(filled)
        return column("text" if words > 3 else "identifier")
    return column("category")


def read_numbers(values: Iterable[str], written: str) -> Floats:
    """The values as numbers in that writing, of shape (values,); NaN for what is missing or none."""
    read = lru_cache(maxsize=100_000)(lambda value: _number(value, written))
    return np.array([read(value) for value in values], dtype=np.float64)


def read_flags(values: Iterable[str]) -> Floats:
    """Yes as 1, no as 0, of shape (values,); NaN for what is missing or neither."""
    told = dict.fromkeys(YES, 1.0) | dict.fromkeys(NO, 0.0)
    return np.array([told.get(value.strip().casefold(), np.nan) for value in values], dtype=np.float64)


def read_days(values: Iterable[str], written: str) -> Floats:
    """Dates as days since 1970, of shape (values,); NaN for what is missing or none."""
    read = lru_cache(maxsize=100_000)(lambda value: _day(value, written))
    return np.array([read(value) for value in values], dtype=np.float64)


def _number(value: str, written: str) -> float:
    plain = _AROUND.sub("", known(value))
    if not _NUMBER[written].fullmatch(plain):
        return np.nan
    if written == COMMA:
        plain = plain.replace(".", "").replace(",", ".")
    return float(plain.replace(",", ""))


def _writing(filled: Sequence[str]) -> str | None:
    """How the numbers are written, or None where they are none. Digits after a zero are a code, as of a town."""
    if any(_CODE.fullmatch(value) for value in filled):
        return None
    readable = {written: int(np.isfinite(read_numbers(filled, written)).sum()) for written in (POINT, COMMA)}
    best = max(readable, key=lambda written: readable[written])
    return best if readable[best] >= READABLE * len(filled) else None


def _are_numbered(name: str, numbers: NDArray[np.float64]) -> bool:
    """Whether numbers were given so that no two are the same, as a lead's number is.

    Among n measured whole numbers of a range, some n²/2·range pairs would be equal by chance (the birthday paradox).
    Where ten should be and none is, somebody saw to it; where the range is too wide to tell, the name must say so.
    """
    count = len(numbers)
    if count < ENOUGH or not np.isfinite(numbers).all() or (numbers % 1).any():
        return False
    if len(np.unique(numbers)) < count:
        return False
    by_chance = count * count / (2 * (numbers.max() - numbers.min() + 1))
    return bool(by_chance >= 10 or _NAMES_A_THING.search(name))


def _day(value: str, written: str) -> float:
    try:
        value = known(value)
        moment = _iso(value) if written == ISO else datetime.strptime(value, written)  # noqa: DTZ007 as above
    except ValueError:
        return np.nan
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return (moment - _EPOCH).total_seconds() / 86_400


def _iso(value: str) -> datetime:
    if len(value) < 10 or value[4] != "-":
        raise ValueError(value)
    return datetime.fromisoformat(value.removesuffix(" UTC"))


def _formats(filled: Sequence[str]) -> list[str]:
    """The ways in which these are dates: none, one, or two where day and month can't be told apart."""
    distinct = list(dict.fromkeys(filled))
    for written in _DATE_FORMATS:
        if not _reads(distinct[:20], written, 0.5):
            continue
        both = [written, *([_swapped(written)] if _swapped(written) else [])]
        ways = [way for way in both if _reads(distinct, way, READABLE)]
        if ways:
            return ways
    return []


def _reads(values: Sequence[str], written: str, share: float) -> bool:
    return bool(np.isfinite(read_days(values, written)).mean() >= share)


def _swapped(written: str) -> str:
    return next((written.replace(day, other) for day, other in _SWAPPED.items() if day in written), "")
