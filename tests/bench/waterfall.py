"""Fields filled for a dollar by waterfalls over the simulator's truth table.

Three vendors are asked for four fields of the world's companies, one after the other, until nothing is missing or
nobody is left; each bills what it bills in the world: hits, at its price. The oracle knows the table, and takes the
order that costs least in each segment. The peer is the best fixed order: of all orders the one that would have been
cheapest for just these companies, which nobody could have known before. Ours begins without any experience, learns
as it goes, and pays for what it tries out.

Beside it, with what the model of the demo makes of a company: what is saved where a field is bought only if it can
change the tier, or a place in the best one, and whether the same hundred leads stand on top.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from itertools import permutations
from statistics import median
from typing import Protocol

from actors.core.waterfall import Choice, Option, Track, best_order, choose, segment
from actors.simulator import coverage
from actors.simulator.chance import fraction
from actors.simulator.company import Company
from actors.simulator.world import World
from tests.bench import Measured, Tell, _value

COMPANIES, SEEDS = 6_000, (11, 12, 13, 14, 15)
FIELDS = ("employees", "industry", "revenue_usd", "technologies")
PRICES = {"apollo": 0.05, "hunter": 0.03, "pdl": 0.10}
EXPLORE, MIN_SAMPLES = 0.05, 20
_OFTEN = 1_000_000
_READ_EVERY = 50  # answers


class Asker(Protocol):
    """Who is asked next."""

    def next(self, company: Company, missing: Collection[str], left: Collection[str]) -> str | None:
        """One of those who are left; None where none of them may know what is missing."""

    def learn(self, company: Company, vendor: str, found: frozenset[str] | None) -> None:
        """What this vendor had of this company; None: it did not know it."""


def run(tell: Tell) -> Measured:
    """Five worlds of 6,000 companies."""
    pairs, ratios, best_orders = [], [], []
    for seed in SEEDS:
        companies = World(seed, COMPANIES, date(2026, 11, 1)).companies
        oracle = fields_per_usd(companies, Oracle())
        fixed = {order: fields_per_usd(companies, Fixed(order)) for order in permutations(sorted(PRICES))}
        best = max(fixed, key=lambda order: fixed[order])
        ours = fields_per_usd(companies, Learned())
        pairs.append((ours, fixed[best]))
        ratios.append(oracle / ours)
        best_orders.append(" > ".join(best))
        tell(
            f"world {seed}: a field costs {100 / oracle:.3f} ¢ by the oracle, {100 / ours:.3f} ¢ learned, "
            f"{100 / fixed[best]:.3f} ¢ in the best fixed order ({best_orders[-1]}), "
            f"{100 / min(fixed.values()):.3f} ¢ in the worst"
        )
    results = []
    for seed in SEEDS:
        results.append(saved := _value.measure(seed))
        tell(
            f"world {seed}: everything costs ${saved.everything_usd:,.2f}, what decides ${saved.decisive_usd:,.2f}; "
            f"{saved.same_on_top} of the first {_value.TOP} leads are the same"
        )
    facts = _value.shares(results) | {
        "companies": COMPANIES,
        "cost_to_oracle": round(median(ratios), 3),
        "best_fixed": best_orders,
    }
    return Measured("waterfall", "fields/USD", "the best fixed order", pairs, facts)


def fields_per_usd(companies: Sequence[Company], asker: Asker) -> float:
    """How many fields a dollar fills."""
    filled, spent = 0, 0.0
    for company in companies:
        missing, left = frozenset(FIELDS), set(PRICES)
        while missing and (vendor := asker.next(company, missing, left)) is not None:
            left.discard(vendor)
            found = answered(vendor, company)
            asker.learn(company, vendor, found)
            if found is not None:
                spent += PRICES[vendor]
                filled += len(missing & found)
                missing -= found
    return filled / spent


def answered(vendor: str, company: Company) -> frozenset[str] | None:
    """The fields that a vendor has of a company; None where it does not know it."""
    if not coverage.covers(vendor, company):
        return None
    return frozenset(name for name in FIELDS if coverage.shows(vendor, company, name))


class Fixed:
    """The same order for all."""

    def __init__(self, order: Sequence[str]) -> None:
        self._order = order

    def next(self, company: Company, missing: Collection[str], left: Collection[str]) -> str | None:
        """The first of those who are left."""
        del company, missing
        return next((vendor for vendor in self._order if vendor in left), None)

    def learn(self, company: Company, vendor: str, found: frozenset[str] | None) -> None:
        """Nothing."""


class Oracle(Fixed):
    """The order that costs least in each segment, by the table itself."""

    def __init__(self) -> None:
        self._best: dict[tuple[object, ...], str] = {}

    def next(self, company: Company, missing: Collection[str], left: Collection[str]) -> str | None:
        """The first of the best order of those who are left, for what is still missing."""
        if not left:
            return None
        of = coverage.segment(company)
        key = of, frozenset(missing), frozenset(left)
        if key not in self._best:
            options = [
                Option(vendor, frozenset(FIELDS), PRICES[vendor], true_track(vendor, of)) for vendor in left
            ]
            self._best[key] = best_order(options, missing, min_samples=MIN_SAMPLES)[0]
        return self._best[key]


def true_track(vendor: str, of: coverage.Segment) -> Track:
    """How a vendor does in a segment by the table, as if it had been asked very often."""
    hits = coverage.rate(vendor, of) * _OFTEN
    found = {name: int(coverage.fill(vendor, of, name) * hits) for name in FIELDS}
    return Track(_OFTEN, int(hits), hits * PRICES[vendor], found)


class Learned:
    """As the mill does it: from its own experience, which begins with none, read anew now and then."""

    def __init__(self) -> None:
        self._here: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._known: dict[tuple[str, str], Track] = {}
        self._best: dict[tuple[object, ...], Choice] = {}
        self._asked = 0

    def next(self, company: Company, missing: Collection[str], left: Collection[str]) -> str | None:
        """The one to ask, or now and then another, to learn."""
        of = segment(country=company.country, employees=company.employees)
        options = [
            Option(
                vendor,
                frozenset(FIELDS),
                PRICES[vendor],
                self._known.get((of, vendor), Track()),
                self._known.get(("", vendor), Track()),
            )
            for vendor in left
        ]
        luck = fraction("luck", company.domain, len(left))
        choice = choose(options, missing, explore=EXPLORE, min_samples=MIN_SAMPLES, luck=luck)
        return choice.provider if choice is not None else None

    def learn(self, company: Company, vendor: str, found: frozenset[str] | None) -> None:
        """One answer more."""
        of = segment(country=company.country, employees=company.employees)
        for key in (of, vendor), ("", vendor):
            self._here[key].update(["asked", *(["hits", *found] if found is not None else [])])
        self._asked += 1
        if self._asked % _READ_EVERY == 0:
            self._known = {
                (of, vendor): Track(
                    counted["asked"],
                    counted["hits"],
                    counted["hits"] * PRICES[vendor],
                    {name: counted[name] for name in FIELDS},
                )
                for (of, vendor), counted in self._here.items()
            }
