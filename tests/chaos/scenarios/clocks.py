"""A host whose clock is wrong, and jumps."""

import asyncio

from tenants.store import approvals
from tests.chaos.trial import Scenario, Trial

_DAY_USD = 1_000
# what may lie between two readings of the right clock in a trial
_LEEWAY = "interval '30 minutes'"
_ASTRAY = {
    "retries that are not due within the hour": (
        "SELECT count(*) FROM run WHERE status = 'retrying' "
        f"AND due_at NOT BETWEEN finished_at AND finished_at + {_LEEWAY}"
    ),
    "approvals that end at another time": (
        "SELECT count(*) FROM approval WHERE status = 'pending' AND expires_at - created_at "
        f"NOT BETWEEN interval '72 hours' - {_LEEWAY} AND interval '72 hours' + {_LEEWAY}"
    ),
    "events of another time": (
        "SELECT count(*) FROM log WHERE source = '/leadmill' "
        f"AND time NOT BETWEEN now() - {_LEEWAY} AND now() + {_LEEWAY}"
    ),
    "findings of another time": (
        f"SELECT count(*) FROM finding WHERE found_at NOT BETWEEN now() - {_LEEWAY} AND now() + {_LEEWAY}"
    ),
    "sums of another day": (
        "SELECT count(*) FROM budget_use WHERE scope = 'day' AND key::date "
        f"NOT BETWEEN ((now() - {_LEEWAY}) AT TIME ZONE 'UTC')::date AND (now() AT TIME ZONE 'UTC')::date"
    ),
    "runs that took less than no time": "SELECT count(*) FROM run WHERE duration_s < 0",
    "lanes that were lost to somebody else": "SELECT count(*) FROM lane_lease WHERE epoch <> 1",
}


async def clock_skew(trial: Trial) -> None:
    """A worker's clock jumps between a day ahead and a day behind: leases, waits, days and deadlines do not."""
    large, small, other = trial.tenants
    budgets = {"day_usd": _DAY_USD}
    await trial.configure(large, budgets=budgets)
    await trial.configure(small, budgets=budgets, approvals={"unverified_address": "ask"})
    await trial.configure(other, budgets=budgets, approvals={"source_above": 0})
    trouble = {"rate_429": 0.15, "rate_500": 0.1}
    await trial.desk("--as=of-another-time")
    await trial.warm(outstanding=80)
    trial.ground.world(apollo=trouble, hunter=trouble)
    retried = 0
    for _ in range(8 if trial.is_brief else 30):
        await asyncio.sleep(0.3)
        retried += await trial.value("SELECT count(*) FROM run WHERE status = 'retrying'")
        await _look(trial)
    trial.ground.world(apollo={"rate_429": 0.0, "rate_500": 0.0}, hunter={"rate_429": 0.0, "rate_500": 0.0})
    asked = await trial.value("SELECT count(*) FROM approval")
    async with trial.database.system() as session:
        expired = await approvals.expire(session)
    trial.must(expired == 0, f"{expired} approvals expired before their time")
    for table in ("budget_use", "finding"):
        trial.must(await trial.value(f"SELECT count(*) FROM {table}") > 0, f"there are rows of {table}")
    trial.must(asked > 0 and retried > 0, f"{asked} approvals were asked for, and {retried} waits seen")
    trial.notes |= {"approvals": asked, "waits": retried}
    await trial.execute("UPDATE approval SET expires_at = now() WHERE status = 'pending'")
    async with trial.database.system() as session:
        await approvals.expire(session)
    await trial.drained()
    await _look(trial)


async def _look(trial: Trial) -> None:
    for what, sql in _ASTRAY.items():
        count = await trial.value(sql)
        trial.must(count == 0, f"{count} {what}")


SCENARIOS = (Scenario(18, "clock-skew", clock_skew),)
