"""Chance that repeats: every draw follows from names, never from a clock."""

from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

_T = TypeVar("_T")


def stream(*names: object) -> Random:
    """A random stream, always the same one for the same names."""
    return Random("/".join(map(str, names)))  # noqa: S311 (an invented world needs no cryptography)


def draw64(*names: object) -> int:
    """A 64-bit number that follows from the names alone, cheaper than a whole stream."""
    return int.from_bytes(blake2b("/".join(map(str, names)).encode(), digest_size=8).digest())


def fraction(*names: object) -> float:
    """A number in [0, 1) that follows from the names alone."""
    return draw64(*names) / 2**64


def pick(options: Sequence[_T], *names: object) -> _T:
    """One of the options, following from the names alone."""
    return options[draw64(*names) % len(options)]
