"""What is held of an outcome, as JSON: its one text, its hash, and what a person may change in it."""

import hashlib
from collections.abc import Mapping
from typing import Any, get_args

import orjson
from pydantic import BaseModel, ValidationError

from tenants.saved import Saved

#: of each kind of thing in a content the fields that a person may change: what is said of it, never which thing it is
EDITABLE: Mapping[str, frozenset[str]] = {
    "EnrolContact": frozenset({"sequence", "name", "title"}),
    "WriteProspect": frozenset({"account", "contact", "replaces"}),
    "Contact": frozenset({"full_name", "first_name", "last_name", "title", "seniority", "department"}),
}
_MAY_BE_EMPTY = frozenset({"title", "first_name", "last_name", "seniority", "department"})
_RECORDS: Mapping[str, type[BaseModel]] = {kind.__name__: kind for kind in get_args(Saved)}
_LONGEST = 500
_ITS_KIND = "its_kind"


class WrongEdit(ValueError):
    """A change of a content that can't be made."""


def canonical(document: Any) -> str:
    """JSON text that is the same for the same content."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def hashed(content: str) -> str:
    """The SHA-256 of canonical JSON, in hexadecimal digits."""
    return hashlib.sha256(content.encode()).hexdigest()


def together(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A thing in a content: its values with what kind of thing it is. A `kind` of its own goes by another name."""
    own = {_ITS_KIND: values["kind"]} if "kind" in values else {}
    return {"kind": kind, **{name: value for name, value in values.items() if name != "kind"}, **own}


def apart(document: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What kind of thing this is, and its values. Raises KeyError for what is none."""
    rest = dict(document)
    kind = rest.pop("kind")
    if _ITS_KIND in rest:
        rest["kind"] = rest.pop(_ITS_KIND)
    return kind, rest


def may_edit(kind: str, name: str) -> bool:
    """Whether a person may change this field of this kind of thing."""
    return name in EDITABLE.get(kind, ())


def edited(content: Any, changes: Mapping[str, Any]) -> tuple[str, str]:
    """The content with other values, each under its path such as `effect.sequence` or `save.0.title`, and its hash.

    What an effect would write into somebody's record (`effect.account.industry`) is left out where its new value
    is empty. Raises WrongEdit for what can't be changed, or not like that.
    """
    changed = orjson.loads(canonical(content))
    for path, value in changes.items():
        _change(changed, path, value)
    for record in changed["save"]:
        _check(record)
    text = canonical(changed)
    return text, hashed(text)


def _change(document: Any, path: str, value: Any) -> None:
    thing, (name, *deeper) = _found(document, path)
    if not may_edit(thing["kind"], name):
        raise WrongEdit(f"{path}: that can't be changed")
    if deeper:
        thing, (name, *deeper) = thing[name], deeper
    if deeper or not isinstance(thing, dict) or name not in thing:
        raise WrongEdit(f"{path}: there is no such value")
    is_theirs = path.startswith("effect.") and path.count(".") > 1  # a field of a record that is not ours
    written = _as(thing[name], value, path, may_be_empty=is_theirs or name in _MAY_BE_EMPTY)
    if written is None and is_theirs:
        del thing[name]  # it is not to be written
    else:
        thing[name] = written


def _found(document: Any, path: str) -> tuple[Any, list[str]]:
    """The thing that a path leads into, and the rest of the path."""
    place, *rest = path.split(".")
    try:
        if place == "save":
            return document["save"][int(rest[0])], _some(rest[1:])
        if place == "effect" and document["effect"] is not None:
            return document["effect"], _some(rest)
    except (IndexError, ValueError):
        pass  # told below, as of any other path that leads nowhere
    raise WrongEdit(f"{path}: there is no such value")


def _some(rest: list[str]) -> list[str]:
    if not rest:
        raise ValueError("the path ends too early")
    return rest


def _as(before: Any, value: Any, path: str, *, may_be_empty: bool) -> Any:
    """The new value, of the kind that the old one has."""
    if isinstance(before, list):
        if isinstance(value, list) and set(value) <= set(before):
            return [one for one in before if one in value]
        raise WrongEdit(f"{path}: only what is there can be left out")
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    if len(text) > _LONGEST:
        raise WrongEdit(f"{path}: {_LONGEST} characters are the most")
    if not text:
        if may_be_empty:
            return None
        raise WrongEdit(f"{path}: this can't be empty")
    if isinstance(before, str) or before is None:
        return text
    if isinstance(before, bool) or not isinstance(before, int | float):
        raise WrongEdit(f"{path}: that can't be changed")
    try:
        return type(before)(text)
    except ValueError:
        raise WrongEdit(f"{path}: {text!r} is no number") from None


def _check(record: Mapping[str, Any]) -> None:
    kind, rest = apart(record)
    try:
        _RECORDS[kind].model_validate(rest)
    except ValidationError as error:
        fault = error.errors()[0]
        raise WrongEdit(f"{kind}, {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
