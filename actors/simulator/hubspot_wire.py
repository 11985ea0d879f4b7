"""HubSpot on the wire: what a request gives, batches with an outcome for each item, and refusals."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from actors.simulator.hubspot_records import PROPERTIES
from actors.simulator.services import answered
from actors.simulator.vendor import Answer, Call, InvalidInputError

_AT = "2026-11-02T10:00:00.000Z"
_MOST_INPUTS = 100


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
    """The items of a batch; raises InvalidInputError for none or too many."""
    inputs = call.params.get("inputs", [])
    if not inputs or len(inputs) > _MOST_INPUTS or not all(isinstance(one, dict) for one in inputs):
        raise InvalidInputError(f"inputs must be 1 to {_MOST_INPUTS} objects")
    return inputs


def batch(results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Answer:
    """The results of a batch; 207 where some items were refused."""
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
