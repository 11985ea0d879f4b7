"""Budgets: what may be spent at most, for a lead, a run, a day, a provider, and in all. Money in US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from tenants.records import Record

_NO_RUN = UUID(int=0)
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]


class ProviderBudget(Record):
    """What one provider may cost."""

    day_usd: Money | None = None
    total_usd: Money | None = None


class KillSwitch(Record):
    """When a tenant's spending stops by itself, judged by its newest billed calls.

    `fill_rate_below` is the least share of a provider's calls that must bring something, `cost_per_contact_above_usd`
    what a verified contact may cost at most. Fewer than `calls` calls are not judged.
    """

    fill_rate_below: float | None = Field(default=None, ge=0, le=1)
    cost_per_contact_above_usd: Money | None = None
    calls: int = Field(default=200, ge=10, le=100_000)


class Budgets(Record):
    """What a tenant's work may cost. What is left out has no ceiling. Days begin at midnight UTC."""

    total_usd: Money | None = None
    day_usd: Money | None = None
    lead_usd: Money | None = None
    run_usd: Money | None = None
    providers: Mapping[str, ProviderBudget] = Field(default_factory=dict)
    kill_switch: KillSwitch | None = None


@dataclass(frozen=True, slots=True)
class Yield:
    """What the newest billed calls have brought: for each provider (calls, hits), and what contacts came to cost."""

    by_provider: Mapping[str, tuple[int, int]]
    calls: int
    spent_usd: Decimal
    contacts: int


def tripped(switch: KillSwitch, found: Yield) -> str | None:
    """Why spending must stop, or None where it may go on."""
    least = switch.fill_rate_below
    for provider, (calls, hits) in sorted(found.by_provider.items()):
        if least is not None and calls >= switch.calls and hits / calls < least:
            share = f"{hits / calls:.0%} of the last {calls:,} calls to {provider}"
            return f"{share} brought something, less than {least:.0%}"
    most = switch.cost_per_contact_above_usd
    if most is not None and found.calls >= switch.calls and found.spent_usd > most * found.contacts:
        if not found.contacts:
            return (
                f"the last {found.calls:,} calls cost ${found.spent_usd:,.2f} and brought no verified contact"
            )
        cost = f"${found.spent_usd / found.contacts:,.2f}, more than ${most:,.2f}"
        return f"over the last {found.calls:,} calls a verified contact cost {cost}"
    return None


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


@dataclass(frozen=True, slots=True)
class Spending:
    """What is spent and under way under a ceiling, and when it is used up if it goes on so; None: it lasts."""

    ceiling: Ceiling
    provider: str
    spent_usd: Decimal
    reserved_usd: Decimal
    used_up_at: datetime | None

    @property
    def left_usd(self) -> Decimal:
        """What may still be spent."""
        return max(self.ceiling.limit_usd - self.spent_usd - self.reserved_usd, Decimal(0))


def spendings(
    budgets: Budgets,
    *,
    used: Mapping[tuple[str, str], tuple[Decimal, Decimal]],
    lately: Mapping[str, Decimal],
    within: timedelta,
    now: datetime,
) -> list[Spending]:
    """How it stands under each ceiling but those of single leads and runs.

    `used` is what is (reserved, spent) under each, and `lately` what each provider has cost `within` that time: the
    forecast goes on as that went.
    """
    found: dict[tuple[str, str], Spending] = {}
    nothing = Decimal(0)
    for provider in ["", *budgets.providers]:
        for one in ceilings(budgets, provider=provider, run_id=_NO_RUN, lead_id=None, now=now):
            if one.scope == "run":
                continue
            reserved, spent = used.get((one.scope, one.key), (nothing, nothing))
            of_one = one.scope.startswith("provider")
            pace = lately.get(provider, nothing) if of_one else sum(lately.values(), nothing)
            left = max(one.limit_usd - spent - reserved, nothing)
            end = ends_at(left_usd=left, spent_usd=pace, within=within, now=now)
            is_before = end is not None and (one.ends is None or end < one.ends)
            found[one.scope, one.key] = Spending(
                one, provider if of_one else "", spent, reserved, end if is_before else None
            )
    return list(found.values())


def fields_of(budgets: Budgets) -> dict[str, str]:
    """What budgets say, each amount by its place: `day_usd`, `providers.apollo.day_usd`, `kill_switch.calls`."""
    said = budgets.model_dump(exclude={"providers", "kill_switch"})
    for provider, own in budgets.providers.items():
        said |= {f"providers.{provider}.{name}": value for name, value in own.model_dump().items()}
    if budgets.kill_switch is not None:
        said |= {f"kill_switch.{name}": value for name, value in budgets.kill_switch.model_dump().items()}
    return {name: _plain(value) for name, value in said.items() if value is not None}


def _plain(amount: Decimal | float) -> str:
    text = f"{Decimal(str(amount)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ends_at(*, left_usd: Decimal, spent_usd: Decimal, within: timedelta, now: datetime) -> datetime | None:
    """When the money ends, if it goes on as it went within this time; None where nothing was spent."""
    if spent_usd <= 0:
        return None
    seconds = float(max(left_usd, Decimal(0)) / spent_usd) * within.total_seconds()
    return now + timedelta(seconds=min(seconds, 10.0 * 365 * 86_400))
