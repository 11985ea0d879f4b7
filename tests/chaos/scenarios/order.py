"""Events that come too early, and events that come when all is over."""

import json

from tests.chaos.trial import Scenario, Trial

_STEPS = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.step (lead_id uuid, before text, after text);
CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO chaos.step VALUES (NEW.id, OLD.stage, NEW.stage); RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE ON lead FOR EACH ROW WHEN (OLD.stage <> NEW.stage) EXECUTE FUNCTION chaos.note();
"""
_ORDER = "ARRAY['sourced', 'enriched', 'contactable', 'scored']"
_BACK = f"SELECT count(*) FROM chaos.step WHERE array_position({_ORDER}, after) < array_position({_ORDER}, before)"
_LEADS = "SELECT md5(string_agg(lead::text, '' ORDER BY id)) FROM lead"

_OF_SCORED = """
SELECT array_agg(data::text) FROM log
WHERE topic = $1 AND data ->> 'lead_id' IN (SELECT id::text FROM lead WHERE stage = 'scored')
"""


async def out_of_order(trial: Trial) -> None:
    """A contact is verified before its lead is enriched, and old news comes under new ids when the lead is scored."""
    await trial.execute(_STEPS)
    await trial.desk()
    trial.ground.world(apollo={"latency_ms": "1000"})
    tenant = trial.tenants[0]
    few = 10 if trial.is_brief else 60
    await trial.bring(tenant, trial.load.companies(tenant, few))
    sourced = "SELECT array_agg(id || ' ' || account_id) FROM lead WHERE stage = 'sourced' AND tenant_id = $1"

    async def there() -> bool:
        return len(await trial.value(sourced, tenant.id) or ()) > few // 2

    await trial.until(there, "leads are sourced, and none is enriched")
    early = [lead.split() for lead in await trial.value(sourced, tenant.id)]
    for lead, account in early:
        said = {"lead_id": lead, "account_id": account, "contact_id": account}
        said |= {"email_status": "deliverable", "email_source": "elsewhere"}
        trial.foreign.add(await trial.put(tenant, "contact.verified", json.dumps(said)))
    trial.ground.world(apollo={"latency_ms": "50±20"})
    await trial.drained()
    parked = await trial.value(
        "SELECT count(*) FROM lead WHERE stage <> 'scored' AND hold_reason = 'the account or the contact is gone'"
    )
    trial.must(parked == 0, f"{parked} leads never got over an event that came too early")
    leads, bill = await trial.value(_LEADS), trial.ground.bill()["total"]
    scored = await trial.value("SELECT count(*) FROM log WHERE topic = 'lead.scored'")
    trial.must(scored > 0, "leads were scored all the same")
    for topic in ("contact.verified", "lead.sourced", "lead.enriched"):
        for data in (await trial.value(_OF_SCORED, topic))[: few * 2]:
            trial.foreign.add(await trial.put(tenant, topic, data))
    trial.notes |= {"early": len(early), "late": len(trial.foreign) - len(early)}
    await trial.drained()
    trial.must(await trial.value(_LEADS) == leads, "leads are as they were before the old news")
    trial.must(trial.ground.bill()["total"] == bill, "nobody was asked over old news")
    again = await trial.value("SELECT count(*) FROM log WHERE topic = 'lead.scored'")
    trial.must(again == scored, f"{again - scored} leads were scored again over old news")
    trial.must(await trial.value(_BACK) == 0, "no lead goes back")
    trial.must(await trial.value("SELECT count(*) FROM chaos.step") > 0, "each step of a lead is on record")


SCENARIOS = (Scenario(20, "out-of-order", out_of_order),)
