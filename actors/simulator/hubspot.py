"""HubSpot on loopback: companies, contacts and deals of each portal, and who wrote what of them."""

from collections.abc import Callable, Mapping
from typing import Any

from actors.simulator import hubspot_records
from actors.simulator.hubspot_records import (
    SYSTEM,
    UNIQUE,
    Portal,
    Record,
    Source,
    passes,
    told_of,
    wrong_properties,
)
from actors.simulator.hubspot_wire import (
    batch,
    given_to,
    inputs_of,
    item_error,
    limited,
    must_be_short,
    names_of,
    objects_of,
    refusal,
)
from actors.simulator.services import Service, answered
from actors.simulator.vendor import Answer, Call, InvalidInputError
from actors.simulator.windows import Usage
from actors.simulator.world import World

_INDEXED_AFTER_S = 3.0
_MOST_FOUND = 10_000
_NUMBER_OF = {"companies": "0-2", "contacts": "0-1", "deals": "0-3"}


class Hubspot(Service):
    """Each key has a portal of its own. Who names a user in `x-user` writes as that person."""

    name = "hubspot"

    def __init__(self, world: World, clock: Callable[[], float]) -> None:
        self._world, self._clock = world, clock
        self._portals: dict[str, Portal] = {}
        self._writes: list[dict[str, Any]] = []
        self._moment = 0
        objects = "/crm/v3/objects/{objects}"
        self.endpoints = {
            f"GET {objects}/{{id}}": self._show,
            f"PATCH {objects}/{{id}}": self._change,
            f"POST {objects}": self._create,
            f"POST {objects}/search": self._search,
            f"POST {objects}/batch/read": self._read_batch,
            f"POST {objects}/batch/upsert": self._upsert,
            "POST /crm/v4/associations/deals/companies/batch/read": self._companies_of_deals,
            "PUT /crm/v4/objects/contacts/{id}/associations/default/companies/{company}": self._associate,
            "GET /crm/v3/owners": self._owners,
        }

    def clear(self) -> None:
        """Forget what was written."""
        self._portals.clear()
        self._writes.clear()

    def carried_out(self) -> list[dict[str, Any]]:
        """Every write that changed something, with the key that it came under."""
        return list(self._writes)

    # What any vendor has to say, in HubSpot's words

    def unauthorised(self) -> Answer:
        """401."""
        return refusal(401, "INVALID_AUTHENTICATION", "Authentication credentials not found or not valid.")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 - no header tells
        """429: searches have a limit by the second, all else one by ten seconds."""
        policy = "SECONDLY" if endpoint.endswith("/search") else "TEN_SECONDLY_ROLLING"
        return limited(policy)

    def spent(self) -> Answer:
        """429 until midnight."""
        return limited("DAILY")

    def broken(self, status: int) -> Answer:
        """An error of HubSpot's own."""
        return refusal(status, "INTERNAL_ERROR", "Something went wrong.")

    def invalid(self, reason: str) -> Answer:
        """400, with the reason."""
        return refusal(400, "VALIDATION_ERROR", reason)

    def missing(self) -> Answer:
        """404."""
        return refusal(404, "OBJECT_NOT_FOUND", "resource not found")

    def headers(self, usage: Usage) -> Mapping[str, str]:
        """How much was used, as all but searches tell; here they tell, too."""
        return {
            "X-HubSpot-RateLimit-Daily": "250000",
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, 250_000 - usage.day)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": "100",
            "X-HubSpot-RateLimit-Remaining": str(max(0, 100 - usage.minute % 100)),
        }

    # Objects

    def _show(self, call: Call) -> Answer:
        objects = objects_of(call)
        record = self._found(call, objects, call.params.text("idProperty"), call.params.text("id") or "")
        if record is None:
            return self.missing()
        history = names_of(call, "propertiesWithHistory")
        shown = record.wire(objects, names_of(call, "properties"), history)
        if "companies" in names_of(call, "associations") and record.companies:
            kinds = (f"{objects[:-1]}_to_company", f"{objects[:-1]}_to_company_unlabeled")
            results = [{"id": one, "type": kind} for one in record.companies for kind in kinds]
            shown["associations"] = {"companies": {"results": results}}
        return answered(shown)

    def _create(self, call: Call) -> Answer:
        objects, given = objects_of(call), given_to(call)
        if objects == "contacts" and (there := self._by(call, objects, "email", given.get("email", ""))):
            return refusal(409, "CONFLICT", f"Contact already exists. Existing ID: {there.id}")
        if (problem := self._problem(call, objects, given, None)) is not None:
            return problem
        record = self._made(call, objects, given)
        return answered(record.wire(objects, given), 201)

    def _change(self, call: Call) -> Answer:
        objects, given = objects_of(call), given_to(call)
        record = self._found(call, objects, call.params.text("idProperty"), call.params.text("id") or "")
        if record is None:
            return self.missing()
        if (problem := self._problem(call, objects, given, record)) is not None:
            return problem
        self._write(call, objects, record, given)
        return answered(record.wire(objects, given))

    def _upsert(self, call: Call) -> Answer:
        """Each input made or changed, by a property with unique values; 207 where some are refused."""
        objects, results, errors = objects_of(call), [], []
        for one in inputs_of(call):
            unique, value = str(one.get("idProperty")), str(one.get("id"))
            given = dict(one.get("properties", {}))
            if unique != UNIQUE.get(objects):
                raise InvalidInputError(
                    f"Unable to perform update/upsert by non-unique {_NUMBER_OF[objects]} property {unique} "
                    "in portal ID 62515"
                )
            record = self._by(call, objects, unique, value)
            wrong = wrong_properties(objects, given)
            if wrong:
                errors.append(item_error(400, "VALIDATION_ERROR", told_of(wrong), {"ids": [value]}))
                continue
            is_new = record is None
            if record is None:
                record = self._made(call, objects, {unique: value, **given})
            else:
                self._write(call, objects, record, given)
            results.append({**record.wire(objects, given), "new": is_new})
        return batch(results, errors)

    def _search(self, call: Call) -> Answer:
        """What passes all filters of any group, as far as it is indexed; no more than the first 10,000."""
        must_be_short(call)
        objects, limit = objects_of(call), call.params.number("limit", 10, 1, 200)
        begin = call.params.number("after", 0, 0, 10**9)
        if begin + limit > _MOST_FOUND:
            raise InvalidInputError("There was a problem with the request: no more than 10,000 results")
        groups = [group.get("filters", []) for group in call.params.get("filterGroups", [])]
        now_s = self._clock()
        found = [
            record
            for record in self._portal(call)[objects].values()
            if record.searchable_from_s <= now_s
            if not groups or any(all(passes(record, one) for one in filters) for filters in groups)
        ]
        found.sort(key=lambda record: int(record.id))
        names = [str(name) for name in call.params.get("properties", [])]
        shown: dict[str, Any] = {
            "total": len(found),
            "results": [record.wire(objects, names) for record in found[begin : begin + limit]],
        }
        if begin + limit < len(found):
            shown["paging"] = {"next": {"after": str(begin + limit), "link": f"?after={begin + limit}"}}
        return answered(shown)

    def _read_batch(self, call: Call) -> Answer:
        """What there is, by id or by a property with unique values; 207 where some are not there."""
        objects, unique = objects_of(call), call.params.text("idProperty")
        names, history = (
            [str(name) for name in call.params.get(kind, [])]
            for kind in ("properties", "propertiesWithHistory")
        )
        ids = [str(one.get("id")) for one in inputs_of(call)]
        found = {one: self._found(call, objects, unique, one) for one in ids}
        missing = [one for one, record in found.items() if record is None]
        told = "Could not get some objects, they may be deleted or not exist. Check that ids are valid."
        errors = [item_error(404, "OBJECT_NOT_FOUND", told, {"ids": missing})] if missing else []
        shown = [record.wire(objects, names, history) for record in found.values() if record is not None]
        return batch(shown, errors)

    # Associations and owners

    def _companies_of_deals(self, call: Call) -> Answer:
        """The companies of deals. A deal without one is an error of its own, in a 207."""
        deals, results, errors = self._portal(call)["deals"], [], []
        for one in inputs_of(call):
            companies = deals[str(one["id"])].companies if str(one["id"]) in deals else []
            kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"}]
            to = [{"toObjectId": int(company), "associationTypes": kinds} for company in companies]
            if to:
                results.append({"from": {"id": str(one["id"])}, "to": to})
            else:
                told = f"No company is associated with deal {one['id']}."
                error = item_error(404, "OBJECT_NOT_FOUND", told, {"fromObjectId": [str(one["id"])]})
                errors.append({**error, "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"})
        return batch(results, errors)

    def _associate(self, call: Call) -> Answer:
        portal = self._portal(call)
        contact = portal["contacts"].get(call.params.text("id") or "")
        company = portal["companies"].get(call.params.text("company") or "")
        if contact is None or company is None:
            return self.missing()
        if company.id not in contact.companies:
            contact.companies.append(company.id)
            self._record(call, "associations", contact.id, {"company": company.id}, Source("API"))
            # HubSpot counts, and the company is another by its date, though nobody has edited it
            count = sum(company.id in one.companies for one in portal["contacts"].values())
            company.set({"num_associated_contacts": str(count)}, SYSTEM, self._now())
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
        one = {"from": {"id": contact.id}, "to": {"id": company.id}, "associationSpec": spec}
        return batch([one], [])

    def _owners(self, call: Call) -> Answer:
        found = hubspot_records.owners()
        limit, begin = call.params.number("limit", 100, 1, 500), call.params.number("after", 0, 0, 10**6)
        shown: dict[str, Any] = {"results": found[begin : begin + limit]}
        if begin + limit < len(found):
            shown["paging"] = {"next": {"after": str(begin + limit), "link": f"?after={begin + limit}"}}
        return answered(shown)

    # The portal of a key

    def _portal(self, call: Call) -> Portal:
        if call.key not in self._portals:
            self._portals[call.key] = hubspot_records.portal(self._world)
        return self._portals[call.key]

    def _found(self, call: Call, objects: str, unique: str | None, value: str) -> Record | None:
        if unique is None:
            return self._portal(call)[objects].get(value)
        if unique != UNIQUE.get(objects):
            raise InvalidInputError(f"{unique} is no property with unique values")
        return self._by(call, objects, unique, value)

    def _by(self, call: Call, objects: str, name: str, value: str) -> Record | None:
        wanted = value.lower()
        records = self._portal(call)[objects].values()
        return next((one for one in records if (one.value(name) or "").lower() == wanted), None)

    def _problem(
        self, call: Call, objects: str, given: Mapping[str, str], record: Record | None
    ) -> Answer | None:
        if wrong := wrong_properties(objects, given):
            return refusal(400, "VALIDATION_ERROR", f"Property values were not valid: {told_of(wrong)}")
        unique = UNIQUE.get(objects, "")
        there = self._by(call, objects, unique, given[unique]) if unique in given else None
        if there is not None and there is not record:
            return refusal(400, "VALIDATION_ERROR", f"{unique} has this value at {there.id}")
        return None

    def _made(self, call: Call, objects: str, given: Mapping[str, str]) -> Record:
        portal, at = self._portal(call), self._now()
        record = Record(hubspot_records.next_id(portal), at, at, self._clock() + _INDEXED_AFTER_S)
        portal[objects][record.id] = record
        self._write(call, objects, record, given)
        return record

    def _write(self, call: Call, objects: str, record: Record, given: Mapping[str, str]) -> None:
        user = call.headers.get("x-user")
        source = Source("CRM_UI", f"userId:{user}", 52_368_047) if user else Source("INTEGRATION", "1160452")
        values = {name: "" if value is None else str(value) for name, value in given.items()}
        changed = record.set(values, source, self._now())
        if changed:
            self._record(call, objects, record.id, changed, source)

    def _record(self, call: Call, objects: str, id_: str, changed: Mapping[str, str], source: Source) -> None:
        by = "person" if source.user else "integration"
        self._writes.append(
            {"account": call.key, "record": f"{objects}/{id_}", "fields": dict(changed), "by": by}
        )

    def _now(self) -> str:
        self._moment += 1
        return hubspot_records.stamp(self._world, self._moment)
