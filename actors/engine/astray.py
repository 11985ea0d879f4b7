"""Events that a lane does not work on: sent on to where they belong, kept where a person sees them, or too old."""

import logging
from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import orjson

from actors.bus.base import Delivery
from actors.core.agent import Agent
from actors.engine.committing import to_entry
from actors.engine.profiles import Profile
from actors.events.envelope import Event, UnreadableEvent, Withdrawn
from tenants.identity import stable_id
from tenants.records import Stage
from tenants.store import lanes, letters, log, tenants
from tenants.store.lanes import Lease
from tenants.store.session import Database

logger = logging.getLogger(__name__)

# How far a lead is that is as each kind of event says.
_STAGES = {
    "lead.sourced": Stage.SOURCED,
    "lead.enriched": Stage.ENRICHED,
    "contact.verified": Stage.CONTACTABLE,
    "lead.scored": Stage.SCORED,
}


def is_stale(event: Event, stage: str | None, agent: Agent) -> bool:
    """Whether the event would move a lead to where it has been: it has come further by now.

    For an agent that moves no leads, no event is too old. Neither is one of a person beside the one that the lead goes
    by: that moves no lead.
    """
    said = _STAGES.get(event.type)
    if said is None or stage is None or not any(payload.type in _STAGES for payload in agent.emits):
        return False
    if getattr(event.data, "place", 1) > 1:
        return False
    order = list(Stage)
    return order.index(Stage(stage)) > order.index(said)


async def send_on(
    database: Database,
    lease: Lease,
    profile: Profile,
    events: Sequence[Event],
    *,
    next_offset: int,
    lease_s: float,
) -> None:
    """Events moved to the lane that their tenant holds now, each with its id: a tenant was given more lanes."""
    async with database.tenant(profile.tenant.id) as session:
        await lanes.advance(session, lease, next_offset, lease_s)
        await log.append(session, [to_entry(event, profile) for event in events])


async def bury(database: Database, agent: str, topic: str, lane: int, strangers: Iterable[Delivery]) -> None:
    """What nobody can read, and what belongs to no tenant, as dead letters.

    What was said of a tenant that was removed since is neither: it is passed over.
    """
    strangers = [one for one in strangers if not isinstance(one.event, Withdrawn)]
    named = {one.event.tenant_id for one in strangers if isinstance(one.event, Event)}
    async with database.system() as session:
        former = await tenants.former(session, list(named)) if named else set()
        for delivery in strangers:
            event: Any = delivery.event
            if isinstance(event, Event) and event.tenant_id in former:
                continue
            reason = str(event) if isinstance(event, UnreadableEvent) else f"no tenant {event.tenant_id}"
            reason = reason.replace("\0", "\\0")  # which PostgreSQL would not take
            await letters.bury(
                session,
                letter_id=stable_id("dead letter", agent, topic, lane, delivery.offset),
                topic=topic,
                lane=lane,
                offset=delivery.offset,
                reason=reason,
                headers=_origin(agent, topic, lane, delivery),
                raw=delivery.raw,
            )
            logger.warning("%s lane %s offset %s: %s", topic, lane, delivery.offset, reason)


def _origin(agent: str, topic: str, lane: int, delivery: Delivery) -> str:
    """Where a dead letter comes from, and its headers as they came, as JSON.

    A header is a pair of its name and its value: text where it is that, else its bytes in base64.
    """
    origin: dict[str, Any] = {"agent": agent}
    if delivery.headers:
        origin |= {"topic": topic, "partition": lane, "offset": delivery.offset}
        origin["headers"] = [[name.replace("\0", "\\0"), _as_text(value)] for name, value in delivery.headers]
    return orjson.dumps(origin).decode()


def _as_text(value: bytes | None) -> str | dict[str, str] | None:
    if value is None:
        return None
    with suppress(UnicodeDecodeError):
        if b"\0" not in value:
            return value.decode()
    return {"base64": b64encode(value).decode()}
