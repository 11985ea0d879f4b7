"""Agents held back and let go by a person: what each way does, and what is looked at before one is switched on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from console.faces import AgentFace
from console.faults import BadRequest
from console.page import Press, View
from tenants.budgets import spendings
from tenants.modes import Mode
from tenants.store import budgets, models, pages, switches, tenants

WAYS: dict[str, tuple[Mode, str]] = {
    "Pause": (
        Mode.PAUSED,
        "What is being done is brought to its end. What comes, and what is due again, is held.",
    ),
    "Drain": (
        Mode.DRAINING,
        "What was begun is brought to its end, with all its retries. What comes is held.",
    ),
    "Stop": (
        Mode.STOPPED,
        "What is being done is given up and held, like all that comes. A call that is on its way may still be billed.",
    ),
}
FOR_EVER = "until somebody switches it on"
HOURS: dict[str, int | None] = {FOR_EVER: None, "for 1 hour": 1, "for 4 hours": 4, "for 1 day": 24}


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants an agent held back, why, and until when; None: until somebody switches it on."""

    mode: Mode
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Preflight:
    """What would be the case for an agent that is switched on: what it goes by, what is held, what is in the way."""

    config_version: int
    model: str | None
    held: int
    in_the_way: Sequence[str]


def wish_of(press: Press) -> Wish:
    """What somebody has chosen and written. Raises BadRequest."""
    way, how_long = press.words("hold-how"), press.words("hold-long")
    if way not in WAYS or how_long not in HOURS:
        raise BadRequest("Choose how, and for how long.")
    reason = press.words("why-hold")
    if not reason:
        raise BadRequest("Say why: everybody who looks will ask.")
    hours = HOURS[how_long]
    until = datetime.now(UTC) + timedelta(hours=hours) if hours is not None else None
    return Wish(WAYS[way][0], reason, until)


async def preflight(view: View, face: AgentFace) -> Preflight:
    """What is known before the agent is switched on. Nothing of it keeps anybody from doing so."""
    async with view.session() as session:
        config = await tenants.configuration(session)
        model = await models.resolve(session, tenant_id=view.tenant.id)
        standing = await switches.standing(session)
        halted = await switches.halted(session)
        connected = await pages.connected(session)
        used = await budgets.used(session)
    in_the_way = []
    if halted is not None:
        in_the_way.append(f"everything is stopped by {halted['stopped_by']}: {halted['reason']}")
    if face.needs and not connected & set(face.needs):
        in_the_way.append(f"the tenant is connected to none of {', '.join(sorted(face.needs))}")
    if model is None:
        in_the_way.append("no model judges yet, so that leads wait at scoring")
    now = datetime.now(UTC)
    for one in spendings(config.budgets, used=used, lately={}, within=timedelta(days=1), now=now):
        if one.spent_usd + one.reserved_usd >= one.ceiling.limit_usd:
            what = f"the budget of {one.provider}" if one.provider else f"the {one.ceiling.scope} budget"
            in_the_way.append(f"{what} is used up")
    return Preflight(
        config_version=view.tenant.config_version,
        model=model.label if model is not None else None,
        held=standing.get(face.name, {}).get("held", 0),
        in_the_way=tuple(in_the_way),
    )
