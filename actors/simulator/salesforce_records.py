"""What Salesforce has on file, in its wire shapes: records of each object, with who changed them last."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from actors.simulator.customers import OWNERS, OnFile, Owner, Standing, has_opted_out, on_file
from actors.simulator.words import words
from actors.simulator.world import World

VERSION = "/services/data/v66.0"
INTEGRATION = "005000000000099AAA"
_SYSTEM = "Id, OwnerId, Owner, CreatedById, LastModifiedById, LastModifiedDate, SystemModstamp"
_OURS = "Leadmill_Id__c, Leadmill_Written__c"
FIELDS = {
    "Account": words(
        f"{_SYSTEM}, {_OURS}, Name, Website, Type, Industry, BillingCity, BillingCountry, NumberOfEmployees, "
        "AnnualRevenue, Leadmill_Score__c, Leadmill_Tier__c"
    ),
    "Contact": words(
        f"{_SYSTEM}, {_OURS}, Name, FirstName, LastName, Email, Title, Department, AccountId, HasOptedOutOfEmail"
    ),
    "Lead": words(
        f"{_SYSTEM}, Name, FirstName, LastName, Email, Company, Title, HasOptedOutOfEmail, IsConverted"
    ),
    "Opportunity": words(f"{_SYSTEM}, Name, AccountId, StageName, IsClosed, IsWon"),
}
"""The fields of each object."""

EXTERNAL_IDS = frozenset({"Leadmill_Id__c"})
READ_ONLY = frozenset(
    {"Id", "Owner", "CreatedById", "LastModifiedById", "LastModifiedDate", "SystemModstamp"}
)
NUMBERS = frozenset({"NumberOfEmployees", "AnnualRevenue", "Leadmill_Score__c"})
REQUIRED = {
    "Account": ("Name",),
    "Contact": ("LastName",),
    "Lead": ("LastName", "Company"),
    "Opportunity": (),
}
LETTERS = {"Title": 128, "Department": 80, "BillingCity": 40, "FirstName": 40, "LastName": 80, "Name": 255}
_PREFIXES = {"Account": "001", "Contact": "003", "Opportunity": "006", "Lead": "00Q"}
_STAGES = {
    Standing.CUSTOMER: ("Closed Won", True, True),
    Standing.OPEN_DEAL: ("Proposal/Price Quote", False, False),
    Standing.LOST_DEAL: ("Closed Lost", True, False),
}

Record = dict[str, Any]
Org = dict[str, dict[str, Record]]


def stamp(world: World, moment: int) -> str:
    """The time of the so-manieth thing that happened on the world's day, a second after the one before."""
    at = datetime.combine(world.today, datetime.min.time()) + timedelta(seconds=moment, milliseconds=250)
    return f"{at:%Y-%m-%dT%H:%M:%S}.250+0000"


def org(world: World) -> Org:
    """A new organisation with what the customer has on file. Of every second customer only a won deal tells."""
    found: Org = {name: {} for name in FIELDS}
    for number, one in enumerate(on_file(world)):
        _add(found, one, stamp(world, 0), is_typed=number % 2 == 0)
    return found


def add(
    found: Org, name: str, fields: Mapping[str, Any], by: str, at: str, owner: Owner = OWNERS[0]
) -> Record:
    """A new record."""
    record: Record = dict.fromkeys(FIELDS[name])
    record |= {"HasOptedOutOfEmail": False} if "HasOptedOutOfEmail" in record else {}
    record |= {"IsConverted": False} if "IsConverted" in record else {}
    record["Id"] = f"{_PREFIXES[name]}{len(found[name]) + 1:012d}AAA"
    record["OwnerId"], record["CreatedById"] = owner_id(owner), by
    record["Owner"] = {"attributes": _attributes("User", owner_id(owner)), "Email": owner.email}
    found[name][record["Id"]] = record
    change(record, fields, by, at)
    return record


def change(record: Record, fields: Mapping[str, Any], by: str, at: str) -> dict[str, Any]:
    """Fields set; those that changed."""
    changed = {name: value for name, value in fields.items() if record.get(name) != value}
    record.update(changed)
    if "LastName" in record:
        record["Name"] = " ".join(filter(None, (record["FirstName"], record["LastName"])))
    record |= {"LastModifiedById": by, "LastModifiedDate": at, "SystemModstamp": at}
    return changed


def wire(name: str, record: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """A record as an answer shows it: the fields that were asked for, related ones within their own."""
    shown: dict[str, Any] = {"attributes": _attributes(name, record["Id"])}
    for field in fields:
        outer, _, inner = field.partition(".")
        if not inner:
            shown[outer] = record[outer]
        elif record[outer] is None:
            shown[outer] = None
        else:
            related = shown.setdefault(outer, {"attributes": record[outer]["attributes"]})
            related[inner] = record[outer].get(inner)
    return shown


def owner_id(owner: Owner) -> str:
    """Salesforce's id of a user."""
    return f"005{owner.number:012d}AAA"


def _attributes(name: str, id_: str) -> dict[str, str]:
    return {"type": name, "url": f"{VERSION}/sobjects/{name}/{id_}"}


def _add(found: Org, one: OnFile, at: str, *, is_typed: bool) -> None:
    """An account with its people and its opportunity."""
    company, by = one.company, owner_id(one.owner)
    of_account = {
        "Name": company.name,
        "Website": f"https://www.{company.domain}/",
        "Type": "Customer - Direct" if one.standing is Standing.CUSTOMER and is_typed else None,
        "BillingCity": company.city,
        "BillingCountry": company.country,
    }
    account = add(found, "Account", of_account, by, at, one.owner)
    for person in one.people:
        of_person = {
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "Email": person.email,
            "Title": person.title,
            "HasOptedOutOfEmail": has_opted_out(person),
        }
        if one.standing is Standing.LOST_DEAL:  # who never became more than a lead
            add(found, "Lead", {**of_person, "Company": company.name}, by, at, one.owner)
        else:
            add(found, "Contact", {**of_person, "AccountId": account["Id"]}, by, at, one.owner)
    stage, is_closed, is_won = _STAGES[one.standing]
    of_deal = {"Name": company.name, "AccountId": account["Id"], "StageName": stage}
    add(found, "Opportunity", {**of_deal, "IsClosed": is_closed, "IsWon": is_won}, by, at, one.owner)
