"""The gates that a model passes before it may take the place of the one that judges.

Both judge the same leads, whose outcome is known. A gate stands open where the new model is not worse beyond what
chance explains (a bootstrap over the leads, 95 %). How many leads would come into another tier is bounded, and so is
the time that it takes.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from scoring_models.bootstrap import draws, interval, measured, point
from scoring_models.columns import LeadColumns
from scoring_models.dataset import Dataset
from scoring_models.evaluate import Floats
from scoring_models.explain import Scorecard
from scoring_models.intents import intents
from scoring_models.tiers import Grid
from tenants.records import Record

MOST_MOVED = 0.3
"""Share of the leads that may come into another tier."""
MOST_TIME = 2.0
"""Times as long that a batch may take."""
BATCH = 256
LEAST_LEADS = 100
"""Leads with an outcome that a comparison needs."""

_SLACK_S = 0.005
_ROUNDS = 5
# what is measured, what it is called, and which way is better
_MEASURES = (("roc_auc", "ROC-AUC", 1), ("ece", "calibration error", -1), ("lift_10", "lift at 10 %", 1))


class Gate(Record):
    """One condition, whether it is met, and what was found."""

    name: str
    is_open: bool
    found: str


def compare(new: Scorecard, old: Scorecard, dataset: Dataset, *, seed: int) -> tuple[Gate, ...]:
    """The gates between a model and the one that judges, on leads whose outcome is known."""
    won = np.array(dataset.won, dtype=np.bool_)
    if len(won) < LEAST_LEADS or won.all() or not won.any():
        found = (
            f"{len(won):,} leads, {int(won.sum()):,} of them won: {LEAST_LEADS} and both outcomes are needed"
        )
        return (Gate(name="leads", is_open=False, found=found),)
    fits = {"new": _fits(new, dataset), "old": _fits(old, dataset)}
    drawn = measured(won, fits, draws(len(won), seed=seed))
    points = {name: point(won, fit) for name, fit in fits.items()}
    gates = [Gate(name="leads", is_open=True, found=f"{len(won):,} leads, {int(won.sum()):,} of them won")]
    for measure, name, better in _MEASURES:
        low, high = interval(better * (drawn["new"][measure] - drawn["old"][measure]))
        now, before = points["new"][measure], points["old"][measure]
        found = f"{now:.3f} where it was {before:.3f}, better by {low:+.3f} to {high:+.3f}"
        gates.append(Gate(name=name, is_open=high >= 0, found=found))
    return (*gates, _moved(fits["new"], fits["old"], dataset), _in_time(new, old, dataset))


def as_documents(gates: Sequence[Gate]) -> tuple[dict[str, Any], ...]:
    """The gates as plain values, as they are kept."""
    return tuple(gate.model_dump() for gate in gates)


def _fits(card: Scorecard, dataset: Dataset) -> Floats:
    return card.probability(card.contributions_of(dataset.leads))


def _moved(new: Floats, old: Floats, dataset: Dataset) -> Gate:
    grid = Grid()
    leads = dataset.leads
    wants = intents(leads.engagement, leads.open_jobs, leads.signals)
    share = float(np.mean(grid.tier(new, wants) != grid.tier(old, wants)))
    found = f"{share:.1%} of the leads would be in another tier (at most {MOST_MOVED:.0%})"
    return Gate(name="tiers", is_open=share <= MOST_MOVED, found=found)


def _in_time(new: Scorecard, old: Scorecard, dataset: Dataset) -> Gate:
    batch = LeadColumns._make(column[:BATCH] for column in dataset.leads)
    taken = []
    for card in (new, old):
        times = []
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            card.contributions_of(batch)
            times.append(time.perf_counter() - began)
        taken.append(min(times))
    found = (
        f"{len(batch.employees)} leads in {taken[0] * 1e3:.1f} ms where it was {taken[1] * 1e3:.1f} ms "
        f"(at most {MOST_TIME:g} times as long)"
    )
    return Gate(name="time", is_open=taken[0] <= MOST_TIME * taken[1] + _SLACK_S, found=found)
