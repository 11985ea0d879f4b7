"""People who decide twice, against each other, too late, or on something else than they saw."""

import asyncio
from collections.abc import Mapping
from typing import Any

from actors.engine import holding
from actors.events import event_types
from tenants.approvals import Decision
from tenants.records import Tenant
from tenants.store import approvals, tenants
from tenants.store.approvals import NotDecidable
from tests.chaos.trial import Scenario, Trial

_IN_A_BATCH = 100
_AT_ONCE = 8


async def _questions(trial: Trial, count: int) -> tuple[Tenant, list[Mapping[str, Any]]]:
    """A tenant with so many lists of one company each, every one of which waits for a person."""
    tenant = trial.tenants[0]
    await trial.configure(tenant, approvals={"source_above": 0})
    await trial.desk()
    for _ in range(0, count, _IN_A_BATCH):
        lists = [[one] for one in trial.load.companies(tenant, min(count, _IN_A_BATCH))]
        await trial.bring(tenant, *lists)
    pending = "SELECT count(*) FROM approval WHERE status = 'pending'"

    async def asked() -> bool:
        return await trial.value(pending) == count

    await trial.until(asked, f"{count} approvals are asked for", within_s=60)
    async with trial.database.tenant(tenant.id) as session:
        return tenant, await approvals.listed(session, limit=count)


async def _decides(
    trial: Trial, tenant: Tenant, question: Mapping[str, Any], decision: Decision, by: str, **more: Any
) -> str:
    """What a person hears who decides: nothing but their name, or why not."""
    try:
        async with trial.database.tenant(tenant.id) as session:
            policy = (await tenants.configuration(session)).approvals
            seen = {"content_hash": question["content_hash"], **more}
            await approvals.decide(session, question["id"], decision, by=by, policy=policy, **seen)
    except NotDecidable as refusal:
        return str(refusal)
    return by


async def _effects(trial: Trial, count: int) -> None:
    """What was allowed has had its effect, and nothing else has."""
    await trial.drained()
    waiting = "SELECT count(*) FROM run WHERE status = 'awaiting_approval'"

    async def done() -> bool:
        return await trial.value(waiting) == 0 and await trial.is_empty()

    await trial.until(done, "every decision is carried out", within_s=120)
    executed = await trial.value("SELECT count(*) FROM approval WHERE status = 'executed'")
    trial.must(executed == count, f"{count} approvals were given, and {executed} were carried out")
    leads = await trial.value("SELECT count(*) FROM lead")
    trial.must(leads == count, f"{count} lists of one company were allowed, and {leads} leads are there")


async def double_click(trial: Trial) -> None:
    """Approve is sent twice at once, and once more when all is done: one decision, one effect, the same answer."""
    count = 20 if trial.is_brief else 200
    tenant, questions = await _questions(trial, count)
    again = asyncio.Semaphore(_AT_ONCE)

    async def clicks(question: Mapping[str, Any]) -> list[str]:
        async with again:
            one = [_decides(trial, tenant, question, Decision.APPROVED, "ann") for _ in range(2)]
            return await asyncio.gather(*one)

    answers = await asyncio.gather(*map(clicks, questions))
    trial.must(answers == [["ann", "ann"]] * count, f"who clicks twice hears {_others(answers, 'ann')}")
    await _effects(trial, count)
    late = [await _decides(trial, tenant, question, Decision.APPROVED, "ann") for question in questions[:10]]
    trial.must(late == ["ann"] * len(late), f"who goes back and clicks once more hears {late}")
    await _effects(trial, count)


async def racing_approvers(trial: Trial) -> None:
    """One approves and one rejects at the same time: one wins and the other hears who. Too late is too late."""
    count = 40 if trial.is_brief else 1_000
    tenant, questions = await _questions(trial, count)
    over, changed, edited = (questions[at * count // 10 : (at + 1) * count // 10] for at in range(3))
    raced = questions[3 * count // 10 :]
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def race(question: Mapping[str, Any]) -> list[str]:
        async with at_once:
            both = [
                _decides(trial, tenant, question, Decision.APPROVED, "ann"),
                _decides(trial, tenant, question, Decision.REJECTED, "bob", reason="no"),
            ]
            trial.chance.shuffle(both)
            return sorted(await asyncio.gather(*both), key=len)

    told = await asyncio.gather(*map(race, raced))
    wrong = [
        (winner, loser)
        for winner, loser in told
        if winner not in ("ann", "bob") or not loser.endswith(f"already, by {winner}")
    ]
    trial.must(
        not wrong,
        f"of {len(raced)} races {len(wrong)} have no winner, or a loser who does not hear who: {wrong[:1]}",
    )
    won = sum(winner == "ann" for winner, _ in told)
    trial.notes |= {"races": len(raced), "approved": won}
    await trial.execute(
        "UPDATE approval SET expires_at = clock_timestamp() WHERE id = ANY(ARRAY["
        + ",".join(f"'{question['id']}'::uuid" for question in over)
        + "])"
    )
    heard = {await _decides(trial, tenant, question, Decision.APPROVED, "ann") for question in over}
    trial.must(heard == {"its time is over: nothing is done"}, f"whoever approves too late hears {heard}")
    heard = {
        await _decides(trial, tenant, question, Decision.APPROVED, "ann", content_hash="0" * 64)
        for question in changed
    }
    trial.must(
        heard == {"what is to be done is not what you saw: look again"},
        f"who saw something else hears {heard}",
    )
    for question in edited:
        document = {**question["content"], "output": {"changed": True}}
        text = holding.edited(document, question["content"], event_types())
        await _decides(trial, tenant, question, Decision.EDITED, "bob", edited=text)
    heard = {await _decides(trial, tenant, question, Decision.APPROVED, "ann") for question in edited}
    trial.must(
        heard <= {"it is edited already, by bob", "it is executed already, by bob"},
        f"who approves what somebody else has edited hears {heard}",
    )
    await _reject(trial, tenant, changed)
    async with trial.database.system() as session:
        expired = await approvals.expire(session)
    trial.must(expired == len(over), f"{expired} of {len(over)} approvals have expired")
    await _effects(trial, won + len(edited))


async def _reject(trial: Trial, tenant: Tenant, questions: list[Mapping[str, Any]]) -> None:
    for question in questions:
        await _decides(trial, tenant, question, Decision.REJECTED, "ann", reason="no")


def _others(answers: list[list[str]], name: str) -> set[str]:
    return {answer for both in answers for answer in both} - {name}


SCENARIOS = (Scenario(30, "double-click", double_click), Scenario(31, "racing-approvers", racing_approvers))
