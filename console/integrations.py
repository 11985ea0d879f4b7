"""Integrations: how each provider does for a tenant, from what its calls and its runs have left behind.

The console asks no provider anything: it tells what is known, and where nothing is, that it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from console.faces import ProviderFace
from console.reads import Record
from tenants.budgets import Ceiling, ceilings, ends_at
from tenants.identity import stable_id
from tenants.policies import TenantConfig
from tenants.store.paces import Pace

#: what was good within a day still counts as working
KNOWN_FOR_S = 86_400.0
_SLOW_S, _SLOW_SHARE, _BAD_SHARE, _FEW_CALLS = 10.0, 0.1, 0.3, 5
#: what counts as of late where it is said when money ends
LATELY = timedelta(days=1)
_GOOD = ("hit", "miss")
#: questions beside the fields of a company, in the words of the waterfall
QUESTIONS = {
    "FindPeople": "who works there",
    "RevealPerson": "a person in full",
    "FindPattern": "how addresses are written",
    "VerifyAddress": "whether an address takes mail",
}
ENRICH = "EnrichCompany"

Kind = Literal["good", "doubtful", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class State:
    """How a provider stands, in a word or two, and why that is thought."""

    word: str
    kind: Kind
    because: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """A ceiling over what a provider costs: what is left under it, and when that ends at the pace of the last day."""

    ceiling: Ceiling
    used_usd: Decimal
    ends: datetime | None

    @property
    def left_usd(self) -> Decimal:
        """What may still be spent."""
        return max(self.ceiling.limit_usd - self.used_usd, Decimal(0))


@dataclass(frozen=True, slots=True)
class Integration:
    """One provider, as it does for a tenant. `way` is None where the tenant is not connected to it.

    `heard` is what its newest runs were told, `yields` what came of its newest billed calls, by kind of question.
    """

    face: ProviderFace
    way: Record | None = None
    asked: Record = field(default_factory=dict)
    heard: Sequence[Record] = ()
    days: Sequence[Record] = ()
    yields: Sequence[Record] = ()
    budgets: Sequence[Budget] = ()
    pace: Pace | None = None
    key_written: Record | None = None
    failed_runs: int = 0

    @property
    def good_s(self) -> float | None:
        """How long ago the last good answer came; None: none is known of."""
        ages = [row["age_s"] for row in self.heard if row["outcome"] in _GOOD]
        if self.asked.get("good_s") is not None:
            ages.append(self.asked["good_s"])
        return min(ages, default=None)

    @property
    def error_share(self) -> float | None:
        """Which share of the last hour's billed calls failed; where nothing is billed, of what runs were told."""
        if self.asked.get("calls"):
            return float(self.asked["failed"] / self.asked["calls"])
        told = sum(row["times"] for row in self.heard)
        return self.times("provider_down", "rate_limited", "auth", "quota_exhausted") / told if told else None

    @property
    def left_alone_s(self) -> float | None:
        """How long ago a run was told that it is left alone after faults; None: none was, of late.

        Circuits are in the memory of each process at work, and nothing of them is kept: runs that were sent away are
        all that shows one that is open.
        """
        return min((row["age_s"] for row in self.heard if row["class"] == "LeftAlone"), default=None)

    @property
    def spent_usd(self) -> float:
        """What it has cost this month."""
        return float(sum(row["cost"] for row in self.days))

    @property
    def credits(self) -> float:
        """The credits used this month."""
        return float(sum(row["credits"] for row in self.days))

    @property
    def cost_of_field(self) -> tuple[float, int] | None:
        """What a value came to cost that stands in a record, and how many of those were counted."""
        rows = [row for row in self.yields if row["kind"] == ENRICH]
        fields = sum(row["fields"] for row in rows)
        return (sum(row["cost"] for row in rows) / fields, fields) if fields else None

    @property
    def cost_of_contact(self) -> tuple[float, int] | None:
        """What a contact whose address takes mail came to cost at this provider, and how many were counted.

        Of several kinds of questions about one contact each costs by itself.
        """
        rows = [row for row in self.yields if row["kind"] in QUESTIONS]
        contacts = max((row["contacts"] for row in rows), default=0)
        return (sum(row["cost"] for row in rows) / contacts, contacts) if contacts else None

    @property
    def calls_a_minute(self) -> str | None:
        """How often it may be asked: as the tenant says, else as the vendor does at its own address; None: no limit."""
        if self.way is not None and self.way["calls_per_minute"] is not None:
            return f"{self.way['calls_per_minute']:,} a minute"
        if not self.face.limits or (self.way is not None and self.way["base_url"]):
            return None
        return ", ".join(f"{calls:,} in {_span(per_s)}" for calls, per_s in self.face.limits)

    def times(self, *outcomes: str) -> int:
        """How often runs were told one of these."""
        return sum(row["times"] for row in self.heard if row["outcome"] in outcomes)

    def last(self, outcome: str) -> float | None:
        """How long ago a run was last told this, since the way to it was last changed; None: none was."""
        changed_s = self.way["changed_s"] if self.way is not None else float("inf")
        ages = [row["age_s"] for row in self.heard if row["outcome"] == outcome and row["age_s"] < changed_s]
        return min(ages, default=None)


def state_of(one: Integration) -> State:
    """How a provider stands. What was refused last counts until an answer comes; not knowing is never good."""
    if one.face.needs_key and one.way is not None and not one.way["has_key"]:
        return State("No key", "bad", "it answers nobody without one")
    good_s = one.good_s

    def since_good(outcome: str) -> bool:
        last_s = one.last(outcome)
        return last_s is not None and (good_s is None or last_s < good_s)

    if since_good("auth"):
        return State("Key not accepted", "bad", "write another key below")
    if since_good("quota_exhausted"):
        return State("Out of quota", "bad", "it goes on when the vendor gives more, or with another key")
    told = sum(row["times"] for row in one.heard)
    if since_good("provider_down") and one.times("provider_down") >= _BAD_SHARE * told:
        alone = one.left_alone_s is not None
        return State(
            "Not reached", "bad", "left alone after faults" if alone else "it does not answer as it should"
        )
    if since_good("rate_limited") and one.times("rate_limited") >= _BAD_SHARE * told:
        return State("Refusing", "bad", "it asks us to slow down")
    calls_, failed = one.asked.get("calls") or 0, one.asked.get("failed") or 0
    if calls_ >= _FEW_CALLS and failed >= _BAD_SHARE * calls_:
        return State("Refusing", "bad", f"{failed:,} of the last hour's {calls_:,} calls failed")
    if good_s is None and not told and _is_new(one):
        return State("Not used yet", "unknown")
    if good_s is None:
        return State("Unknown", "unknown", "the newest runs of a day got no answer from it")
    if good_s > KNOWN_FOR_S:
        return State("Unknown", "unknown", "it was not asked for more than a day")
    return _working(one, told)


def _working(one: Integration, told: int) -> State:
    p95_s = one.asked.get("p95_s")
    if p95_s is not None and p95_s > _SLOW_S:
        return State("Slow", "doubtful", "of 20 calls one takes longer than ten seconds")
    if one.pace is not None and (one.pace.quiet_s > 0 or one.pace.share < 1):
        return State("Slow", "doubtful", "it has asked us to slow down within the last minutes")
    if told and one.times("rate_limited") >= _SLOW_SHARE * told:
        return State("Slow", "doubtful", "it asks us to slow down now and then")
    return State("Working", "good")


def budgets_of(
    config: TenantConfig,
    provider: str,
    used: Mapping[tuple[str, str], tuple[Decimal, Decimal]],
    lately: Mapping[str, Decimal],
    now: datetime,
) -> list[Budget]:
    """What is left for a provider under its own ceilings, and when that ends; one that ends first by itself: never."""
    found = []
    for one in ceilings(config.budgets, provider=provider, run_id=stable_id(""), lead_id=None, now=now):
        if one.scope.startswith("provider"):
            gone = sum(used.get((one.scope, one.key), (Decimal(0), Decimal(0))), Decimal(0))
            left = max(one.limit_usd - gone, Decimal(0))
            end = ends_at(left_usd=left, spent_usd=lately.get(provider, Decimal(0)), within=LATELY, now=now)
            found.append(
                Budget(one, gone, None if end is None or (one.ends is not None and one.ends < end) else end)
            )
    return found


def _is_new(one: Integration) -> bool:
    """Whether the tenant is connected to it for less than a day: what is not known of then has not been."""
    return one.way is None or one.way["since_s"] < KNOWN_FOR_S


def _span(seconds: float) -> str:
    return {1: "a second", 60: "a minute", 3_600: "an hour", 86_400: "a day"}.get(
        round(seconds), f"{seconds:g} s"
    )
