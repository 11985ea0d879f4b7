"""What differs between two versions of a part of a tenant's configuration, each told as its fields by their places."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not the same in two versions."""

    field: str
    before: Any
    after: Any


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The fields that are not the same, in the order in which they are told. That of a list makes no difference."""
    return [
        Difference(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if _in_order(before.get(name)) != _in_order(after.get(name))
    ]


def fields_hash(fields: Mapping[str, Any]) -> str:
    """The SHA-256 of what fields say: the same in whatever order their lists are written."""
    said = {name: _in_order(value) for name, value in fields.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _in_order(value: Any) -> Any:
    return sorted(set(map(str, value))) if isinstance(value, list | tuple) else value
