"""HubSpot's companies and contacts in our words, and our fields in HubSpot's."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from actors.core.errors import AnswerGarbled
from actors.core.questions import RecordOnFile
from actors.providers.fields import inner, text, whole
from actors.providers.prospect import two_names
from tenants.countries import country_code, english_names

_NAME = "hubspot"
# HubSpot's names by ours. Two for one: the first and the last name.
_PROPERTIES: dict[str, dict[str, tuple[str, ...]]] = {
    "companies": {
        "name": ("name",),
        "country": ("country",),
        "city": ("city",),
        "employees": ("numberofemployees",),
        "founded_year": ("founded_year",),
        "lead_score": ("leadmill_score",),
        "lead_tier": ("leadmill_tier",),
    },
    "contacts": {
        "name": ("firstname", "lastname"),
        "title": ("jobtitle",),
        "seniority": ("seniority",),
        "department": ("job_function",),
    },
}
_NUMBERS = frozenset({"employees", "founded_year", "lead_score"})
# Who writes without a person's doing. Whoever is not among them counts as a person: so the worst that a source
# which nobody knows yet brings about is a question too many.
_MACHINES = frozenset(
    {
        "AI_GROUP",
        "ANALYTICS",
        "API",
        "AUTOMATION_JOURNEY",
        "AUTOMATION_PLATFORM",
        "CALCULATED",
        "COMPANY_INSIGHTS",
        "CONVERSATIONAL_ENRICHMENT",
        "DATA_ENRICHMENT",
        "DEFAULT",
        "INTEGRATION",
        "INTEGRATIONS_PLATFORM",
        "INTEGRATIONS_SYNC",
        "INTERNAL_PROCESSING",
        "MIGRATION",
        "WORKFLOWS",
    }
)


def has_place(objects: str, name: str) -> bool:
    """Whether such objects have a property for this field of ours."""
    return name in _PROPERTIES[objects]


def property_names(objects: str) -> list[str]:
    """The properties of such objects that have a field of ours."""
    return [one for names in _PROPERTIES[objects].values() for one in names]


def in_our_words(fields: Mapping[str, Any], objects: str) -> dict[str, Any]:
    """Those of our fields that such objects have a property for, as they will be read from it again."""
    kept = {name: value for name, value in fields.items() if has_place(objects, name)}
    return {
        name: " ".join(value.split()) if isinstance(value, str) else value for name, value in kept.items()
    }


def properties(fields: Mapping[str, Any], objects: str) -> dict[str, str]:
    """Fields of ours as HubSpot takes them: texts only, a country by its English name."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        names = _PROPERTIES[objects][name]
        if len(names) > 1:
            parts: Iterable[str | None] = two_names(str(value))
        elif name == "country":
            parts = (english_names().get(str(value), str(value)),)
        else:
            parts = (_written(value),)
        found |= {one: part or "" for one, part in zip(names, parts, strict=True)}
    return found


def record(answer: dict[str, Any], objects: str) -> RecordOnFile:
    """An object as one of the customer's own records.

    Its version is that of the fields that we know: HubSpot itself touches the others, and with them the date of
    the last change, all the time. Raises AnswerGarbled for an object without properties.
    """
    values: dict[str, str | int] = {}
    edited: list[str] = []
    versions: list[tuple[str, object, object]] = []
    given = inner(answer, "properties", _NAME)
    if given is None:
        raise AnswerGarbled("an object without properties", provider=_NAME)
    history = inner(answer, "propertiesWithHistory", _NAME) or {}
    for name, names in _PROPERTIES[objects].items():
        value = _read(name, " ".join(filter(None, (text(given.get(one)) for one in names))))
        if value is not None:
            values[name] = value
        newest = [_newest(history.get(one)) for one in names]
        versions += [
            (one, given.get(one), at.get("timestamp")) for one, at in zip(names, newest, strict=True)
        ]
        if any(at and text(at.get("sourceType")) not in _MACHINES for at in newest):
            edited.append(name)
    version = blake2b(repr(versions).encode(), digest_size=8).hexdigest()
    return RecordOnFile(etag=f"{answer.get('id')}/{version}", values=values, edited=tuple(edited))


def _newest(versions: object) -> dict[str, Any]:
    """The newest version of a property: the first in the list; nothing where it was never set."""
    if not isinstance(versions, list) or not versions or not isinstance(versions[0], dict):
        return {}
    return versions[0]


def _read(name: str, value: str) -> str | int | None:
    """A value in our words; one that should be a number and is none stays as it is."""
    if name == "country":
        return country_code(value) or value or None
    if name not in _NUMBERS:
        return value or None
    try:
        number = whole(float(value))
    except ValueError:
        number = None
    return (value or None) if number is None else number


def _written(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
