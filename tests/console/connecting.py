"""A tenant's providers as the mill leaves them: connections, the ledger of their calls, what runs were told."""

from typing import Any

from tenants.policies import ProviderConnection
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import connections
from tenants.store.columns import to_json
from tenants.store.session import Database
from tests.console.seeds import Sown

KEY = "sim-apollo-key-1234"


async def connect(database: Database, sown: Sown, provider: str = "apollo", **way: Any) -> None:
    """A connection, as a file of the tenant's makes it."""
    vault = Vault.from_settings(StoreSettings())
    async with database.tenant(sown.id) as session:
        await connections.save(session, vault, provider, ProviderConnection(**way))


async def call(
    database: Database,
    sown: Sown,
    provider: str = "apollo",
    *,
    kind: str = "EnrichCompany",
    count: int = 1,
    failed: bool = False,
    age_s: float = 60.0,
    took_s: float = 0.4,
    cost: float = 0.05,
    found: list[str] | None = None,
    segment: str | None = None,
) -> None:
    """Settled calls for the tenant's first leads, one after the other; without `found` they are misses."""
    content = to_json({"content": dict.fromkeys(found, 1) if found is not None else None})
    async with database.tenant(sown.id) as session:
        await session.run(
            """
            INSERT INTO provider_call (tenant_id, id, run_id, provider, question, state, credits, cost_usd, answer,
                                       found, segment, reserved_at, settled_at)
            SELECT :tenant_id, gen_random_uuid(), r.id, :provider, :question, :state, 1, :cost, CAST(:answer AS json),
                   CAST(:found AS text[]), :segment, settled - make_interval(secs => :took), settled
            FROM (SELECT id, now() - make_interval(secs => :age) AS settled FROM run
                  WHERE tenant_id = :tenant_id AND agent = 'enrichment' ORDER BY lead_id LIMIT :count) AS r
            """,
            tenant_id=sown.id,
            provider=provider,
            question=f"{kind} {{}}",
            state="failed" if failed else "answered",
            cost=0 if failed else cost,
            answer=None if failed else content,
            found=None if failed else found,
            segment=segment,
            age=age_s,
            took=took_s,
            count=count,
        )


async def told(
    database: Database,
    sown: Sown,
    provider: str,
    outcome: str,
    *,
    error: str | None = None,
    count: int = 1,
    age_s: float = 30.0,
) -> None:
    """Runs of now that were told this by a provider."""
    fault = {"error": {"class": error, "message": "no", "retry_at": None}} if error is not None else {}
    recording = to_json({"asked": {"EnrichCompany {}": {"told": {provider: {"outcome": outcome, **fault}}}}})
    async with database.tenant(sown.id) as session:
        await session.run(
            """
            WITH made AS (
                INSERT INTO run (tenant_id, id, agent, event_id, topic, lane, status, input, started_at, finished_at)
                SELECT :tenant_id, gen_random_uuid(), 'enrichment', gen_random_uuid(), 'lead.sourced', 0, 'done', '{}',
                       now() - make_interval(secs => :age), now() - make_interval(secs => :age)
                FROM generate_series(1, :count) RETURNING id
            )
            INSERT INTO recording (tenant_id, run_id, recording)
            SELECT :tenant_id, id, CAST(:recording AS json) FROM made
            """,
            tenant_id=sown.id,
            recording=recording,
            age=age_s,
            count=count,
        )
