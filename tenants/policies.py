"""What a tenant's configuration says: the file that `leadmill tenant apply` reads."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, SecretStr, ValidationError, field_validator

from tenants.approvals import ApprovalPolicy
from tenants.budgets import Budgets
from tenants.icp import IdealCustomer, Persona
from tenants.records import Firmographics, Record

# how often, where null is as good as 0
_OrNever = Annotated[int, BeforeValidator(lambda told: 0 if told is None else told)]


class ProviderConnection(Record):
    """How a tenant reaches one provider. Without a base URL the vendor's own address is used."""

    base_url: str | None = None
    api_key: SecretStr | None = None
    credit_price_usd: float | None = Field(default=None, ge=0)
    calls_per_minute: int | None = Field(default=None, ge=1, le=10_000_000)


class FieldPolicy(StrEnum):
    """Which value of a field stands in the record when another one comes. What a person wrote always stays."""

    FILL_EMPTY = "fill empty"
    NEWER_WINS = "newer wins"
    MORE_TRUSTED_WINS = "more trusted wins"
    SUGGEST_ONLY = "suggest only"


class Waterfall(Record):
    """How companies are enriched: which fields are wanted, who is asked first, and what is bought.

    The order is `fixed`, as in the tenant's `order`, or `learned`: what costs least by what was found so far, where
    in a share of cases (`explore`) another goes first. It is frozen by `frozen_at`: nothing later is learned from,
    and nothing tried. With `buy: decisive` a field is bought only if it can change the tier or what is done.
    A company that a provider did not know is not looked up there again for `miss_days`.
    """

    order: Literal["fixed", "learned"] | None = None
    fields: tuple[str, ...] | None = None
    explore: float = Field(default=0.05, ge=0, le=0.5)
    min_samples: int = Field(default=20, ge=1, le=10_000)
    frozen_at: AwareDatetime | None = None
    buy: Literal["everything", "decisive"] = "everything"
    miss_days: int = Field(default=30, ge=0, le=3_650)

    @field_validator("fields")
    @classmethod
    def _fields_are_known(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return names if names is None else tuple(_known_field(name) for name in names)


class ScheduledSource(Record):
    """A provider that is searched again and again, from where the last search came to.

    Every so many hours at most `leads_per_run` companies are asked for, and on a day of UTC at most `leads_per_day`.
    Once all that match were asked for, the search begins anew after `cooldown_days`.
    """

    provider: str
    every_hours: int = Field(default=24, ge=1, le=8_760)
    leads_per_run: int = Field(default=100, ge=1, le=100_000)
    leads_per_day: int | None = Field(default=None, ge=1)
    cooldown_days: int = Field(default=30, ge=1, le=3_650)


class ExclusionReading(Record):
    """How often the connected CRMs are read for whom they exclude, in hours; 0 or null: by hand only."""

    every_hours: _OrNever = Field(default=6, ge=0, le=8_760)


class SignalWatch(Record):
    """How often it is asked again what has happened at the companies of scored leads, in days; 0 or null: never.

    Of each tenant at most so many companies are asked about in an hour, those first that were asked about longest ago.
    """

    every_days: _OrNever = Field(default=7, ge=0, le=3_650)
    leads_per_hour: int = Field(default=200, ge=1, le=100_000)


class SequenceChoice(Record):
    """Whether a tier's sequence is learned: one of several, by how many answered of those who were put into each.

    Each of them gets at least its part of `explore`, and all the same share until each has had `min_samples` leads. An
    answer counts that comes within `answer_days`.
    """

    learn: bool = False
    candidates: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    explore: float = Field(default=0.1, ge=0.01, le=1)
    min_samples: int = Field(default=30, ge=1, le=100_000)
    answer_days: int = Field(default=14, ge=1, le=365)

    @field_validator("candidates")
    @classmethod
    def _there_is_a_choice(cls, candidates: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        for tier, names in candidates.items():
            if tier not in ("A", "B", "C", "D"):
                raise ValueError(f"{tier!r} is no tier: there is A, B, C, D")
            if len(set(names)) < max(len(names), 2):
                raise ValueError(f"tier {tier} needs two different sequences or more to choose from")
        return candidates


class ModelUpkeep(Record):
    """How often a tenant's leads are held against what their model learned from, and when a new one is proposed.

    A model is trained as soon as `new_outcomes` more are known than the newest one learned from, and every `train_days`
    if any are; 0 or null: not for that. None of them judges before a person has promoted it.
    """

    drift_days: _OrNever = Field(default=7, ge=0, le=3_650)
    train_days: _OrNever = Field(default=30, ge=0, le=3_650)
    new_outcomes: _OrNever = Field(default=50, ge=0, le=1_000_000)


class TierBounds(Record):
    """From which fit and which intent on a lead is in a better tier: the lower bounds of the bands, from 0 to 1.

    Fit alone makes C, B and A; warm intent lifts a lead by one tier and hot intent by two.
    """

    fit: tuple[float, float, float] = (0.25, 0.5, 0.75)
    intent: tuple[float, float] = (0.15, 0.5)

    @field_validator("fit", "intent")
    @classmethod
    def _they_rise(cls, bounds: tuple[float, ...]) -> tuple[float, ...]:
        steps = (0.0, *bounds, 1.0)
        if not all(low < high for low, high in pairwise(steps)):
            raise ValueError(f"the bounds {', '.join(map(str, bounds))} do not rise between 0 and 1")
        return bounds


class TenantConfig(Record):
    """A tenant's configuration: whom it looks for, with which providers, and what follows from a score."""

    icp: IdealCustomer = IdealCustomer()
    personas: tuple[Persona, ...] = (Persona(),)
    agents: Mapping[str, bool] = Field(default_factory=dict)
    sequences: Mapping[str, str] = Field(
        default_factory=lambda: {"A": "executive-outreach", "B": "standard-outreach", "C": "nurture"}
    )
    sequence_choice: SequenceChoice = SequenceChoice()
    connections: Mapping[str, ProviderConnection] = Field(default_factory=dict)
    approvals: ApprovalPolicy = ApprovalPolicy()
    budgets: Budgets = Budgets()
    order: tuple[str, ...] = ()
    waterfall: Waterfall = Waterfall()
    fields: Mapping[str, FieldPolicy] = Field(default_factory=dict)
    sources: tuple[ScheduledSource, ...] = ()
    exclusions: ExclusionReading = ExclusionReading()
    signals: SignalWatch = SignalWatch()
    tiers: TierBounds = TierBounds()
    upkeep: ModelUpkeep = ModelUpkeep()
    share_outcomes: bool = False

    @field_validator("sources")
    @classmethod
    def _each_source_is_there_once(cls, sources: tuple[ScheduledSource, ...]) -> tuple[ScheduledSource, ...]:
        names = [one.provider for one in sources]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} is there twice")
        return sources

    @field_validator("fields")
    @classmethod
    def _policies_are_of_fields(cls, policies: Mapping[str, FieldPolicy]) -> Mapping[str, FieldPolicy]:
        return {_known_field(name): policy for name, policy in policies.items()}

    @property
    def sequence_names(self) -> frozenset[str]:
        """Every sequence that a lead of this tenant may be recommended."""
        learned = self.sequence_choice.candidates.values() if self.sequence_choice.learn else ()
        return frozenset(self.sequences.values()).union(*learned)

    @property
    def learns_order(self) -> bool:
        """Whether the order of providers follows from experience."""
        return self.waterfall.order == "learned" or (self.waterfall.order is None and not self.order)


def _known_field(name: str) -> str:
    if name not in Firmographics.model_fields:
        raise ValueError(
            f"{name!r} is no field of a company: there is {', '.join(Firmographics.model_fields)}"
        )
    return name


def read_config(document: Mapping[str, Any]) -> TenantConfig:
    """The configuration in a parsed YAML document.

    Raises ValueError with one line for each thing that is wrong, naming its place.
    """
    try:
        return TenantConfig.model_validate(document)
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError("; ".join(lines)) from None
