"""The leak screen: columns that know the outcome, because they are written down after it.

An export shows each lead as it is today, and not as it was when somebody had to choose whom to call. A column that was
filled in on the way to the outcome makes a model that is brilliant on yesterday's leads and blind to tomorrow's. It
gives itself away in one of a few ways, each a rule below. Strength alone is none: the rules ask for what honest columns
do not do. Whatever is left out is named, with the reason, and can be forced in.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from scoring_models.evaluate import Flags, Floats
from scoring_models.tables.inputs import Input, read
from scoring_models.tables.table import known

KNOWS = 0.90
"""ROC-AUC from which on a column alone knows too much, where it is also that far above the others:"""
ABOVE = 0.05
FILLED_KNOWS = 0.85
"""The same for nothing but whether it is filled."""
NAMED_MATTERS = 0.65
"""ROC-AUC from which on a column is left out whose name says that it is written down afterwards."""
STANDS_OUT = 0.75
"""ROC-AUC from which on the strongest column is shown to a person, where it is ABOVE the next one."""
PURE = 0.99
"""Share of one outcome among rows that have no other."""
BY_CHANCE = 1e-6
"""Probability below which rows of one outcome only are no accident."""

BINS = 20
DRAWN_TO_AVERAGE = 10.0
"""Rows of average outcome that each value is mixed with, so that rare values say little."""
_FOLDS = 5

_AFTERWARDS = re.compile(
    r"\b(?:"
    r"tags?|disposition|duration|(?:call|talk|conversation|meeting) (?:length|time)|next steps?"
    r"|(?:last|latest|most recent) (?:\w+ )?(?:activity|action|contact|contacted|call|called|touch|interaction"
    r"|engagement|modified|modification|update|updated|change|changed|stage|status)"
    r"|(?:lead|deal|opportunity|opp|sales|call|prospect|contact) (?:\w+ )?(?:status|stage|outcome|result|quality"
    r"|rating|grade|disposition)"
    r"|(?:won|lost|loss|win|closed?|closing|conversion|converted|rejection|disqualification)"
    r" (?:date|time|at|on|reason|by|amount|value|status)"
    r"|(?:date|time|reason) (?:won|lost|closed|converted|rejected|disqualified)"
    r"|(?:deal|contract|order|opportunity) (?:amount|value|size|id)"
    r")\b"
)
"""Words of a column's name that say that somebody filled it in during the contact or after it."""
_OUTCOMES = re.compile(
    r"\b(?:closed|won|lost|converted|disqualified|unqualified|rejected|signed|churned|purchased|enrolled)\b"
)


@dataclass(frozen=True)
class Screened:
    """What the screen found: why columns are left out, how strong each is alone, and what a person should look at."""

    leaks: dict[str, str]
    strengths: dict[str, float]
    """ROC-AUC of each column alone, on rows that were not used to order its values."""
    warnings: tuple[str, ...]


def screen(
    inputs: Sequence[Input],
    columns: Mapping[str, Sequence[str]],
    won: Flags,
    *,
    forced: frozenset[str],
    seed: int,
) -> Screened:
    """What the columns of these rows know of the outcome. `columns` are the texts, of the learned rows only."""
    folds = list(StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(won, won))
    strengths: dict[str, float] = {}
    for one in inputs:
        auc = strength(_levels(one, read(one, columns[one.column])), won, folds)
        strengths[one.column] = max(auc, strengths.get(one.column, 0.0))
    ceiling = max((auc for auc in strengths.values() if auc < KNOWS), default=0.5)
    leaks: dict[str, str] = {}
    for one in inputs:
        if one.column in forced or one.column in leaks:
            continue
        auc, texts = strengths[one.column], [known(text) for text in columns[one.column]]
        why = (
            _filled_afterwards(np.array([bool(text) for text in texts]), won)
            or _knows_too_much(auc, ceiling)
            or (_names_outcomes(texts, won) if one.how == "category" else None)
            or _named_afterwards(one.column, auc)
        )
        if why is not None:
            leaks[one.column] = why
    return Screened(leaks, strengths, _warnings(inputs, strengths, leaks))


def strength(
    levels: NDArray[np.int64], won: Flags, folds: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
) -> float:
    """ROC-AUC of one column alone: rows are ordered by how often other rows of the same level were won."""
    rates = np.empty(len(won))
    count = int(levels.max()) + 1
    for others, these in folds:
        rows = np.bincount(levels[others], minlength=count)
        hits = np.bincount(levels[others], weights=won[others], minlength=count)
        average = won[others].mean()
        rate = (hits + DRAWN_TO_AVERAGE * average) / (rows + DRAWN_TO_AVERAGE)
        rates[these] = rate[levels[these]] - average
    return float(roc_auc_score(won, rates))


def _levels(one: Input, values: Floats) -> NDArray[np.int64]:
    """The values as levels from 0: codes as they are, numbers in bins of about equal size, 0 where missing."""
    if one.is_category:
        return (values + 1).astype(np.int64)
    filled = np.isfinite(values)
    levels = np.zeros(len(values), dtype=np.int64)
    if filled.any():
        edges = np.unique(np.quantile(values[filled], np.linspace(0, 1, BINS + 1)[1:-1]))
        levels[filled] = 1 + np.searchsorted(edges, values[filled], side="right")
    return levels


def _filled_afterwards(filled: Flags, won: Flags) -> str | None:
    """Filled, or left empty, only where a lead was won (or lost)."""
    if filled.all() or not filled.any():
        return None
    for rows, what in ((filled, "filled"), (~filled, "empty")):
        outcome = _only_outcome(won[rows], float(won.mean()))
        if outcome is not None:
            return f"whether it is filled tells the outcome: of {int(rows.sum()):,} rows where it is {what}, {outcome}"
    auc = abs(float(filled[won].mean() - filled[~won].mean())) / 2 + 0.5
    if auc >= FILLED_KNOWS:
        return f"whether it is filled tells the outcome (ROC-AUC {auc:.2f})"
    return None


def _only_outcome(won: Flags, average: float) -> str | None:
    """The one outcome that rows have, in words, where that is no accident; None where they have both."""
    share, rows = float(won.mean()), len(won)
    if share >= PURE and rows * math.log(average) < math.log(BY_CHANCE):
        return "all were won" if won.all() else f"{share:.1%} were won"
    if share <= (1 - PURE) * average and rows * math.log1p(-average) < math.log(BY_CHANCE):
        return "none was won" if not won.any() else f"{share:.2%} were won"
    return None


def _knows_too_much(auc: float, ceiling: float) -> str | None:
    if auc < KNOWS or auc < ceiling + ABOVE:
        return None
    return f"alone it tells won from lost leads (ROC-AUC {auc:.2f}; the best of the others {ceiling:.2f})"


def _names_outcomes(texts: Sequence[str], won: Flags) -> str | None:
    """Values that name an outcome, and have it."""
    folded = np.array([text.casefold() for text in texts])
    for value in sorted(set(folded.tolist())):
        if _OUTCOMES.search(value):
            rows = folded == value
            outcome = _only_outcome(won[rows], float(won.mean()))
            if outcome is not None:
                return f"it holds outcomes: of {int(rows.sum()):,} rows with {value!r}, {outcome}"
    return None


def _named_afterwards(column: str, auc: float) -> str | None:
    if auc < NAMED_MATTERS or not _AFTERWARDS.search(_words(column)):
        return None
    return f"its name says that it is written down during or after the contact, and alone it reaches ROC-AUC {auc:.2f}"


def _words(name: str) -> str:
    """A column's name as words: `lastActivity_date` is three."""
    return " ".join(re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()))


def _warnings(
    inputs: Sequence[Input], strengths: Mapping[str, float], leaks: Mapping[str, str]
) -> tuple[str, ...]:
    """The one column that stands out among those that stay, for a person to judge."""
    stay = sorted({(-strengths[one.column], one.column) for one in inputs if one.column not in leaks})
    if not stay:
        return ()
    (best, column), next_ = stay[0], -stay[1][0] if len(stay) > 1 else 0.5
    if -best < STANDS_OUT or -best < next_ + ABOVE:
        return ()
    told = f"{column} stands out: alone it reaches ROC-AUC {-best:.2f}, the next column {next_:.2f}."
    return (f"{told} If it is not known before the contact, leave it out: --exclude {column!r}",)
