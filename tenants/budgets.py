"""Budgets: what may be spent at most, for a lead, a run, a day, a provider, and in all. Money in US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from tenants.records import Record

Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]


class ProviderBudget(Record):
    """What one provider may cost."""

    day_usd: Money | None = None
    total_usd: Money | None = None


class Budgets(Record):
    """What a tenant's work may cost. What is left out has no ceiling. Days begin at midnight UTC."""

    total_usd: Money | None = None
    day_usd: Money | None = None
    lead_usd: Money | None = None
    run_usd: Money | None = None
    providers: Mapping[str, ProviderBudget] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One ceiling over a call. `ends` is when spending begins at nothing again; None: never."""

    scope: str
    key: str
    limit_usd: Decimal
    ends: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether waiting may help: for another day, or for somebody who raises the ceiling."""
        return self.scope not in ("lead", "run")

    def __str__(self) -> str:
        """The ceiling in words."""
        match self.scope:
            case "provider":
                whose = f"for {self.key} in all"
            case "provider day":
                whose = f"for {self.key.split()[0]} and a day"
            case "total":
                whose = "in all"
            case scope:
                whose = f"for a {scope}"
        return f"${self.limit_usd:,.2f} {whose}"


def ceilings(
    budgets: Budgets, *, provider: str, run_id: UUID, lead_id: UUID | None, now: datetime
) -> tuple[Ceiling, ...]:
    """All ceilings over a call to this provider, the narrowest first."""
    day = now.astimezone(UTC).date()
    midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
    own = budgets.providers.get(provider, ProviderBudget())
    every = (
        ("run", str(run_id), budgets.run_usd, None),
        ("lead", str(lead_id), budgets.lead_usd if lead_id is not None else None, None),
        ("provider day", f"{provider} {day}", own.day_usd, midnight),
        ("provider", provider, own.total_usd, None),
        ("day", str(day), budgets.day_usd, midnight),
        ("total", "", budgets.total_usd, None),
    )
    return tuple(Ceiling(scope, key, limit, ends) for scope, key, limit, ends in every if limit is not None)


def ends_at(*, left_usd: Decimal, spent_usd: Decimal, within: timedelta, now: datetime) -> datetime | None:
    """When the money ends, if it goes on as it went within this time; None where nothing was spent."""
    if spent_usd <= 0:
        return None
    seconds = float(max(left_usd, Decimal(0)) / spent_usd) * within.total_seconds()
    return now + timedelta(seconds=min(seconds, 10.0 * 365 * 86_400))
