"""Answers that nobody can use: cut short, of the wrong kind, far too long, packed to burst, slow, or never coming."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from actors.simulator.vendor import HTML, JSON, Answer

_HUGE_BYTES = 30_000_000
_BOMB_BYTES = 200_000_000
_NESTED = 100_000


def _truncated() -> Answer:
    return Answer(b'{"organization": {"name": "Harb')


def _html() -> Answer:
    """A page of a proxy that says all is well."""
    return Answer(b"<html><body><h1>Welcome</h1></body></html>", content_type=HTML)


def _not_a_number() -> Answer:
    return Answer(b'{"organization": {"estimated_num_employees": NaN}, "person": {"id": NaN}, "data": NaN}')


def _nested() -> Answer:
    return Answer(b'{"organization": ' + b"[" * _NESTED + b"]" * _NESTED + b"}")


def _huge() -> Answer:
    return Answer(b'{"organization": "' + b"x" * _HUGE_BYTES + b'"}')


def _bomb() -> Answer:
    packed = gzip.compress(b" " * _BOMB_BYTES, compresslevel=9, mtime=0)
    return Answer(packed, headers={"content-encoding": "gzip"})


def _dripping() -> Answer:
    """A byte a second."""
    return replace(_truncated(), drip_s=1.0)


def _silent() -> Answer:
    """No byte at all, for longer than anybody waits."""
    return Answer(b"", content_type=JSON, drip_s=600.0)


_KINDS: dict[str, Callable[[], Answer]] = {
    "truncated": _truncated,
    "html": _html,
    "nan": _not_a_number,
    "nested": _nested,
    "huge": _huge,
    "bomb": _bomb,
    "dripping": _dripping,
    "silent": _silent,
}
KINDS = tuple(_KINDS)


@cache
def garbled(kind: str) -> Answer:
    """The answer of this kind. It comes from something that stands before the vendor, and costs nothing."""
    return _KINDS[kind]()
