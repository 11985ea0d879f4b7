from datetime import date, timedelta
from uuid import uuid4

import pytest

from actors.agents.watcher import watcher
from actors.core.outcome import Done, Skip
from actors.core.questions import Answer, FindSignals, Signal, SignalsFound
from actors.events.signals import SignalsFound as Found
from actors.events.signals import SignalsRequested
from tenants.policies import read_config
from tenants.records import Account
from tenants.signals import signal
from tests.fakes.context import NOW, FakeContext

ACCOUNT = Account(
    id=uuid4(), identity_key="domain:acme.com", name="Acme GmbH", domain="acme.com", country="DE", employees=70,
    source="list.csv",
)  # fmt: skip
EVENT = SignalsRequested(lead_id=uuid4(), account_id=ACCOUNT.id, contact_id=uuid4())
JOB = Signal(kind="hiring", on=date(2025, 12, 20), title="Cook", url="https://acme.com/jobs/1")


async def watched(*told, account=ACCOUNT, **more):
    answers = [Answer(provider="website", content=one) if not isinstance(one, str) else one for one in told]
    ctx = FakeContext({FindSignals: answers}, accounts=[account] if account else [], **more)
    return ctx, await watcher.work(EVENT, ctx)


async def test_what_is_new_is_kept_and_the_lead_is_to_be_judged_anew():
    ctx, outcome = await watched(SignalsFound(signals=(JOB,)))
    assert ctx.asked_each == [FindSignals(domain="acme.com", name="Acme GmbH", country="DE")]
    assert ctx.asked == []  # nothing is bought, and no model is asked before what is new is kept
    assert isinstance(outcome, Done)
    (kept,) = outcome.save
    assert (kept.title, kept.on, kept.source, kept.seen_at) == ("Cook", JOB.on, "website", NOW)
    ids = {"lead_id": EVENT.lead_id, "account_id": ACCOUNT.id, "contact_id": EVENT.contact_id}
    assert outcome.say == (Found(**ids, count=1),)
    assert outcome.output == {"signals": 1}


async def test_where_nothing_is_new_nothing_is_kept_and_nothing_said():
    known = signal(ACCOUNT.id, "hiring", JOB.on, "COOK", None, "website", NOW - timedelta(days=9))
    _, outcome = await watched(SignalsFound(signals=(JOB,)), signals={ACCOUNT.id: [known]})
    assert outcome == Done(output={"signals": 0})


async def test_who_cannot_say_is_named_and_fails_nothing():
    _, outcome = await watched("website", None)
    assert outcome == Done(output={"signals": 0, "unanswered": ["website"]})


@pytest.mark.parametrize("account", [None, ACCOUNT.model_copy(update={"domain": None})])
async def test_of_a_company_that_is_gone_or_has_no_domain_nobody_is_asked(account):
    ctx, outcome = await watched(account=account)
    assert isinstance(outcome, Skip)
    assert ctx.asked_each == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"excluded": {"acme.com": "customer"}}, "customer"),
        ({"excluded": {"acme": "partner"}}, "partner"),
        ({"config": read_config({"icp": {"employees_max": 50}})}, "employees"),
    ],
)
async def test_of_a_company_that_is_no_customer_any_more_or_one_already_nobody_is_asked(more, reason):
    ctx, outcome = await watched(SignalsFound(signals=(JOB,)), **more)
    assert isinstance(outcome, Skip)
    assert reason in outcome.reason
    assert ctx.asked_each == []
