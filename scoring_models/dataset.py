"""Labelled leads from a CSV file: what a model learns from."""

import csv
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from scoring_models.columns import LeadColumns
from scoring_models.errors import DatasetError
from scoring_models.features import CATEGORIES, FEATURES

LABEL = "won"
_WHOLE = {"employees", "founded_year", "technology_count", "open_jobs"}
_WHOLE_ROW = "(row)"


@dataclass(frozen=True)
class Dataset:
    """Leads whose outcome is known, and the hash of the file that they came from."""

    leads: LeadColumns
    won: tuple[bool, ...]
    sha256: str


def read_dataset(path: Path) -> Dataset:
    """The data set in a CSV file. Raises DatasetError, which names line and column."""
    return parse_dataset(path.read_bytes())


def parse_dataset(content: bytes) -> Dataset:
    """The data set in the bytes of a CSV file: UTF-8, with a header of FEATURES and `won` in any order.

    A missing value is empty; `won` is 0 or 1. Raises DatasetError, which names line and column.
    """
    columns = _columns(content, (*FEATURES, LABEL))
    won = tuple(value == 1 for value in columns.pop(LABEL))
    return Dataset(_leads(columns), won, hashlib.sha256(content).hexdigest())


def rows_in(content: bytes) -> int:
    """How many rows a CSV file has after its header; nothing else of it is looked at. Raises DatasetError."""
    return max(sum(1 for _ in _records(content)) - 1, 0)


def read_leads(path: Path) -> LeadColumns:
    """The leads in such a file, whether or not it says which were won. Raises DatasetError."""
    return _leads(_columns(path.read_bytes(), FEATURES))


def _leads(columns: dict[str, list[Any]]) -> LeadColumns:
    nothing: list[tuple[()]] = [()] * len(columns[FEATURES[0]])
    return LeadColumns(**columns, engagement=nothing, signals=nothing)


def _columns(content: bytes, needed: Sequence[str]) -> dict[str, list[Any]]:
    records = _records(content)
    line, header = next(records, (1, []))
    columns: dict[str, list[str]] = {name: [] for name in _checked_header(line, header, needed)}
    lines: list[int] = []
    for line, record in records:
        if len(record) != len(header):
            raise DatasetError(line, _WHOLE_ROW, f"{len(record)} values where the header has {len(header)}")
        lines.append(line)
        for values, text in zip(columns.values(), record, strict=True):
            values.append(text.strip())
    if not lines:
        raise DatasetError(line + 1, _WHOLE_ROW, "no rows after the header")
    return {name: _read_column(name, columns[name], lines) for name in needed}


def _records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError(line, _WHOLE_ROW, "not UTF-8 text") from None
    return records(text)


def records(text: str, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV text that are not blank, each with the line where it begins. Raises DatasetError."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise DatasetError(line, _WHOLE_ROW, f"not CSV: {error}") from None


def _checked_header(line: int, header: list[str], needed: Sequence[str]) -> list[str]:
    names = [name.strip() for name in header]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise DatasetError(line, name, "named twice")
        if name not in (*FEATURES, LABEL):
            raise DatasetError(line, name, f"not one of {', '.join((*FEATURES, LABEL))}")
    for name in needed:
        if name not in names:
            raise DatasetError(line, name, "not in the header")
    return names


def _read_column(name: str, texts: list[str], lines: list[int]) -> list[Any]:
    read = _READERS[name]
    values: list[Any] = []
    for line, text in zip(lines, texts, strict=True):
        try:
            values.append(read(text))
        except ValueError as error:
            raise DatasetError(line, name, f"{text[:40]!r} is not {error}") from None
    return values


def _whole(text: str) -> float | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise ValueError("a whole number, zero or more")
    return float(text)


def _decimal(text: str) -> float | None:
    if not text:
        return None
    rule = "a number, zero or more"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(rule) from None
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(rule)
    return value


def _word(text: str) -> str | None:
    return text or None


def _label(text: str) -> float:
    if text not in {"0", "1"}:
        raise ValueError("0 or 1")
    return float(text)


_READERS: dict[str, Callable[[str], float | str | None]] = {
    **{name: _whole if name in _WHOLE else _decimal for name in FEATURES},
    **dict.fromkeys(CATEGORIES, _word),
    LABEL: _label,
}
