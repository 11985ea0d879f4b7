"""Agents: one file each, named after what it does.

Lives here: one async function for each kind of work, with the plain functions that decide for it.
May import: `core`, `events`, the light half of `tenants`, and the light half of `scoring_models`; never
another agent, and nothing that does I/O. May be imported by: the engine.
"""

import importlib
import pkgutil
from functools import cache

from actors.core.agent import Agent


@cache
def all_agents() -> dict[str, Agent]:
    """Every agent in this folder by name.

    Raises TypeError where a file does not declare exactly one agent of its own name.
    """
    found = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        declared = [value for value in vars(module).values() if isinstance(value, Agent)]
        if [agent.name for agent in declared] != [module_info.name]:
            raise TypeError(
                f"actors/agents/{module_info.name}.py must declare one agent called {module_info.name}"
            )
        found[module_info.name] = declared[0]
    return found
