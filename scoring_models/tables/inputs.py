"""Inputs: what a model of a table looks at, and the table as a matrix of them.

Inputs travel with the model. They name their column and all that is needed to read it again: how its numbers are
written, which values it has. Of values that few rows have only the number of rows is kept, as "other": a model names
nobody.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from scoring_models.evaluate import Floats
from scoring_models.features import MISSING, spelled
from scoring_models.tables.kinds import Column, read_days, read_flags, read_numbers
from scoring_models.tables.table import Table, known
from tenants.records import Record

LEAST_ROWS = 10
"""Rows that a value must have to be an input's own value."""
MOST_VALUES = 1000
"""Values of one input at most, the most frequent ones."""
SEASONS_DAYS = 730
"""Days of history from which on the month is an input: in less, nobody can tell a season from a trend."""
LONG_TAIL = 3.0
"""Skewness of numbers from which on a logistic regression looks at their logarithm."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(str(month) for month in range(1, 13))
UNKNOWN = -1.0
"""The code of a category that is missing. One of no value of its own has the number of values as its code."""


class Input(Record):
    """One thing that a model looks at: a column, and how it is read."""

    name: str
    column: str
    how: Literal["number", "yes/no", "category", "length", "weekday", "month"]
    written: str = ""
    values: tuple[str, ...] = ()
    is_long_tailed: bool = False
    direction: Literal[-1, 0, 1] = 0
    """1 where more of it may never make a lead less likely, -1 where it may never make it likelier."""

    @property
    def is_category(self) -> bool:
        """Whether the matrix holds codes of values, and no amounts."""
        return bool(self.values)


class Met(Record):
    """What a file says that a model can't use: for an input, the rows whose value is new, or can't be read."""

    input: str
    new: int = 0
    unreadable: int = 0


def inputs_of(column: Column, values: Sequence[str], *, direction: Literal[-1, 0, 1] = 0) -> list[Input]:
    """The inputs that a column makes: one, or none for a date and for what says nothing."""
    name = column.name
    match column.kind:
        case "number":
            numbers = read_numbers(values, column.written)
            tail = _is_long_tailed(numbers)
            return [
                Input(
                    name=name,
                    column=name,
                    how="number",
                    written=column.written,
                    is_long_tailed=tail,
                    direction=direction,
                )
            ]
        case "yes/no":
            return [Input(name=name, column=name, how="yes/no", direction=direction)]
        case "category" | "identifier":
            return [Input(name=name, column=name, how="category", values=_frequent(values))]
        case "text":
            return [Input(name=f"{name}: length", column=name, how="length", is_long_tailed=True)]
        case _:
            return []


def calendar_of(column: Column, values: Sequence[str]) -> list[Input]:
    """What the day of a lead says of it: the weekday, and where there are years of them the month."""
    name = column.name
    days = read_days(values, column.written)
    inputs = [
        Input(name=f"{name}: weekday", column=name, how="weekday", written=column.written, values=WEEKDAYS)
    ]
    if np.nanmax(days) - np.nanmin(days) >= SEASONS_DAYS:
        inputs.append(
            Input(name=f"{name}: month", column=name, how="month", written=column.written, values=MONTHS)
        )
    return inputs


def matrix(table: Table, inputs: Sequence[Input]) -> Floats:
    """The table as a matrix of shape (rows, inputs): numbers, NaN where missing, and codes of categories."""
    rows = np.empty((table.rows, len(inputs)), dtype=np.float64)
    for at, one in enumerate(inputs):
        rows[:, at] = read(one, table.column(one.column))
    return rows


def read(one: Input, values: Sequence[str]) -> Floats:
    """One input's column of the matrix, of shape (rows,)."""
    match one.how:
        case "number":
            numbers = read_numbers(values, one.written)
            return np.maximum(numbers, 0) if one.is_long_tailed else numbers
        case "yes/no":
            return read_flags(values)
        case "length":
            return np.array([len(known(value)) or np.nan for value in values], dtype=np.float64)
        case "weekday":  # 1 January 1970 was a Thursday
            return _coded(np.floor(read_days(values, one.written) + 3) % 7)
        case "month":
            days = np.floor(read_days(values, one.written))
            months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.float64) % 12
            return _coded(np.where(np.isnan(days), np.nan, months))
        case "category":
            codes = {MISSING: UNKNOWN} | {value: float(code) for code, value in enumerate(one.values)}
            other = float(len(one.values))
            return np.array([codes.get(spelled(known(value)), other) for value in values], dtype=np.float64)


def met(table: Table, inputs: Sequence[Input]) -> list[Met]:
    """What in a table the inputs can't use, the most rows first."""
    found = []
    for one in inputs:
        values = table.column(one.column)
        codes = read(one, values)
        if one.how == "category":
            found.append(Met(input=one.name, new=int((codes == len(one.values)).sum())))
        else:
            lost = np.isnan(codes) if not one.is_category else codes == UNKNOWN
            filled = np.array([bool(known(value)) for value in values])
            found.append(Met(input=one.name, unreadable=int((lost & filled).sum())))
    return sorted(
        (one for one in found if one.new or one.unreadable), key=lambda one: -(one.new + one.unreadable)
    )


def _coded(places: Floats) -> Floats:
    return np.where(np.isnan(places), UNKNOWN, places)


def _frequent(values: Sequence[str]) -> tuple[str, ...]:
    """The values that enough rows have, the most frequent first; among equals the alphabet decides."""
    counts = Counter(spelled(known(value)) for value in values)
    counts.pop(MISSING, None)
    kept = sorted((-count, value) for value, count in counts.items() if count >= LEAST_ROWS)
    return tuple(value for _, value in kept[:MOST_VALUES])


def _is_long_tailed(numbers: Floats) -> bool:
    numbers = numbers[np.isfinite(numbers)]
    spread = numbers.std()
    if not spread or numbers.min() < 0:
        return False
    return bool((((numbers - numbers.mean()) / spread) ** 3).mean() > LONG_TAIL)
