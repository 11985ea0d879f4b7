from uuid import uuid4

from actors.core.judging import judged, request_for
from scoring_models.schema import Happening, Reason, Score
from tenants.policies import read_config
from tenants.records import Account, Contact
from tenants.signals import signal
from tests.fakes.context import NOW, FakeContext

ACCOUNT = Account(id=uuid4(), identity_key="domain:a.com", name="A", domain="a.com", source="t", employees=7)
CONTACT = Contact(id=uuid4(), account_id=ACCOUNT.id, full_name="Ann", source="t", seniority="vp")
LEAD = uuid4()


async def test_a_lead_is_judged_by_what_has_happened_until_today():
    asked = []

    def model(request):
        asked.append(request)
        reasons = (Reason(feature="industry", text="It hires", contribution=0.5),)
        return Score(lead_id=LEAD, fit=0.5, intent=0.2, score=60, tier="B", model="m-1", reasons=reasons)

    ctx = FakeContext(
        score=model,
        config=read_config({"sequences": {"B": "wait"}}),
        signals={ACCOUNT.id: [signal(ACCOUNT.id, "news", NOW.date(), "Moved", None, "website", NOW)]},
    )
    standing = await judged(LEAD, ACCOUNT, CONTACT, ctx)
    assert asked == [request_for(LEAD, ACCOUNT, CONTACT, (Happening(kind="news", days_ago=0),))]
    assert (asked[0].employees, asked[0].seniority) == (7, "vp")
    assert (standing.lead_id, standing.score, standing.tier, standing.sequence) == (LEAD, 60, "B", "wait")
    assert standing.reasons == ({"text": "It hires", "contribution": 0.5},)
