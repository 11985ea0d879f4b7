"""Salesforce's query language, as much of it as a CRM connector needs: what a query asks for, and which rows pass."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Rows = Callable[[str], Iterable[Row]]
Test = Callable[[Row, Rows], bool]

_TOKEN = re.compile(r"\s*('(?:[^'\\]|\\.)*'|[A-Za-z_][\w.]*|\d+|[!<>]=|[=<>(),])")
_LIKE = re.compile(r"\\(.)|([%_])|(.)", re.DOTALL)
_LITERALS = {"true": True, "false": False, "null": None}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    ">": lambda value, wanted: value is not None and value > wanted,
    "<": lambda value, wanted: value is not None and value < wanted,
    ">=": lambda value, wanted: value is not None and value >= wanted,
    "<=": lambda value, wanted: value is not None and value <= wanted,
}


class MalformedQueryError(Exception):
    """A query that cannot be read; the message is what Salesforce says of it."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a query asks for: these fields of that object, for rows that pass, at most so many."""

    fields: tuple[str, ...]
    table: str
    named: tuple[str, ...]
    passes: Test
    is_ordered: bool
    limit: int | None


def parse(text: str) -> Query:
    """The query that a text is. Raises MalformedQueryError."""
    return _Parser(text).query()


class _Parser:
    """One query, read from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        self._named: list[str] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise MalformedQueryError(f"unexpected token at {text[at : at + 12]!r}")
            self._tokens.append(match.group(1))
            at = match.end()

    def query(self) -> Query:
        """A whole query."""
        found = self._select()
        if self._tokens:
            raise MalformedQueryError(f"unexpected token: {self._tokens[0]!r}")
        return found

    def _select(self) -> Query:
        self._take("SELECT")
        fields = [self._name()]
        while self._took(","):
            fields.append(self._name())
        self._take("FROM")
        table = self._name()
        passes = self._any()[0] if self._took("WHERE") else lambda _row, _rows: True
        is_ordered = self._took("ORDER")
        if is_ordered:
            self._take("BY")
            self._take("ID")
        limit = int(self._next()) if self._took("LIMIT") else None
        return Query(tuple(fields), table, tuple(self._named), passes, is_ordered, limit)

    def _any(self) -> tuple[Test, bool]:
        """Tests of which one must pass, and whether there is a semi-join among them."""
        first, joins = self._all()
        tests = [first]
        while self._took("OR"):
            test, join = self._all()
            tests.append(test)
            joins = joins or join
        if joins and len(tests) > 1:
            raise MalformedQueryError("Semi join sub-selects are not allowed with the 'OR' operator")
        return (lambda row, rows: any(test(row, rows) for test in tests)), joins

    def _all(self) -> tuple[Test, bool]:
        first, joins = self._one()
        tests = [first]
        while self._took("AND"):
            test, join = self._one()
            tests.append(test)
            joins = joins or join
        return (lambda row, rows: all(test(row, rows) for test in tests)), joins

    def _one(self) -> tuple[Test, bool]:
        if self._took("NOT"):
            test, joins = self._one()
            return (lambda row, rows: not test(row, rows)), joins
        if self._took("("):
            found = self._any()
            self._take(")")
            return found
        name = self._name()
        self._named.append(name)
        if self._took("IN"):
            return self._join(name), True
        if self._took("LIKE"):
            pattern = _pattern(self._next())
            return (lambda row, _: bool(pattern.fullmatch(str(value_of(row, name) or "")))), False
        compare = _COMPARE.get(operator := self._next())
        if compare is None:
            raise MalformedQueryError(f"unexpected token: {operator!r}")
        wanted = _literal(self._next())
        return (lambda row, _: compare(_folded(value_of(row, name)), _folded(wanted))), False

    def _join(self, name: str) -> Test:
        self._take("(")
        outer, self._named = self._named, []
        inner = self._select()
        self._named = outer
        self._take(")")

        def test(row: Row, rows: Rows) -> bool:
            chosen = (one for one in rows(inner.table) if inner.passes(one, rows))
            return value_of(row, name) in {value_of(one, inner.fields[0]) for one in chosen}

        return test

    def _name(self) -> str:
        name = self._next()
        if not re.fullmatch(r"[A-Za-z_][\w.]*", name):
            raise MalformedQueryError(f"unexpected token: {name!r}")
        return name

    def _next(self) -> str:
        if not self._tokens:
            raise MalformedQueryError("unexpected end of the query")
        return self._tokens.pop(0)

    def _took(self, word: str) -> bool:
        if self._tokens and self._tokens[0].upper() == word:
            self._tokens.pop(0)
            return True
        return False

    def _take(self, word: str) -> None:
        if not self._took(word):
            raise MalformedQueryError(
                f"expecting {word}, found {self._tokens[0] if self._tokens else 'the end'!r}"
            )


def value_of(row: Row, name: str) -> Any:
    """The value of a field, or of a field of a related row, such as `Owner.Email`."""
    outer, _, inner = name.partition(".")
    value = row.get(outer)
    return value_of(value, inner) if inner and isinstance(value, Mapping) else None if inner else value


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _literal(token: str) -> Any:
    if token.startswith("'"):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if token.lower() in _LITERALS:
        return _LITERALS[token.lower()]
    if token.isdecimal():
        return int(token)
    raise MalformedQueryError(f"unexpected token: {token!r}")


def _pattern(token: str) -> re.Pattern[str]:
    if not token.startswith("'"):
        raise MalformedQueryError(f"unexpected token: {token!r}")
    wild = {"%": ".*", "_": "."}
    pieces = (
        re.escape(escaped or plain) if escaped or plain else wild[sign]
        for escaped, sign, plain in _LIKE.findall(token[1:-1])
    )
    return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)
