"""A worker that is stopped for so long that another takes its place, and then goes on as if nothing had been."""

import asyncio

from tests.chaos.trial import LEASE_S, Scenario, Trial

# Who wrote what, and when; written within the transaction itself, so that what was undone leaves no trace.
_WITNESS = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.written (who text, what text, at timestamptz);
CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO chaos.written VALUES (session_user, TG_TABLE_NAME, clock_timestamp()); RETURN NULL;
END $$;
"""
_WATCHED = {
    "log": "INSERT",
    "account": "INSERT OR UPDATE",
    "contact": "INSERT OR UPDATE",
    "lead": "INSERT OR UPDATE",
    "finding": "INSERT OR UPDATE",
    "source_tally": "INSERT OR UPDATE",
    "run": "UPDATE OF finished_at",
    "lane_lease": "UPDATE OF next_offset",
}

_IN_TRANSACTION = (
    "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND state LIKE 'idle in transaction%'"
)


async def zombie(trial: Trial) -> None:
    """SIGSTOP for longer than the lease, a successor takes over, SIGCONT: nothing of the old one is accepted."""
    watching = "".join(
        f"CREATE TRIGGER note AFTER {events} ON {table} FOR EACH ROW EXECUTE FUNCTION chaos.note();"
        for table, events in _WATCHED.items()
    )
    await trial.execute(_WITNESS + watching)
    old = await trial.desk()
    heir = await trial.desk(loading_only=True)
    await trial.warm()
    await trial.steady("before")
    await trial.first_commit()
    await asyncio.sleep(trial.chance.uniform(0.0, 0.2))
    old.freeze()
    while trial.is_brief and await trial.value(_IN_TRANSACTION, old.name):
        # its locks would hold everything up for ten seconds, as they may where there is more time
        old.thaw()
        await asyncio.sleep(0.02)
        old.freeze()
    trial.kills += 1
    # what was under way when it stopped, and what it begins before it learns that it is out
    trial.deaths += 2
    await asyncio.sleep(LEASE_S + 0.5)  # not in hope: this is how long it is to seem dead
    await heir.hold()

    async def succeeded() -> bool:
        left = "SELECT count(*) FROM lane_lease WHERE owner NOT LIKE $1"
        return int(await trial.value(left, f"{heir.name}:%")) == 0

    taken_s = await trial.until(succeeded, "the successor has every lane", within_s=40)
    trial.notes["taken_over_s"] = round(taken_s, 2)
    trial.must(taken_s <= 15, f"the successor needed {taken_s:.1f} s to take every lane")
    await trial.progress(20)
    thawed_at = await trial.value("SELECT clock_timestamp()")
    old.thaw()

    written = "SELECT count(*) FROM chaos.written WHERE who = $1 AND at > $2"

    async def wrote() -> bool:
        return old.refused() >= 1 or await trial.value(written, old.name, thawed_at) > 0

    await trial.until(wrote, "the zombie writes, or would", within_s=15)
    await trial.flowing()
    await trial.steady("after")
    trial.must(old.refused() >= 1, "no write of the zombie was refused")
    accepted = await trial.value(written, old.name, thawed_at)
    trial.notes |= {"refused": old.refused(), "accepted": accepted}
    trial.must(accepted == 0, f"{accepted} writes of the zombie were accepted")
    # the trace itself: the zombie's writes before, and its heir's, are in it
    trial.must(
        await trial.value(written.replace("at > $2", "at < $2"), old.name, thawed_at) > 0
        and await trial.value(written, heir.name, thawed_at) > 0,
        "what was written is on record",
    )


SCENARIOS = (Scenario(21, "zombie", zombie),)
