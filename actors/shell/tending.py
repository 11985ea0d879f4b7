"""Looks at models as tasks of Ray, each in a process of its own that stands back for whatever else is to be done."""

import os
from collections.abc import Mapping
from uuid import UUID

from actors.engine.upkeep import Tend
from actors.shell import cluster
from tenants.store.upkeep import Kind

_NICENESS = 10


def tending() -> Tend:
    """What has a model looked at by the Ray that this process has joined."""
    task, settings = cluster.in_background(_tended), cluster.settings_here()

    async def tend(tenant_id: UUID | None, kind: Kind) -> str:
        said: str = await task(settings, tenant_id, kind)
        return said

    return tend


def _tended(settings: Mapping[str, str], tenant_id: UUID | None, kind: Kind) -> str:
    cluster.take_over(settings)
    os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    from scoring_models.upkeep import tended  # in the task's process, and nowhere else

    return tended(tenant_id, kind)
