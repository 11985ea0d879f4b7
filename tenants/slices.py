"""Narrower ideal customers: a search that its provider cuts off, in parts that are small enough to be read whole."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import Field

from tenants.icp import IdealCustomer
from tenants.records import Record

# Where sizes of companies are parted: the classes in which most directories count.
_EDGES = (10, 50, 200, 500, 1_000, 5_000, 10_000)
#: no company has twice as many
_MOST_EMPLOYEES = 5_000_000


class Slice(Record):
    """A part of an ideal customer: some of its countries, and companies of some sizes."""

    countries: tuple[str, ...] = ()
    employees_min: int | None = Field(default=None, ge=0)
    employees_max: int | None = Field(default=None, ge=0)

    def of(self, icp: IdealCustomer) -> IdealCustomer:
        """The ideal customer, narrowed to this part."""
        return icp.model_copy(update=self.model_dump())


def whole(icp: IdealCustomer) -> Slice:
    """The slice that leaves nothing out."""
    return Slice(countries=icp.countries, employees_min=icp.employees_min, employees_max=icp.employees_max)


def cut(one: Slice) -> tuple[Slice, ...]:
    """The parts of a slice, by country, then by size; none where it can't be parted any more.

    No company is in two of them, and each that is in the slice is in one, provided that its size is known:
    of one whose size nobody knows no search by size tells.
    """
    countries = dict.fromkeys(one.countries)
    if len(countries) > 1:
        return tuple(one.model_copy(update={"countries": (country,)}) for country in countries)
    edges = list(_edges(one.employees_min or 0, one.employees_max))
    if not edges:
        return ()
    lows = (one.employees_min, *(edge + 1 for edge in edges))
    highs = (*edges, one.employees_max)
    return tuple(
        one.model_copy(update={"employees_min": low, "employees_max": high})
        for low, high in zip(lows, highs, strict=True)
    )


def fitting(slices: Iterable[Slice], totals: Mapping[Slice, int], most: int) -> tuple[Slice, ...]:
    """The slices in their order, each that is known to hold more than `most` companies replaced by its parts.

    One that can't be parted stays: of it only the first `most` are within reach.
    """
    return tuple(_fitting(slices, totals, most))


def _fitting(slices: Iterable[Slice], totals: Mapping[Slice, int], most: int) -> Iterator[Slice]:
    for one in slices:
        parts = cut(one) if totals.get(one, 0) > most else ()
        if parts:
            yield from _fitting(parts, totals, most)
        else:
            yield one


def _edges(low: int, high: int | None) -> Iterator[int]:
    """The sizes after which a range is parted."""
    within = [edge for edge in _EDGES if low <= edge and (high is None or edge < high)]
    if within:
        yield from within
    elif high is None and low <= _MOST_EMPLOYEES:
        yield 2 * low
    elif high is not None and low < high:
        yield (low + high) // 2
