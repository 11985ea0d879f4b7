"""CloudEvents 1.0 as Kafka records: written in binary mode, read in binary and in structured mode.

The binding leaves header values as UTF-8 text as it is: unlike over HTTP, nothing is percent-encoded.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from actors.bus.base import Delivery
from actors.events.envelope import SOURCE, Event, Payload, UnreadableEvent, event_key, read_payload
from tenants.identity import TenantId
from tenants.records import LogEntry

Headers = Sequence[tuple[str, bytes | None]]

_STRUCTURED = "application/cloudevents"
_JSON_FORMAT = "application/cloudevents+json"
_JSON = re.compile(r"application/json|[\w.+-]+/[\w.+-]+\+json")
# What the specification forbids in text, and what PostgreSQL could not keep.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# An extension of ours: the id by which we remember an event of others that we have sent on.
_OUR_ID = "leadmillid"
_READ = ("specversion", "id", "source", "type", "subject", "time", "tenantid", "traceparent", _OUR_ID)
_CONTENT_TYPE = "content-type"
_ALWAYS = ((_CONTENT_TYPE, b"application/json"), ("ce_specversion", b"1.0"))
# the headers that concern us, and what each of them says
_HEADERS = {_CONTENT_TYPE: _CONTENT_TYPE} | {f"ce_{name}": name for name in _READ}


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record, as far as it says something."""

    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]

    @property
    def size(self) -> int:
        """About as many bytes as it takes."""
        return (
            len(self.value)
            + len(self.key or b"")
            + sum(len(name) + len(value) for name, value in self.headers)
        )


def to_record(entry: LogEntry) -> Record:
    """An event of the log in binary mode. Its key is what it is about, so that a lead's events stay in order."""
    event_id = str(entry.event_id).encode()
    headers = [
        *_ALWAYS,
        ("ce_id", event_id),
        ("ce_source", entry.source.encode()),
        ("ce_type", entry.type.encode()),
        ("ce_time", entry.time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()),
        ("ce_tenantid", _in_words(entry.tenant_id)),
    ]
    key = None
    if entry.subject is not None:
        key = entry.subject.encode()
        headers.append(("ce_subject", key))
    if entry.traceparent is not None:
        headers.append(("ce_traceparent", entry.traceparent.encode()))
    if entry.source != SOURCE:
        headers.append((f"ce_{_OUR_ID}", event_id))
    return Record(key, entry.data.encode(), headers)


@lru_cache(4096)
def _in_words(tenant_id: TenantId) -> bytes:
    return str(tenant_id).encode()


def to_delivery(
    types: dict[str, type[Payload]],
    topic: str,
    offset: int,
    value: bytes | None,
    headers: Headers,
    *,
    written_at: datetime,
    max_bytes: int,
) -> Delivery:
    """A record as a delivery, with all its bytes; what can't be read says why."""
    raw = value or b""
    event: Event | UnreadableEvent
    if len(raw) > max_bytes:
        event = UnreadableEvent(f"it has {len(raw):,} bytes, and {max_bytes:,} are the most")
    else:
        try:
            event = _event(types, topic, raw, headers, written_at)
        except UnreadableEvent as error:
            event = error
    return Delivery(offset, event, raw, tuple(headers))


def _event(
    types: dict[str, type[Payload]], topic: str, value: bytes, headers: Headers, written_at: datetime
) -> Event:
    told = _told_by(headers)
    content_type = _media_type(told.get(_CONTENT_TYPE, ""))
    attributes, data = told, value
    if content_type.startswith(_STRUCTURED):
        if content_type != _JSON_FORMAT:
            raise UnreadableEvent(f"content-type {content_type} is no format of ours")
        attributes, data = _structured(value)
    else:
        _must_be_json(content_type)
    if attributes.get("specversion") != "1.0":
        raise UnreadableEvent(_not_one(attributes.get("specversion")))
    kind = _needed(attributes, "type")
    payload = read_payload(types, kind, data)
    if payload.type != topic:
        raise UnreadableEvent(f"{kind} does not belong into {topic}")
    source = _needed(attributes, "source")
    return Event(
        _id(source, _needed(attributes, "id"), attributes.get(_OUR_ID)),
        _tenant(_needed(attributes, "tenantid")),
        payload.type,
        source,
        attributes.get("subject"),
        _time(attributes["time"]) if "time" in attributes else written_at,
        attributes.get("traceparent"),
        payload,
    )


def _told_by(headers: Headers) -> Mapping[str, str]:
    """What the headers that concern us say, as text."""
    told: dict[str, str] = {}
    for header, value in headers:
        # nearly all are written as we would write them, and this is done for each header of each event
        name = _HEADERS.get(header) or _HEADERS.get(header.lower())
        if name is None or value is None:
            continue
        try:
            text = value.decode()
        except UnicodeDecodeError:
            raise UnreadableEvent(f"header {header} is not UTF-8") from None
        if told.setdefault(name, text) != text:
            raise UnreadableEvent(f"header {header} stands there twice, and says two things")
    everything = "".join(told.values())
    if not (everything.isascii() and everything.isprintable()):
        for name, text in told.items():
            _must_be_clean(name if name == _CONTENT_TYPE else f"ce_{name}", text)
    return told


@lru_cache(256)
def _media_type(text: str) -> str:
    """A content type without its parameters."""
    return text.partition(";")[0].strip().lower()


def _structured(value: bytes) -> tuple[Mapping[str, str], bytes]:
    """The attributes and the data of an event in JSON format."""
    try:
        told = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UnreadableEvent(f"it is not JSON: {error}") from None
    if not isinstance(told, dict):
        raise UnreadableEvent("it is JSON, but not an object")
    attributes: dict[str, str] = {}
    for name in (*_READ, "datacontenttype"):
        if (text := told.get(name)) is None:
            continue
        if not isinstance(text, str):
            raise UnreadableEvent(f"{name} is not text")
        _must_be_clean(name, text)
        attributes[name] = text
    _must_be_json(_media_type(attributes.get("datacontenttype", "")))
    return attributes, _structured_data(told)


def _structured_data(told: Mapping[str, Any]) -> bytes:
    if "data" in told and "data_base64" in told:
        raise UnreadableEvent("it has data and data_base64")
    if "data_base64" not in told:
        return json.dumps(told.get("data")).encode()
    try:
        return base64.b64decode(told["data_base64"], validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise UnreadableEvent("data_base64 is not base64") from None


def _must_be_json(content_type: str) -> None:
    if content_type not in ("application/json", "") and not _JSON.fullmatch(content_type):
        raise UnreadableEvent(f"its data is {content_type}, and not JSON")


def _must_be_clean(name: str, text: str) -> None:
    if _FORBIDDEN.search(text):
        raise UnreadableEvent(f"{name} contains control characters")


def _not_one(version: str | None) -> str:
    if version is None:
        return "it is not a CloudEvent: it has no specversion"
    return f"specversion is {version!r}, and ours is 1.0"


def _needed(attributes: Mapping[str, str], name: str) -> str:
    if not (value := attributes.get(name)):
        raise UnreadableEvent(f"it has no {name}")
    return value


def _id(source: str, told: str, ours: str | None) -> UUID:
    """The id by which the event is remembered: the same, however often it was sent on."""
    if ours is None:
        return event_key(source, told)
    try:
        return UUID(ours)
    except ValueError:
        raise UnreadableEvent(f"{_OUR_ID} {ours!r} is not a UUID") from None


@lru_cache(4096)
def _tenant(text: str) -> TenantId:
    try:
        return TenantId(UUID(text))
    except ValueError:
        raise UnreadableEvent(f"tenantid {text!r} is not a UUID") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.upper())
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise UnreadableEvent(f"time {text!r} is not a time as in RFC 3339")
    return time
