"""Budgets while somebody writes them: what stands in the form, the budgets that it makes, and what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from console.faults import BadRequest
from tenants.budgets import Budgets, fields_of

PREFIX = "budget."
LENGTH_LIMIT = 30
_PLACE = re.compile(
    r"(?:total|day|lead|run)_usd|providers\.\w{1,63}\.(?:day|total)_usd"
    r"|kill_switch\.(?:fill_rate_below|cost_per_contact_above_usd|calls)",
    re.ASCII,
)

_WORDS = {
    "decimal_parsing": "An amount is wanted, such as 12.50.",
    "decimal_type": "An amount is wanted, such as 12.50.",
    "finite_number": "An amount is wanted, such as 12.50.",
    "float_parsing": "A share between 0 and 1 is wanted.",
    "int_parsing": "A whole number is wanted.",
    "greater_than_equal": "It must be {ge:g} or more.",
    "less_than_equal": "It must be {le:g} or less.",
}


@dataclass(frozen=True, slots=True)
class AmountsDraft:
    """What was written at each place, the budgets that it makes, and else what is wrong at which place."""

    written: Mapping[str, str]
    budgets: Budgets | None
    mistakes: Mapping[str, str] = field(default_factory=dict)


def amounts_draft(fields: Mapping[str, Any], now: Budgets) -> AmountsDraft:
    """What stands in the form. A place that the form does not show stays as it is now.

    Raises BadRequest for what no form of ours sends.
    """
    shown = {
        name.removeprefix(PREFIX): str(value or "").strip()[:LENGTH_LIMIT]
        for name, value in fields.items()
        if name.startswith(PREFIX)
    }
    if not all(map(_PLACE.fullmatch, shown)):
        raise BadRequest("There are no such fields.")
    written = {name: text for name, text in {**fields_of(now), **shown}.items() if text}
    document: dict[str, Any] = {}
    for place, text in written.items():
        inner = document
        *path, last = place.split(".")
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = text
    switch = document.get("kill_switch", {})
    if switch.keys() <= {"calls"}:  # how many calls are judged says nothing where nothing is judged
        document.pop("kill_switch", None)
    try:
        return AmountsDraft(written, Budgets.model_validate(document))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        return AmountsDraft(
            written, None, {".".join(map(str, fault["loc"])): _in_words(fault) for fault in faults}
        )


def _in_words(fault: ErrorDetails) -> str:
    words = _WORDS.get(fault["type"])
    return f"{fault['msg']}." if words is None else words.format(**fault.get("ctx", {}))
