"""The platform's Sequences service on loopback: contacts enrolled, under keys that make a repeat known as one."""

from collections import defaultdict
from typing import Any

import orjson

from actors.simulator.services import Service, answered, refused
from actors.simulator.vendor import Answer, Call, InvalidInputError

_UNKNOWN = "unknown"


class Sequences(Service):
    """Enrolments of each account. A sequence whose name begins with `unknown` does not exist."""

    name = "sequences"

    def __init__(self) -> None:
        self._enrolments: list[dict[str, Any]] = []
        self._asked: dict[tuple[str, str], bytes] = {}
        self._under: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._there: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.endpoints = {
            "POST /sequences/{sequence}/enrolments": self._enrol,
            "GET /enrolments": self._list,
        }

    def clear(self) -> None:
        """Forget every enrolment."""
        self._enrolments.clear()
        self._asked.clear()
        self._under.clear()
        self._there.clear()

    def carried_out(self) -> list[dict[str, Any]]:
        """Every enrolment, with the account and the key that it came under."""
        return list(self._enrolments)

    def _enrol(self, call: Call) -> Answer:
        """201 for a new one, 200 for the same key again, 409 for a contact that is in the sequence already."""
        sequence, email = call.params.text("sequence") or "", call.params.text("contact[email]")
        key = call.headers.get("idempotency-key", "")
        if not email or not key:
            raise InvalidInputError("an idempotency-key and a contact with an email are needed")
        if sequence.startswith(_UNKNOWN):
            return refused(404, f"there is no sequence {sequence!r}")
        if call.keys == "kept":
            asked = orjson.dumps(call.params, option=orjson.OPT_SORT_KEYS)
            if self._asked.setdefault((call.key, key), asked) != asked:
                return refused(422, "this key came with another content before")
            if (call.key, key) in self._under:
                return answered(_shown(self._under[call.key, key][0]))
            if (there := self._there.get((call.key, sequence, email))) is not None:
                return refused(409, "the contact is in this sequence already", enrolment=_shown(there))
        enrolment = {
            "id": f"enr_{len(self._enrolments) + 1}",
            "account": call.key,
            "sequence": sequence,
            "email": email,
            "lead": call.params.text("lead"),
            "key": key,
        }
        self._enrolments.append(enrolment)
        self._under[call.key, key].append(enrolment)
        self._there[call.key, sequence, email] = enrolment
        return answered(_shown(enrolment), 201)

    def _list(self, call: Call) -> Answer:
        """What came under a key; 410 where keys are not remembered."""
        key = call.params.text("idempotency_key")
        if key is None:
            raise InvalidInputError("idempotency_key is missing")
        if call.keys == "forgotten":
            return answered({"retained": False, "enrolments": []}, 410)
        found = self._under.get((call.key, key), ())
        return answered({"retained": True, "enrolments": [_shown(one) for one in found]})


def _shown(enrolment: dict[str, Any]) -> dict[str, Any]:
    return {name: enrolment[name] for name in ("id", "sequence", "email", "lead")}
