"""What the store's functions do, without SQL: those that the engine calls, and nothing else of them.

Each is one statement or a few, as the real one is, with the same rows locked in the same order. The conformance
test holds them against the real ones.
"""

import itertools
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import asyncpg
import orjson

from actors.engine import committing
from tenants.exclusions import REASONS
from tenants.identity import review_id_of
from tenants.matching import company_of, compare
from tenants.names import name_key
from tenants.records import BOUNCE, REPLY, AccountReview, ModelVersion, Stage, TrackRecord
from tenants.store import (
    approvals,
    autonomy,
    calls,
    carriers,
    connections,
    engagement,
    exclusions,
    findings,
    heartbeats,
    identifiers,
    identity,
    judgements,
    lanes,
    leads,
    letters,
    log,
    mail,
    models,
    recordings,
    runs,
    sequences,
    signals,
    sources,
    switches,
    tenants,
)
from tenants.store.calls import Reserved, TenantGone
from tenants.store.connections import Connection
from tenants.store.lanes import Fenced, Lease
from tenants.store.runs import DueRun, GroundMoved, RunOpened
from tenants.store.session import DatabaseError
from tests.simulation import questions
from tests.simulation.store import EPOCH

_RANK = {stage.value: rank for rank, stage in enumerate(Stage)}
_HOLDS = frozenset({"skipped", "failed", "snoozed", "awaiting_approval"})
_NEW_RUN = {
    "attempt": 1,
    "deliveries": 1,
    "waits": 0,
    "unfinished": 1,
    "status": "running",
    "due_at": None,
    "reason": None,
    "missing": None,
    "error": None,
    "approval_id": None,
    "cost_usd": Decimal(0),
    "fingerprint": None,
    "output": None,
}


def _is_there_already(what: str) -> DatabaseError:
    return DatabaseError(asyncpg.UniqueViolationError(f"{what} is there already"), connection_lost=False)


# --- lanes


async def the_log(session):
    return carriers.LOG


async def take(session, agent, lane, owner, ttl_s, *, last=None):
    async with session.statement() as tx:
        row = await tx.lock("lane_lease", (agent, lane)) or {"epoch": 0, "next_offset": 0}
        if last is not None and last.epoch != row["epoch"] and owner != row["owner"]:
            raise Fenced(f"{agent} on lane {lane}: epoch {last.epoch} is over")
        row = {**row, "epoch": row["epoch"] + 1, "owner": owner, "until": tx.store.now + _s(ttl_s)}
        tx.put("lane_lease", (agent, lane), row)
    async with session.statement() as tx:
        for key in list(tx.store.due):
            run = tx.get("run", key)
            if (run["agent"], run["lane"], run["status"]) == (agent, lane, "running"):
                run = await tx.lock("run", key)
                if run["status"] == "running" and run["due_at"] is not None:
                    tx.put("run", key, {**run, "due_at": tx.store.now})
    return Lease(agent, lane, row["epoch"], row["next_offset"])


async def advance(session, lease, next_offset, ttl_s):
    async with session.statement() as tx:
        key = (lease.agent, lease.lane)
        row = await tx.lock("lane_lease", key)
        if row is None or row["epoch"] != lease.epoch:
            raise Fenced(f"{lease.agent} on lane {lease.lane}: epoch {lease.epoch} is over")
        further = max(row["next_offset"], next_offset)
        tx.put("lane_lease", key, {**row, "next_offset": further, "until": tx.store.now + _s(ttl_s)})


async def release(session, lease):
    async with session.statement() as tx:
        row = await tx.lock("lane_lease", (lease.agent, lease.lane))
        if row is not None and row["epoch"] == lease.epoch:
            tx.put("lane_lease", (lease.agent, lease.lane), {**row, "until": EPOCH})


async def held_by(session, topics, tenant_ids):
    async with session.statement() as tx:
        known = {one: tx.get("tenant", one) for one in tenant_ids}
        return {
            (one, topic): tx.get("tenant_lane", (one, topic)) or (tenant.home_lane,)
            for one, tenant in known.items()
            if tenant is not None
            for topic in topics
        }


# --- runs


async def open_runs(session, agent, lane, starts):
    opened = {}
    async with session.statement() as tx:
        if tx.get("tenant", session.tenant_id) is None:
            return opened
        for start in starts:
            key = (session.tenant_id, start.id)
            run = await tx.lock("run", key)
            if run is None:
                given = {
                    name: getattr(start, name) for name in ("id", "event_id", "lead_id", "topic", "input")
                }
                run = {"tenant_id": session.tenant_id, "agent": agent, **_NEW_RUN, **given, "lane": lane}
            elif run["status"] == "running" and run["due_at"] is None:
                run = {**run, "deliveries": run["deliveries"] + 1, "lane": lane}
            else:
                continue
            unfinished = 0 if run["deliveries"] == 1 else run["unfinished"]
            lead = tx.get("lead", (session.tenant_id, run["lead_id"]))
            stage = lead["stage"] if lead is not None else None
            opened[start.id] = RunOpened(start.id, run["attempt"], run["waits"], unfinished, stage)
            tx.put("run", key, {**run, "unfinished": max(run["unfinished"], 1)})
    return opened


async def close_runs(session, ends):
    if not ends:
        return
    async with session.statement() as tx:
        closed = 0
        for end in ends:
            key = (session.tenant_id, end.id)
            run = await tx.lock("run", key)
            if run is None or run["status"] != "running":
                continue
            closed += 1
            names = ("due_at", "reason", "missing", "error", "approval_id", "fingerprint", "output")
            ended = {name: getattr(end, name) for name in names}
            cost = run["cost_usd"] + end.cost_usd
            ended["attempt"] = run["attempt"] - end.is_patient
            ended["waits"] = run["waits"] + 1 if end.is_patient else 0
            tx.put(
                "run", key, {**run, **ended, "status": end.status.value, "cost_usd": cost, "unfinished": 0}
            )
    if closed != len(ends):
        raise GroundMoved(frozenset(end.id for end in ends))
    holding = [end for end in ends if end.lead_id is not None and end.status.value in _HOLDS]
    if holding:
        async with session.statement() as tx:
            for end in holding:
                key = (session.tenant_id, end.lead_id)
                lead = await tx.lock("lead", key)
                if lead is not None and lead["stage"] != "scored":
                    tx.put("lead", key, {**lead, "hold": end.status.value, "hold_reason": end.reason})


async def take_due(session, agent, lane, limit, claim_s):
    async with session.statement() as tx:
        due = []
        for key in tx.store.due:
            run = tx.get("run", key)
            is_ours = (run["agent"], run["lane"]) == (agent, lane)
            if (
                is_ours
                and run["due_at"] is not None
                and run["due_at"] <= tx.store.now
                and tx.is_free("run", key)
            ):
                due.append((run["due_at"], key))
        taken = []
        for _, key in sorted(due, key=lambda one: one[0])[:limit]:
            run = await tx.lock("run", key)
            was = run["status"]
            unfinished = run["unfinished"] if was == "running" else 0
            run = {
                **run,
                "status": "running",
                "attempt": run["attempt"] + (was not in ("running", "held", "awaiting_approval")),
                "unfinished": max(unfinished, 1),
                "deliveries": run["deliveries"] + 1,
                "due_at": tx.store.now + _s(claim_s),
            }
            tx.put("run", key, run)
            names = ("id", "tenant_id", "event_id", "topic", "input", "attempt", "waits", "approval_id")
            given = {name: run[name] for name in names}
            taken.append(DueRun(**given, unfinished=unfinished))
        return taken


async def begin_again(session, ids, claim_s):
    async with session.statement() as tx:
        for key in _keys_of(tx, ids):
            run = await tx.lock("run", key)
            if run["status"] == "running":
                due_at = tx.store.now + _s(claim_s) if run["due_at"] is not None else None
                tx.put("run", key, {**run, "unfinished": run["unfinished"] + 1, "due_at": due_at})


async def leave_off(session, ids):
    async with session.statement() as tx:
        for key in _keys_of(tx, ids):
            run = await tx.lock("run", key)
            if run["status"] == "running":
                tx.put("run", key, {**run, "unfinished": 0})


async def still_running(session, ids):
    async with session.statement() as tx:
        return {key[1] for key in _keys_of(tx, ids) if tx.get("run", key)["status"] == "running"}


async def hold_back(session, agent, ids, modes):
    async with session.statement():
        return set()


def _keys_of(tx, ids):
    return [
        (one, run_id) for run_id in ids for one in tx.store.rows("tenant") if tx.get("run", (one, run_id))
    ]


# --- calls


async def reserve(session, starts):
    kept, own = {}, set()
    async with session.statement() as tx:
        if tx.get("tenant", session.tenant_id) is None:
            raise TenantGone
        for start in starts:
            key = (session.tenant_id, start.id)
            if start.question_key is not None and (known := _known_answer(tx, session, start)) is not None:
                is_own, _, kept[start.id] = known
                own |= {start.id} if is_own else set()
                continue
            call = await tx.lock("provider_call", key)
            if call is None:
                call = {"run_id": start.run_id, "question": start.question, "state": "reserved", "tries": 1}
                call |= {"credits": Decimal(0), "cost_usd": Decimal(0), "answer": None}
                call |= {"question_key": start.question_key, "settled_at": None}
            else:
                state = "reserved" if call["answer"] is None else call["state"]
                call = {**call, "tries": call["tries"] + 1, "state": state}
            tx.put("provider_call", key, call)
            if call["answer"] is not None:
                kept[start.id] = orjson.loads(call["answer"])
                own.add(start.id)
    return Reserved(kept, {}, frozenset(own))


def _known_answer(tx, session, start):
    """The run's own answer to the same question, else the newest that is still good."""
    best = None
    for (owner, _), call in tx.store.rows("provider_call").items():
        if (
            owner == session.tenant_id
            and call["question_key"] == start.question_key
            and call["answer"] is not None
        ):
            answer = orjson.loads(call["answer"])
            good_s = start.miss_s if answer.get("content") is None else start.hit_s
            good_s = min(good_s, answer.get("good_for_s", good_s))
            rank = call["run_id"] == start.run_id, call["settled_at"]
            if call["settled_at"] > tx.store.now - _s(good_s) and (best is None or rank > best[:2]):
                best = *rank, answer
    return best


async def spent_by(session, run_ids):
    spent = {}
    async with session.statement() as tx:
        for (owner, _), call in tx.store.rows("provider_call").items():
            if owner == session.tenant_id and call["run_id"] in run_ids and call["cost_usd"] > 0:
                spent[call["run_id"]] = spent.get(call["run_id"], Decimal(0)) + call["cost_usd"]
    return spent


async def hits_of(session, run_id, question):
    """Nobody: the vendor of a world has no rival, and so this is never asked."""
    async with session.statement():
        return set()


async def experience(session, *, newest, before=None):
    """Nothing: the vendor of a world has no rival, and so there is nothing to learn."""
    async with session.statement():
        return []


async def unanswered(session, ends):
    async with session.statement() as tx:
        found = {end.id: tx.get("provider_call", (session.tenant_id, end.id)) for end in ends}
        return [end for end in ends if found[end.id] is not None and found[end.id]["answer"] is None]


async def settle_calls(session, ends):
    async with session.statement() as tx:
        for end in ends:
            key = (session.tenant_id, end.id)
            call = await tx.lock("provider_call", key)
            if call is not None and (end.answer is not None or call["answer"] is None):
                cost, credits_ = call["cost_usd"] + end.cost_usd, call["credits"] + end.credits
                settled = {"state": end.state, "answer": end.answer, "cost_usd": cost, "credits": credits_}
                settled["settled_at"] = tx.store.now
                tx.put("provider_call", key, {**call, **settled})


# --- what tenants own


async def accounts(session, ids):
    return await _found(session, "account", ids)


async def accounts_of(session, lead_ids):
    async with session.statement() as tx:
        found = {one: tx.get("lead", (session.tenant_id, one)) for one in lead_ids}
        known = {one: lead["account_id"] for one, lead in found.items() if lead is not None}
        return {one: tx.get("account", (session.tenant_id, account)) for one, account in known.items()}


async def contacts(session, ids):
    return await _found(session, "contact", ids)


async def contacts_of(session, lead_ids):
    async with session.statement() as tx:
        found = {one: tx.get("lead", (session.tenant_id, one)) for one in lead_ids}
        known = {one: lead["contact_id"] for one, lead in found.items() if lead is not None}
        people = {one: tx.get("contact", (session.tenant_id, contact)) for one, contact in known.items()}
        return {one: contact for one, contact in people.items() if contact is not None}


async def stages(session, ids):
    async with session.statement() as tx:
        found = {one: tx.get("lead", (session.tenant_id, one)) for one in ids}
        return {one: Stage(lead["stage"]) for one, lead in found.items() if lead is not None}


async def save_engagement(session, acts):
    async with session.statement() as tx:
        for one in acts:
            if await tx.lock("engagement", (session.tenant_id, one.id)) is None:
                tx.put("engagement", (session.tenant_id, one.id), one)


async def engagement_of_leads(session, lead_ids):
    async with session.statement() as tx:
        own = [one for (owner, _), one in tx.store.rows("engagement").items() if owner == session.tenant_id]
        own.sort(key=lambda one: (-one.at.timestamp(), one.id))
        found = {one: tuple(act for act in own if act.lead_id == one)[:200] for one in lead_ids}
        return {one: acts for one, acts in found.items() if acts}


async def contacts_at(session, account_ids):
    async with session.statement() as tx:
        found = {}
        for (owner, _), one in sorted(tx.store.rows("contact").items()):
            if owner == session.tenant_id and one.account_id in account_ids and one.email is not None:
                found[one.account_id] = (*found.get(one.account_id, ()), one)
        return found


async def _found(session, table, ids):
    async with session.statement() as tx:
        found = {one: tx.get(table, (session.tenant_id, one)) for one in ids}
        return {one: record for one, record in found.items() if record is not None}


async def known_keys(session, keys):
    async with session.statement() as tx:
        known = {
            one.identity_key
            for (owner, _), one in tx.store.rows("account").items()
            if owner == session.tenant_id
        }
        led = Counter(
            f"domain:{one.value}"
            for (owner, *_), one in tx.store.rows("account_identifier").items()
            if owner == session.tenant_id and one.kind == "domain"
        )
        return (known | {key for key, accounts in led.items() if accounts == 1}).intersection(keys)


async def candidates(session, *, names, domains):
    async with session.statement() as tx:
        own = [one for (owner, _), one in tx.store.rows("account").items() if owner == session.tenant_id]
        found = [one for one in own if name_key(one.name) in names or one.domain in domains]
        return sorted(found, key=lambda one: one.id)


async def save_exclusions(session, given):
    await _saved(session, "exclusion", {(one.kind, one.value, one.source): one for one in given})


async def excluded_among(session, keys):
    async with session.statement() as tx:
        own = [one for (owner, _), one in tx.store.rows("exclusion").items() if owner == session.tenant_id]
        own.sort(key=lambda one: REASONS.index(one.reason), reverse=True)
        return {(one.kind, one.value): one.reason for one in own if (one.kind, one.value) in keys}


async def is_open(session, lead_id):
    async with session.statement() as tx:
        lead = tx.get("lead", (session.tenant_id, lead_id))
        return lead is not None and lead["stage"] != "scored"


async def add_accounts(session, new):
    return await _added(session, "account", {one.id: one for one in new})


async def add_leads(session, new):
    rows = {
        one.id: {"account_id": one.account_id, "stage": one.stage.value, "hold": None, "hold_reason": None}
        | {"contact_id": one.contact_id, "score": None}
        for one in new
    }
    return await _added(session, "lead", rows)


async def _added(session, table, rows):
    added = set()
    async with session.statement() as tx:
        for one in sorted(rows):
            if await tx.lock(table, (session.tenant_id, one)) is None:
                tx.put(table, (session.tenant_id, one), rows[one])
                added.add(one)
    return added


async def update_accounts(session, changed):
    async with session.statement() as tx:
        for one in changed:
            before = await tx.lock("account", (session.tenant_id, one.id))
            if before is not None:
                same = {"identity_key": before.identity_key, "source": before.source}
                tx.put("account", (session.tenant_id, one.id), one.model_copy(update=same))


async def save_contacts(session, people):
    await _saved(session, "contact", {one.id: one for one in people})


async def save_findings(session, found):
    current = {(one.subject_id, one.field) for one in found if one.is_current}
    async with session.statement() as tx:
        for (owner, key), one in list(tx.store.rows("finding").items()):
            if owner == session.tenant_id and one.is_current and (one.subject_id, one.field) in current:
                await tx.lock("finding", (owner, key))
                tx.put("finding", (owner, key), one.model_copy(update={"is_current": False}))
    await _saved(
        session,
        "finding",
        {(one.subject_id, one.field, one.provider, one.found_at): one for one in found},
    )


async def current_findings(session, subject_ids):
    async with session.statement() as tx:
        found = {}
        for (owner, _), one in sorted(tx.store.rows("finding").items(), key=lambda row: row[1].field):
            if owner == session.tenant_id and one.is_current and one.subject_id in subject_ids:
                found[one.subject_id] = (*found.get(one.subject_id, ()), one)
        return found


async def save_mail(session, outcomes):
    async with session.statement() as tx:
        for one in outcomes:
            key = (session.tenant_id, (one.contact_id, one.email))
            before = await tx.lock("mail_outcome", key)
            if before is None or before.at <= one.at:
                tx.put("mail_outcome", key, one)


async def sequence_tracks(session, *, answer_days):
    """Nobody's sequence is learned in the simulated worlds; of those who are put into one nothing has come yet."""
    return ()


async def track_records(session):
    async with session.statement() as tx:
        own = {
            kind: [one for (owner, _), one in tx.store.rows(kind).items() if owner == session.tenant_id]
            for kind in ("mail_outcome", "finding")
        }
    counts = {}
    for came in own["mail_outcome"]:
        for one in own["finding"]:
            is_told = one.subject_id == came.contact_id and one.found_at <= came.at
            if not is_told or one.provider in (REPLY, BOUNCE):
                continue
            if one.field == "email" and str(one.value).lower() == came.email.lower():
                claim, is_right = "email", came.arrived
            elif one.field.endswith("email_status") and one.value in ("deliverable", "undeliverable"):
                claim, is_right = "email_status", came.arrived == (one.value == "deliverable")
            else:
                continue
            right, wrong = counts.get((one.provider, claim), (0, 0))
            counts[one.provider, claim] = (right + is_right, wrong + (not is_right))
    return tuple(
        TrackRecord(source=source, claim=claim, right=right, wrong=wrong)
        for (source, claim), (right, wrong) in sorted(counts.items())
    )


async def save_signals(session, happened):
    async with session.statement() as tx:
        for one in happened:
            before = await tx.lock("signal", (session.tenant_id, one.id))
            first = before.model_copy(update={"on": min(before.on, one.on)}) if before is not None else one
            tx.put("signal", (session.tenant_id, one.id), first)


async def signals_of_accounts(session, account_ids):
    async with session.statement() as tx:
        own = [one for (owner, _), one in tx.store.rows("signal").items() if owner == session.tenant_id]
        found = {}
        for one in sorted(own, key=lambda one: (-one.on.toordinal(), one.id)):
            if one.account_id in account_ids:
                found[one.account_id] = (*found.get(one.account_id, ()), one)
        return found


async def save_recordings(session, recorded):
    if recorded:
        await _saved(session, "recording", {one.run_id: one.recording for one in recorded})


async def _saved(session, table, rows):
    async with session.statement() as tx:
        for key, row in rows.items():
            await tx.lock(table, (session.tenant_id, key))
            tx.put(table, (session.tenant_id, key), row)


async def move_leads(session, steps):
    async with session.statement() as tx:
        for step in steps:
            key = (session.tenant_id, step.lead_id)
            lead = await tx.lock("lead", key)
            if lead is not None and _RANK[lead["stage"]] <= _RANK[step.stage.value]:
                contact_id = step.contact_id or lead["contact_id"]
                moved = {
                    "stage": step.stage.value,
                    "contact_id": contact_id,
                    "hold": None,
                    "hold_reason": None,
                }
                tx.put("lead", key, {**lead, **moved})


async def save_judgements(session, scores):
    async with session.statement() as tx:
        for score in scores:
            lead = await tx.lock("lead", (session.tenant_id, score.lead_id))
            if lead is not None:
                tx.put("lead", (session.tenant_id, score.lead_id), {**lead, "score": score.score})


async def save_tallies(session, tallies):
    await _only_new(session, "source_tally", {(one.request_id, one.part): one for one in tallies})


async def save_rejections(session, rejections):
    await _only_new(
        session, "source_rejection", {(one.request_id, one.row_number): one for one in rejections}
    )


async def save_reviews(session, reviews):
    async with session.statement() as tx:
        for one in sorted(reviews, key=lambda one: one.id):
            if await tx.lock("account_review", (session.tenant_id, one.id)) is None:
                tx.put("account_review", (session.tenant_id, one.id), one)


async def save_identifiers(session, told):
    async with session.statement() as tx:
        for one in sorted(told, key=lambda one: (one.account_id, one.kind, one.value)):
            key = (session.tenant_id, one.account_id, one.kind, one.value)
            if tx.get("account", key[:2]) is not None and await tx.lock("account_identifier", key) is None:
                tx.put("account_identifier", key, one)
    async with session.statement() as tx:
        reviews = list(_questions(tx, session.tenant_id, {one.account_id for one in told}))
        for one in sorted(reviews, key=lambda one: one.id):
            await tx.lock("account_review", (session.tenant_id, one.id))
            tx.put("account_review", (session.tenant_id, one.id), one)


def _seen(tx, table):
    """All rows of a table as this transaction sees them."""
    changed = {key: row for (name, key), row in tx.changes.items() if name == table}
    return {**tx.store.rows(table), **changed}.items()


def _questions(tx, tenant_id, told):
    """The pairs that are tied or asked about, weighed anew; nobody has merged any here, or decided on one."""
    accounts = {key: one for (owner, key), one in _seen(tx, "account") if owner == tenant_id}
    marks = {}
    for (owner, *_), one in _seen(tx, "account_identifier"):
        if owner == tenant_id:
            marks.setdefault(one.account_id, set()).add((one.kind, one.value))
    companies = {
        key: replace(company_of(one), identifiers=frozenset(marks.get(key, ())))
        for key, one in accounts.items()
    }
    asked = {
        frozenset((one.account_id, one.other_id)): one
        for (owner, _), one in _seen(tx, "account_review")
        if owner == tenant_id
    }
    for one, other in itertools.combinations(sorted(accounts), 2):
        if not {one, other} & told:
            continue
        domains = [{("domain", accounts[key].domain)} for key in (one, other)]
        shared = companies[one].identifiers & (companies[other].identifiers | domains[1])
        is_tied = shared or companies[other].identifiers & domains[0]
        before = asked.get(frozenset((one, other)))
        if is_tied or before is not None:
            likeness = compare(companies[one], companies[other])
            yield AccountReview(
                id=review_id_of(tenant_id, one, other),
                account_id=before.account_id if before is not None else one,
                other_id=before.other_id if before is not None else other,
                score=likeness.score,
                evidence=likeness.evidence,
            )


async def _only_new(session, table, rows):
    async with session.statement() as tx:
        for key, row in rows.items():
            if await tx.lock(table, (session.tenant_id, key)) is not None:
                raise _is_there_already(table)
            tx.put(table, (session.tenant_id, key), row)


# --- the log


async def append(session, entries):
    if not entries:
        return
    counts = Counter((entry.topic, entry.lane) for entry in entries)
    following = {}
    async with session.statement() as tx:
        for head in sorted(counts):
            following[head] = await tx.lock("log_head", head) or 0
            tx.put("log_head", head, following[head] + counts[head])
    async with session.statement() as tx:
        for entry in entries:
            head = (entry.topic, entry.lane)
            place = (*head, following[head])
            if await tx.lock("log", place) is not None:
                raise _is_there_already("log")
            tx.put("log", place, entry)
            following[head] += 1


async def read(session, topic, lane, offset, limit):
    found = []
    async with session.statement() as tx:
        rows = tx.store.rows("log")
        while len(found) < limit and (entry := rows.get((topic, lane, offset))) is not None:
            found.append(_at(entry, offset))
            offset += 1
    return found


def _at(entry, offset):
    names = [name for name in type(entry).__slots__ if name != "offset"]
    return type(entry)(**{name: getattr(entry, name) for name in names}, offset=offset)


async def bury(session, *, letter_id, **letter):
    async with session.statement() as tx:
        if await tx.lock("dead_letter", letter_id) is None:
            tx.put("dead_letter", letter_id, letter)


# --- tenants, and what never changes here


async def former(session, ids):
    return set()


async def these(session, ids):
    async with session.statement() as tx:
        return {one: tenant for one in ids if (tenant := tx.get("tenant", one)) is not None}


async def modes(session, tenant_ids):
    async with session.statement():
        return {}


async def halted(session):
    async with session.statement():
        return


async def granted(session, tenant_ids):
    async with session.statement():
        return set()


async def everything(session, vault):
    async with session.statement() as tx:
        names = tx.get("tenant", session.tenant_id).config.get("ways", ("oracle",))
        return {name: Connection(name, None, None, None, EPOCH) for name in names}


async def resolve(session, *, tenant_id, alias="champion"):
    async with session.statement():
        return ModelVersion(None, "fake", 1, "0", "none", {}, {}, EPOCH, (alias,))


async def no_sign_of_life(*_, **__):
    """Heartbeats are for people who look on."""


def _s(seconds):
    return timedelta(seconds=seconds)


#: the function of the store that each of these stands for
MODELLED = {
    (lanes, "take"): take,
    (lanes, "advance"): advance,
    (lanes, "release"): release,
    (lanes, "held_by"): held_by,
    (runs, "open_runs"): open_runs,
    (runs, "close_runs"): close_runs,
    (runs, "take_due"): take_due,
    (runs, "begin_again"): begin_again,
    (runs, "leave_off"): leave_off,
    (runs, "still_running"): still_running,
    (runs, "hold_back"): hold_back,
    (calls, "reserve"): reserve,
    (calls, "unanswered"): unanswered,
    (calls, "settle"): settle_calls,
    (calls, "experience"): experience,
    (calls, "hits_of"): hits_of,
    (calls, "spent_by"): spent_by,
    (leads, "accounts"): accounts,
    (leads, "accounts_of"): accounts_of,
    (leads, "contacts"): contacts,
    (leads, "contacts_of"): contacts_of,
    (mail, "contacts_at"): contacts_at,
    (leads, "stages"): stages,
    (engagement, "save"): save_engagement,
    (engagement, "of_leads"): engagement_of_leads,
    (mail, "save"): save_mail,
    (mail, "track_records"): track_records,
    (sequences, "tracks"): sequence_tracks,
    (leads, "known_keys"): known_keys,
    (leads, "is_open"): is_open,
    (identity, "candidates"): candidates,
    (identity, "save_reviews"): save_reviews,
    (identifiers, "save"): save_identifiers,
    (exclusions, "save"): save_exclusions,
    (exclusions, "among"): excluded_among,
    (leads, "add_accounts"): add_accounts,
    (leads, "add_leads"): add_leads,
    (leads, "update_accounts"): update_accounts,
    (leads, "save_contacts"): save_contacts,
    (leads, "move_leads"): move_leads,
    (judgements, "save"): save_judgements,
    (findings, "save"): save_findings,
    (findings, "current"): current_findings,
    (signals, "save"): save_signals,
    (signals, "of_accounts"): signals_of_accounts,
    (sources, "save_tallies"): save_tallies,
    (sources, "save_rejections"): save_rejections,
    (log, "append"): append,
    (log, "read"): read,
    (carriers, "current"): the_log,
    (letters, "bury"): bury,
    (tenants, "these"): these,
    (tenants, "former"): former,
    (switches, "modes"): modes,
    (switches, "halted"): halted,
    (autonomy, "granted"): granted,
    (recordings, "save"): save_recordings,
    (connections, "everything"): everything,
    (models, "resolve"): resolve,
    (heartbeats, "beat"): no_sign_of_life,
    (heartbeats, "gone"): no_sign_of_life,
    (approvals, "hold"): questions.hold,
    (approvals, "decide"): questions.decide,
    (approvals, "decided"): questions.decided,
    (approvals, "settle"): questions.settle,
}


def _noted(function):
    """The function, after its lease was noted for whoever watches the commit."""

    async def advance_(session, lease, *given):
        session.note(lease)
        await function(session, lease, *given)

    return advance_


@contextmanager
def installed():
    """The store's functions replaced by the model's, until the end of the block."""
    before = {place: getattr(*place) for place in MODELLED}
    for (module, name), function in MODELLED.items():
        setattr(module, name, function)
    lanes.advance = _noted(MODELLED[lanes, "advance"])
    savers = committing._SAVERS  # the one place that keeps functions of the store instead of their names
    modelled = {before[place]: function for place, function in MODELLED.items()}
    committing._SAVERS = tuple((kind, same_row, modelled[save]) for kind, same_row, save in savers)
    try:
        yield
    finally:
        committing._SAVERS = savers
        for (module, name), function in before.items():
            setattr(module, name, function)
