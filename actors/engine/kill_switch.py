"""The kill switch: a tenant whose money brings too little is paused, before it has spent more."""

import logging

from tenants.budgets import tripped
from tenants.modes import EVERY_AGENT, Mode
from tenants.store import budgets, switches, tenants
from tenants.store.session import Database

logger = logging.getLogger(__name__)

BY = "kill switch"


async def watch(database: Database) -> int:
    """How many tenants were paused because their newest calls brought too little for what they cost.

    Whoever lets such a tenant go on again gives it a fresh start: only calls since then are judged.
    """
    async with database.system() as session:
        watched = await tenants.with_kill_switch(session)
    paused = 0
    for tenant in watched:
        switch = tenants.config_of(tenant).budgets.kill_switch
        assert switch is not None
        async with database.tenant(tenant.id) as session:
            standing = (await switches.standing(session)).get(EVERY_AGENT)
            if standing is not None and standing["mode"] != Mode.ON:
                continue
            since = standing["changed_at"] if standing is not None else None
            reason = tripped(switch, await budgets.brought(session, calls=switch.calls, since=since))
            if reason is not None:
                logger.warning("%s is paused: %s", tenant.name, reason)
                await switches.turn(session, EVERY_AGENT, Mode.PAUSED, by=BY, reason=reason)
                paused += 1
    return paused
