from uuid import uuid4

import pytest

from actors.agents.crm import crm
from actors.core.outcome import Done, Skip
from actors.core.questions import ProspectOnFile, ReadProspect, RecordOnFile
from actors.events.lead import LeadScored
from tenants.approvals import ActKind
from tenants.policies import read_config
from tenants.records import Account, Contact
from tests.fakes.context import FakeContext

ACCOUNT = Account(
    id=uuid4(),
    identity_key="domain:acme.example",
    name="Acme",
    domain="acme.example",
    employees=240,
    source="t",
)
ANN = Contact(
    id=uuid4(), account_id=ACCOUNT.id, full_name="Ann Lee", title="CEO", email="ann@acme.example", source="t"
)
EVENT = LeadScored(
    lead_id=uuid4(), account_id=ACCOUNT.id, contact_id=ANN.id, fit=0.8, intent=0.1, score=85, tier="A",
    sequence=None, model="m-1", reasons=(),
)  # fmt: skip
OF_ACCOUNT = {"name": "Acme", "employees": 240, "lead_score": 85, "lead_tier": "A"}
EDITED = ProspectOnFile(
    account=RecordOnFile(etag='"3"', values={"name": "Acme", "employees": 12}, edited=("name", "employees")),
    contact=RecordOnFile(etag='"1"', values={"name": "Ann Li", "title": "Boss"}, edited=("title",)),
)


async def decided(on_file=None, *, account=ACCOUNT, contact=ANN, **policy):
    context = FakeContext(
        {ReadProspect: on_file},
        accounts=[account],
        contacts=[contact],
        config=read_config({"approvals": policy}),
    )
    return await crm.work(EVENT, context)


async def test_what_is_not_on_file_is_written_without_asking():
    outcome = await decided()
    assert isinstance(outcome, Done)
    effect = outcome.effect
    assert (effect.domain, effect.email) == ("acme.example", "ann@acme.example")
    assert effect.account == OF_ACCOUNT
    assert effect.contact == {"name": "Ann Lee", "title": "CEO"}
    assert (effect.replaces, effect.seen, outcome.acts) == ((), {}, ())


async def test_a_field_that_a_person_edited_and_we_know_otherwise_is_asked_about():
    outcome = await decided(EDITED)
    assert outcome.effect.replaces == ("account.employees", "contact.title")
    assert outcome.effect.seen == {"account": '"3"', "contact": '"1"'}
    (act,) = outcome.acts
    assert (act.kind, act.amount) == (ActKind.OVERWRITE, 2)
    assert act.why == "replace what people have edited in the CRM: account.employees, contact.title"


async def test_a_tenant_that_never_wants_it_keeps_what_people_have_edited():
    outcome = await decided(EDITED, overwrite="never")
    assert (outcome.effect.replaces, outcome.acts) == ((), ())
    assert outcome.output["left"] == ["account.employees", "contact.title"]


async def test_what_we_wrote_ourselves_is_replaced_without_asking():
    ours = ProspectOnFile(account=RecordOnFile(etag='"1"', values={"name": "Acme", "employees": 12}))
    assert (await decided(ours)).acts == ()


async def test_the_ledger_names_nobody():
    outcome = await decided(EDITED)
    assert "Ann" not in f"{dict(outcome.output)} {outcome.acts[0].why}"


@pytest.mark.parametrize(
    "gone",
    [
        {"account": ACCOUNT.model_copy(update={"id": uuid4()})},
        {"contact": ANN.model_copy(update={"id": uuid4()})},
    ],
)
async def test_what_is_gone_is_skipped(gone):
    assert await decided(**gone) == Skip("the account or the contact is gone", missing="contact")


@pytest.mark.parametrize(
    "without",
    [
        {"account": ACCOUNT.model_copy(update={"domain": None})},
        {"contact": ANN.model_copy(update={"email": None})},
    ],
)
async def test_without_domain_and_address_there_is_no_record_to_write(without):
    outcome = await decided(**without)
    assert outcome == Skip("the CRM knows companies by domain and people by address", missing="email")
