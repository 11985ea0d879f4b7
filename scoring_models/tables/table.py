"""A table of leads: the rows of a CRM's export, as text."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scoring_models.dataset import records
from scoring_models.errors import DatasetError, FileUnreadableError, NoColumnError

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
"""What may stand between two values, by its name on the command line."""

MISSING = frozenset(
    {"", "-", "--", "?", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "nil", "(blank)", "(empty)"}
    | {"select", "select...", "-select-", "--select--", "- select -", "please select", "undefined"}
)
"""How exports write that a value is not known; `Select` is what a form's list says before anybody chose."""

_WHOLE_ROW = "(row)"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@dataclass(frozen=True)
class Table:
    """The columns of a file by name, all of the same length, and the hash of the file. A missing value is ""."""

    file: str
    columns: Mapping[str, Sequence[str]]
    sha256: str

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return len(next(iter(self.columns.values())))

    def column(self, name: str) -> Sequence[str]:
        """The values of one column. Raises NoColumnError."""
        if name not in self.columns:
            raise NoColumnError(self.file, name, ", ".join(self.columns))
        return self.columns[name]


def known(text: str) -> str:
    """A value as it counts: without spaces around it, and empty where it says that it is not known."""
    text = text.strip()
    return "" if text.casefold() in MISSING else text


def read_table(path: Path, *, separator: str | None = None) -> Table:
    """The table in a file: CSV, TSV, or any of SEPARATORS between the values (found out where not told); or Parquet.

    Raises FileUnreadableError for what is no such file, and DatasetError, which names the line.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileUnreadableError(path.name, error.strerror or str(error)) from None
    if content.startswith(b"PAR1"):
        columns = _parquet(path.name, content)
    else:
        columns = _text_columns(_decoded(path.name, content), separator)
    return Table(path.name, columns, hashlib.sha256(content).hexdigest())


def write_table(table: Table, path: Path, extra: Mapping[str, Sequence[str]]) -> None:
    """The table as a CSV file, with more columns behind its own."""
    columns = {**table.columns, **extra}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _decoded(file: str, content: bytes) -> str:
    if not content.strip():
        raise FileUnreadableError(file, "it is empty")
    if content.startswith(b"PK\x03\x04"):
        raise FileUnreadableError(file, "it is a workbook or another zip file; save the sheet as CSV")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileUnreadableError(file, f"line {line} is not {encoding.upper()}; save it as UTF-8") from None
    if "\0" in text:
        raise FileUnreadableError(file, "it is not text: it holds NUL characters")
    return text


def _text_columns(text: str, separator: str | None) -> dict[str, list[str]]:
    rows = records(text, separator or _separator(text))
    line, header = next(rows, (1, []))
    names = _names(line, header)
    columns: dict[str, list[str]] = {name: [] for name in names}
    values = list(columns.values())
    for line, record in rows:
        if len(record) != len(names):
            raise DatasetError(line, _WHOLE_ROW, f"{len(record)} values where the header has {len(names)}")
        for column, value in zip(values, record, strict=True):
            column.append(value)
    if not values[0]:
        raise DatasetError(line + 1, _WHOLE_ROW, "no rows after the header")
    return columns


def _separator(text: str) -> str:
    """The separator that makes most of the header; a comma where none makes anything."""
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(SEPARATORS.values(), key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


def _names(line: int, header: Sequence[str]) -> list[str]:
    """The names of the columns; one without a name is called by its place."""
    names = [name.strip() or f"column {at}" for at, name in enumerate(header, start=1)]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise DatasetError(line, name, "named twice")
    return names


def _parquet(file: str, content: bytes) -> dict[str, list[str]]:
    """The columns of a Parquet file as text, written as a CSV export of the same table would write them."""
    from pyarrow import ArrowException, BufferReader  # half a second, which a CSV need not wait for
    from pyarrow.parquet import read_table as read_parquet

    try:
        table = read_parquet(BufferReader(content))
    except (ArrowException, OSError) as error:
        raise FileUnreadableError(file, f"not Parquet: {str(error).splitlines()[0]}") from None
    names = _names(1, table.column_names)
    if not table.num_rows:
        raise FileUnreadableError(file, "it has no rows")
    return {
        name: [_spelled(value) for value in column.to_pylist()]
        for name, column in zip(names, table.columns, strict=True)
    }


def _spelled(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
