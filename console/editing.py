"""Another input for a run that failed: the same fields with other values, about the same things."""

from typing import Any

import orjson

from console.faults import BadRequest


def changed_input(before: Any, text: str) -> dict[str, Any]:
    """The input that a person wrote in place of the one before.

    Raises BadRequest where it is no JSON, has other fields or values of other kinds, is about something else, or
    is the same.
    """
    try:
        after = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"That is no JSON: {error}.") from None
    if not isinstance(after, dict) or not isinstance(before, dict):
        raise BadRequest("An input is a JSON object.")
    _check(before, after, "")
    if after == before:
        raise BadRequest("Nothing was changed in it: to try it again as it is, there is another button.")
    return after


def _check(before: Any, after: Any, place: str) -> None:
    if isinstance(before, dict) and isinstance(after, dict):
        if before.keys() != after.keys():
            differing = ", ".join(sorted(before.keys() ^ after.keys()))
            raise BadRequest(f"It must have the same fields{_at(place)}; {differing} is not in both.")
        for name, value in before.items():
            where = f"{place}.{name}".strip(".")
            if (name == "id" or name.endswith("_id")) and value != after[name]:
                raise BadRequest(f"{where} can't be changed: it would be about something else.")
            _check(value, after[name], where)
    elif isinstance(before, list) and isinstance(after, list):
        for number, (one, other) in enumerate(zip(before, after, strict=False)):
            _check(one, other, f"{place}.{number}")
    elif before is not None and after is not None and _kind(before) != _kind(after):
        raise BadRequest(f"{place or 'It'} must be {_kind(before)}, as before.")


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"


def _at(place: str) -> str:
    return f" in {place}" if place else ""
