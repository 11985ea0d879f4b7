"""Salesforce's accounts and contacts in our words, our fields in Salesforce's, and texts within its queries."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from actors.core.errors import AnswerGarbled
from actors.core.questions import RecordOnFile
from actors.providers.fields import text, whole
from actors.providers.prospect import two_names
from tenants.countries import country_code, english_names

#: fields that an admin makes: our id of the record, and what we wrote last
OUR_ID, OUR_MARKS = "Leadmill_Id__c", "Leadmill_Written__c"
#: an id of Salesforce's own, with or without its check letters
RECORD_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")

_NAME = "salesforce"
# Salesforce's names by ours. Two for one: the first and the last name.
_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "Account": {
        "name": ("Name",),
        "industry": ("Industry",),
        "country": ("BillingCountry",),
        "city": ("BillingCity",),
        "employees": ("NumberOfEmployees",),
        "lead_score": ("Leadmill_Score__c",),
        "lead_tier": ("Leadmill_Tier__c",),
    },
    "Contact": {
        "name": ("FirstName", "LastName"),
        "title": ("Title",),
        "department": ("Department",),
        "account": ("AccountId",),
    },
}
_NUMBERS = frozenset({"employees", "lead_score"})
_OURS_ALONE = frozenset({"lead_score", "lead_tier"})
# How many letters a field takes. One too many, and the whole record is refused.
_LETTERS = {"city": 40, "title": 128, "department": 80, "name": 255}


def has_place(kind: str, name: str) -> bool:
    """Whether such records have a field for this one of ours."""
    return name in _FIELDS[kind]


def field_names(kind: str) -> list[str]:
    """What is read of such records."""
    fields = [one for names in _FIELDS[kind].values() for one in names]
    return ["Id", "SystemModstamp", OUR_ID, OUR_MARKS, *fields]


def in_our_words(fields: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Those of our fields that such records have a field for, as they will be read from it again."""
    return {name: _fitted(name, value) for name, value in fields.items() if has_place(kind, name)}


def record(answer: Mapping[str, Any], kind: str) -> RecordOnFile:
    """A record as one of the customer's own, with who has edited which of our fields.

    Salesforce says who changed a record last, and not which field. Our own next change would hide that it was
    somebody else. So each record bears marks of what we wrote last: a field with another value was changed by
    others since, or never written by us.
    """
    marks = marks_of(answer)
    values: dict[str, str | int] = {}
    for name, names in _FIELDS[kind].items():
        value = _read(name, [answer.get(one) for one in names])
        if value is not None:
            values[name] = value
    edited = (name for name in values if name not in _OURS_ALONE and marks.get(name) != _mark(values[name]))
    version = text(answer.get("SystemModstamp"))
    if version is None:
        raise AnswerGarbled("a record without a version", provider=_NAME)
    return RecordOnFile(etag=f"{answer.get('Id')}/{version}", values=values, edited=tuple(edited))


def changed(fields: Mapping[str, Any], kind: str, marks: Mapping[str, str]) -> dict[str, Any]:
    """Fields of ours as Salesforce takes them, and the marks that say that we wrote them."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        names = _FIELDS[kind][name]
        if len(names) > 1:
            found |= dict(zip(names, two_names(str(value)), strict=True))
        else:
            found[names[0]] = english_names().get(value, value) if name == "country" else value
    kept = {**marks, **{name: _mark(value) for name, value in fields.items() if name not in _OURS_ALONE}}
    return {**found, OUR_MARKS: " ".join(f"{name}:{mark}" for name, mark in sorted(kept.items()))}


def marks_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """What we wrote last into a record: the mark of its value by our name of the field."""
    pairs = (one.partition(":") for one in (text(answer.get(OUR_MARKS)) or "").split())
    return {name: mark for name, _, mark in pairs}


def quoted(value: str) -> str:
    """A text as it stands in a query."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def like(pattern: str, value: str) -> str:
    """A pattern with a text in it, as it stands in a query after LIKE; `{}` is where."""
    plain = value.replace("\\", "\\\\").replace("'", "\\'").replace("_", "\\_").replace("%", "\\%")
    return "'" + pattern.replace("{}", plain) + "'"


def id_of(answer: Mapping[str, Any]) -> str:
    """Salesforce's id of a record. Raises AnswerGarbled where there is none."""
    value = text(answer.get("Id"))
    if value is None or not RECORD_ID.fullmatch(value):
        raise AnswerGarbled("a record without an id", provider=_NAME)
    return value


def host_of(website: object) -> str:
    """The host of a website, however it is written."""
    address = (text(website) or "").lower()
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def end_of_second(answer: Mapping[str, Any]) -> str:
    """The end of the second in which a record was changed last, as HTTP writes times.

    Raises AnswerGarbled where that is no time.
    """
    try:
        at = datetime.fromisoformat(text(answer.get("SystemModstamp")) or "").astimezone(UTC)
        return format_datetime(at.replace(microsecond=0) + timedelta(seconds=1), usegmt=True)
    except (ValueError, OverflowError):
        raise AnswerGarbled("a version that is no time", provider=_NAME) from None


def _mark(value: object) -> str:
    return blake2b(str(value).encode(), digest_size=4).hexdigest()


def _fitted(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())[: _LETTERS.get(name)].rstrip()
    number = whole(value)
    return value if number is None else number


def _read(name: str, given: list[object]) -> str | int | None:
    """A value in our words; one that should be a number and is none stays as it is."""
    value = " ".join(filter(None, map(text, given)))
    if name in _NUMBERS:
        return whole(given[0])
    if name == "country":
        return country_code(value) or value or None
    return value or None
