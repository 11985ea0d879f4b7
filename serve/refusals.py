"""Why a request gets no scores. Each class's docstring is what the caller is told.

Refusal
├── NotAdmitted    401  no token, or one that is not good: nobody learns which
├── TooSlow        408  the body does not come
├── TooLarge       413  a body that is too large
├── BadLeads       422  leads that can't be judged, each with its field
├── TooOften       429  more requests than the token may make
├── TooMany        429  more requests at once than are answered
└── Unavailable    503  nobody is there to judge
    ├── NoModel         no model judges for this tenant
    ├── ModelAway       the model that judges can't be opened
    └── DatabaseAway    the database does not answer
"""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from tenants.records import Record


class Fault(Record):
    """One thing that is wrong with a request: in which lead, counted from 0, and in which field."""

    lead: int | None = Field(description="The lead's place in the list, from 0; null: all of the request.")
    field: str | None
    problem: str


class Refusal(Exception):
    """A request that gets no scores."""

    status: ClassVar[int]

    @property
    def detail(self) -> Any:
        """What the caller is told."""
        return (self.__doc__ or "").format(**vars(self))

    @property
    def headers(self) -> dict[str, str]:
        """What stands beside it in the head of the answer."""
        return {}


class NotAdmitted(Refusal):
    """A token that is good is needed: `Authorization: Bearer TOKEN`."""

    status = 401

    @property
    def headers(self) -> dict[str, str]:
        """How one gets in."""
        return {"WWW-Authenticate": "Bearer"}


class TooSlow(Refusal):
    """The body did not come within {within_s:g} s."""

    status = 408

    def __init__(self, within_s: float) -> None:
        super().__init__(within_s)
        self.within_s = within_s


class TooLarge(Refusal):
    """The body is larger than {largest} bytes: send fewer leads at a time."""

    status = 413

    def __init__(self, largest: int) -> None:
        super().__init__(largest)
        self.largest = largest


class BadLeads(Refusal):
    """Some leads can't be judged."""

    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults

    @property
    def detail(self) -> Any:
        """The faults."""
        return [fault.model_dump() for fault in self.faults]


class _Later(Refusal):
    """Not now."""

    retry_after_s: float = 1.0

    @property
    def headers(self) -> dict[str, str]:
        """When to come again, in whole seconds."""
        return {"Retry-After": str(max(1, math.ceil(self.retry_after_s)))}


class TooOften(_Later):
    """This token may make no more requests at the moment."""

    status = 429

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


class TooMany(_Later):
    """As many requests as are answered at once are under way."""

    status = 429


class Unavailable(_Later):
    """Nobody is there to judge."""

    status = 503
    retry_after_s = 5.0


class NoModel(Unavailable):
    """No model judges yet, and no score is made up: train one, and promote it."""


class ModelAway(Unavailable):
    """The model that judges can't be opened, and no other one takes its place."""


class DatabaseAway(Unavailable):
    """The database does not answer, and no score is made up."""
