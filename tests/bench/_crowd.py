"""A database as it is after months: 50 tenants, 200,000 leads and 1,000,000 runs, of which one tenant has half.

Written by a few statements for each tenant, and always the same but for the times, which are of the last weeks.
"""

from uuid import UUID

import asyncpg

from tenants.identity import TenantId, stable_id
from tenants.store.session import Database
from tests.bench import Tell

TENANTS, LEADS, RUNS = 50, 200_000, 1_000_000
_NAMES = (
    "Northwind",
    "Cobalt",
    "Harbor",
    "Juniper",
    "Quarry",
    "Lumen",
    "Alder",
    "Meridian",
    "Tessel",
    "Fjord",
)
_AGENTS = ("lead_source", "enrichment", "contact_finder", "scoring", "campaign")
_STATUSES = ("done", "done", "done", "done", "done", "done", "done", "done", "skipped", "failed")
_DAYS = 30
_WITHIN_S = 600.0

_ACCOUNTS = """
    INSERT INTO account (tenant_id, id, identity_key, name, domain, industry, country, employees, source)
    SELECT :tenant_id, md5(:name || 'account' || n)::uuid, 'domain:c' || n || '.example',
           (CAST(:names AS text[]))[1 + n % 10] || ' ' || n, 'c' || n || '.example',
           (ARRAY['Software', 'Retail', 'Energy', 'Biotech'])[1 + n % 4], (ARRAY['DE', 'FR', 'US'])[1 + n % 3],
           10 + n % 5000, 'list.csv'
    FROM generate_series(1, CAST(:leads AS int)) n
"""
_CONTACTS = """
    INSERT INTO contact (tenant_id, id, account_id, full_name, title, email, email_status, source)
    SELECT :tenant_id, md5(:name || 'contact' || n)::uuid, md5(:name || 'account' || n)::uuid, 'Ada Brandt',
           'VP Sales', 'ada@c' || n || '.example', 'deliverable', 'apollo'
    FROM generate_series(1, CAST(:leads AS int)) n
"""
_LEADS = """
    INSERT INTO lead (tenant_id, id, account_id, contact_id, stage, hold, hold_reason, source, icp_version, fit, intent,
                      score, tier, sequence, model, reasons, scored_at)
    SELECT :tenant_id, md5(:name || 'lead' || n)::uuid, md5(:name || 'account' || n)::uuid,
           md5(:name || 'contact' || n)::uuid, CASE WHEN n % 4 = 3 THEN 'enriched' ELSE 'scored' END,
           CASE WHEN n % 4 = 3 THEN 'skipped' END, CASE WHEN n % 4 = 3 THEN 'nobody with a wanted title' END,
           'list.csv', 1, s / 100.0, 0.2, s, CASE WHEN s >= 75 THEN 'A' WHEN s >= 50 THEN 'B' ELSE 'C' END,
           'standard-outreach', 'fit-1', '[{"text": "Software fits", "contribution": 0.5}]',
           now() - make_interval(secs => 60 + n * CAST(:spread_s AS float8))
    FROM (
        SELECT n, CASE WHEN n % 4 <> 3 THEN 18 + (n * 7919) % 80 END AS s
        FROM generate_series(1, CAST(:leads AS int)) n
    ) numbered
"""
_RUNS = """
    INSERT INTO run (tenant_id, id, agent, event_id, lead_id, topic, lane, status, started_at, finished_at, duration_s,
                     reason, input, output, error, cost_usd, fingerprint)
    SELECT :tenant_id, md5(:name || 'run' || n)::uuid, (CAST(:agents AS text[]))[1 + n % 5],
           md5(:name || 'event' || n)::uuid, md5(:name || 'lead' || 1 + n / 5)::uuid, 'lead.sourced', 0, status,
           at, at + interval '1 second', 0.2 + (n % 17) / 10.0,
           CASE WHEN status IN ('failed', 'skipped') THEN 'the register did not answer' END,
           json_build_object('n', n), json_build_object('employees', n),
           CASE WHEN status = 'failed' THEN json_build_object('kind', 'ProviderDown', 'message', 'no answer') END,
           0.012, CASE WHEN status = 'failed' THEN 'print' || n % 7 END
    FROM (
        SELECT n, (CAST(:statuses AS text[]))[1 + n % 10] AS status,
               now() - make_interval(secs => 60 + n * CAST(:spread_s AS float8)) AS at
        FROM generate_series(1, CAST(:runs AS int)) n
    ) numbered
"""
_CALLS = """
    INSERT INTO provider_call (tenant_id, id, run_id, provider, question, state, credits, cost_usd)
    SELECT tenant_id, id, id, 'apollo', 'EnrichCompany', 'settled', 1, 0.012
    FROM run WHERE tenant_id = :tenant_id AND agent = 'enrichment'
"""


async def sow(database: Database, address: str, tell: Tell) -> tuple[str, TenantId]:
    """The name and the id of the tenant that has half of everything."""
    for number in range(TENANTS):
        is_large = number == 0
        leads = LEADS // 2 if is_large else LEADS // 2 // (TENANTS - 1)
        runs = RUNS // 2 if is_large else RUNS // 2 // (TENANTS - 1)
        await _tenant(database, f"tenant-{number:02}", number % 12, leads, runs)
        if number % 10 == 0:
            tell(f"{number + 1} of {TENANTS} tenants are written")
    owner = await asyncpg.connect(address)
    await owner.execute("VACUUM ANALYZE", timeout=_WITHIN_S)
    await owner.close()
    return "tenant-00", _id("tenant-00")


async def _tenant(database: Database, name: str, lane: int, leads: int, runs: int) -> None:
    tenant_id = _id(name)
    given = {
        "tenant_id": tenant_id,
        "name": name,
        "leads": leads,
        "runs": runs,
        "spread_s": _DAYS * 86_400 / runs,
        "names": list(_NAMES),
        "agents": list(_AGENTS),
        "statuses": list(_STATUSES),
    }
    async with database.tenant(tenant_id, answer_within_s=_WITHIN_S) as session:
        await session.run(
            "INSERT INTO tenant (id, name, label, home_lane, config) VALUES (:id, :name, :name, :lane, '{}')",
            id=tenant_id,
            name=name,
            lane=lane,
        )
        for statement in (_ACCOUNTS, _CONTACTS, _LEADS, _RUNS, _CALLS):
            wanted = {key: value for key, value in given.items() if f":{key}" in statement}
            await session.run(statement, **wanted)


def _id(name: str) -> TenantId:
    return TenantId(UUID(str(stable_id("crowd", name))))
