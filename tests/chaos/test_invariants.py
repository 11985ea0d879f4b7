"""The checker finds nothing where all is well, and finds each thing that is broken on purpose."""

from uuid import uuid4

import asyncpg
import pytest

from tenants.store.session import SCHEMA
from tests.actors.engine.mills import add_tenant, ask_for, run_to_the_end
from tests.chaos.invariants import Happened, check
from tests.fakes.works import open_fake_works

_COPY = (
    "CREATE TEMP TABLE copy ON COMMIT DROP AS SELECT * FROM {table} ORDER BY id LIMIT 1;"
    "UPDATE copy SET id = gen_random_uuid(); INSERT INTO {table} SELECT * FROM copy"
)
_SAID_AGAIN = """
CREATE TEMP TABLE copy ON COMMIT DROP AS
    SELECT g.* FROM log g WHERE topic = 'lead.scored' ORDER BY lane, "offset" LIMIT 1;
UPDATE copy SET event_id = {event_id}, "offset" = h.next_offset FROM log_head h
    WHERE h.topic = copy.topic AND h.lane = copy.lane;
INSERT INTO log SELECT * FROM copy;
UPDATE log_head h SET next_offset = next_offset + 1 FROM copy WHERE h.topic = copy.topic AND h.lane = copy.lane
"""
_ONE_LEAD = "id = (SELECT id FROM lead ORDER BY id LIMIT 1)"

_DECIDED = """
INSERT INTO approval (tenant_id, id, run_id, agent, lead_id, expires_at, status, decided_by)
    SELECT tenant_id, gen_random_uuid(), id, agent, lead_id, now(), '{status}', {by} FROM run
    WHERE agent = 'contact_finder' ORDER BY id LIMIT 1
"""

# What is broken, and what the checker says of it.
BREAKAGES = {
    "a lead that was scored twice": (
        _SAID_AGAIN.format(event_id="gen_random_uuid()"),
        "was said to be lead.scored by 2 events",
    ),
    "an event that is there twice": (_SAID_AGAIN.format(event_id="event_id"), "rows of log with topic"),
    "a scored lead of which nothing was said": (
        "DELETE FROM log WHERE topic = 'lead.scored' AND \"offset\" = 0",
        "was said to be lead.scored by 0 events",
    ),
    "a lead that is further than was said": (
        f"UPDATE lead SET stage = 'enriched' WHERE {_ONE_LEAD}",
        "which is enriched, was said to be contact.verified",
    ),
    "an event about nobody": (
        'UPDATE log SET data = \'{"lead_id": "none"}\' WHERE topic = \'lead.enriched\' AND "offset" = 0',
        "are about leads that do not exist",
    ),
    "an account that is there twice": (
        "ALTER TABLE account DROP CONSTRAINT account_tenant_id_identity_key_key;"
        + _COPY.format(table="account"),
        "rows of account with identity_key",
    ),
    "a lead that is there twice": (_COPY.format(table="lead"), "rows of lead with account_id"),
    "a contact that is there twice": (_COPY.format(table="contact"), "rows of contact with account_id"),
    "a run that is there twice": (_COPY.format(table="run"), "rows of run with agent"),
    "a call that is there twice": (_COPY.format(table="provider_call"), "rows of provider_call with run_id"),
    "a lead that is gone": (f"DELETE FROM lead WHERE {_ONE_LEAD}", "leads, but"),
    "rows that were not read": ("UPDATE source_tally SET read = read - 1", "rows 11 were read"),
    "rows that became nothing": ("UPDATE source_tally SET sourced = sourced - 1", "do not add up"),
    "a lead that came to no end": (
        f"UPDATE lead SET stage = 'contactable' WHERE {_ONE_LEAD}",
        "1 leads of",
    ),
    "a table that everybody reads": (
        "ALTER TABLE lead NO FORCE ROW LEVEL SECURITY; ALTER TABLE lead DISABLE ROW LEVEL SECURITY",
        "rows of lead that belong to others",
    ),
    "a run about another tenant's lead": (
        "UPDATE run SET lead_id = (SELECT id FROM lead l WHERE l.tenant_id <> run.tenant_id LIMIT 1)",
        "runs are about leads of another tenant",
    ),
    "a price that was not charged": (
        "UPDATE provider_call SET credits = credits + 1",
        "more than the vendor's",
    ),
    "a charge that is not in the ledger": ("DELETE FROM provider_call", "calls were billed again"),
    "a gap in the log": ("DELETE FROM log WHERE topic = 'lead.sourced' AND \"offset\" = 1", "gapless:"),
    "a head that is ahead": ("UPDATE log_head SET next_offset = next_offset + 1", "and its head is"),
    "a lane that was not read": (
        "UPDATE lane_lease SET next_offset = next_offset - 1 WHERE agent = 'scoring'",
        "drained: scoring on lane",
    ),
    "a run that goes on": ("UPDATE run SET status = 'retrying' WHERE agent = 'scoring'", "are retrying"),
    "an event nobody could read": (
        "INSERT INTO dead_letter VALUES (gen_random_uuid(), 'x', 0, 0, 'x', '{}', '')",
        "dead letters",
    ),
    "an approval that was never carried out": (
        _DECIDED.format(status="approved", by="'ann'"),
        "never carried out",
    ),
    "an approval that nobody gave": (_DECIDED.format(status="executed", by="NULL"), "nobody decided it"),
    "a decision that is not on record": (
        _DECIDED.format(status="rejected", by="'ann'"),
        "0 decisions on it are on record",
    ),
    "a rejection with effect": (_DECIDED.format(status="rejected", by="'ann'"), "but its lead is scored"),
    "a run that waits for nobody": (
        "UPDATE run SET status = 'awaiting_approval' WHERE agent = 'scoring'",
        "an approval that nobody can give",
    ),
    "an event that nobody heard": ("DELETE FROM run WHERE agent = 'enrichment'", "have no run of enrichment"),
    "a run that does not say by which build": ("UPDATE run SET versions = NULL", "without saying when"),
}


@pytest.fixture
async def worked_off(database, vault, database_url):
    """A database in which two tenants' leads have gone all the way, and the bill for it."""
    async with open_fake_works(database, vault) as works:
        bill = {}
        for name in ("acme", "other"):
            tenant = await add_tenant(database, vault, name)
            await ask_for(works, tenant, 12, name)
            await run_to_the_end(works, tenant, 12)
            bill[f"sim-oracle-{name}"] = {"billed_calls": 12, "credits": 12}
    connection = await asyncpg.connect(database_url, server_settings={"search_path": SCHEMA})
    yield connection, {"vendors": {"oracle": {"keys": bill}}}
    await connection.close()


async def test_where_all_is_well_nothing_is_found_and_each_breakage_is(worked_off):
    connection, bill = worked_off
    found = await check(connection, bill, Happened())
    assert (found.violations, found.leads, found.lost, found.doubled) == ([], 24, 0, 0)
    for name, (breakage, sentence) in BREAKAGES.items():
        broken = connection.transaction()
        await broken.start()
        await connection.execute(breakage)
        found = await check(connection, bill, Happened())
        await broken.rollback()
        assert any(sentence in one for one in found.violations), (name, found.violations)
    assert (await check(connection, bill, Happened())).violations == []


async def test_what_is_poisoned_must_end_once_with_its_bytes_and_excuses_nothing_else(worked_off):
    connection, bill = worked_off
    event, lane, offset = await connection.fetchrow(
        "SELECT event_id, lane, \"offset\" FROM log WHERE topic = 'contact.verified' LIMIT 1"
    )
    poisoned = Happened(poisoned=frozenset({event}))

    async def told(kind):
        violations = (await check(connection, bill, poisoned)).violations
        return [one for one in violations if one.startswith(kind)]

    (violation,) = (await check(connection, bill, poisoned)).violations
    assert "0 dead letters with its bytes and 0 failed runs" in violation
    await connection.execute("DELETE FROM run WHERE agent = 'scoring' AND event_id = $1", event)
    bury = (
        "INSERT INTO dead_letter SELECT gen_random_uuid(), topic, lane, \"offset\", 'x', '{}', "
        "convert_to(data::text || $3, 'UTF8') FROM log "
        "WHERE topic = 'contact.verified' AND (lane, \"offset\") = ($1, $2)"
    )
    await connection.execute(bury, lane, offset, "")
    assert await told("poison:") == []
    assert await told("drained:") == []
    await connection.execute("DELETE FROM dead_letter")
    await connection.execute(bury, lane, offset, "!")
    assert len(await told("poison:")) == 1
    stranger = Happened(poisoned=frozenset({event, uuid4()}))
    assert any("never in the log" in one for one in (await check(connection, bill, stranger)).violations)


async def test_all_violations_are_told_not_only_the_first(worked_off):
    connection, bill = worked_off
    await connection.execute(
        "DELETE FROM run WHERE agent = 'scoring'; UPDATE log_head SET next_offset = next_offset + 1;"
        "DELETE FROM provider_call"
    )
    kinds = {one.partition(":")[0] for one in (await check(connection, bill, Happened())).violations}
    assert kinds >= {"on record", "gapless", "drained", "billing"}


async def test_a_death_excuses_as_many_calls_as_were_in_flight_and_no_more(worked_off):
    connection, bill = worked_off
    bill["vendors"]["oracle"]["keys"]["sim-oracle-acme"] = {"billed_calls": 15, "credits": 15}
    assert (await check(connection, bill, Happened(deaths=1, calls_in_flight=3))).violations == []
    found = await check(connection, bill, Happened(deaths=1, calls_in_flight=2))
    assert found.violations == ["billing: 3 calls were billed again; 1 deaths excuse 2"]
    assert found.extra_billed == 3


async def test_an_event_that_was_repeated_on_purpose_is_no_violation_of_its_own(worked_off):
    connection, bill = worked_off
    await connection.execute(f"BEGIN; {_SAID_AGAIN.format(event_id='event_id')}; COMMIT")
    repeated = await connection.fetchval(
        "SELECT event_id FROM log GROUP BY event_id HAVING count(*) > 1 LIMIT 1"
    )
    found = await check(connection, bill, Happened(repeated=frozenset({repeated})))
    assert found.violations == []


async def test_what_is_left_of_a_removed_tenant_is_found(worked_off):
    connection, bill = worked_off
    gone = await connection.fetchval("SELECT id FROM tenant WHERE name = 'acme'")
    await connection.execute("DELETE FROM tenant WHERE name = 'acme'")
    found = await check(connection, bill, Happened(removed=frozenset({gone})))
    assert any("12 rows of lead are left" in one for one in found.violations)
    assert any("events of tenant" in one and "can still be read" in one for one in found.violations)
