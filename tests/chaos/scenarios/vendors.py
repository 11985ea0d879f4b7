"""Vendors that refuse, fail, say nothing or say nonsense."""

import asyncio
from typing import Any

import psutil

from actors.providers.manners import MOST_JSON_BYTES
from tests.chaos.trial import CALLS_IN_FLIGHT, Scenario, Trial

# each call in flight may have a body of full length, packed and unpacked
_MOST_MORE_BYTES = CALLS_IN_FLIGHT * 2 * MOST_JSON_BYTES
_RETRYING = "SELECT count(*) FROM run WHERE status = 'retrying'"
# far beyond what a run takes in calm weather
_STUCK = (
    "SELECT count(*) FROM run WHERE status = 'running' AND attempt = 1 "
    "AND started_at < now() - make_interval(secs => 8)"
)


async def _through(
    trial: Trial, seconds: float, *troubles: dict[str, Any], felt_within_s: float = 0.0
) -> list[dict[str, int]]:
    """How often each vendor was called during each trouble, of so many seconds; all leads must come to a good end.

    `felt_within_s` is how much later the trouble may be felt first.
    """
    desk = await trial.desk()
    await trial.warm()
    await trial.steady("before")
    process = psutil.Process(desk.pid)
    usual = most = process.memory_info().rss
    troubled = 0
    calls = []
    for trouble in troubles:
        trial.ground.world(apollo=trouble, hunter=trouble)
        before = _calls(trial)
        for _ in range(max(1, round(seconds / 0.1))):
            await asyncio.sleep(0.1)
            most = max(most, process.memory_info().rss)
        troubled = max(troubled, await trial.value(_RETRYING))
        calls.append({vendor: number - before[vendor] for vendor, number in _calls(trial).items()})
    calm = {"rate_429": 0.0, "rate_500": 0.0, "rate_garbage": 0.0, "outage": False}
    trial.ground.world(apollo=calm, hunter=calm)

    async def felt() -> bool:
        nonlocal troubled
        troubled = max(troubled, await trial.value(_RETRYING))
        return troubled > 0

    await trial.until(felt, "the trouble is felt", within_s=felt_within_s)

    async def recovered() -> bool:
        return int(await trial.value(_RETRYING)) <= 5 and int(await trial.value(_STUCK)) == 0

    calm_s = await trial.until(recovered, "nothing waits for another try or is stuck any more", within_s=60)
    await trial.flowing()
    await trial.steady("after")
    trial.notes |= {
        "retrying": troubled,
        "calm_after_s": round(calm_s, 1),
        "more_memory_mb": round((most - usual) / 1e6),
        "tries": await trial.value("SELECT max(attempt) FROM run"),
    }
    trial.must(most - usual <= _MOST_MORE_BYTES, f"the worker grew by {(most - usual) / 1e6:.0f} MB")
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed for good because of a vendor's trouble")
    return calls


def _calls(trial: Trial) -> dict[str, int]:
    vendors = trial.ground.bill()["vendors"]
    return {vendor: vendors[vendor]["calls"] if vendor in vendors else 0 for vendor in ("apollo", "hunter")}


async def refusing(trial: Trial) -> None:
    """429 with Retry-After for every third call."""
    await _through(trial, 1 if trial.is_brief else 6, {"rate_429": 0.33})


async def failing(trial: Trial) -> None:
    """500 for every second call, then for each: of a vendor that is down no more is asked than whether it still is."""
    seconds = 1 if trial.is_brief else 6
    _, down = await _through(trial, seconds, {"rate_500": 0.5}, {"rate_500": 0.0, "outage": True})
    trial.notes["calls_while_down"] = down
    # those that open the circuit, those that were under way by then, and a probe a second
    most = 20 + CALLS_IN_FLIGHT + seconds + 1
    for vendor, number in down.items():
        trial.must(number <= most, f"{vendor} was called {number} times while it was down")


async def silent(trial: Trial) -> None:
    """Some calls are never answered, some a byte a second."""
    await _through(
        trial,
        0.7,
        {"rate_garbage": 0.01, "garbage": "silent"},
        {"rate_garbage": 0.01, "garbage": "dripping"},
        felt_within_s=28,  # the longest deadline of a vendor, and a tenth of it
    )


async def nonsense(trial: Trial) -> None:
    """JSON cut short, a page with status 200, NaN, brackets without end, a body without end, a bomb of gzip."""
    kinds = ("truncated", "html", "nan", "nested", "huge", "bomb")
    troubles = [
        {"rate_garbage": 0.02 if kind in {"huge", "bomb"} else 0.3, "garbage": kind} for kind in kinds
    ]
    await _through(trial, 0.3 if trial.is_brief else 1, *troubles)


SCENARIOS = (
    Scenario(14, "vendors-refuse", refusing),
    Scenario(15, "vendors-fail", failing),
    Scenario(16, "vendors-are-silent", silent),
    Scenario(17, "vendors-talk-nonsense", nonsense),
)
