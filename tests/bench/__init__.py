"""Benchmarks: each a ratio to a named peer, measured in the same run.

Lives here: one file for each benchmark, with one function `run(tell)` that gives a `Measured`.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Measured:
    """What a benchmark found. `pairs` are (ours, peer), measured in turn; more is better."""

    name: str
    unit: str
    peer_name: str
    pairs: list[tuple[float, float]]
    facts: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """The result as `leadmill bench --json` gives it: the ratio is the median over the pairs."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": round(median(ours for ours, _ in self.pairs), 3),
            "peer": round(median(peer for _, peer in self.pairs), 3),
            "peer_name": self.peer_name,
            "ratio": round(median(ours / peer for ours, peer in self.pairs), 3),
            "runs": len(self.pairs),
            **self.facts,
        }


def all_benchmarks() -> dict[str, Any]:
    """Each benchmark's module by name."""
    return {
        info.name: importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if not info.name.startswith("_")
    }
