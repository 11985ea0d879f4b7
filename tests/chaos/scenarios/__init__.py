"""The scenarios, one file for each family of faults; each file names its own in SCENARIOS.

They import the trial and nothing of each other. Numbers are those of the list of faults that the project keeps.
"""

import importlib
import pkgutil

from tests.chaos.trial import Scenario


def all_scenarios() -> dict[str, Scenario]:
    """Every scenario by name, in the order of their numbers."""
    found: list[Scenario] = []
    for info in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{info.name}").SCENARIOS
    return {one.name: one for one in sorted(found, key=lambda one: one.number)}
