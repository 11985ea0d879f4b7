"""Insights of some days: what was read of them, and what it says of one source or version, or of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from console.components.filters import chosen
from console.faults import BadRequest
from console.page import View
from tenants.records import Hold, Stage
from tenants.store import insights, outcomes, profiles
from tenants.store.insights import Cost, Held, Origin, Standing, Wanted
from tenants.store.outcomes import Answer

DAYS = {"": 30, "7": 7, "90": 90, "365": 365}
WAITS = {"": 90, "30": 30, "14": 14}
"""Days within which an answer counts; a lead that is younger says nothing yet."""
QUALIFIED = ("A", "B")
"""The tiers of a qualified lead."""
UNSAID = "-"
"""What stands in an address for a reason that nobody gave."""
LEADS_TRIED = 20_000
"""Leads that cut-offs are tried on; of more, as many are drawn."""
_ANSWERS_OF_DAYS = 365
_KEPT_S, _ANSWERS_KEPT_S = 60.0, 300.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address asks about. Raises BadRequest when it is read, where it asks for what there is not."""

    days: int
    wait: int
    source: str | None
    icp_version: int | None
    stage: str | None
    hold: str | None
    reason: str | None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Chosen":
        """What this address asks about."""
        version = query.get("icp", "")
        if version and not (version.isascii() and version.isdigit() and len(version) < 10):
            raise BadRequest(f"There is no version {version[:20]!r}.")
        stage, hold = (
            (chosen(query, name, list(known)) or (None,))[0]
            for name, known in (("stage", Stage), ("hold", Hold))
        )
        return cls(
            days=_of(query, "days", DAYS),
            wait=_of(query, "wait", WAITS),
            source=query.get("source", "")[:200].replace("\0", "") or None,
            icp_version=int(version) if version else None,
            stage=stage,
            hold=hold,
            reason=_reason(query) if hold else None,
        )

    def means(self, origin: Origin) -> bool:
        """Whether leads of this origin are asked about."""
        return self.source in (None, origin.source) and self.icp_version in (None, origin.icp_version)

    @property
    def is_narrow(self) -> bool:
        """Whether not all origins are asked about."""
        return self.source is not None or self.icp_version is not None

    def wanted(self, seen: "Seen") -> Wanted:
        """The leads that are to be listed."""
        versions = None if self.icp_version is None else seen.configurations_of(self.icp_version)
        return Wanted(seen.since, self.source, versions, self.stage, self.hold, self.reason)


@dataclass(frozen=True, slots=True)
class Seen:
    """How the leads of some days stand, why some stand still, and what agents have spent on them.

    Their origins have the version of the ideal customer; `versions` tells it for each version of the configuration.
    """

    since: datetime
    standings: Sequence[Standing]
    held: Sequence[Held]
    costs: Sequence[Cost]
    versions: Mapping[int, int] = field(default_factory=dict)

    def configurations_of(self, icp_version: int) -> list[int]:
        """The versions of the configuration that had this version of the ideal customer."""
        return [icp_version, *(one for one, icp in self.versions.items() if icp == icp_version != one)]

    def narrowed(self, wanted: Chosen) -> "Seen":
        """What of it is of the origins that are asked about. What was spent on no single lead is nobody's then."""
        return Seen(
            self.since,
            [one for one in self.standings if wanted.means(one.origin)],
            [one for one in self.held if wanted.means(one.origin)],
            [one for one in self.costs if one.origin is not None and wanted.means(one.origin)]
            if wanted.is_narrow
            else self.costs,
            self.versions,
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many leads have come how far, as the funnel has it, and how many are qualified."""
        leads = self.standings
        return {
            "sourced": sum(one.leads for one in leads),
            "enriched": sum(one.leads for one in leads if one.stage != Stage.SOURCED),
            "contactable": sum(one.leads for one in leads if one.stage in (Stage.CONTACTABLE, Stage.SCORED)),
            "scored": sum(one.leads for one in leads if one.stage == Stage.SCORED and one.hold is None),
            "qualified": sum(one.leads for one in leads if one.tier in QUALIFIED),
        }

    @property
    def standing_still(self) -> int:
        """How many of the leads stand still."""
        return sum(one.leads for one in self.standings if one.hold is not None)

    @property
    def spent(self) -> dict[str, Decimal]:
        """What each agent has spent."""
        spent: dict[str, Decimal] = {}
        for one in self.costs:
            spent[one.agent] = spent.get(one.agent, Decimal(0)) + one.cost_usd
        return spent

    @property
    def reasons(self) -> list[tuple[str, str, str, int]]:
        """Where and why leads stand still, and how many: (stage, hold, reason, leads), the most frequent first."""
        told: dict[tuple[str, str, str], int] = {}
        for one in self.held:
            place = (one.stage, one.hold, one.reason)
            told[place] = told.get(place, 0) + one.leads
        return sorted(((*place, leads) for place, leads in told.items()), key=lambda row: (-row[3], row))

    @property
    def origins(self) -> list[Origin]:
        """Where its leads come from, the most frequent first."""
        leads: dict[Origin, int] = {}
        for one in self.standings:
            leads[one.origin] = leads.get(one.origin, 0) + one.leads
        return sorted(leads, key=lambda one: (-leads[one], one.source, one.icp_version))

    def of(self, origin: Origin) -> "Seen":
        """What of it is of one origin."""
        return Seen(
            self.since,
            [one for one in self.standings if one.origin == origin],
            [one for one in self.held if one.origin == origin],
            [one for one in self.costs if one.origin == origin],
        )


async def seen(view: View, days: int) -> Seen:
    """What has become of the leads of so many days, looked at once a minute."""

    async def read() -> Seen:
        since = datetime.now(UTC) - timedelta(days=days)
        async with view.session() as session:
            versions = await profiles.numbers(session)
            standings = await insights.standings(session, since)
            held = await insights.held(session, since)
            costs = await insights.costs(session, since)

        def renamed(origin: Origin) -> Origin:
            return replace(origin, icp_version=versions.get(origin.icp_version, origin.icp_version))

        return Seen(
            since,
            [replace(one, origin=renamed(one.origin)) for one in standings],
            [replace(one, origin=renamed(one.origin)) for one in held],
            [replace(one, origin=renamed(one.origin)) if one.origin else one for one in costs],
            versions,
        )

    found: Seen = await view.reads.remembered.fresh((view.tenant.id, "insights", days), _KEPT_S, read)
    return found


async def scored(view: View, days: int) -> list[tuple[float, float]]:
    """Fit and intent of the leads that were scored in so many days, looked at once a minute."""

    async def read() -> list[tuple[float, float]]:
        async with view.session() as session:
            return await insights.scored(session, datetime.now(UTC) - timedelta(days=days), limit=LEADS_TRIED)

    found: list[tuple[float, float]] = await view.reads.remembered.fresh(
        (view.tenant.id, "scored", days), _KEPT_S, read
    )
    return found


async def answers(view: View, wait: int) -> list[Answer]:
    """What came of the leads of the last year that are old enough to tell, looked at every five minutes."""

    async def read() -> list[Answer]:
        until = datetime.now(UTC) - timedelta(days=wait)
        since = until - timedelta(days=_ANSWERS_OF_DAYS)
        async with view.session() as session:
            return await outcomes.answers(session, since=since, until=until, within=timedelta(days=wait))

    found: list[Answer] = await view.reads.remembered.fresh(
        (view.tenant.id, "answers", wait), _ANSWERS_KEPT_S, read
    )
    return found


def _reason(query: Mapping[str, str]) -> str | None:
    reason = query.get("reason")
    return "" if reason == UNSAID else reason[:500].replace("\0", "") if reason else None


def _of(query: Mapping[str, str], name: str, known: Mapping[str, int]) -> int:
    wanted = query.get(name, "")
    if wanted not in known:
        raise BadRequest(f"There is no {name} {wanted[:20]!r}; there are {', '.join(filter(None, known))}.")
    return known[wanted]
