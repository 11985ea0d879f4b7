"""The envelope: CloudEvents 1.0, with a tenant and a trace on it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from tenants.identity import TenantId, stable_id
from tenants.records import WITHDRAWN

SOURCE = "/leadmill"
_VERSIONED = re.compile(r"(.+)\.v([1-9][0-9]*)")


class UnreadableEvent(Exception):
    """An event whose words we do not know, or whose content does not fit them."""


class Withdrawn(UnreadableEvent):
    """An event of a tenant that was removed: its content is gone, and nobody is to miss it."""


class Payload(BaseModel):
    """What an event says. Fields that we do not know survive, since newer versions may say more."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: ClassVar[str]
    major: ClassVar[int] = 1

    @property
    def concerns(self) -> UUID | None:
        """The lead that the event is about, if it is about one."""
        return getattr(self, "lead_id", None) if "lead_id" in type(self).model_fields else None


@dataclass(frozen=True, slots=True)
class Event:
    """One event: who said what about whom, when, for which tenant."""

    id: UUID
    tenant_id: TenantId
    type: str
    source: str
    subject: str | None
    time: datetime
    traceparent: str | None
    data: Payload


def say(
    payload: Payload, *, tenant_id: TenantId, cause: object, time: datetime, traceparent: str | None
) -> Event:
    """An event of ours. Its id follows from its cause and what it is about, so that a repeat has the same id."""
    subject = str(payload.concerns) if payload.concerns is not None else None
    event_id = stable_id(tenant_id, payload.type, subject, cause)
    return Event(event_id, tenant_id, payload.type, SOURCE, subject, time, traceparent, payload)


def event_key(source: str, event_id: str) -> UUID:
    """The id under which an event is remembered: CloudEvents are the same if source and id are.

    Our own ids are kept as they are.
    """
    if source == SOURCE:
        try:
            return UUID(event_id)
        except ValueError:
            raise UnreadableEvent(f"{event_id!r} is not an event id of ours") from None
    return stable_id(source, event_id)


def read_payload(types: dict[str, type[Payload]], kind: str, data: str | bytes) -> Payload:
    """The payload in JSON text. A kind may name its major version, as in `lead.sourced.v2`; without it, it is ours.

    Raises UnreadableEvent, with the reason, for an unknown kind or version, or content that does not fit.
    """
    if kind == WITHDRAWN:
        raise Withdrawn("its tenant was removed")
    name, major, payload = kind, None, types.get(kind)
    if payload is None and (versioned := _VERSIONED.fullmatch(kind)) is not None:
        name, major = versioned.groups()
        payload = types.get(name)
    if payload is None:
        raise UnreadableEvent(f"no event is called {kind!r}")
    if major is not None and int(major) != payload.major:
        raise UnreadableEvent(f"{name} is understood in version {payload.major}, and this is version {major}")
    try:
        return payload.model_validate_json(data)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'content'}: {fault['msg']}" for fault in error.errors()
        )
        raise UnreadableEvent(f"{kind}: {faults}") from None


def json_schema(payload: type[Payload]) -> dict[str, Any]:
    """The public contract of one kind of event, as JSON Schema."""
    schema = payload.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = f"urn:leadmill:event:{payload.type}:{payload.major}"
    schema["title"] = payload.type
    return schema
