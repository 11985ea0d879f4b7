"""Searches on a schedule: what is due is requested, from where the last search came to, never above the caps."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from actors.agents.lead_source import PAGE_SIZE, lead_source
from actors.core.provider import Provider
from actors.core.questions import FindCompanies
from actors.engine.profiles import Profile, without_keys
from actors.engine.sourcing import Pages, request_pages
from tenants.icp import IdealCustomer, icp_hash, without_exclusions
from tenants.modes import Mode
from tenants.policies import ScheduledSource
from tenants.slices import fitting, whole
from tenants.store import schedules, sources, tenants
from tenants.store.schedules import Schedule
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

BY = "schedule"
# A request is one transaction: of a long search the rest follows when these pages are read.
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class CameOf:
    """What came of a request: whether it is over, how many companies were read, how many there are in all."""

    is_over: bool
    read: int = 0
    total: int | None = None


class Scheduling:
    """The schedules of all tenants, looked at one turn at a time.

    The cursor moves in the transaction of the request, and whoever looks at a schedule has it alone meanwhile: of
    two who do so at once, or of one who dies over it, nothing is asked for twice and nothing is left out.
    """

    def __init__(self, database: Database, providers: Mapping[str, Provider]) -> None:
        self._database = database
        self._providers = providers

    async def turn(self) -> int:
        """How many requests were made."""
        async with self._database.glance() as session:
            found = await tenants.with_sources(session)
            if not found:
                return 0
            profiles = await without_keys(session, [tenant for tenant, _ in found])
        made = 0
        for tenant, connected in found:
            profile = profiles[tenant.id]
            if profile.mode(lead_source.name) is not Mode.ON:
                continue
            try:
                made += await self._of_tenant(profile, connected)
            except (DatabaseError, OSError):  # nobody can work then: the turn is taken again
                raise
            except Exception:  # whatever is wrong with one tenant's searches keeps nobody else's waiting
                logger.exception("the searches of %s", tenant.name)
        return made

    async def _of_tenant(self, profile: Profile, connected: Collection[str]) -> int:
        async with self._database.tenant(profile.tenant.id) as session:
            await schedules.forget_others(session, [one.provider for one in profile.config.sources])
        return sum([await self._look(profile, source, connected) for source in profile.config.sources])

    async def _look(self, profile: Profile, source: ScheduledSource, connected: Collection[str]) -> bool:
        """Whether this search went on by a request."""
        provider = self._providers.get(source.provider)
        async with self._database.tenant(profile.tenant.id) as session:
            before = await schedules.taken(session, source.provider)
            now, icp, pages = self._database.now(), profile.config.icp, None
            if provider is None or FindCompanies not in provider.answers:
                after = _in_trouble(before, source, icp, "no such provider can be searched", now)
            elif source.provider not in connected:
                after = _in_trouble(before, source, icp, "the tenant is not connected to it", now)
            else:
                came = None
                if before is not None and before.request_id is not None:
                    came = CameOf(*await sources.came_of(session, before.request_id))
                after, pages = advanced(before, source, icp, came, provider.most_results, now)
            if pages is not None:
                request_id = await request_pages(
                    session,
                    profile,
                    name=source.provider,
                    pages=pages,
                    asked_for=source.leads_per_run,
                    by=BY,
                    now=now,
                )
                after = replace(after, request_id=request_id)
            if after != before:
                await schedules.save(session, after)
        if after.trouble is not None and after != before:
            logger.warning("%s, search of %s: %s", profile.tenant.name, source.provider, after.trouble)
        return pages is not None


def advanced(
    before: Schedule | None,
    source: ScheduledSource,
    icp: IdealCustomer,
    came: CameOf | None,
    most_results: int | None,
    now: datetime,
) -> tuple[Schedule, Pages | None]:
    """The schedule as it is from now on, and the pages that are to be asked for, if any.

    `came` is what came of the request under way. Of a slice whose size is not known one page is asked for first; if
    the provider would cut it off, it is parted, and its parts are asked for instead.
    """
    one = _of_today(_of_profile(before, source, icp, now), now)
    if one.request_id is not None:
        if came is None or not came.is_over:
            return one, None
        one = _learned(one, source, icp, came, most_results, now)
    size = _page_size(source)
    one = replace(one, left_in_run=min(one.left_in_run, _allowed(source, one)))
    if one.left_in_run < size:
        one = replace(one, left_in_run=0)
        if now < one.next_at:
            return one, None
        one = _begun(one, source, size, now)
    if one.left_in_run < size:
        return one, None
    count = 1 if one.total is None else -(-(_reach(one.total, most_results) - one.place) // size)
    count = max(1, min(count, one.left_in_run // size, _MOST_PAGES))
    first = one.place // size + 1
    pages = Pages(one.slices[0], first, count, size)
    asked_for = count * size
    place = (first - 1) * size + asked_for
    left, today = one.left_in_run - asked_for, one.taken_today + asked_for
    return replace(one, place=place, left_in_run=left, taken_today=today), pages


def _of_profile(
    before: Schedule | None, source: ScheduledSource, icp: IdealCustomer, now: datetime
) -> Schedule:
    """The schedule for this profile: for another one the search begins anew. The caps of the day hold on."""
    wanted = icp_hash(without_exclusions(icp))
    if before is None:
        return Schedule(source.provider, wanted, (whole(icp),), next_at=now)
    if before.icp_hash == wanted:
        return replace(before, trouble=None)
    # whoever waited since all was asked for need wait no longer than for any other run
    soon = min(before.next_at, now + timedelta(hours=source.every_hours))
    return Schedule(
        source.provider,
        wanted,
        (whole(icp),),
        next_at=soon,
        left_in_run=before.left_in_run,
        day=before.day,
        taken_today=before.taken_today,
    )


def _of_today(one: Schedule, now: datetime) -> Schedule:
    today = now.astimezone(UTC).date()
    return one if one.day == today else replace(one, day=today, taken_today=0)


def _begun(one: Schedule, source: ScheduledSource, size: int, now: datetime) -> Schedule:
    """The next run, with as much as it may ask for; where the day has no more, the run waits for the next day."""
    left = _allowed(source, one)
    if left < size:
        tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
        return replace(one, next_at=datetime.combine(tomorrow, time(), UTC))
    return replace(one, left_in_run=left, next_at=now + timedelta(hours=source.every_hours))


def _learned(
    one: Schedule,
    source: ScheduledSource,
    icp: IdealCustomer,
    came: CameOf,
    most_results: int | None,
    now: datetime,
) -> Schedule:
    """The schedule after a request: its slice parted, gone on with, or done with; after the last a rest."""
    is_first_look = one.total is None
    one = replace(one, request_id=None)
    if came.total is None:
        # all of it has failed, or a person did not allow it: that is theirs to mend, and the next run goes on
        return replace(one, left_in_run=0, place=0 if is_first_look else one.place)
    one = replace(one, total=came.total)
    if is_first_look and most_results is not None and came.total > most_results:
        parted = fitting(one.slices, {one.slices[0]: came.total}, most_results)
        if parted != one.slices:
            return replace(one, slices=parted, place=0, total=None)
    if came.read > 0 and one.place < _reach(came.total, most_results):
        return one
    if len(one.slices) > 1:
        return replace(one, slices=one.slices[1:], place=0, total=None)
    rest = timedelta(days=source.cooldown_days)
    anew = (whole(icp),)
    return replace(one, slices=anew, place=0, total=None, left_in_run=0, next_at=now + rest)


def _allowed(source: ScheduledSource, one: Schedule) -> int:
    """How much a run may ask for by its own cap and by what is left of the day's."""
    if source.leads_per_day is None:
        return source.leads_per_run
    return max(0, min(source.leads_per_run, source.leads_per_day - one.taken_today))


def _reach(total: int, most_results: int | None) -> int:
    return total if most_results is None else min(total, most_results)


def _page_size(source: ScheduledSource) -> int:
    """So many companies on a page that whole pages come as near to a run's cap as may be."""
    most = min(source.leads_per_run, source.leads_per_day or source.leads_per_run)
    return most // -(-most // PAGE_SIZE)


def _in_trouble(
    before: Schedule | None, source: ScheduledSource, icp: IdealCustomer, trouble: str, now: datetime
) -> Schedule:
    return replace(_of_profile(before, source, icp, now), trouble=trouble)
