"""Salesforce on loopback: the records of each organisation, queries over them, and upserts under external ids."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from actors.simulator import salesforce_records
from actors.simulator.salesforce_records import (
    EXTERNAL_IDS,
    FIELDS,
    INTEGRATION,
    LETTERS,
    NUMBERS,
    READ_ONLY,
    REQUIRED,
    VERSION,
    Org,
    Record,
    wire,
)
from actors.simulator.services import Service, answered
from actors.simulator.soql import MalformedQueryError, parse
from actors.simulator.vendor import Answer, Call, Params
from actors.simulator.windows import Usage
from actors.simulator.world import World

_CALLS_A_DAY = 100_000
_OF_PATH = frozenset({"object", "field", "id"})


class Salesforce(Service):
    """Each key has an organisation of its own. Who names a user in `x-user` writes as that person."""

    name = "salesforce"

    def __init__(self, world: World) -> None:
        self._world = world
        self._orgs: dict[str, Org] = {}
        self._writes: list[dict[str, Any]] = []
        self._moment = 0
        self.endpoints = {
            "GET /query": self._query,
            "POST /sobjects/{object}": self._create,
            "GET /sobjects/{object}/{id}": self._show,
            "PATCH /sobjects/{object}/{id}": self._change,
            "PATCH /sobjects/{object}/{field}/{id}": self._upsert,
        }

    def clear(self) -> None:
        """Forget what was written."""
        self._orgs.clear()
        self._writes.clear()

    def carried_out(self) -> list[dict[str, Any]]:
        """Every write that changed something, with the key that it came under."""
        return list(self._writes)

    # What any vendor has to say, in Salesforce's words

    def unauthorised(self) -> Answer:
        """401."""
        return _refused(401, "INVALID_SESSION_ID", "Session expired or invalid")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (there is one for the day)
        """403: there is only a limit by the day, and nothing tells when to come back."""
        return self.spent()

    def spent(self) -> Answer:
        """403."""
        return _refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    def broken(self, status: int) -> Answer:
        """An error of Salesforce's own."""
        code = "SERVER_UNAVAILABLE" if status == 503 else "UNKNOWN_EXCEPTION"
        return _refused(status, code, "An unexpected error occurred.")

    def invalid(self, reason: str) -> Answer:
        """400, with the reason."""
        return _refused(400, "JSON_PARSER_ERROR", reason)

    def missing(self) -> Answer:
        """404."""
        return _refused(404, "NOT_FOUND", "The requested resource does not exist")

    def headers(self, usage: Usage) -> Mapping[str, str]:
        """How much of the day's calls is used."""
        return {"Sforce-Limit-Info": f"api-usage={usage.day}/{_CALLS_A_DAY}"}

    # Queries and records

    def _query(self, call: Call) -> Answer:
        org = self._org(call)
        try:
            query = parse(call.params.text("q") or "")
        except MalformedQueryError as error:
            return _refused(400, "MALFORMED_QUERY", str(error))
        table = next((name for name in FIELDS if name.lower() == query.table.lower()), None)
        if table is None:
            return _refused(400, "INVALID_TYPE", f"sObject type '{query.table}' is not supported.")
        for name in (*query.fields, *query.named):
            if name.partition(".")[0] not in FIELDS[table]:
                return _no_field(name, table)
        passing = [row for row in org[table].values() if query.passes(row, lambda of: org[of].values())]
        if query.is_ordered:
            passing.sort(key=lambda row: str(row["Id"]))
        chosen = passing[: query.limit]
        shown = [wire(table, row, query.fields) for row in chosen]
        return answered({"totalSize": len(shown), "done": True, "records": shown})

    def _show(self, call: Call) -> Answer:
        name, record = self._named(call)
        return self._gone(call) if record is None else answered(wire(name, record, _plain(name)))

    def _create(self, call: Call) -> Answer:
        name, given = call.params.text("object") or "", _given(call.params)
        if (problem := _problem(name, given, is_new=True)) is not None:
            return problem
        return answered({"id": self._made(call, name, given)["Id"], "success": True, "errors": []}, 201)

    def _change(self, call: Call) -> Answer:
        """204, or 412 where the record was changed after the moment that is named."""
        name, record = self._named(call)
        if record is None:
            return self._gone(call)
        given = _given(call.params)
        if (problem := _problem(name, given, is_new=False)) is not None:
            return problem
        since = call.headers.get("if-unmodified-since")
        if since is not None and datetime.fromisoformat(record["LastModifiedDate"]) > parsedate_to_datetime(
            since
        ):
            return Answer(b"", 412)
        self._write(call, name, record, given)
        return Answer(b"", 204)

    def _upsert(self, call: Call) -> Answer:
        """201 for a new record, 200 for one that was there, 300 where several have this external id."""
        params = call.params
        name, field, value = params.text("object") or "", params.text("field") or "", params.text("id") or ""
        if name not in FIELDS or field not in EXTERNAL_IDS & set(FIELDS[name]):
            told = f"Provided external ID field does not exist or is not accessible: {field}"
            return _refused(404, "NOT_FOUND", told)
        given = _given(params)
        there = [one for one in self._org(call)[name].values() if (one[field] or "").lower() == value.lower()]
        if len(there) > 1:
            return answered([f"{VERSION}/sobjects/{name}/{one['Id']}" for one in there], 300)
        if (problem := _problem(name, given, is_new=not there)) is not None:
            return problem
        if there:
            self._write(call, name, there[0], given)
        record = there[0] if there else self._made(call, name, {**given, field: value})
        shown = {"id": record["Id"], "success": True, "errors": [], "created": not there}
        return answered(shown, 200 if there else 201)

    # The organisation of a key

    def _org(self, call: Call) -> Org:
        if call.key not in self._orgs:
            self._orgs[call.key] = salesforce_records.org(self._world)
        return self._orgs[call.key]

    def _named(self, call: Call) -> tuple[str, Record | None]:
        name = call.params.text("object") or ""
        return name, self._org(call).get(name, {}).get(call.params.text("id") or "")

    def _gone(self, call: Call) -> Answer:
        told = f"Provided external ID field does not exist or is not accessible: {call.params.text('id')}"
        return _refused(404, "NOT_FOUND", told)

    def _made(self, call: Call, name: str, given: Mapping[str, Any]) -> Record:
        by, at = self._writer(call), self._now()
        record = salesforce_records.add(self._org(call), name, {}, by, at)
        self._write(call, name, record, given)
        return record

    def _write(self, call: Call, name: str, record: Record, given: Mapping[str, Any]) -> None:
        by = self._writer(call)
        changed = salesforce_records.change(record, given, by, self._now())
        if changed:
            who = "integration" if by == INTEGRATION else "person"
            write = {"account": call.key, "record": f"{name}/{record['Id']}", "fields": changed, "by": who}
            self._writes.append(write)

    def _writer(self, call: Call) -> str:
        return "005000000000042AAA" if call.headers.get("x-user") else INTEGRATION

    def _now(self) -> str:
        self._moment += 1
        return salesforce_records.stamp(self._world, self._moment)


def _plain(name: str) -> list[str]:
    return [field for field in FIELDS[name] if field != "Owner"]


def _given(params: Params) -> dict[str, Any]:
    """The fields in a body."""
    return {name: values[0] for name, values in params.items() if name not in _OF_PATH}


def _problem(name: str, given: Mapping[str, Any], *, is_new: bool) -> Answer | None:
    """What is wrong with the fields that are to be written, None for nothing."""
    if name not in FIELDS:
        return _refused(404, "NOT_FOUND", "The requested resource does not exist")
    missing = [one for one in REQUIRED[name] if is_new and not given.get(one)]
    if missing:
        told = f"Required fields are missing: {missing}"
        return _refused(400, "REQUIRED_FIELD_MISSING", told, missing)
    for field, value in given.items():
        if field not in FIELDS[name]:
            return _no_field(field, name)
        if field in READ_ONLY:
            told = f"Unable to create/update fields: {field}."
            return _refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", told, [field])
        if field in NUMBERS and not isinstance(value, int | float):
            return _refused(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of double for {field}")
        if isinstance(value, str) and len(value) > LETTERS.get(field, 255):
            told = f"{field}: data value too large (max length={LETTERS.get(field, 255)})"
            return _refused(400, "STRING_TOO_LONG", told, [field])
    return None


def _no_field(field: str, name: str) -> Answer:
    return _refused(400, "INVALID_FIELD", f"No such column '{field}' on sobject of type {name}")


def _refused(status: int, code: str, message: str, fields: list[str] | None = None) -> Answer:
    """A refusal: a list, with one error."""
    error: dict[str, Any] = {"message": message, "errorCode": code}
    return answered([error if fields is None else {**error, "fields": fields}], status)
