"""The platform's CRM service on loopback: companies and people, each field with who wrote it last."""

from typing import Any

from actors.simulator.services import Service, answered, refused
from actors.simulator.vendor import Answer, Call, InvalidInputError

_OURS = {"type": "integration", "id": "leadmill"}


class Crm(Service):
    """The records of each account. Who names a user in `x-user` writes as that person."""

    name = "crm"

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self._versions: dict[tuple[str, str], int] = {}
        self._writes: list[dict[str, Any]] = []
        self.endpoints = {
            "GET /accounts/{domain}": self._show,
            "PUT /accounts/{domain}": self._write,
            "GET /contacts/{email}": self._show,
            "PUT /contacts/{email}": self._write,
        }

    def clear(self) -> None:
        """Forget every record."""
        self._records.clear()
        self._versions.clear()
        self._writes.clear()

    def carried_out(self) -> list[dict[str, Any]]:
        """Every write that changed something, with the account that it came from."""
        return list(self._writes)

    def _show(self, call: Call) -> Answer:
        at = _place(call)
        if at not in self._records:
            return self.missing()
        return answered({"fields": self._records[at]}, headers={"etag": self._tag(at)})

    def _write(self, call: Call) -> Answer:
        """The fields set; others stay. A record that is there wants its ETag, a new one `If-None-Match: *`."""
        at = _place(call)
        fields = {
            name.removeprefix("fields[").removesuffix("]"): values[0]
            for name, values in call.params.items()
            if name.startswith("fields[")
        }
        if not fields:
            raise InvalidInputError("there are no fields")
        is_new = at not in self._records
        match, none_match = call.headers.get("if-match"), call.headers.get("if-none-match")
        if match is None and none_match is None:
            return refused(428, "say which version is meant: If-Match, or If-None-Match: *")
        if is_new != (none_match == "*") or (match is not None and match != self._tag(at)):
            return refused(412, "the record is another by now")
        record = self._records.setdefault(at, {})
        changed = {
            name: value for name, value in fields.items() if record.get(name, {}).get("value") != value
        }
        user = call.headers.get("x-user")
        by = {"type": "person", "id": user} if user else _OURS
        record.update({name: {"value": value, "updated_by": by} for name, value in changed.items()})
        if changed or is_new:
            self._versions[at] = self._versions.get(at, 0) + 1
            write = {"account": call.key, "record": at[1], "fields": changed, "by": by["type"]}
            self._writes.append({**write, "key": call.headers.get("idempotency-key")})
        return answered({"fields": record}, 201 if is_new else 200, {"etag": self._tag(at)})

    def _tag(self, at: tuple[str, str]) -> str:
        return f'"{self._versions.get(at, 0)}"'


def _place(call: Call) -> tuple[str, str]:
    """Whose record it is, and which."""
    domain = call.params.text("domain")
    return call.key, f"accounts/{domain}" if domain else f"contacts/{call.params.text('email')}"
