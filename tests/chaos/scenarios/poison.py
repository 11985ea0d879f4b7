"""Events that nobody can read, and events that kill whoever works on them."""

import uuid

from actors.engine.suspects import MOST_DELIVERIES
from tests.chaos.guises import ABORTS, RAISES
from tests.chaos.trial import Scenario, Trial

_TWO_MEGABYTES = "x" * 2_000_000
_RAW = {
    "an unknown kind": ("lead.imagined", "{}"),
    "a wrong type in a field": ("lead.sourced", '{"lead_id": 7}'),
    "a list": ("lead.sourced", "[1, 2]"),
    "a text": ("lead.sourced", '"lead"'),
    "nothing": ("lead.sourced", "null"),
    "half a letter": ("lead.sourced", '{"lead_id": "\\ud800"}'),
    "an endless number": ("lead.sourced", '{"icp_version": 1e999}'),
    "brackets without end": ("lead.sourced", "[" * 2_000 + "]" * 2_000),
    "two megabytes": ("lead.sourced", f'{{"source": "{_TWO_MEGABYTES}"}}'),
}

# between two runs that ended; a worker may die again before anything is committed
_LONGEST_SILENCE = """
SELECT COALESCE(max(extract(epoch FROM gap)), 0)::float8 FROM (
    SELECT finished_at - lag(finished_at) OVER (ORDER BY finished_at) AS gap FROM run WHERE finished_at > $1) gaps
"""


async def poison(trial: Trial) -> None:
    """What can't be read becomes a dead letter, what raises or kills a failed run, each once; the others go on."""
    desk = await trial.desk("--as=poisonable")
    await trial.warm(outstanding=80)
    tenant = trial.tenants[0]
    for kind, data in _RAW.values():
        trial.poisoned.add(await trial.put(tenant, "lead.sourced", data, kind=kind))
    trial.poisoned.add(await trial.put(tenant, "lead.sourced", "{}", of=uuid.uuid4()))
    # long, but nothing is wrong with it
    (company,) = trial.load.companies(tenant, 1)
    await trial.bring(tenant, [{**company, "notes": _TWO_MEGABYTES}])
    await trial.bring(tenant, [{"name": RAISES}, {"name": ABORTS}])
    began = await trial.value("SELECT clock_timestamp()")
    while not await _failed(trial, RAISES) or not await _failed(trial, ABORTS):
        if not desk.is_alive:
            trial.kills += 1
            trial.deaths += 1
            desk = await trial.desk("--as=poisonable")

        async def over(desk=desk) -> bool:
            return not desk.is_alive or (await _failed(trial, RAISES) and await _failed(trial, ABORTS))

        await trial.until(over, "what kills has killed again, or is found out")
    await trial.flowing()
    longest = await trial.value(_LONGEST_SILENCE, began)
    trial.notes["longest_silence_s"] = round(longest, 2)
    trial.must(
        trial.deaths == MOST_DELIVERIES, f"{trial.deaths} processes died before what kills was found out"
    )
    trial.must(longest <= 5, f"others were held up for {longest:.1f} s")
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 2, f"{failed} runs failed, and two were poisoned")
    letters = await trial.value("SELECT count(*) FROM dead_letter")
    trial.must(
        letters == len(_RAW) + 1, f"{letters} dead letters for {len(_RAW) + 1} events that nobody can read"
    )


async def _failed(trial: Trial, company: str) -> bool:
    """Whether the run over this company has failed for good. Its event counts as poisoned from when it is known."""
    event, status = await trial.row(
        "SELECT event_id, status FROM run WHERE agent = 'enrichment' AND input -> 'account' ->> 'name' = $1 "
        "UNION ALL SELECT NULL, NULL",
        company,
    )
    trial.poisoned |= {event} - {None}
    return status == "failed"


SCENARIOS = (Scenario(13, "poison", poison),)
