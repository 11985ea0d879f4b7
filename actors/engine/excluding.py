"""Whom the tenant's own CRMs exclude, read from all their pages and kept at once."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from actors.core.errors import AgentError, AnswerGarbled
from actors.core.provider import Provider
from actors.core.questions import Answer, Excluded, ExclusionPage, ReadExclusions
from actors.core.retry import retry_at
from actors.engine.asking import Asking
from actors.engine.profiles import Profile
from actors.engine.runner import describe
from tenants.companies import normal_name, registrable_domain
from tenants.exclusions import Exclusion, ExclusionKind, as_address
from tenants.identity import TenantId
from tenants.store import exclusions, readings
from tenants.store.readings import Claim
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]

#: a CRM that lets us wait for longer than this is asked another day
_PATIENCE_S = 120.0
#: Each page renews the claim on its CRM. It outlasts the wait for any of them.
CLAIM_S = 300.0
_AGAIN_FIRST, _AGAIN_MOST = timedelta(minutes=5), timedelta(hours=6)


class NotSynced(Exception):
    """What a CRM excludes could not be read to its end; what it said before stays."""


async def sync_exclusions(
    database: Database, asking: Asking, profile: Profile, *, sleep: Sleep = asyncio.sleep
) -> dict[str, int]:
    """How many each of the tenant's CRMs excludes, all read now, due or not.

    What a CRM said before is replaced once all its pages came. Raises NotSynced; CRMs that were read before stay
    read.
    """
    counts = {}
    for provider in asking.able(profile, ReadExclusions()):
        async with database.tenant(profile.tenant.id) as session:
            claim = await readings.take_over(session, provider.name, uuid.uuid4(), database.now(), CLAIM_S)
        counts[provider.name] = await sync_from(database, asking, profile, provider, claim, sleep=sleep)
    return counts


async def sync_from(
    database: Database,
    asking: Asking,
    profile: Profile,
    provider: Provider,
    claim: Claim,
    *,
    sleep: Sleep = asyncio.sleep,
    within_s: float | None = None,
    clock: Callable[[], datetime] | None = None,
) -> int:
    """How many this CRM excludes, read and kept under the claim; it may take so many seconds at most.

    Raises NotSynced, once it was written down what is wrong, and where somebody else has the claim by now.
    """
    clock = clock or database.now
    tenant_id = profile.tenant.id
    found: list[Exclusion] = []
    try:
        async with asyncio.timeout(within_s):
            async for page in _pages(database, asking, provider, profile, sleep):
                found += [one for told in page.excluded if (one := as_exclusion(told, provider.name))]
                async with database.tenant(tenant_id) as session:
                    is_ours = await readings.go_on(session, claim, clock(), CLAIM_S)
                if not is_ours:
                    break
    except DatabaseError:
        raise  # nothing is wrong with the CRM
    except Exception as error:
        trouble = await keep_trouble(database, tenant_id, claim, error, clock())
        raise NotSynced(f"{provider.title}: {trouble}") from error
    async with database.tenant(tenant_id) as session:
        if await readings.was_read(session, claim, len({(one.kind, one.value) for one in found}), clock()):
            return await exclusions.replace(session, provider.name, found)
    raise NotSynced(f"{provider.title}: somebody else reads it by now")


async def keep_trouble(
    database: Database, tenant_id: TenantId, claim: Claim, error: Exception, now: datetime
) -> str:
    """What is wrong with a CRM in words, written down where people see it, with the time of the next try."""
    if isinstance(error, TimeoutError):
        words = "it has not come to its end in time"
    else:
        told = describe(error)
        words = told["message"]
        if not isinstance(error, AgentError):  # nobody foresaw it
            words = f"{told['class']}: {words}"
            logger.error("%s of tenant %s", claim.provider, tenant_id, exc_info=error)
    again_at = read_again_at(claim.failures + 1, now)
    if isinstance(error, AgentError) and error.retry_at is not None:
        again_at = max(again_at, error.retry_at)
    async with database.tenant(tenant_id) as session:
        await readings.went_wrong(session, claim, words, now, again_at)
    return words


def read_again_at(failures: int, now: datetime) -> datetime:
    """When a CRM is read again that could not be read so many times in a row: waits double, up to six hours."""
    return now + min(_AGAIN_FIRST * 2.0 ** min(failures - 1, 10), _AGAIN_MOST)


def as_exclusion(told: Excluded, source: str) -> Exclusion | None:
    """What a CRM tells as we keep it: a person by address, a company by domain, else by name; None without any."""
    if told.email:
        kind, value = ExclusionKind.EMAIL, as_address(told.email)
    elif domain := registrable_domain(told.domain):
        kind, value = ExclusionKind.DOMAIN, domain
    else:
        kind, value = ExclusionKind.NAME, normal_name(told.name or "")
    if not value:
        return None
    return Exclusion(kind=kind, value=value, reason=told.reason, source=source, owner=told.owner)


async def _pages(
    database: Database,
    asking: Asking,
    provider: Provider,
    profile: Profile,
    sleep: Sleep,
) -> AsyncIterator[ExclusionPage]:
    run_id = uuid.uuid4()
    cursor: str | None = None
    seen: set[str | None] = set()
    while cursor not in seen:
        seen.add(cursor)
        question = ReadExclusions(cursor=cursor)

        async def ask(question: ReadExclusions = question) -> Answer[ExclusionPage]:
            return await asking.ask_one(provider, profile, run_id, question, None)

        page = (await _with_patience(ask, database, sleep)).content or ExclusionPage(excluded=())
        yield page
        if page.next is None:
            return
        cursor = page.next
    raise AnswerGarbled("its pages go round in a circle", provider=provider.name)


async def _with_patience(
    ask: Callable[[], Awaitable[Answer[ExclusionPage]]],
    database: Database,
    sleep: Sleep,
) -> Answer[ExclusionPage]:
    """The answer, asked for again where waiting helps, and does not take too long."""
    attempt, waited_s = 1, 0.0
    while True:
        try:
            return await ask()
        except AgentError as error:
            now = database.now()
            again = retry_at(error, attempt=attempt, waits=0, now=now, jitter=0.5)
            wait_s = (again - now).total_seconds() if again is not None else _PATIENCE_S
            if waited_s + wait_s >= _PATIENCE_S:
                raise
            attempt += 0 if error.patient else 1
            waited_s += wait_s
        await sleep(wait_s)
