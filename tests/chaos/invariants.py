"""What must hold after every scenario, whatever happened in it: one checker, one sentence for each violation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from actors.agents import all_agents
from actors.engine.wiring import needs
from tenants.store.rls import APP
from tenants.store.session import SCHEMA, SCOPE_SETTING, TENANT_SETTING

_STAGES = ("lead.sourced", "lead.enriched", "contact.verified", "lead.scored")
_HOLDS = ("skipped", "failed", "snoozed", "awaiting_approval")


@dataclass(frozen=True)
class Happened:
    """What was done to the mill, as far as it excuses anything.

    `deaths` are processes that were killed, or declared dead while they were stopped; `repeated` are the
    events that were put into the log once more on purpose; `removed` are tenants that have gone; `poisoned` are
    events that nobody can work off, each of which must end as one dead letter or as one failed run; `foreign` are
    events that somebody else said of our leads.
    """

    deaths: int = 0
    calls_in_flight: int = 0
    repeated: frozenset[Any] = frozenset()
    removed: frozenset[Any] = frozenset()
    poisoned: frozenset[Any] = frozenset()
    foreign: frozenset[Any] = frozenset()


@dataclass
class Findings:
    """What the checker found: violations, each a sentence, and the figures of the table."""

    violations: list[str] = field(default_factory=list)
    leads: int = 0
    lost: int = 0
    doubled: int = 0
    extra_billed: int = 0

    def add(self, sentence: str) -> None:
        self.violations.append(sentence)


async def check(connection: Any, bill: Mapping[str, Any], happened: Happened) -> Findings:
    """All violations in this database, seen by its superuser, held against the vendors' bill."""
    found = Findings()
    await connection.execute(f"SET search_path TO {SCHEMA}")
    for look in _LOOKS:
        await look(connection, bill, happened, found)
    return found


async def _unreadable(connection: Any, happened: Happened) -> list[Any]:
    """Those of the poisoned events of which not even the lead can be read: the ones that were buried."""
    sql = 'SELECT event_id FROM log JOIN dead_letter USING (topic, lane, "offset") WHERE event_id = ANY($1::uuid[])'
    return [row["event_id"] for row in await connection.fetch(sql, list(happened.poisoned))]


async def _once(connection: Any, _: Any, happened: Happened, found: Findings) -> None:
    """I1, I7: each stage that a lead has reached was said once, and none that it has not reached."""
    unreadable = await _unreadable(connection, happened)
    rows = await connection.fetch(
        """
        SELECT l.tenant_id, l.id, l.stage, s.topic, s.rank, count(g.event_id) AS said,
               count(DISTINCT g.event_id) AS different
        FROM lead l
        CROSS JOIN unnest($1::text[], ARRAY[1, 2, 3, 4]) AS s(topic, rank)
        LEFT JOIN log g ON g.topic = s.topic AND g.tenant_id = l.tenant_id AND g.type = g.topic
             AND CASE WHEN g.event_id <> ALL($2::uuid[]) THEN g.data->>'lead_id' END = l.id::text
        GROUP BY l.tenant_id, l.id, l.stage, s.topic, s.rank
        HAVING count(DISTINCT g.event_id) <>
               (s.rank <= array_position(ARRAY['sourced', 'enriched', 'contactable', 'scored'], l.stage))::int
        """,
        list(_STAGES),
        [*happened.foreign, *unreadable],
    )
    for row in rows:
        lead = f"lead {row['id']} of tenant {row['tenant_id']}, which is {row['stage']},"
        found.add(f"once: {lead} was said to be {row['topic']} by {row['different']} events")
        if row["different"] > 1:
            found.doubled += 1
    strangers = await connection.fetchval(
        "SELECT count(*) FROM log g WHERE topic = ANY($1::text[]) AND type = topic AND event_id <> ALL($2::uuid[]) "
        "AND NOT EXISTS (SELECT FROM lead l WHERE l.tenant_id = g.tenant_id AND l.id::text = "
        "CASE WHEN event_id <> ALL($2::uuid[]) THEN g.data->>'lead_id' END)",
        list(_STAGES),
        unreadable,
    )
    if strangers:
        found.add(f"once: {strangers} events are about leads that do not exist")


async def _nothing_twice(connection: Any, _: Any, happened: Happened, found: Findings) -> None:
    """I2: no two rows with the same natural key."""
    for table, key in (
        ("account", "identity_key"),
        ("lead", "account_id"),
        ("contact", "account_id, full_name"),
        ("run", "agent, event_id"),
        ("log", "topic, event_id"),
        ("provider_call", "run_id, provider, question"),
    ):
        rows = await connection.fetch(
            f"SELECT tenant_id, {key}, count(*) AS rows, array_agg({table}::text) AS shown FROM {table} "
            f"GROUP BY tenant_id, {key} HAVING count(*) > 1"
        )
        for row in rows:
            if table == "log" and row["event_id"] in happened.repeated:
                continue
            named = ", ".join(f"{name} {row[name]}" for name in key.split(", "))
            found.add(f"doubled: tenant {row['tenant_id']} has {row['rows']} rows of {table} with {named}")
            found.doubled += row["rows"] - 1


async def _approved_once(connection: Any, _: Any, __: Happened, found: Findings) -> None:
    """I3: what was approved was carried out, once; what was not has no effect; each decision is on record."""
    rows = await connection.fetch(
        """
        SELECT p.id, p.agent, p.status, p.decided_by, r.status AS run, l.stage,
               (SELECT count(*) FROM audit a WHERE a.tenant_id = p.tenant_id
                AND a.subject = 'approval ' || p.id AND a.act IN ('approved', 'edited', 'rejected')) AS on_record,
               bool_or(p.status = 'executed') OVER (PARTITION BY p.tenant_id, p.agent, p.lead_id) AS any_executed
        FROM approval p LEFT JOIN run r ON r.tenant_id = p.tenant_id AND r.id = p.run_id
        LEFT JOIN lead l ON l.tenant_id = p.tenant_id AND l.id = p.lead_id
        """
    )
    for row in rows:
        named = f"approval {row['id']} of {row['agent']} is {row['status']}"
        was_decided = row["decided_by"] is not None
        if row["status"] in ("approved", "edited"):
            found.add(f"approvals: {named}, and was never carried out")
        if row["run"] not in _RUNS_OF_APPROVALS.get(row["status"], (row["run"],)):
            found.add(f"approvals: {named}, but its run is {row['run']}")
        if row["status"] in ("executed", "rejected") and not was_decided:
            found.add(f"approvals: {named}, and nobody decided it")
        if row["on_record"] != was_decided:
            found.add(f"approvals: {named}, and {row['on_record']} decisions on it are on record")
        is_beyond = row["stage"] in ("contactable", "scored")
        if row["agent"] == "contact_finder" and is_beyond != row["any_executed"]:
            found.add(f"approvals: {named}, but its lead is {row['stage']}")
    waiting = await connection.fetchval(
        "SELECT count(*) FROM run r WHERE status = 'awaiting_approval' AND NOT EXISTS (SELECT FROM approval p "
        "WHERE p.tenant_id = r.tenant_id AND p.run_id = r.id AND p.status = 'pending')"
    )
    if waiting:
        found.add(f"approvals: {waiting} runs wait for an approval that nobody can give")


# how the run of an approval must have ended, where that says anything
_RUNS_OF_APPROVALS = {
    "pending": ("awaiting_approval",),
    "executed": ("done",),
    "rejected": ("skipped",),
    "expired": ("skipped",),
    "failed": ("skipped", "failed"),
}


async def _conserved(connection: Any, _: Any, happened: Happened, found: Findings) -> None:
    """I4: every row of every list became a lead, a duplicate or a rejection, and every lead has come to an end.

    A list that a person refused has no rows to be read.
    """
    for tenant in await connection.fetch("SELECT id, name FROM tenant ORDER BY name"):
        row = await connection.fetchrow(
            """
            SELECT (SELECT COALESCE(sum(json_array_length(data->'rows')), 0) FROM
                    (SELECT DISTINCT ON (event_id) data FROM log g
                     WHERE tenant_id = $1 AND topic = 'source.requested' AND type = topic
                     AND event_id <> ALL($3::uuid[]) AND NOT EXISTS (
                         SELECT FROM run r WHERE r.tenant_id = g.tenant_id AND r.event_id = g.event_id
                         AND r.agent = 'lead_source' AND r.status = 'skipped')) asked) AS asked,
                   (SELECT COALESCE(sum(read), 0) FROM source_tally WHERE tenant_id = $1) AS read,
                   (SELECT COALESCE(sum(sourced), 0) FROM source_tally WHERE tenant_id = $1) AS tallied,
                   (SELECT COALESCE(sum(duplicates), 0) FROM source_tally WHERE tenant_id = $1) AS duplicates,
                   (SELECT count(*) FROM source_rejection WHERE tenant_id = $1) AS rejected,
                   count(*) AS leads,
                   count(*) FILTER (WHERE stage = 'scored' AND hold IS NULL) AS scored,
                   count(*) FILTER (WHERE hold = ANY($2::text[])) AS held,
                   count(*) FILTER (WHERE hold IS NULL AND stage <> 'scored') AS in_flight
            FROM lead WHERE tenant_id = $1
            """,
            tenant["id"],
            list(_HOLDS),
            list(happened.poisoned),
        )
        name = tenant["name"]
        found.leads += row["leads"]
        found.lost += max(0, row["asked"] - row["tallied"] - row["duplicates"] - row["rejected"])
        found.lost += max(0, row["tallied"] - row["leads"]) + row["in_flight"]
        if row["asked"] != row["read"]:
            found.add(f"conservation: of {name}'s {row['asked']} rows {row['read']} were read")
        if row["read"] != row["tallied"] + row["duplicates"] + row["rejected"]:
            found.add(f"conservation: {name}'s {row['read']} rows do not add up: {dict(row)}")
        if row["tallied"] != row["leads"]:
            found.add(f"conservation: {name} has {row['leads']} leads, but {row['tallied']} were sourced")
        if row["in_flight"]:
            found.add(f"conservation: {row['in_flight']} leads of {name} have come to no end")
        if row["leads"] != row["scored"] + row["held"] + row["in_flight"]:
            found.add(f"conservation: {name}'s leads do not add up: {dict(row)}")


# of an event that nobody can read not even this can be read
_LEAD_OF_READABLE = "CASE WHEN a.event_id <> ALL($1::uuid[]) THEN a.data->>'lead_id' END"


async def _apart(connection: Any, _: Any, happened: Happened, found: Findings) -> None:
    """I5: no tenant sees a row of another, nothing of one tenant names something of another."""
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = $1 AND column_name = 'tenant_id'",
        SCHEMA,
    )
    tenants = await connection.fetch("SELECT id, name FROM tenant")
    for tenant in [*tenants, None]:
        look = connection.transaction()
        await look.start()
        try:
            await connection.execute(f"SET LOCAL ROLE {APP}; SET LOCAL {SCOPE_SETTING} = ''")
            sealed = tenant["id"].hex if tenant is not None else ""
            await connection.execute(f"SET LOCAL {TENANT_SETTING} = '{sealed}'")
            for (table,) in tables:
                seen = await connection.fetchval(
                    f"SELECT count(*) FROM {table} WHERE tenant_id IS NOT NULL AND tenant_id IS DISTINCT FROM $1",
                    tenant["id"] if tenant is not None else None,
                )
                if seen:
                    who = tenant["name"] if tenant is not None else "a session of nobody"
                    found.add(f"isolation: {who} sees {seen} rows of {table} that belong to others")
        finally:
            await look.rollback()  # role and settings go with it, also where a transaction is open around it
    for what, sql in (
        ("runs are about leads", "SELECT count(*) FROM run a JOIN lead b ON b.id = a.lead_id"),
        ("calls belong to runs", "SELECT count(*) FROM provider_call a JOIN run b ON b.id = a.run_id"),
        ("contacts are at accounts", "SELECT count(*) FROM contact a JOIN account b ON b.id = a.account_id"),
        (
            "events are about leads",
            f"SELECT count(*) FROM log a JOIN lead b ON b.id::text = {_LEAD_OF_READABLE}",
        ),
    ):
        excused = [await _unreadable(connection, happened)] if "$1" in sql else []
        if strays := await connection.fetchval(f"{sql} WHERE a.tenant_id <> b.tenant_id", *excused):
            found.add(f"isolation: {strays} {what} of another tenant")


async def _billed_once(connection: Any, bill: Mapping[str, Any], happened: Happened, found: Findings) -> None:
    """I6: what vendors charge is what the ledger says, but for calls under way when a process died."""
    rows = await connection.fetch(
        "SELECT tenant_id, provider, count(*) FILTER (WHERE credits > 0) AS calls, sum(credits) AS credits "
        "FROM provider_call GROUP BY tenant_id, provider"
    )
    names = {row["id"]: row["name"] for row in await connection.fetch("SELECT id, name FROM tenant")}
    known = {(row["provider"], names[row["tenant_id"]]): row for row in rows if row["tenant_id"] in names}
    extra = 0
    for vendor, account in bill["vendors"].items():
        for key, figures in account["keys"].items():
            tenant = key.removeprefix(f"sim-{vendor}-")
            if tenant not in names.values():
                continue
            row = known.get((vendor, tenant))
            calls, spent = (row["calls"], row["credits"]) if row is not None else (0, Decimal(0))
            more = figures["billed_calls"] - calls
            extra += max(0, more)
            if more < 0 or spent > figures["credits"]:
                found.add(
                    f"billing: the ledger has {calls} calls for {spent} credits of {vendor} for {tenant}, "
                    f"more than the vendor's {figures['billed_calls']} for {figures['credits']}"
                )
            if not happened.deaths and (more or spent != figures["credits"]):
                found.add(
                    f"billing: {vendor} charged {tenant} {figures['billed_calls']} calls for {figures['credits']} "
                    f"credits, the ledger has {calls} for {spent}, and no process died"
                )
    found.extra_billed = extra
    most = happened.deaths * happened.calls_in_flight
    if extra > most:
        found.add(f"billing: {extra} calls were billed again; {happened.deaths} deaths excuse {most}")


async def _gapless(connection: Any, _: Any, __: Happened, found: Findings) -> None:
    """The log's offsets are 0, 1, 2 and so on in each lane of each topic, up to its head."""
    rows = await connection.fetch(
        """
        SELECT topic, lane, count(g.*) AS events, COALESCE(min("offset"), 0) AS first,
               COALESCE(max("offset") + 1, 0) AS after_last, h.next_offset
        FROM log_head h FULL JOIN log g USING (topic, lane) GROUP BY topic, lane, h.next_offset
        """
    )
    for row in rows:
        if row["first"] != 0 or not row["events"] == row["after_last"] == row["next_offset"]:
            found.add(
                f"gapless: {row['topic']} lane {row['lane']} has {row['events']} events from {row['first']} to "
                f"before {row['after_last']}, and its head is {row['next_offset']}"
            )


async def _drained(connection: Any, _: Any, happened: Happened, found: Findings) -> None:
    """I8: every lane is read to its end by every agent, and no run is under way."""
    rows = await connection.fetch(
        """
        SELECT w.agent, h.lane, h.next_offset AS head, COALESCE(l.next_offset, 0) AS reached
        FROM unnest($1::text[], $2::text[], $3::text[]) AS w(agent, topic, needs)
        JOIN bus_head h ON h.topic = w.topic
        LEFT JOIN lane_lease l ON l.agent = w.agent AND l.lane = h.lane
        WHERE COALESCE(l.next_offset, 0) <> h.next_offset AND (
            w.needs IS NULL OR EXISTS (SELECT FROM tenant WHERE connected && string_to_array(w.needs, ' ')))
        """,
        *_agents(),
    )
    for row in rows:
        found.add(
            f"drained: {row['agent']} on lane {row['lane']} has come to {row['reached']} of {row['head']} events"
        )
    unpublished = await connection.fetchval(
        "SELECT sum(h.next_offset - COALESCE(p.next_offset, 0)) FROM log_head h LEFT JOIN relay_position p "
        "USING (topic, lane) WHERE (SELECT carrier FROM installation) = 'kafka'"
    )
    if unpublished:
        found.add(f"drained: {unpublished} events of the log are not published")
    for row in await connection.fetch(
        "SELECT agent, status, count(*) AS runs FROM run WHERE status IN ('running', 'retrying', 'held') "
        "GROUP BY agent, status"
    ):
        found.add(f"drained: {row['runs']} runs of {row['agent']} are {row['status']}")
    letters = await connection.fetchval(
        'SELECT count(*) FROM dead_letter d LEFT JOIN log g USING (topic, lane, "offset") '
        "WHERE g.event_id IS NULL OR g.event_id <> ALL($1::uuid[])",
        list(happened.poisoned),
    )
    if letters and not happened.removed:
        found.add(f"drained: {letters} events were buried as dead letters")


def _agents() -> tuple[list[str], list[str], list[str | None]]:
    """Each agent, what it hears, and the providers of which a tenant must have one for it; None: it needs none."""
    agents, needed = all_agents(), needs()
    topics = [agent.topic for agent in agents.values()]
    return list(agents), topics, [" ".join(needed[name]) if name in needed else None for name in agents]


async def _on_record(connection: Any, _: Any, happened: Happened, found: Findings) -> None:
    """I10: each event has a run of the agent that hears it, and a run that ended says when, and what went wrong."""
    rows = await connection.fetch(
        """
        SELECT w.agent, count(*) AS events
        FROM unnest($1::text[], $2::text[], $3::text[]) AS w(agent, topic, needs)
        JOIN log g ON g.topic = w.topic
        WHERE g.tenant_id IN (SELECT id FROM tenant) AND g.event_id <> ALL($4::uuid[]) AND NOT EXISTS (
            SELECT FROM run r WHERE r.tenant_id = g.tenant_id AND r.agent = w.agent AND r.event_id = g.event_id)
          AND (w.needs IS NULL OR EXISTS (
            SELECT FROM connection c WHERE c.tenant_id = g.tenant_id AND c.since <= g.time
            AND c.provider = ANY (string_to_array(w.needs, ' '))))
        GROUP BY w.agent
        """,
        *_agents(),
        list(happened.poisoned),
    )
    for row in rows:
        found.add(f"on record: {row['events']} events have no run of {row['agent']}")
    untold = await connection.fetchval(
        "SELECT count(*) FROM run WHERE status IN ('done', 'skipped', 'failed') "
        "AND (finished_at IS NULL OR versions IS NULL OR (status = 'failed') <> (error IS NOT NULL))"
    )
    if untold:
        found.add(f"on record: {untold} runs have ended without saying when, by which build or why")
    for tenant_id in happened.removed:
        for table in (
            "account",
            "account_identifier",
            "lead",
            "contact",
            "finding",
            "signal",
            "run",
            "provider_call",
            "effect",
            "connection",
        ):
            left = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant_id)
            if left:
                found.add(f"removed: {left} rows of {table} are left of tenant {tenant_id}")
        said = await connection.fetchval(
            "SELECT count(*) FROM log WHERE tenant_id = $1 AND data::text <> '{}'", tenant_id
        )
        if said:
            found.add(f"removed: {said} events of tenant {tenant_id} can still be read")


async def _poison_told(connection: Any, _: Any, happened: Happened, found: Findings) -> None:
    """What nobody can work off ended once, as a dead letter with its bytes or as a failed run."""
    rows = await connection.fetch(
        """
        SELECT g.topic, g.event_id,
               (SELECT count(*) FROM dead_letter d WHERE (d.topic, d.lane, d."offset") = (g.topic, g.lane, g."offset")
                AND d.raw = convert_to(g.data::text, 'UTF8')) AS letters,
               (SELECT count(*) FROM run r WHERE r.tenant_id = g.tenant_id AND r.event_id = g.event_id
                AND r.status = 'failed' AND r.error IS NOT NULL AND r.input::text = g.data::text) AS failed,
               (SELECT count(*) FROM dead_letter d WHERE (d.topic, d.lane, d."offset") = (g.topic, g.lane, g."offset"))
             + (SELECT count(*) FROM run r WHERE r.tenant_id = g.tenant_id AND r.event_id = g.event_id) AS traces
        FROM log g WHERE g.event_id = ANY($1::uuid[])
        """,
        list(happened.poisoned),
    )
    for row in rows:
        if row["letters"] + row["failed"] != 1 or row["traces"] != 1:
            found.add(
                f"poison: event {row['event_id']} of {row['topic']} has {row['letters']} dead letters with its bytes "
                f"and {row['failed']} failed runs with its input, and {row['traces']} of any kind"
            )
    if missing := happened.poisoned - {row["event_id"] for row in rows}:
        found.add(f"poison: {len(missing)} events were never in the log")


_LOOKS: tuple[Callable[[Any, Mapping[str, Any], Happened, Findings], Awaitable[None]], ...] = (
    _once,
    _nothing_twice,
    _approved_once,
    _conserved,
    _apart,
    _billed_once,
    _gapless,
    _drained,
    _on_record,
    _poison_told,
)
