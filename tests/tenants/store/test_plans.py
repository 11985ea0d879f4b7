"""How PostgreSQL reads a lane: from an offset on, and not all of it.

Row-level security lets nothing go by an index but what can't leak: a plain comparison does, and a sum in it, or even
a COALESCE, does not. Then each look at what waits reads all that was ever said.
"""

import pytest

from tenants.store import health, installation, log, outbox, pages, tenants
from tests.tenants.store.rows import entry

READERS = {"enrichment": "lead.sourced"}


class Explaining:
    """A session that tells how it would read, and reads nothing."""

    def __init__(self, session):
        self._session = session
        self.tenant_id = session.tenant_id
        self.plans = []

    async def rows(self, sql, **parameters):
        told = await self._session.rows(f"EXPLAIN {sql}", **parameters)
        self.plans.append("\n".join(row["QUERY PLAN"] for row in told))
        return []


@pytest.mark.parametrize(
    "read",
    [
        lambda session: health.lanes(session, READERS),
        lambda session: health.came(session, READERS),
        lambda session: health.waits(session, READERS),
        lambda session: pages.backlog(session, READERS),
    ],
    ids=["lanes", "came", "waits", "backlog"],
)
async def test_what_waits_for_a_tenant_is_read_from_an_offset_on(database, vault, read):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.system() as session:
        await log.append(session, [entry(acme.id) for _ in range(500)])
    async with database.tenant(acme.id) as session:
        await goes_by_the_offset(session, read)


@pytest.mark.parametrize(
    "read",
    [
        lambda session: outbox.unpublished(session, 100),
        lambda session: installation.oldest(session, READERS),
    ],
    ids=["unpublished", "oldest"],
)
async def test_what_waits_for_anybody_is_read_from_an_offset_on(database, vault, read):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.system() as session:
        await log.append(session, [entry(acme.id) for _ in range(500)])
        await goes_by_the_offset(session, read)


async def goes_by_the_offset(session, read):
    await session.run("SET LOCAL enable_seqscan = off")  # few rows are as well read without an index
    explaining = Explaining(session)
    await read(explaining)
    plan = explaining.plans[0]
    conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    assert any('"offset" >' in line for line in conditions), plan
