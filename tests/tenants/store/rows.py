"""Rows as the store's tests need them: as little as a row must have, and what a test wants on top."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from tenants.records import Account, Contact, Lead, LeadScore, LogEntry, RunStatus
from tenants.store import leads
from tenants.store.runs import RunEnd, RunStart


def account(**facts):
    account_id = uuid4()
    given = {"id": account_id, "identity_key": f"name:{account_id}|", "name": "Acme", "source": "test"}
    return Account(**given | facts)


def contact(of, **facts):
    return Contact(
        **{"id": uuid4(), "account_id": of.id, "full_name": "Ann Example", "source": "test"} | facts
    )


def lead(of, **facts):
    return Lead(**{"id": uuid4(), "account_id": of.id, "source": "test", "icp_version": 1} | facts)


def score(of, points, **facts):
    given = {"fit": points / 100, "intent": 0.0, "tier": "A", "sequence": "call-first", "model": "acme-1"}
    return LeadScore(**given | {"lead_id": of.id, "score": points, "reasons": ()} | facts)


async def add_leads(session, count):
    """So many new leads, each of an account of its own."""
    accounts = [account() for _ in range(count)]
    await leads.add_accounts(session, accounts)
    new = [lead(one) for one in accounts]
    await leads.add_leads(session, new)
    return new


def start(**facts):
    given = {"id": uuid4(), "event_id": uuid4(), "lead_id": None, "topic": "lead.sourced", "input": '{"n":1}'}
    return RunStart(**given | facts)


def end(run, status=RunStatus.DONE, **facts):
    given = {
        "duration_s": 0.5,
        "due_at": None,
        "reason": None,
        "output": None,
        "error": None,
        "cost_usd": Decimal(0),
        "versions": None,
    }
    return RunEnd(**{"id": run.id, "lead_id": run.lead_id, "status": status} | given | facts)


def entry(tenant_id, **facts):
    given = {
        "topic": "lead.sourced",
        "lane": 0,
        "event_id": uuid4(),
        "tenant_id": tenant_id,
        "type": "lead.sourced",
        "source": "/t",
        "subject": None,
        "time": datetime.now(UTC),
        "traceparent": None,
        "data": '{"n":1}',
    }
    return LogEntry(**given | facts)
