"""HubSpot on the wire: what a request gives, batches with an outcome for each item, and refusals."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from actors.simulator.hubspot_records import PROPERTIES
from actors.simulator.services import answered
from actors.simulator.vendor import Answer, Call, InvalidInputError

_AT = "2026-11-02T10:00:00.000Z"
_MOST_INPUTS, _MOST_WITH_HISTORY = 100, 50
_MOST_LETTERS_OF_A_SEARCH = 3_000


def objects_of(call: Call) -> str:
    """The objects that are meant; raises InvalidInputError for none of HubSpot's."""
    objects = call.params.text("objects") or ""
    if objects not in PROPERTIES:
        raise InvalidInputError(f"Unable to infer object type from: {objects}")
    return objects


def names_of(call: Call, name: str) -> list[str]:
    """The names in a list with commas."""
    return [one for one in (call.params.text(name) or "").split(",") if one]


def given_to(call: Call) -> dict[str, str]:
    """The properties in a body."""
    return {
        name.removeprefix("properties[").removesuffix("]"): values[0]
        for name, values in call.params.items()
        if name.startswith("properties[")
    }


def inputs_of(call: Call) -> list[dict[str, Any]]:
    """The items of a batch; raises InvalidInputError for none or too many, and for two that are the same."""
    inputs = call.params.get("inputs", [])
    if not inputs or len(inputs) > _MOST_INPUTS or not all(isinstance(one, dict) for one in inputs):
        raise InvalidInputError(f"inputs must be 1 to {_MOST_INPUTS} objects")
    if len(inputs) > _MOST_WITH_HISTORY and call.params.get("propertiesWithHistory"):
        raise InvalidInputError(
            f"The maximum number of inputs supported in a batch request for property histories is {_MOST_WITH_HISTORY}"
        )
    ids = [str(one.get("id")).lower() for one in inputs]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise InvalidInputError(f"Duplicate IDs found in batch input: {twice}. IDs must be unique")
    return inputs


def must_be_short(call: Call) -> None:
    """Raises InvalidInputError for a search of more letters than one may have."""
    if int(call.headers.get("content-length", "0")) > _MOST_LETTERS_OF_A_SEARCH:
        raise InvalidInputError(f"a search has {_MOST_LETTERS_OF_A_SEARCH} characters at most")


def batch(results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Answer:
    """The results of a batch, in no order of the items; 207 where some of them were refused."""
    results = sorted(results, key=lambda one: str(uuid5(NAMESPACE_URL, str(one))))
    shown: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": _AT, "completedAt": _AT}
    if errors:
        shown |= {"numErrors": len(errors), "errors": errors}
    return answered(shown, 207 if errors else 200)


def item_error(status: int, category: str, message: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """What a batch says of an item that was refused."""
    return {"status": "error", "category": category, "message": message, "context": context, "code": status}


def refusal(status: int, category: str, message: str) -> Answer:
    """A refusal of the whole request."""
    correlation = str(uuid5(NAMESPACE_URL, message))
    return answered(
        {"status": "error", "message": message, "correlationId": correlation, "category": category}, status
    )


def limited(policy: str) -> Answer:
    """429, and which limit was reached."""
    correlation = str(uuid5(NAMESPACE_URL, policy))
    return answered(
        {
            "status": "error",
            "message": f"You have reached your {policy.lower()} limit.",
            "errorType": "RATE_LIMIT",
            "correlationId": correlation,
            "policyName": policy,
            "requestId": correlation,
        },
        429,
    )
