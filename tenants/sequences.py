"""Which sequence a lead is recommended: its tier's own, or one of several, by what came of them.

Where a tenant lets it be learned, each sequence gets a share of a tier's leads: the likelier it is to be the one that
brings most answers, the more (Thompson 1933), and each at least a part of what is tried out. A lead's place in the
shares is fixed by its id, so that asking twice gives the same.
"""

import hashlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from tenants.policies import SequenceChoice, TenantConfig
from tenants.records import SequenceTrack

_DRAWS = 2_000
_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Recommended:
    """A lead's sequence in each tier, and where it was one of several, the share of leads that get that one."""

    sequences: Mapping[str, str]
    shares: Mapping[str, float]


NOTHING = Recommended({}, {})


def recommended(lead_id: UUID, config: TenantConfig, tracks: Iterable[SequenceTrack]) -> Recommended:
    """What this lead is recommended; `tracks` are what came of those who were put into sequences before."""
    choice = config.sequence_choice
    if not choice.learn:
        return Recommended(config.sequences, {})
    known = {(one.tier, one.sequence): (one.enrolled, one.answered) for one in tracks}
    sequences, chosen_shares = dict(config.sequences), {}
    for tier, names in choice.candidates.items():
        shares = _shares(
            tuple(known.get((tier, name), (0, 0)) for name in names), choice.explore, choice.min_samples
        )
        at = _place(shares, _draw(lead_id, tier))
        sequences[tier], chosen_shares[tier] = names[at], shares[at]
    return Recommended(sequences, chosen_shares)


def shares(choice: SequenceChoice, tier: str, tracks: Iterable[SequenceTrack]) -> dict[str, float]:
    """The share of a tier's leads that each of its sequences gets; they sum to 1."""
    known = {one.sequence: (one.enrolled, one.answered) for one in tracks if one.tier == tier}
    names = choice.candidates[tier]
    found = _shares(tuple(known.get(name, (0, 0)) for name in names), choice.explore, choice.min_samples)
    return dict(zip(names, found, strict=True))


@lru_cache(maxsize=1_000)
def _shares(counts: tuple[tuple[int, int], ...], explore: float, min_samples: int) -> tuple[float, ...]:
    """The shares of sequences of which so many were put into each, and so many answered.

    Alike, until each has been tried often enough.
    """
    alike = 1 / len(counts)
    if any(enrolled < min_samples for enrolled, _ in counts):
        return (alike,) * len(counts)
    dice = random.Random(_SEED)  # noqa: S311 - nobody's secret
    best = [0] * len(counts)
    for _ in range(_DRAWS):
        drawn = [dice.betavariate(1 + answered, 1 + enrolled - answered) for enrolled, answered in counts]
        best[drawn.index(max(drawn))] += 1
    return tuple(explore * alike + (1 - explore) * times / _DRAWS for times in best)


def _draw(lead_id: UUID, tier: str) -> float:
    """A number from 0 to 1 that is the lead's own in this tier."""
    told = hashlib.sha256(lead_id.bytes + tier.encode()).digest()
    return int.from_bytes(told[:8], "big") / 2**64


def _place(shares: tuple[float, ...], draw: float) -> int:
    for at, share in enumerate(shares):
        draw -= share
        if draw < 0:
            return at
    return len(shares) - 1
