"""The label: the column that tells which leads were won."""

from collections.abc import Sequence

import numpy as np

from scoring_models.errors import LabelError
from scoring_models.evaluate import Floats
from scoring_models.features import spelled
from scoring_models.tables.kinds import NO, YES
from scoring_models.tables.table import known
from tenants.records import Record

_WON = YES | {"won", "closed won", "converted", "success", "successful", "customer", "positive", "sql"}
_LOST = NO | {"lost", "closed lost", "not converted", "failure", "unsuccessful", "negative", "open"}
_LONGEST = 30


class Label(Record):
    """The column that tells which leads were won, and its two values."""

    column: str
    won: str
    lost: str

    def read(self, values: Sequence[str]) -> Floats:
        """1 for won, 0 for lost, NaN where it is not known yet; of shape (rows,).

        Raises LabelError for any other value.
        """
        told = {self.won: 1.0, self.lost: 0.0, "": np.nan}
        texts = [spelled(text) if (text := known(value)) else "" for value in values]
        strange = {text for text in texts if text not in told}
        if strange:
            raise LabelError(
                self.column,
                f"the model knows {self.won!r} and {self.lost!r}, and it holds {_listed(strange)}",
            )
        return np.array([told[text] for text in texts], dtype=np.float64)


def label_of(column: str, values: Sequence[str], won: str | None) -> Label:
    """The label that a column makes; `won` is the value of a won lead, where the column's values do not tell.

    Raises LabelError where it has not two values, or where nobody can tell which of them is won.
    """
    there = {spelled(text) for value in values if (text := known(value))}
    if len(there) != 2:
        have = "no values" if not there else f"{len(there)} value{'s' if len(there) > 1 else ''}"
        shown = f" ({_listed(there)})" if there else ""
        raise LabelError(column, f"it has {have}{shown}, and a label has two: won and lost")
    if won is not None:
        if spelled(won) not in there:
            raise LabelError(column, f"no lead has the value {won!r}; there are {_listed(there)}")
        (lost,) = there - {spelled(won)}
        return Label(column=column, won=spelled(won), lost=lost)
    first, second = sorted(there)
    for one, other in ((first, second), (second, first)):
        if one in _WON and other not in _WON:
            return Label(column=column, won=one, lost=other)
        if other in _LOST and one not in _LOST:
            return Label(column=column, won=one, lost=other)
    raise LabelError(column, f"which of {first!r} and {second!r} is won? Say it with --won")


def _listed(values: set[str]) -> str:
    shown = [value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…" for value in sorted(values)[:5]]
    return ", ".join(shown) + (", …" if len(values) > len(shown) else "")
