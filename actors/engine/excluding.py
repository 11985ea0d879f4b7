"""Whom the tenant's own CRMs exclude, read from all their pages and kept at once."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

from actors.core.errors import AgentError, AnswerGarbled
from actors.core.provider import Provider
from actors.core.questions import Answer, Excluded, ExclusionPage, ReadExclusions
from actors.core.retry import retry_at
from actors.engine.asking import Asking
from actors.engine.profiles import Profile
from tenants.companies import normal_name, registrable_domain
from tenants.exclusions import Exclusion, ExclusionKind, as_address
from tenants.store import exclusions
from tenants.store.session import Database

#: a CRM that lets us wait for longer than this is asked another day
_PATIENCE_S = 120.0


class NotSynced(Exception):
    """What a CRM excludes could not be read to its end; what it said before stays."""


async def sync_exclusions(
    database: Database,
    asking: Asking,
    profile: Profile,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> dict[str, int]:
    """How many each of the tenant's CRMs excludes. What a CRM said before is replaced once all its pages came.

    Raises NotSynced; CRMs that were read before stay read.
    """
    counts = {}
    for provider in asking.able(profile, ReadExclusions()):
        found = []
        try:
            async for page in _pages(database, asking, provider, profile, sleep):
                found += [one for told in page.excluded if (one := as_exclusion(told, provider.name))]
        except AgentError as error:
            raise NotSynced(f"{provider.title}: {error}") from error
        async with database.tenant(profile.tenant.id) as session:
            counts[provider.name] = await exclusions.replace(session, provider.name, found)
    return counts


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
    sleep: Callable[[float], Awaitable[None]],
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
    sleep: Callable[[float], Awaitable[None]],
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
