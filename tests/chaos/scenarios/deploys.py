"""A deployment while work goes on: a schema that grows, workers of two builds, and the way back."""

import asyncio

import asyncpg

from actors.agents import all_agents
from tenants.store import lanes
from tests.chaos.ground import LANES
from tests.chaos.guises import NEWER_FIELD
from tests.chaos.trial import Scenario, Trial

# What a migration of the expanding kind does, each statement for itself.
_EXPAND = (
    "ALTER TABLE lead ADD COLUMN newer text",
    "ALTER TABLE account ADD COLUMN newer jsonb DEFAULT '{}'",
    "ALTER TABLE run ADD COLUMN newer int NOT NULL DEFAULT 7",
    "ALTER TABLE provider_call ADD COLUMN newer int",
    "CREATE INDEX CONCURRENTLY newer_lead ON lead (tenant_id, newer)",
)
_CONTRACT = (
    "DROP INDEX CONCURRENTLY newer_lead",
    "ALTER TABLE lead DROP COLUMN newer",
    "ALTER TABLE account DROP COLUMN newer",
    "ALTER TABLE run DROP COLUMN newer",
    "ALTER TABLE provider_call DROP COLUMN newer",
)
_LETTER = 'SELECT reason FROM dead_letter JOIN log USING (topic, lane, "offset") WHERE event_id = $1'
_SAID_MORE = f"SELECT count(*) FROM log WHERE data -> '{NEWER_FIELD}' IS NOT NULL"
_HEARD_MORE = (
    f"SELECT count(*), count(*) FILTER (WHERE r.input -> '{NEWER_FIELD}' IS NULL) "
    "FROM run r JOIN log g USING (tenant_id, event_id) "
    f"WHERE g.topic = r.topic AND g.data -> '{NEWER_FIELD}' IS NOT NULL"
)


async def deploy(trial: Trial) -> None:
    """The schema grows under load, old and new workers share the lanes, and the old ones have it again at last."""
    old = await trial.desk()
    newer = await trial.desk("--as=newer", loading_only=True)
    large = trial.tenants[0]
    async with trial.database.system() as session:
        for agent in all_agents().values():
            await lanes.scale(session, large.id, agent.topic, LANES)
    await trial.warm()
    await _migrate(trial, _EXPAND)
    await trial.progress(20)
    await old.hold(0)
    await newer.hold(*range(1, LANES))
    await trial.flowing()
    await asyncio.sleep(1 if trial.is_brief else 10)
    strange = await trial.put(large, "lead.sourced", "{}", kind="lead.sourced.v2")
    trial.poisoned.add(strange)
    await newer.stop()
    await old.hold(*range(LANES))
    await trial.progress(20)
    await _migrate(trial, _CONTRACT)
    await trial.flowing()
    await trial.drained()
    letter = await trial.value(
        'SELECT reason FROM dead_letter JOIN log USING (topic, lane, "offset") WHERE event_id = $1', strange
    )
    trial.must(
        letter is not None and "version 2" in letter,
        f"another version's event is kept, and told apart: {letter}",
    )
    said = await trial.value(_SAID_MORE)
    heard, lost = await trial.row(_HEARD_MORE)
    trial.notes |= {"said_more": said, "heard": heard}
    trial.must(said > 0 and heard > 0, "newer workers say more than older ones know")
    trial.must(lost == 0, f"{lost} of {heard} runs have lost what they do not know")
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed over a deployment")


async def _migrate(trial: Trial, statements: tuple[str, ...]) -> None:
    """Each statement as soon as it gets its lock, without making others wait for it for long."""
    connection = await trial.ground.connect_in(trial.database_name)
    try:
        await connection.execute("SET search_path TO leadmill; SET lock_timeout = '500ms'")
        for statement in statements:
            async with asyncio.timeout(30):
                while True:
                    try:
                        await connection.execute(statement)
                    except asyncpg.LockNotAvailableError:
                        await asyncio.sleep(0.05)
                    else:
                        break
    finally:
        await connection.close()


SCENARIOS = (Scenario(29, "deploy", deploy),)
