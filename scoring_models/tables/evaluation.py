"""Evaluation: how good probabilities are against what happened, as a report tells it."""

from collections.abc import Mapping, Sequence

import numpy as np

from scoring_models.bootstrap import MEASURES, Interval, Weighted, draws, interval, measured, point
from scoring_models.evaluate import BINS, Flags, Floats
from scoring_models.tables.inputs import Input
from scoring_models.tables.split import Rows
from scoring_models.tables.table import Table, known
from tenants.records import Record

SHARES = (0.01, 0.05, 0.10)
"""Top shares whose lift is told."""
STEPS = 20
"""Points of the curve of gains."""
MOST_SEGMENTS, MOST_VALUES = 6, 8
LEAST_OF_EACH = 10
"""Won and lost leads without which a segment's order is not measured."""


class Value(Record):
    """A measure with its interval."""

    value: float
    low: float
    high: float


class Bin(Record):
    """Leads of about the same probability: what was said of them, and what happened."""

    said: float
    happened: float
    rows: int


class Segment(Record):
    """Leads with one value in one column. What can't be measured on so few is None."""

    column: str
    value: str
    rows: int
    base_rate: float
    said: float
    roc_auc: Value | None


class Evaluation(Record):
    """How good probabilities are on leads whose outcome is known."""

    rows: int
    positives: int
    measures: dict[str, Value]
    lifts: dict[str, Value]
    """By top share in percent."""
    gains: tuple[tuple[float, float], ...]
    """Of the leads in order this share, and of the won leads that share in it."""
    bins: tuple[Bin, ...]
    spread: tuple[tuple[int, int], ...]
    """Won and lost leads in each tenth of probability."""
    segments: tuple[Segment, ...]


def evaluation(
    won: Flags,
    fit: Floats,
    *,
    seed: int,
    groups: Rows | None = None,
    segments: Mapping[str, Sequence[str]] | None = None,
) -> Evaluation:
    """The evaluation of probabilities against outcomes, both of shape (leads,).

    `groups` are the leads' accounts; `segments` are texts of columns by which the leads are looked at apart.
    """
    drawn = measured(won, {"it": fit}, draws(len(won), seed=seed, groups=groups))["it"]
    values = point(won, fit)
    return Evaluation(
        rows=len(won),
        positives=int(won.sum()),
        measures={name: _value(values[name], interval(drawn[name])) for name in MEASURES},
        lifts=_lifts(won, fit, seed, groups),
        gains=_gains(won, fit),
        bins=_bins(won, fit),
        spread=_spread(won, fit),
        segments=tuple(
            segment
            for column, texts in (segments or {}).items()
            for segment in _segments(column, texts, won, fit, seed)
        ),
    )


def segments_of(table: Table, inputs: Sequence[Input], rows: Rows | None = None) -> dict[str, Sequence[str]]:
    """Texts of the columns by which leads are looked at apart: those of few values, at most MOST_SEGMENTS."""
    few = [one.column for one in inputs if one.how == "yes/no" or 1 < len(one.values) <= MOST_VALUES]
    chosen = [name for name in dict.fromkeys(few) if name in table.columns][:MOST_SEGMENTS]
    every = np.arange(table.rows) if rows is None else rows
    return {name: [table.columns[name][row] for row in every] for name in chosen}


def _value(value: float, bounds: Interval) -> Value:
    return Value(value=value, low=bounds[0], high=bounds[1])


def _lifts(won: Flags, fit: Floats, seed: int, groups: Rows | None) -> dict[str, Value]:
    weighted, once = Weighted(won, fit), np.ones((1, len(won)))
    drawn: dict[float, list[Floats]] = {share: [] for share in SHARES}
    for counts in draws(len(won), seed=seed, groups=groups):
        for share in SHARES:
            drawn[share].append(weighted.lift(counts, share))
    return {
        f"{share:.0%}".rstrip("%"): _value(
            float(weighted.lift(once, share)[0]), interval(np.concatenate(drawn[share]))
        )
        for share in SHARES
    }


def _gains(won: Flags, fit: Floats) -> tuple[tuple[float, float], ...]:
    weighted, once = Weighted(won, fit), np.ones((1, len(won)))
    shares = [step / STEPS for step in range(1, STEPS + 1)]
    found = [
        min(1.0, float(weighted.lift(once, share)[0]) * np.ceil(share * len(won)) / len(won))
        for share in shares
    ]
    return ((0.0, 0.0), *zip(shares, found, strict=True))


def _bins(won: Flags, fit: Floats) -> tuple[Bin, ...]:
    """Ten bins of about as many leads each, in the order of probability."""
    parts = np.array_split(np.argsort(fit, kind="stable"), BINS)
    return tuple(
        Bin(said=float(fit[part].mean()), happened=float(won[part].mean()), rows=len(part))
        for part in parts
        if len(part)
    )


def _spread(won: Flags, fit: Floats) -> tuple[tuple[int, int], ...]:
    places = np.minimum((fit * BINS).astype(int), BINS - 1)
    return tuple(
        (int((won & (places == at)).sum()), int((~won & (places == at)).sum())) for at in range(BINS)
    )


def _segments(column: str, texts: Sequence[str], won: Flags, fit: Floats, seed: int) -> list[Segment]:
    """A segment for each of the most frequent values, "" being the leads without one."""
    values = np.array([known(text) for text in texts])
    names, counts = np.unique(values, return_counts=True)
    order = sorted(zip((-counts).tolist(), names.tolist(), strict=True))[:MOST_VALUES]
    found = []
    for _, name in order:
        rows = values == name
        hits, there = int(won[rows].sum()), int(rows.sum())
        auc = None
        if min(hits, there - hits) >= LEAST_OF_EACH:
            drawn = measured(won[rows], {"it": fit[rows]}, draws(there, seed=seed))["it"]
            auc = _value(point(won[rows], fit[rows])["roc_auc"], interval(drawn["roc_auc"]))
        found.append(
            Segment(
                column=column,
                value=name,
                rows=there,
                base_rate=hits / there,
                said=float(fit[rows].mean()),
                roc_auc=auc,
            )
        )
    return found
