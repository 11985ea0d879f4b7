"""A tenant that goes while its leads are under way."""

import asyncio

from tenants.store import tenants
from tests.chaos.trial import Scenario, Trial


async def removal(trial: Trial) -> None:
    """The largest tenant is removed at full load; five seconds later nobody works for it, and nothing is left."""
    await trial.desk()
    await trial.warm()
    gone = trial.tenants[0]
    trial.load.without(gone)
    await tenants.remove(trial.database, gone.name)
    trial.removed.add(gone.id)
    await trial.first_commit()
    # not in hope: so long may calls of the removed tenant go on
    await asyncio.sleep(2 if trial.is_brief else 5)
    asked = _asked(trial, gone.name)
    await trial.progress(20)
    late = _asked(trial, gone.name) - asked
    trial.must(late == 0, f"{late} calls were made for a tenant long after it was removed")


def _asked(trial: Trial, tenant: str) -> int:
    vendors = trial.ground.bill()["vendors"]
    return sum(
        figures["calls"]
        for vendor, account in vendors.items()
        for key, figures in account["keys"].items()
        if key == f"sim-{vendor}-{tenant}"
    )


SCENARIOS = (Scenario(33, "removal", removal),)
