"""A tenant with leads, runs and desks, written by plain SQL, always the same for the same name."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tenants.identity import TenantId, stable_id
from tenants.store.columns import unnest
from tenants.store.session import Database, Session

AGENTS = ("lead_source", "enrichment", "contact_finder", "scoring")
TOPICS = ("source.requested", "lead.sourced", "lead.enriched", "contact.verified")
FACES = [
    {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "description": text,
        "topic": topic,
    }
    for name, topic, text in zip(
        AGENTS,
        TOPICS,
        (
            "Brings leads in from files, registers and providers",
            "Fills in what is not known about a company yet",
            "Finds the right person and an address that works",
            "Judges fit and intent, and says why",
        ),
        strict=True,
    )
]
PROVIDERS = [
    {
        "name": "apollo",
        "title": "Apollo",
        "base_url": "https://api.apollo.example",
        "needs_key": True,
        "credit_price_usd": 0.05,
        "fields": ["industry", "country", "employees", "technologies"],
        "questions": ["EnrichCompany", "RevealPerson"],
        "billed": ["EnrichCompany", "RevealPerson"],
        "limits": [[200, 60]],
    },
    {
        "name": "hunter",
        "title": "Hunter",
        "base_url": "https://api.hunter.example",
        "needs_key": True,
        "credit_price_usd": 0.03,
        "fields": ["industry", "employees", "description"],
        "questions": ["EnrichCompany", "VerifyAddress"],
        "billed": ["EnrichCompany", "VerifyAddress"],
        "limits": [[15, 1], [500, 60]],
    },
    {
        "name": "wikidata",
        "title": "Wikidata",
        "base_url": "https://query.example",
        "fields": ["industry", "country", "founded_year"],
        "questions": ["EnrichCompany"],
    },
    {
        "name": "zerobounce",
        "title": "ZeroBounce",
        "base_url": "https://api.zero.example",
        "needs_key": True,
        "credit_price_usd": 0.008,
        "questions": ["VerifyAddress"],
        "billed": ["VerifyAddress"],
    },
]
_FIRST = (
    "Northwind",
    "Cobalt",
    "Harbor",
    "Juniper",
    "Quarry",
    "Lumen",
    "Alder",
    "Meridian",
    "Tessel",
    "Fjord",
    "Copper",
)
_LAST = (
    "Logistics",
    "Analytics",
    "Robotics",
    "Payments",
    "Energy",
    "Textiles",
    "Biotech",
    "Foods",
    "Freight",
)
_INDUSTRIES = (
    "Software",
    "Logistics",
    "Machinery",
    "Financial services",
    "Biotechnology",
    "Retail",
    "Energy",
)
_PEOPLE = (
    "Ada Brandt",
    "Jonas Keller",
    "Mei Tanaka",
    "Lucía Romero",
    "Tom Okafor",
    "Ines Dubois",
    "Karl Nyberg",
)
_TITLES = ("Head of Operations", "VP Sales", "Chief Technology Officer", "Director of Procurement", "COO")
_REASONS = (
    ("Industry is one that buys often", 0.9),
    ("Grows: 14 open jobs", 0.55),
    ("Uses a technology that ours works with", 0.41),
    ("Founded less than ten years ago", 0.18),
    ("Smaller than the companies that bought", -0.36),
    ("No engagement in the last 30 days", -0.22),
)
_DROPS = (
    ("sourced", "skipped", "country outside the ideal customer profile"),
    ("sourced", "skipped", "too few employees"),
    ("sourced", "failed", "the register did not answer"),
    ("enriched", "skipped", "nobody with a wanted title"),
    ("enriched", "snoozed", "daily quota of the provider is used up"),
    ("contactable", "awaiting_approval", "a person has to agree"),
)


@dataclass
class Sown:
    """What was written: ids to look for."""

    id: TenantId
    name: str
    leads: list[uuid.UUID] = field(default_factory=list)
    scored: list[uuid.UUID] = field(default_factory=list)
    runs: list[uuid.UUID] = field(default_factory=list)


async def tenant(database: Database, name: str, *, label: str = "", lane: int = 0) -> Sown:
    """A tenant without anything."""
    sown = Sown(TenantId(stable_id("test-tenant", name)), name)
    async with database.tenant(sown.id) as session:
        await session.run(
            "INSERT INTO tenant (id, name, label, home_lane, config) "
            "VALUES (:id, :name, :label, :lane, '{}')",
            id=sown.id,
            name=name,
            label=label or name,
            lane=lane,
        )
    return sown


async def sow(database: Database, name: str, *, leads: int = 60, label: str = "", lane: int = 0) -> Sown:
    """A tenant in the middle of its work: leads at all stages, a run for each step, desks that are alive."""
    sown = await tenant(database, name, label=label, lane=lane)
    chance = random.Random(name)
    rows = [_lead(name, number, chance) for number in range(leads)]
    runs = [run for row in rows for run in _runs(row, chance)]
    async with database.tenant(sown.id) as session:
        await _insert(session, "account", _ACCOUNT, [row["account"] for row in rows])
        await _insert(session, "contact", _CONTACT, [row["contact"] for row in rows if row["contact"]])
        await _insert(session, "lead", _LEAD, [row["lead"] for row in rows])
        await _insert(session, "run", _RUN, runs)
        await session.run(
            "INSERT INTO provider_call (tenant_id, id, run_id, provider, question, state, credits, cost_usd) "
            "SELECT :tenant, gen_random_uuid(), id, 'apex', 'who', 'settled', 1, 0.012 FROM run "
            "WHERE tenant_id = :tenant AND agent = 'enrichment'",
            tenant=sown.id,
        )
        for agent, age in zip(AGENTS, (2, 4, 41, None), strict=True):
            if age is not None:
                await session.run(
                    "INSERT INTO heartbeat (desk, agent, lanes, pid, build, health, seen_at) "
                    "VALUES (:desk, :agent, CAST(:lanes AS int[]), 1, 'test', '{}', "
                    "now() - make_interval(secs => :age))",
                    desk=f"{agent}-{name}",
                    agent=agent,
                    lanes=[lane],
                    age=age,
                )
    sown.leads = [row["lead"]["id"] for row in rows]
    sown.scored = [row["lead"]["id"] for row in rows if row["lead"]["score"] is not None]
    sown.runs = [run["id"] for run in runs]
    return sown


_ACCOUNT = {
    "id": "uuid",
    "identity_key": "text",
    "name": "text",
    "domain": "text",
    "industry": "text",
    "country": "text",
    "city": "text",
    "employees": "int",
    "founded_year": "int",
    "description": "text",
    "source": "text",
}
_CONTACT = dict.fromkeys(("full_name", "title", "email", "email_status", "source"), "text") | {
    "id": "uuid",
    "account_id": "uuid",
}
_LEAD = {
    "id": "uuid",
    "account_id": "uuid",
    "contact_id": "uuid",
    "stage": "text",
    "hold": "text",
    "hold_reason": "text",
    "source": "text",
    "icp_version": "int",
    "fit": "real",
    "intent": "real",
    "score": "int",
    "tier": "text",
    "sequence": "text",
    "model": "text",
    "reasons": "json",
    "scored_at": "timestamptz",
}
_RUN = {
    "id": "uuid",
    "agent": "text",
    "event_id": "uuid",
    "lead_id": "uuid",
    "topic": "text",
    "lane": "int",
    "status": "text",
    "started_at": "timestamptz",
    "duration_s": "real",
    "reason": "text",
    "input": "json",
    "output": "json",
    "error": "json",
    "cost_usd": "numeric",
    "fingerprint": "text",
    "finished_at": "timestamptz",
}


async def _insert(session: Session, table: str, kinds: dict[str, str], rows: list[dict[str, Any]]) -> None:
    names = ", ".join(kinds)
    await session.run(
        f"INSERT INTO {table} (tenant_id, {names}) SELECT :tenant_id, {names} FROM {unnest(**kinds)}",
        tenant_id=session.tenant_id,
        **{name: [row[name] for row in rows] for name in kinds},
    )


def _lead(tenant_name: str, number: int, chance: random.Random) -> dict[str, Any]:
    company = f"{_FIRST[number % len(_FIRST)]} {_LAST[(number // len(_FIRST) + number) % len(_LAST)]}"
    domain = company.lower().replace(" ", "-") + f"-{number}.example"
    account_id, contact_id = (
        stable_id(tenant_name, "account", number),
        stable_id(tenant_name, "contact", number),
    )
    account = {
        "id": account_id,
        "identity_key": domain,
        "name": company if number < len(_FIRST) * len(_LAST) else f"{company} {number}",
        "domain": domain,
        "industry": chance.choice(_INDUSTRIES),
        "country": chance.choice(("DE", "FR", "SE", "US", "NL")),
        "city": chance.choice(("Berlin", "Lyon", "Malmö", "Denver", "Utrecht")),
        "employees": chance.randrange(12, 4800),
        "founded_year": chance.randrange(1974, 2022),
        "description": f"{company} helps other companies with what they would rather not do themselves.",
        "source": "list.csv",
    }
    person = _PEOPLE[number % len(_PEOPLE)]
    contact = {
        "id": contact_id,
        "account_id": account_id,
        "full_name": person,
        "title": chance.choice(_TITLES),
        "email": f"{person.split(' ')[0].lower()}@{domain}",
        "email_status": chance.choice(("valid", "valid", "valid", "catch_all", "unknown")),
        "source": "apex",
    }
    lead = dict.fromkeys(_LEAD) | {
        "id": stable_id(tenant_name, "lead", number),
        "account_id": account_id,
        "source": "list.csv",
        "icp_version": 1,
        "stage": "scored",
    }
    if number % 4 == 3:
        lead["stage"], lead["hold"], lead["hold_reason"] = chance.choice(_DROPS)
        return {"account": account, "contact": None, "lead": lead}
    score = chance.randrange(18, 98)
    tier = "A" if score >= 75 else "B" if score >= 50 else "C"
    lead |= {
        "contact_id": contact_id,
        "fit": score / 100,
        "intent": chance.random(),
        "score": score,
        "tier": tier,
        "sequence": {"A": "executive-outreach", "B": "standard-outreach", "C": "nurture"}[tier],
        "model": "lead-scorer-3",
        "reasons": orjson.dumps([{"text": text, "contribution": value} for text, value in _REASONS]).decode(),
        "scored_at": datetime.now(UTC) - timedelta(minutes=5),
    }
    return {"account": account, "contact": contact, "lead": lead}


def _runs(row: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    lead = row["lead"]
    steps = {"sourced": 2, "enriched": 3, "contactable": 4, "scored": 4}[lead["stage"]]
    begun = datetime.now(UTC) - timedelta(seconds=chance.randrange(90, 3300))
    ended = {"skipped": "skipped", "failed": "failed", "snoozed": "snoozed", None: "done"}.get(
        lead["hold"], "done"
    )
    runs = []
    for step in range(steps):
        last = step == steps - 1
        status = ended if last else "done"
        runs.append(
            {
                "id": stable_id(lead["id"], "run", step),
                "agent": AGENTS[step],
                "event_id": stable_id(lead["id"], "event", step),
                "lead_id": lead["id"],
                "topic": TOPICS[step],
                "lane": 0,
                "status": status,
                # several runs share a moment, as those of one batch do
                "started_at": begun.replace(microsecond=0) + timedelta(seconds=2 * step),
                "duration_s": round(chance.random() * 3, 3),
                "reason": lead["hold_reason"] if last else None,
                "input": orjson.dumps(
                    {"lead_id": str(lead["id"]), "domain": row["account"]["domain"]}
                ).decode(),
                "output": orjson.dumps({"employees": row["account"]["employees"], "sure": True}).decode(),
                "error": orjson.dumps({"kind": "ProviderTimeout", "message": lead["hold_reason"]}).decode()
                if status == "failed"
                else None,
                "cost_usd": 0.012 if AGENTS[step] == "enrichment" else 0,
                "fingerprint": "seeded" if status == "failed" else None,
                "finished_at": begun + timedelta(seconds=2 * step + 1.5),
            }
        )
    return runs
