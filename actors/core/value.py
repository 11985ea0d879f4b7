"""The value of information: which fields of a company, if they were known, could change what is done with it.

What is missing is drawn a number of times from what companies have, and so is the contact whom nobody knows yet.
Each draw is scored as a whole, without one field at a time, and without all of them. A field without which nearly
all draws come to the same tier changes nothing, and is not worth its price. To mistake an A counts for more than to
mistake a C: more work is put into it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from scoring_models.schema import Happening, Score, ScoreRequest
from tenants.icp import IdealCustomer, Persona
from tenants.records import Account, AccountSignal

#: how far a field must move the tier on the average to be bought
WORTH = 0.05
_DRAWS = 40
# What companies have that are sold to, each value about as often as another.
_VALUES: dict[str, tuple[Any, ...]] = {
    "employees": (3, 8, 18, 40, 90, 200, 500, 3_000),
    "founded_year": (1965, 1990, 2003, 2010, 2015, 2019, 2023),
    "revenue_usd": (2e5, 1e6, 3e6, 1e7, 3e7, 1e8, 1e9),
    "funding_usd": (None, None, None, 2e5, 2e6, 1e7, 8e7),
    "open_jobs": (0, 0, 1, 3, 8, 30),
    "technologies": (0, 1, 3, 5, 8, 14),
    "industry": (
        "computer software",
        "information technology & services",
        "financial services",
        "hospital & health care",
        "machinery",
        "retail",
        "construction",
        "marketing & advertising",
    ),
    "country": ("US", "US", "GB", "DE", "FR", "IN"),
}
# How much work a team puts into a lead of each tier, and so what it costs to mistake it.
_WEIGHT = {"D": 0.0, "C": 0.25, "B": 1.0, "A": 2.0}
_CALLED = {"technologies": "technology_count"}
_SENIORITIES = ("c_suite", "vp", "head", "director", "manager")
_DEPARTMENTS = ("executive", "sales", "marketing", "engineering", "operations")


def happenings(known: Iterable[AccountSignal], today: date) -> tuple[Happening, ...]:
    """What happened at a company, as the model is told it."""
    return tuple(Happening(kind=one.kind, days_ago=max((today - one.on).days, 0)) for one in known)


def as_known(account: Account, lead_id: UUID, signals: tuple[Happening, ...] = ()) -> ScoreRequest:
    """A lead of whom only the company is known, and what happened there, as the model is asked about it."""
    return ScoreRequest(
        lead_id=lead_id,
        industry=account.industry,
        country=account.country,
        employees=account.employees,
        founded_year=account.founded_year,
        revenue_usd=account.revenue_usd,
        funding_usd=account.funding_usd,
        technology_count=len(account.technologies) if account.technologies is not None else None,
        open_jobs=account.open_jobs,
        signals=signals,
    )


def deciding_for(icp: IdealCustomer, missing: Collection[str]) -> set[str]:
    """Those of the missing fields by which the ideal customer may rule a company out."""
    asked = {
        "industry": bool(icp.industries),
        "country": bool(icp.countries),
        "city": bool(icp.cities),
        "technologies": bool(icp.technologies),
        "employees": icp.employees_min is not None or icp.employees_max is not None,
        "funding_usd": icp.funding_usd_min is not None or icp.funding_usd_max is not None,
        "open_jobs": icp.open_jobs_min is not None,
        "founded_year": icp.founded_from is not None or icp.founded_to is not None,
    }
    return {name for name in missing if asked.get(name)}


class Trial:
    """A lead that is scored as it could turn out. The same lead is drawn in the same way each time."""

    def __init__(
        self, lead: ScoreRequest, missing: Collection[str], icp: IdealCustomer, persona: Persona
    ) -> None:
        """`lead` is the company as it is known, `missing` are fields that may be bought."""
        chance = Random(lead.lead_id.int)  # noqa: S311 - not a secret
        self._fields = [name for name in _VALUES if name in missing]
        self._draws: list[dict[str | None, ScoreRequest]] = []
        for _ in range(_DRAWS if self._fields else 0):
            contact = _contact(chance, persona)
            drawn = {name: chance.choice(_plausible(name, icp)) for name in self._fields}
            self._draws.append(
                {
                    # None: all that is missing is known; else without this field
                    left_out: _with(lead, {**contact, **_but(drawn, left_out)})
                    for left_out in (None, *self._fields)
                }
                | {"": _with(lead, contact)}
            )

    @property
    def requests(self) -> Sequence[ScoreRequest]:
        """All that is to be scored, each once."""
        return list(dict.fromkeys(one for draw in self._draws for one in draw.values()))

    def decisive(self, scores: Mapping[ScoreRequest, Score]) -> set[str]:
        """The fields that are likely enough to change the tier: by themselves, else all of them if they do together."""
        if not self._draws or self._changes("", scores) < WORTH:
            return set()
        return {name for name in self._fields if self._changes(name, scores) >= WORTH} or set(self._fields)

    def _changes(self, left_out: str, scores: Mapping[ScoreRequest, Score]) -> float:
        """How far the tier is another one without this field, or without all of them, on the average."""
        steps = (
            abs(_WEIGHT[scores[draw[None]].tier] - _WEIGHT[scores[draw[left_out]].tier])
            for draw in self._draws
        )
        return sum(steps) / len(self._draws)


def _but(drawn: Mapping[str, Any], left_out: str | None) -> dict[str, Any]:
    return {_CALLED.get(name, name): value for name, value in drawn.items() if name != left_out}


def _with(lead: ScoreRequest, changes: Mapping[str, Any]) -> ScoreRequest:
    return lead.model_copy(update=dict(changes))


def _contact(chance: Random, persona: Persona) -> dict[str, str]:
    """Somebody whom the tenant may find there, with an address: without one the lead is not scored at all."""
    return {
        "email_status": "deliverable",
        "seniority": chance.choice(persona.seniorities or _SENIORITIES),
        "department": chance.choice(persona.departments or _DEPARTMENTS),
    }


def _plausible(name: str, icp: IdealCustomer) -> tuple[Any, ...]:
    """Values that a company may have; more often those that the ideal customer has."""
    wanted = {"industry": icp.industries, "country": icp.countries}.get(name, ())
    return (*_VALUES[name], *wanted)
