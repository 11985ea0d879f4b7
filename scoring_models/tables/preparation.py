"""Preparation: from a table and a wish to rows that can be learned from, and the columns that may be looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

import numpy as np

from scoring_models.errors import (
    ColumnUnfitError,
    NoColumnError,
    NoInputsError,
    SplitError,
    TooFewLabelsError,
)
from scoring_models.evaluate import Flags, Floats
from scoring_models.tables.inputs import LEAST_ROWS, Input, calendar_of, inputs_of
from scoring_models.tables.kinds import Column, look_at, read_days, read_numbers
from scoring_models.tables.label import Label, label_of
from scoring_models.tables.screen import Screened, screen
from scoring_models.tables.split import Rows, Split, split_at_random, split_by_time
from scoring_models.tables.table import Table, known
from scoring_models.train import NEEDED

_SAYS_NOTHING = {
    "empty": "empty",
    "constant": "constant: all rows have the same value",
    "identifier": "an identifier: nearly every row has a value of its own",
    "date": "a date: only the --time column is looked at, for what was known on that day",
}


@dataclass(frozen=True)
class Wish:
    """What somebody asks of a training."""

    label: str
    won: str | None = None
    time: str | None = None
    in_order: bool = False
    """The rows stand in the order of time."""
    group: str | None = None
    exclude: tuple[str, ...] = ()
    """Names of columns, or patterns such as `Last*`."""
    force: tuple[str, ...] = ()
    rises: tuple[str, ...] = ()
    falls: tuple[str, ...] = ()
    seed: int = 42


@dataclass(frozen=True)
class Prepared:
    """Rows whose outcome and time are known, how they are divided, and what is looked at."""

    table: Table
    wish: Wish
    label: Label
    won: Flags
    groups: Rows | None
    split: Split
    columns: tuple[Column, ...]
    inputs: tuple[Input, ...]
    excluded: dict[str, str]
    screened: Screened
    notes: tuple[str, ...]
    """What whoever trains should know."""


def prepare(table: Table, wish: Wish) -> Prepared:
    """The rows and columns that a training uses.

    Raises ScoringError, and says by its class what is wrong with the table or the wish.
    """
    special = [name for name in (wish.label, wish.time, wish.group) if name is not None]
    for name in (*special, *wish.rises, *wish.falls, *wish.force):
        table.column(name)
    exclude = dict.fromkeys(_matching(table, wish.exclude), "excluded by name")
    label = label_of(wish.label, table.column(wish.label), wish.won)
    table, notes = _usable(table, wish, label)
    won = label.read(table.column(wish.label)) == 1
    if min(won.sum(), (~won).sum()) < NEEDED:
        raise TooFewLabelsError(int(won.sum()), int((~won).sum()), NEEDED)
    groups = accounts(table, wish.group)
    columns = tuple(look_at(name, values) for name, values in table.columns.items())
    when, by = _time(table, wish, columns)
    if when is None:
        split = split_at_random(won, groups, seed=wish.seed)
        notes += _hints(columns, exclude)
    else:
        split = split_by_time(won, when, groups, by=by)
        if split.left_out:
            notes += (
                f"{split.left_out:,} later rows are measured on nobody: their accounts were learned from",
            )
    inputs, excluded = _candidates(table, wish, columns, exclude, when)
    learned = {name: [values[row] for row in split.learned] for name, values in table.columns.items()}
    screened = screen(inputs, learned, won[split.learned], forced=frozenset(wish.force), seed=wish.seed)
    kept = tuple(one for one in inputs if one.column not in screened.leaks)
    if not kept:
        raise NoInputsError(
            table.file, "; ".join(f"{name}: {why}" for name, why in (excluded | screened.leaks).items())
        )
    return Prepared(
        table=table,
        wish=wish,
        label=label,
        won=won,
        groups=groups,
        split=split,
        columns=columns,
        inputs=kept,
        excluded=excluded | screened.leaks,
        screened=screened,
        notes=notes + screened.warnings,
    )


def _matching(table: Table, patterns: Iterable[str]) -> list[str]:
    """The columns that are meant. Raises NoColumnError for a pattern that means none."""
    found = []
    for pattern in patterns:
        named = [name for name in table.columns if name == pattern or fnmatchcase(name, pattern)]
        if not named:
            raise NoColumnError(table.file, pattern, ", ".join(table.columns))
        found += named
    return found


def _usable(table: Table, wish: Wish, label: Label) -> tuple[Table, tuple[str, ...]]:
    """The rows whose outcome and time are known, and a note on the others."""
    notes = []
    usable = ~np.isnan(label.read(table.column(wish.label)))
    if not usable.all():
        notes.append(f"{int((~usable).sum()):,} rows are left out: {wish.label} is not known")
    if wish.time is not None:
        dated = np.array([bool(known(text)) for text in table.column(wish.time)])
        if not dated[usable].all():
            notes.append(f"{int((usable & ~dated).sum()):,} rows are left out: {wish.time} is not known")
        usable &= dated
    rows = np.flatnonzero(usable).tolist()
    if len(rows) == table.rows:
        return table, ()
    columns = {name: [values[row] for row in rows] for name, values in table.columns.items()}
    return Table(table.file, columns, table.sha256), tuple(notes)


def accounts(table: Table, group: str | None) -> Rows | None:
    """The account of each row as a number; a row without one is an account of its own. Raises NoColumnError."""
    if group is None:
        return None
    names = [known(text).casefold() or f"\0{row}" for row, text in enumerate(table.column(group))]
    return np.asarray(np.unique(np.array(names), return_inverse=True)[1], dtype=np.int64)


def _time(table: Table, wish: Wish, columns: Sequence[Column]) -> tuple[Floats | None, str]:
    """When each row was, and what that is called; None where nobody told."""
    if wish.in_order:
        return np.arange(table.rows, dtype=np.float64), "place in the file"
    if wish.time is None:
        return None, ""
    column = next(one for one in columns if one.name == wish.time)
    if column.kind == "number":
        when = read_numbers(table.column(wish.time), column.written)
    elif column.kind == "date" and not column.is_ambiguous:
        when = read_days(table.column(wish.time), column.written)
    else:
        what = (
            "day and month can't be told apart; write 2026-01-31"
            if column.is_ambiguous
            else "it holds no dates"
        )
        raise ColumnUnfitError(wish.time, "the time", what)
    if np.isnan(when).any():
        row = int(np.flatnonzero(np.isnan(when))[0])
        raise SplitError(f"{table.column(wish.time)[row]!r} in {wish.time} is no time")
    return when, wish.time


def _candidates(
    table: Table,
    wish: Wish,
    columns: Sequence[Column],
    exclude: Mapping[str, str],
    when: Floats | None,
) -> tuple[list[Input], dict[str, str]]:
    """The inputs that the columns make, before anybody looked at outcomes; and the columns that make none, and why."""
    inputs: list[Input] = []
    excluded = dict(exclude)
    directions: dict[str, Literal[-1, 1]] = {**dict.fromkeys(wish.rises, 1), **dict.fromkeys(wish.falls, -1)}
    for column in columns:
        name = column.name
        if name in directions and column.kind not in ("number", "yes/no"):
            raise ColumnUnfitError(name, "given a direction", f"it holds no numbers ({column.kind})")
        if name == wish.label or name in excluded:
            continue
        values = table.column(name)
        if name == wish.time and column.kind == "date":
            inputs += calendar_of(column, values)
        elif name in (wish.time, wish.group) and name not in wish.force:
            excluded[name] = "the time of the rows" if name == wish.time else "the account of the rows"
        elif (
            column.kind == "date"
            and when is not None
            and wish.time is not None
            and _is_later(column, values, when)
        ):
            excluded[name] = f"its dates lie after {wish.time}: it was not known then"
        elif column.kind in _SAYS_NOTHING and not (column.kind == "identifier" and name in wish.force):
            excluded[name] = _SAYS_NOTHING[column.kind]
        else:
            inputs += inputs_of(column, values, direction=directions.get(name, 0))
    for one in inputs:
        if one.how == "category" and not one.values:
            excluded[one.column] = f"no value of it has {LEAST_ROWS} rows"
    return [one for one in inputs if one.column not in excluded], excluded


def _is_later(column: Column, values: Sequence[str], when: Floats) -> bool:
    """Whether most of a column's dates lie after the time of their rows."""
    days = read_days(values, column.written)
    return bool((days[np.isfinite(days)] > when[np.isfinite(days)]).mean() > 0.5)


def _hints(columns: Sequence[Column], exclude: Mapping[str, str]) -> tuple[str, ...]:
    """That a time would be better, where there is one and nobody named it."""
    dates = [one.name for one in columns if one.kind == "date" and one.name not in exclude]
    if not dates:
        return ()
    told = f"{dates[0]} holds dates: with --time {dates[0]!r}"
    return (f"{told} the model is measured on the latest leads, as it will be used",)
