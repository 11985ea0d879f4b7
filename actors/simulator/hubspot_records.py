"""What HubSpot has on file, in its wire shapes: objects whose properties remember who wrote them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from actors.simulator.customers import OWNERS, OnFile, Owner, Standing, has_opted_out, on_file
from actors.simulator.vendor import InvalidInputError
from actors.simulator.words import words
from actors.simulator.world import World

PROPERTIES = {
    "companies": words(
        "name, domain, hs_additional_domains, country, city, industry, numberofemployees, founded_year, "
        "annualrevenue, lifecyclestage, hubspot_owner_id, leadmill_id, leadmill_score, leadmill_tier"
    ),
    "contacts": words(
        "email, firstname, lastname, jobtitle, seniority, job_function, hs_email_optout, hubspot_owner_id, "
        "lifecyclestage"
    ),
    "deals": words("dealname, dealstage, amount, hubspot_owner_id"),
}
"""The properties that can be written."""

_READ_ONLY = frozenset(
    {"hs_object_id", "createdate", "hs_lastmodifieddate", "hs_is_closed", "num_associated_contacts"}
)
UNIQUE = {"companies": "leadmill_id", "contacts": "email"}
_NUMBERS = frozenset({"numberofemployees", "annualrevenue", "leadmill_score"})
_DEFAULT = {
    "companies": ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "deals": (
        "amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id",
        "pipeline",
    ),
}  # fmt: skip
_STAGES = {
    Standing.CUSTOMER: ("closedwon", "true"),
    Standing.OPEN_DEAL: ("qualifiedtobuy", "false"),
    Standing.LOST_DEAL: ("closedlost", "true"),
}
_FIRST_ID = 7_086_461_000


@dataclass(slots=True)
class Source:
    """Who writes: an integration, a person, or HubSpot itself."""

    kind: str
    id: str | None = None
    user: int | None = None

    def wire(self) -> dict[str, Any]:
        """As a version names it."""
        shown: dict[str, Any] = {"sourceType": self.kind}
        if self.id is not None:
            shown["sourceId"] = self.id
        if self.user is not None:
            shown["updatedByUserId"] = self.user
        return shown


SYSTEM = Source("CALCULATED", "RollupProperties")


@dataclass(slots=True)
class Record:
    """An object: each property with its versions, the newest first, and the companies that it belongs to."""

    id: str
    created_at: str
    updated_at: str
    searchable_from_s: float = 0.0
    versions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    companies: list[str] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """The value of a property, None where it was never set."""
        given = {"hs_object_id": self.id, "createdate": self.created_at}
        given |= {"hs_lastmodifieddate": self.updated_at, "lastmodifieddate": self.updated_at}
        if name in given:
            return given[name]
        versions = self.versions.get(name)
        return versions[0]["value"] if versions else None

    def set(self, properties: Mapping[str, str], source: Source, at: str) -> dict[str, str]:
        """Properties set; those that changed."""
        changed = {name: value for name, value in properties.items() if self.value(name) != value}
        for name, value in changed.items():
            version = {"value": value, "timestamp": at, **source.wire()}
            self.versions.setdefault(name, []).insert(0, version)
        if changed:
            self.updated_at = at
        return changed

    def wire(self, objects: str, names: Iterable[str], history: Iterable[str] = ()) -> dict[str, Any]:
        """As HubSpot shows it: the properties that were asked for, null where they were never set."""
        shown = {
            "id": self.id,
            "properties": {name: self.value(name) for name in dict.fromkeys((*_DEFAULT[objects], *names))},
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "archived": False,
        }
        if history:
            shown["propertiesWithHistory"] = {name: self.versions.get(name, []) for name in history}
        return shown


Portal = dict[str, dict[str, Record]]


def stamp(world: World, moment: int) -> str:
    """The time of the so-manieth thing that happened on the world's day."""
    at = datetime.combine(world.today, datetime.min.time()) + timedelta(milliseconds=moment)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def portal(world: World) -> Portal:
    """A new portal with what the customer has on file."""
    found: Portal = {"companies": {}, "contacts": {}, "deals": {}}
    for one in on_file(world):
        _add(found, one, stamp(world, 0))
    return found


def owners() -> list[dict[str, Any]]:
    """The owners of a portal, as the owners' list shows them."""
    return [
        {
            "id": owner_id(owner),
            "email": owner.email,
            "type": "PERSON",
            "firstName": owner.first_name,
            "lastName": owner.last_name,
            "userId": 52_368_000 + owner.number,
            "userIdIncludingInactive": 52_368_000 + owner.number,
            "createdAt": "2024-05-01T08:00:00.000Z",
            "updatedAt": "2024-05-01T08:00:00.000Z",
            "archived": False,
        }
        for owner in OWNERS
    ]


def owner_id(owner: Owner) -> str:
    """HubSpot's id of an owner."""
    return str(6_166_860 + owner.number)


def next_id(found: Portal) -> str:
    """An id that no object of a portal has yet."""
    return str(_FIRST_ID + 1 + sum(map(len, found.values())))


def passes(record: Record, one: Mapping[str, Any]) -> bool:
    """Whether a record passes a filter. Texts are the same in any case, but one of several is in small letters."""
    name, operator, wanted = str(one.get("propertyName")), one.get("operator"), str(one.get("value"))
    value = record.value(name) or ""
    if operator == "IN":
        return value.lower() in one.get("values", ())
    if operator == "EQ":
        return value.lower() == wanted.lower()
    if operator == "GT":
        return value.isdecimal() and int(value) > int(wanted)
    raise InvalidInputError(f"operator {operator} is not known here")


def wrong_properties(objects: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with properties: there are none such, nobody may write them, or they are no numbers."""
    wrong = []
    for name, value in given.items():
        if name in _READ_ONLY:
            wrong.append(_invalid(name, "READ_ONLY_VALUE", f'"{name}" is a read only property'))
        elif name not in PROPERTIES[objects]:
            wrong.append(_invalid(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
        elif name in _NUMBERS and not str(value).replace(".", "", 1).isdecimal():
            wrong.append(_invalid(name, "INVALID_DOUBLE", f"{value} was not a valid number."))
    return wrong


def _invalid(name: str, error: str, message: str) -> dict[str, Any]:
    return {
        "isValid": False,
        "message": message,
        "error": error,
        "name": name,
        "localizedErrorMessage": message,
    }


def told_of(wrong: Iterable[dict[str, Any]]) -> str:
    """What is wrong with properties, as a message has it."""
    return str(list(wrong))


def _add(found: Portal, one: OnFile, at: str) -> None:
    """A company with its people and its deal."""
    by = Source("CRM_UI", f"userId:{52_368_000 + one.owner.number}", 52_368_000 + one.owner.number)
    company, owner = one.company, owner_id(one.owner)
    stage, is_closed = _STAGES[one.standing]
    of_company = {
        "name": company.name,
        "domain": company.domain,
        "country": company.country,
        "city": company.city,
        "lifecyclestage": "customer" if one.standing is Standing.CUSTOMER else "opportunity",
        "hubspot_owner_id": owner,
    }
    record = _made(found, "companies", of_company, by, at)
    for person in one.people:
        of_person = {
            "email": person.email,
            "firstname": person.first_name,
            "lastname": person.last_name,
            "jobtitle": person.title,
            "hubspot_owner_id": owner,
        }
        of_person |= {"hs_email_optout": "true"} if has_opted_out(person) else {}
        _made(found, "contacts", of_person, by, at).companies.append(record.id)
    of_deal = {
        "dealname": company.name,
        "dealstage": stage,
        "hubspot_owner_id": owner,
        "hs_is_closed": is_closed,
    }
    _made(found, "deals", of_deal, by, at).companies.append(record.id)


def _made(found: Portal, objects: str, properties: Mapping[str, str], by: Source, at: str) -> Record:
    record = Record(next_id(found), at, at)
    record.set(properties, by, at)
    found[objects][record.id] = record
    return record
