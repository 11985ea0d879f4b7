"""Fields of a vendor's JSON: the value where it has the type that we expect, else None, for unknown.

One odd field is no reason to throw away, and to pay again for, an answer whose other fields are good. What
an answer is made of is another matter: there, the wrong type is an AnswerGarbled.
"""

import math
from datetime import date
from typing import Any

from actors.core.errors import AnswerGarbled

_MOST_LETTERS = 10_000
_MOST_WHOLE = 2**31 - 1  # what a column of whole numbers takes


def inner(outer: dict[str, Any], name: str, provider: str) -> dict[str, Any] | None:
    """The object under a name, None where there is none. Raises AnswerGarbled where it is no object."""
    value = outer.get(name)
    if value is not None and not isinstance(value, dict):
        raise AnswerGarbled(f"{name} is no object", provider=provider)
    return value


def inners(outer: dict[str, Any], name: str, provider: str) -> list[dict[str, Any]]:
    """The objects in the list under a name. Raises AnswerGarbled where there is no list of objects."""
    values = outer.get(name)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise AnswerGarbled(f"{name} is no list of objects", provider=provider)
    return values


def part(outer: dict[str, Any], name: str) -> dict[str, Any]:
    """The object under a name that groups fields, empty where there is none: its fields are unknown."""
    value = outer.get(name)
    return value if isinstance(value, dict) else {}


def text(value: object) -> str | None:
    """A text with something in it. NUL goes, which no database takes."""
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").strip()[:_MOST_LETTERS] or None


def texts(value: object) -> tuple[str, ...] | None:
    """The texts in a list, None where it is no list."""
    if not isinstance(value, list):
        return None
    return tuple(one for one in map(text, value) if one is not None)


def whole(value: object) -> int | None:
    """A whole number from 0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= _MOST_WHOLE else None


def amount(value: object) -> float | None:
    """A number from 0, such as a sum of money."""
    return float(value) if type(value) in {int, float} and value >= 0 else None  # type: ignore[operator, arg-type]


def number(value: object) -> float | None:
    """A number of either sign, such as a growth."""
    return float(value) if type(value) in {int, float} and math.isfinite(value) else None  # type: ignore[arg-type]


def label(value: object) -> str | None:
    """A vendor's word such as series_a, as people write it: Series A."""
    word = text(value)
    return word.replace("_", " ").title() if word is not None else None


def truth(value: object) -> bool | None:
    """Yes or no."""
    return value if isinstance(value, bool) else None


def day(value: object) -> date | None:
    """The day of a date or of a moment in ISO 8601."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
