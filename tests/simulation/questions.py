"""The model of approvals: asked, decided, carried out."""

import orjson

from tenants.approvals import Decision, may_decide
from tenants.store.approvals import Decided, NotDecidable


async def hold(session, held):
    if not held:
        return
    async with session.statement() as tx:
        wanted = {(one.agent, one.lead_id) for one in held if one.lead_id is not None}
        for key, row in list(tx.store.rows("approval").items()):
            if key[0] == session.tenant_id and (row["agent"], row["lead_id"]) in wanted:
                older = await tx.lock("approval", key)
                if older["status"] == "pending":
                    tx.put("approval", key, {**older, "status": "superseded"})
                    await _skip(tx, (session.tenant_id, older["run_id"]))
    async with session.statement() as tx:
        for one in held:
            key = (session.tenant_id, one.id)
            assert await tx.lock("approval", key) is None, "an approval is asked twice"
            names = ("agent", "lead_id", "run_id", "requested_by", "expires_at", "content", "content_hash")
            row = {name: getattr(one, name) for name in names}
            tx.put("approval", key, {**row, "status": "pending", "by": None, "reason": None, "edited": None})


async def _skip(tx, key):
    run = await tx.lock("run", key)
    if run["status"] == "awaiting_approval":
        why = "a newer question took the place of this one"
        tx.put("run", key, {**run, "status": "skipped", "reason": why, "approval_id": None})


async def decide(session, approval_id, decision, *, by, policy, content_hash=None, reason=None, edited=None):
    key = (session.tenant_id, approval_id)
    async with session.statement() as tx:
        row = tx.get("approval", key)
    if row is None:
        raise NotDecidable(f"there is no approval {approval_id}")
    if content_hash is not None and content_hash != row["content_hash"]:
        raise NotDecidable("what is to be done is not what you saw: look again")
    if not may_decide(policy, requested_by=row["requested_by"], by=by):
        raise NotDecidable(f"{by} has asked for this: somebody else must decide")
    async with session.statement() as tx:
        row = await tx.lock("approval", key)
        if row["status"] != "pending" or row["expires_at"] <= tx.store.now:
            raise NotDecidable(f"it is {row['status']} already")
        decided_ = {"status": decision.value, "by": by, "reason": reason, "edited": edited}
        tx.put("approval", key, {**row, **decided_})
    async with session.statement() as tx:
        run = await tx.lock("run", (session.tenant_id, row["run_id"]))
        if run["status"] == "awaiting_approval":
            tx.put("run", (session.tenant_id, row["run_id"]), {**run, "due_at": tx.store.now})


async def decided(session, approval_id):
    async with session.statement() as tx:
        row = tx.get("approval", (session.tenant_id, approval_id))
    if row is None:
        return None
    content, content_hash = row["edited"] or (row["content"], row["content_hash"])
    return Decided(Decision(row["status"]), row["by"], row["reason"], orjson.loads(content), content_hash)


async def settle(session, settled):
    if not settled:
        return
    async with session.statement() as tx:
        for approval_id, failure in settled.items():
            key = (session.tenant_id, approval_id)
            row = await tx.lock("approval", key)
            if row is not None and row["status"] in ("approved", "edited"):
                status = "executed" if failure is None else "failed"
                tx.put("approval", key, {**row, "status": status, "reason": failure or row["reason"]})
