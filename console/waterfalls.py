"""The waterfall: who is asked for what and in which order, and how each provider did for the tenant so far."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.faces import ProviderFace
from console.integrations import ENRICH, QUESTIONS
from console.reads import Record
from tenants.policies import TenantConfig
from tenants.records import Firmographics
from tenants.store.calls import Experience


@dataclass(frozen=True, slots=True)
class Track:
    """How a provider did: answered calls, hits, what all of them cost, and how often each field came."""

    asked: int
    hits: int
    cost: float
    found: Mapping[str, int]

    def share(self, name: str) -> float | None:
        """How often this field came, of all calls."""
        return self.found.get(name, 0) / self.asked if self.asked else None

    @property
    def cost_of_hit(self) -> float | None:
        """What a hit came to cost, with all that was paid for misses."""
        return self.cost / self.hits if self.hits else None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Who is asked for what, in which order, and how each did: `tracks` of companies, `kinds` of the other questions.

    `segments` is what has been learned by segment of companies.
    """

    config: TenantConfig
    version: int
    order: tuple[str, ...]
    tracks: Mapping[str, Track]
    kinds: Mapping[tuple[str, str], Record]
    segments: Sequence[Experience]


def fields_wanted(config: TenantConfig) -> tuple[str, ...]:
    """The fields that companies are enriched with."""
    return config.waterfall.fields or tuple(Firmographics.model_fields)


def in_order(names: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
    """Providers as the engine asks them: those that the tenant put in order, then the others by name."""
    return tuple(sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name)))


def fills(face: ProviderFace) -> bool:
    """Whether it answers anything for which there is an order."""
    return bool(set(face.questions) & {ENRICH, *QUESTIONS})


def tracks_of(rows: Sequence[Experience]) -> dict[str, Track]:
    """How each provider did in all segments together."""
    of: dict[str, list[Experience]] = defaultdict(list)
    for row in rows:
        of[row.provider].append(row)
    return {
        name: Track(
            asked=sum(row.asked for row in some),
            hits=sum(row.hits for row in some),
            cost=float(sum(row.spent_usd for row in some)),
            found={
                key: sum(row.found.get(key, 0) for row in some)
                for key in {key for row in some for key in row.found}
            },
        )
        for name, some in of.items()
    }
