"""An ideal customer proposed from companies that were won: what most of them have in common, and how many do."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tenants.icp import IdealCustomer, mismatch
from tenants.records import Account, Record

# A list goes on until it covers so many of those of whom the thing is known.
_COVERED = 0.8
# What fits into no list of this length is no pattern.
_MOST_VALUES = 10
# Of the smallest and of the largest companies a tenth each is left out of the range.
_TAIL = 0.1
_MOST_TECHNOLOGIES = 5
_OFTEN = 0.3
# Of how few companies nothing can be said.
_LEAST_KNOWN = 3


class Criterion(Record):
    """One criterion of a proposal: of so many companies it is known whether they meet it, and so many do."""

    fields: tuple[str, ...]
    known: int
    covered: int

    @property
    def share(self) -> float:
        """The share of those of whom it is known that meet it."""
        return self.covered / self.known


class Proposal(Record):
    """An ideal customer as the companies are that were won; `covered` of these `companies` match it as a whole."""

    icp: IdealCustomer
    criteria: tuple[Criterion, ...]
    companies: int
    covered: int


def propose(accounts: Sequence[Account]) -> Proposal:
    """What most of these companies have in common.

    A criterion for which too little is known, or which would have to be too wide, is left out.
    """
    found: dict[str, Any] = {}
    groups: list[tuple[tuple[str, ...], Callable[[Account], Any]]] = [
        (("industries",), lambda one: one.industry),
        (("countries",), lambda one: one.country),
        (("employees_min", "employees_max"), lambda one: one.employees),
        (("technologies",), lambda one: one.technologies or None),
    ]
    found["industries"] = _most_common(one.industry.strip().lower() for one in accounts if one.industry)
    found["countries"] = _most_common(one.country.upper() for one in accounts if one.country)
    found |= _range([one.employees for one in accounts if one.employees is not None])
    found["technologies"] = _often([one.technologies for one in accounts if one.technologies])
    icp = IdealCustomer(**found)
    criteria = []
    for fields, value_of in groups:
        if any(found.get(name) for name in fields):
            one = IdealCustomer(**{name: found[name] for name in fields})
            known = [account for account in accounts if value_of(account) is not None]
            criteria.append(Criterion(fields=fields, known=len(known), covered=_matching(one, known)))
    return Proposal(
        icp=icp, criteria=tuple(criteria), companies=len(accounts), covered=_matching(icp, accounts)
    )


def _matching(icp: IdealCustomer, accounts: Iterable[Account]) -> int:
    return sum(mismatch(icp, account) is None for account in accounts)


def _most_common(values: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(values)
    known = counts.total()
    if known < _LEAST_KNOWN:
        return ()
    chosen: list[str] = []
    covered = 0
    for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if covered >= _COVERED * known:
            break
        chosen.append(value)
        covered += count
    return tuple(chosen) if len(chosen) <= _MOST_VALUES else ()


def _range(sizes: Sequence[int]) -> dict[str, int]:
    """The sizes of all but the smallest and the largest, widened to round numbers."""
    if len(sizes) < _LEAST_KNOWN:
        return {}
    ordered = sorted(sizes)
    left_out = int(_TAIL * len(ordered))
    least, most = ordered[left_out], ordered[-1 - left_out]
    return {"employees_min": _rounded(least, up=False), "employees_max": _rounded(most, up=True)}


def _rounded(number: int, *, up: bool) -> int:
    """The number with one figure that is not nought, as in 300."""
    unit = int(10 ** (len(str(number)) - 1))
    return (-(-number // unit) if up else number // unit) * unit


def _often(used: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    if len(used) < _LEAST_KNOWN:
        return ()
    called: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for technologies in used:
        by_key = {name.casefold(): name for name in technologies}
        counts.update(by_key.keys())
        called = by_key | called
    often = [key for key, count in counts.items() if count >= _OFTEN * len(used)]
    often.sort(key=lambda key: (-counts[key], key))
    return tuple(called[key] for key in often[:_MOST_TECHNOLOGIES])
