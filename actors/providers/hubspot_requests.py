"""Requests to HubSpot: for one object or many, for a search, for a batch; and what its refusals mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    FieldMissing,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Link
from actors.core.questions import RecordOnFile
from actors.providers.fields import inner, inners, text
from actors.providers.hubspot_objects import property_names, record
from actors.providers.manners import Manners, Oddity, json_object, send

_NAME = "hubspot"
_CREATED, _PARTLY, _NOT_FOUND, _CONFLICT = 201, 207, 404, 409
_MANNERS = Manners(
    provider=_NAME,
    key_header="authorization",
    key_prefix="Bearer ",
    deadline_s=6,
    answers=frozenset({200, _CREATED, _PARTLY}),
    oddities=(
        Oddity(400, FieldMissing, words=b"property_doesnt_exist"),
        Oddity(400, FieldMissing, words=b"leadmill_"),  # of ours, such as one whose values are not unique
        # The day ends at midnight of the portal, whose time zone no answer tells.
        Oddity(429, QuotaExhausted, words=b'"daily"'),
        Oddity(429, RateLimited, words=b'"secondly"', quiet_s=1.0),  # searches have a limit of their own
        Oddity(429, RateLimited, words=b'"ten_secondly_rolling"', quiet_s=10.0),
    ),
)
_FINDING = replace(_MANNERS, answers=_MANNERS.answers | {_NOT_FOUND})
_MAKING = replace(_MANNERS, answers=_MANNERS.answers | {_CONFLICT})
OBJECTS = "crm/v3/objects"
PER_PAGE = 100
# with the history of properties only half of what a batch takes otherwise
PER_BATCH_WITH_HISTORY = 50
# a whole search may have 3,000; what stands in it beside the values takes 300 of them
_MOST_LETTERS_OF_VALUES = 2_600


@dataclass(frozen=True, slots=True)
class Found:
    """An object of HubSpot's: its id, what is on file there, and the companies that it belongs to."""

    id: str
    record: RecordOnFile
    companies: tuple[str, ...]


async def read_object(link: Link, objects: str, value: str, unique: str = "hs_object_id") -> Found | None:
    """The object with this value of a unique property, None where there is none."""
    names = ",".join(property_names(objects))
    params = {"properties": names, "propertiesWithHistory": names}
    params |= {"associations": "companies"} if objects == "contacts" else {}
    params |= {"idProperty": unique} if unique != "hs_object_id" else {}
    path = f"{OBJECTS}/{objects}/{quote(value, safe='')}?{urlencode(params)}"
    heard = await send(link, _FINDING, "GET", _address(link, path), told=f"{objects}/…")
    if heard.status == _NOT_FOUND:
        return None
    answer = json_object(heard, _MANNERS)
    linked = inner(inner(answer, "associations", _NAME) or {}, "companies", _NAME) or {"results": []}
    companies = tuple(dict.fromkeys(id_of(one.get("id")) for one in inners(linked, "results", _NAME)))
    return Found(id_of(answer.get("id")), record(answer, objects), companies)


async def read_objects(
    link: Link, objects: str, values: Sequence[str], unique: str = "hs_object_id"
) -> dict[str, Found | AgentError | None]:
    """The objects with these values of a unique property, in small letters, without the companies they belong to.

    None where there is none, and the error of an item that was refused by itself. What HubSpot says nothing of is
    left out. Raises what befell all.
    """
    told: dict[str, Found | AgentError | None] = {}
    ids = list(dict.fromkeys(value.lower() for value in values))  # what stands there twice is refused
    names = property_names(objects)
    given: dict[str, Any] = {"properties": [*names, unique], "propertiesWithHistory": names}
    given |= {"idProperty": unique} if unique != "hs_object_id" else {}
    path = f"{OBJECTS}/{objects}/batch/read"
    for begin in range(0, len(ids), PER_BATCH_WITH_HISTORY):
        inputs = [{"id": one} for one in ids[begin : begin + PER_BATCH_WITH_HISTORY]]
        answer = await asked(link, "POST", path, {"inputs": inputs, **given})
        for error in inners({"errors": [], **answer}, "errors", _NAME):
            meaning = _meaning(error, path)
            whose = (inner(error, "context", _NAME) or {}).get("ids")
            if meaning is not None and not whose:
                raise meaning
            told |= {str(one).lower(): meaning for one in whose or ()}
        for one in inners(answer, "results", _NAME):
            found = Found(id_of(one.get("id")), record(one, objects), ())
            value = found.id if unique == "hs_object_id" else text(properties_of(one).get(unique)) or ""
            told[value.lower()] = found
    return {value: told[value] for value in ids if value in told}


async def search_among(
    link: Link, objects: str, name: str, values: Sequence[str], wanted: Sequence[str]
) -> list[dict[str, Any]]:
    """All objects with one of these values, which are in small letters."""
    found: list[dict[str, Any]] = []
    for some in _parts(values):
        after: int | None = 0
        while after is not None:
            page, after = await search(link, objects, name, some, wanted, after)
            found += page
    return found


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    """The values in parts of which a search takes one."""
    part: list[str] = []
    for value in values:
        if part and sum(len(one) + 3 for one in (*part, value)) > _MOST_LETTERS_OF_VALUES:
            yield part
            part = []
        part.append(value)
    if part:
        yield part


async def search(
    link: Link, objects: str, name: str, value: str | Sequence[str], wanted: Sequence[str], after: int
) -> tuple[list[dict[str, Any]], int | None]:
    """The next objects with this value, or one of these, and the last of their ids where there are more."""
    passes: dict[str, str | Sequence[str]] = (
        {"operator": "EQ", "value": value} if isinstance(value, str) else {"operator": "IN", "values": value}
    )
    filters = [
        {"propertyName": name, **passes},
        {"propertyName": "hs_object_id", "operator": "GT", "value": str(after)},
    ]
    content = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": list(wanted),
        "limit": PER_PAGE,
        "after": "0",
    }
    answer = await asked(link, "POST", f"{OBJECTS}/{objects}/search", content)
    found = inners(answer, "results", _NAME)
    following = inner(inner(answer, "paging", _NAME) or {}, "next", _NAME)
    last = max((int(id_of(one.get("id"))) for one in found), default=after)
    return found, last if following and last > after else None


async def make_object(link: Link, objects: str, properties: Mapping[str, str]) -> str | None:
    """The id of a new object, None where there is one already with a value that must be unique."""
    content = {"properties": properties, "associations": []}
    heard = await send(link, _MAKING, "POST", _address(link, f"{OBJECTS}/{objects}"), content=content)
    return None if heard.status == _CONFLICT else id_of(json_object(heard, _MANNERS).get("id"))


async def change_object(link: Link, objects: str, id_: str, properties: Mapping[str, str]) -> bool:
    """Whether the properties were set; not where there is no such object any more."""
    content = {"properties": properties}
    heard = await send(link, _FINDING, "PATCH", _address(link, f"{OBJECTS}/{objects}/{id_}"), content=content)
    return heard.status != _NOT_FOUND


async def batch(link: Link, path: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The results of a batch, whatever the outcomes of its items: what is not there has none.

    Raises the AgentError that fits the first item which was refused for another reason.
    """
    answer = await asked(link, "POST", path, content)
    for error in inners({"errors": [], **answer}, "errors", _NAME):
        if (meaning := _meaning(error, path)) is not None:
            raise meaning
    return inners(answer, "results", _NAME)


def _meaning(error: Mapping[str, Any], path: str) -> AgentError | None:
    """What it means that an item was refused; None where there only is no such object."""
    if error.get("category") == "OBJECT_NOT_FOUND":
        return None
    said = str(error)
    if "PROPERTY_DOESNT_EXIST" in said or "leadmill_" in said:
        return FieldMissing(f"POST {path}", provider=_NAME)
    refused = QuestionRefused if error.get("category") == "VALIDATION_ERROR" else ProviderDown
    return refused(f"an item of POST {path}", provider=_NAME)


async def asked(
    link: Link, method: str, path: str, content: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON object that answers a request."""
    heard = await send(link, _MANNERS, method, _address(link, path), content=content)
    return json_object(heard, _MANNERS)


def _address(link: Link, path: str) -> str:
    return f"{link.base_url.rstrip('/')}/{path}"


def properties_of(one: dict[str, Any]) -> dict[str, Any]:
    """The properties of an object, none where it has none."""
    return inner(one, "properties", _NAME) or {}


def id_of(value: object) -> str:
    """An id as text: HubSpot writes some as numbers."""
    written_as = str(value) if type(value) is int else text(value)
    if written_as is None or not (written_as.isascii() and written_as.isdecimal()):
        raise AnswerGarbled("an object without an id", provider=_NAME)
    return written_as
