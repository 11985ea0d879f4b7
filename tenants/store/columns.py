"""Rows turned into columns: how many rows travel to PostgreSQL as one statement."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson


def unnest(**types: str) -> str:
    """A FROM item that spreads equally long array parameters into rows, one column for each.

    `unnest(id="uuid", name="text")` reads the parameters `:id` and `:name` and is called `given`.
    """
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
    names = ", ".join(f'"{name}"' for name in types)
    return f"unnest({arrays}) AS given({names})"


def columns(
    rows: Iterable[Any], names: Sequence[str], **computed: Callable[[Any], Any]
) -> dict[str, list[Any]]:
    """The named attributes of all rows as parameters for `unnest`, and computed ones beside them."""
    rows = list(rows)
    result: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in names}
    for name, compute in computed.items():
        result[name] = [compute(row) for row in rows]
    return result


def containing(text: str) -> str | None:
    """The pattern for ILIKE of whatever has this text in it, to the letter; None for no text."""
    letters = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{letters}%" if letters else None


def to_json(value: Any) -> str:
    """A value as JSON text."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
