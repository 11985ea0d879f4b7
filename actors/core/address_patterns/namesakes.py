"""Whether somebody else has the address that a person would have, and what the person has then."""

import math
from collections.abc import Mapping
from functools import cache

from actors.core.address_patterns.patterns import local_part

# Assumed: the share of people with one given name, common and not, and with one given first letter.
_COMMON, _FIRST, _LAST, _LETTER = 8.0, 0.003, 0.0004, 0.08
_COMMON_FIRST = (
    "james john robert michael david william mary maria anna thomas peter paul andreas stefan christian daniel "
    "mark martin jan jose juan carlos antonio marco andrea francesco pierre jean marie sarah laura lars anders "
    "piotr mohammed ahmed wei rahul amit"
)
_COMMON_LAST = (
    "smith jones johnson williams brown taylor miller davis mueller muller schmidt schneider fischer weber garcia "
    "rodriguez martinez lopez gonzalez fernandez martin bernard rossi russo ferrari silva santos andersson "
    "johansson nielsen jensen hansen nowak kowalski devries dejong jansen patel singh kumar sharma khan nguyen "
    "wang li zhang chen kim lee park tran"
)
# Assumed: how often the plain one is another's already, in companies that write by that pattern.
_OFTEN_TAKEN, _SELDOM_TAKEN = {"{first}": 0.12, "{f}{l}": 0.12, "{first}{l}": 0.03}, 0.01
# Assumed: what is given instead, by patterns and by a number behind.
_INSTEAD = {"{first}.{last}": 0.40, "{first}{l}": 0.12, "{first}{last}": 0.08, "{first}.{l}": 0.05}
_WITH_NUMBER = {"2": 0.20, "1": 0.05}


def chance_that_it_is_free(pattern: str, first: str, last: str, namesakes: int, unnamed: int) -> float:
    """The chance that a person was the first to have this local part.

    `namesakes` are the known colleagues who would have it too: each is as likely to have come first. Of the `unnamed`
    others as many would have it as the commonness of the names lets expect.
    """
    expected = unnamed * _share_alike(pattern, first, last)
    # the mean of 1 / (1 + n) for a Poisson number n of others
    before_unknown = (1 - math.exp(-expected)) / expected if expected > 1e-9 else 1.0
    return before_unknown / (1 + namesakes)


def instead_of(pattern: str, first: str, last: str) -> Mapping[str, float]:
    """The local parts that a person has whose plain one is taken, each with its chance; the sum is below 1."""
    plain = local_part(pattern, first, last)
    found = {f"{plain}{number}": share for number, share in _WITH_NUMBER.items()}
    for other, share in _INSTEAD.items():
        local = local_part(other, first, last)
        if local is not None and local != plain:
            found[local] = found.get(local, 0.0) + share
    return found


def chance_as_a_way_out(local: str, pattern: str, first: str, last: str) -> float:
    """The chance that a person of a company with this pattern has this local part because the plain one was taken."""
    return _OFTEN_TAKEN.get(pattern, _SELDOM_TAKEN) * instead_of(pattern, first, last).get(local, 0.0)


def _share_alike(pattern: str, first: str, last: str) -> float:
    """The share of people who would have the same local part by this pattern."""
    share = 1.0
    if "{first}" in pattern:
        share *= _FIRST * (_COMMON if first in _common(_COMMON_FIRST) else 1.0)
    elif "{f}" in pattern:
        share *= _LETTER
    if "{last}" in pattern:
        share *= _LAST * (_COMMON if last in _common(_COMMON_LAST) else 1.0)
    elif "{l}" in pattern:
        share *= _LETTER
    return share


@cache
def _common(names: str) -> frozenset[str]:
    return frozenset(names.split())
