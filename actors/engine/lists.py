"""Lists of companies in files: CSV and JSON Lines, read row by row, with every fault named by its line."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import orjson

LONGEST_LINE_BYTES = 1_000_000
_DELIMITERS = ",;\t|"
_MARK = b"\xef\xbb\xbf"  # what some programs begin a UTF-8 file with
_JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
_NEEDED = ("name", "company", "account", "organization", "domain", "website", "url", "homepage")


class ListFault(Exception):
    """A list can't be read; the message names the file and the line."""


def read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of the list, one after the other.

    Raises ListFault at the first thing that is wrong with the file itself. A row that merely makes no sense
    as a company is not the file's fault: it is rejected later, with its reason.
    """
    try:
        with path.open("rb") as file:
            first = file.read(len(_MARK) + 1)
            if not first:
                raise ListFault(f"{path.name} is empty: a header line or a JSON object is expected")
            file.seek(len(_MARK) if first.startswith(_MARK) else 0)
            lines = _lines(path, file)
            is_json = path.suffix.lower() in _JSON_ENDINGS or first.removeprefix(_MARK).startswith(b"{")
            yield from _json_rows(path, lines) if is_json else _csv_rows(path, lines)
    except OSError as error:
        raise ListFault(f"{path}: {error.strerror or error}") from None


def _lines(path: Path, file: BinaryIO) -> Iterator[str]:
    number = 0
    while True:
        raw = file.readline(LONGEST_LINE_BYTES + 1)
        if not raw:
            return
        number += 1
        if len(raw) > LONGEST_LINE_BYTES:
            raise ListFault(f"{path.name}, line {number}: longer than {LONGEST_LINE_BYTES:,} bytes")
        if b"\0" in raw:
            raise ListFault(f"{path.name}, line {number}: not text (a NUL byte); save the list as UTF-8")
        try:
            yield raw.decode()
        except UnicodeDecodeError as error:
            bad = raw[error.start]
            raise ListFault(
                f"{path.name}, line {number}: not UTF-8 (byte 0x{bad:02x} at column {error.start + 1}); "
                "save the list as UTF-8"
            ) from None


def _json_rows(path: Path, lines: Iterator[str]) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ListFault(f"{path.name}, line {number}: not JSON ({error})") from None
        if not isinstance(row, dict):
            raise ListFault(f"{path.name}, line {number}: a JSON object is expected, one on each line")
        yield row


def _csv_rows(path: Path, lines: Iterator[str]) -> Iterator[Mapping[str, Any]]:
    header_line = next(lines, "")
    delimiter = max(_DELIMITERS, key=header_line.count)
    try:
        header = next(csv.reader([header_line], delimiter=delimiter), [])
    except csv.Error as error:
        raise ListFault(f"{path.name}, line 1: {error}") from None
    columns = [column.strip() for column in header]
    if not any(need in column.lower() for column in columns for need in _NEEDED):
        raise ListFault(
            f"{path.name}, line 1: no column for a company's name or website; found: {', '.join(columns)[:200]}"
        )
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    began = 2
    try:
        for cells in reader:
            if len(cells) > len(columns):
                raise ListFault(
                    f"{path.name}, line {began}: {len(cells)} cells where the header has {len(columns)} columns"
                )
            if any(cell.strip() for cell in cells):
                yield dict(zip(columns, cells, strict=False))
            began = reader.line_num + 2
    except csv.Error as error:
        what = "a quote is opened and never closed" if "unexpected end" in str(error) else str(error)
        raise ListFault(f"{path.name}, line {began}: {what}") from None
