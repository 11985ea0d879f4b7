"""The demonstration: some tenants, a simulated world, and leads that go all the way."""

import asyncio
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actors.engine.profiles import Profiles
from actors.engine.sourcing import request_search
from actors.events import event_types
from scoring_models.dataset import read_dataset
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from scoring_models.train import train
from tenants.records import Tenant
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import calls, funnel, tenants
from tenants.store.session import Database

LABEL = "(demo)"
_NAMES = ("acme", "globex", "initech", "umbrella", "hooli", "stark", "wayne", "wonka", "tyrell", "cyberdyne")
_HISTORY_ROWS = 6_000
_SEED = 7
# Each tenant looks for other companies; together they leave nobody in the world out.
_PROFILES: tuple[Mapping[str, Any], ...] = (
    {
        "icp": {"employees_min": 10},
        "personas": [{"titles": ["sales", "marketing"], "seniorities": ["vp", "director"]}, {}],
    },
    {"icp": {"employees_max": 5000}, "personas": [{"seniorities": ["c_suite", "founder"]}, {}]},
    {
        "icp": {},
        "personas": [{"departments": ["engineering", "it"], "seniorities": ["vp", "head", "director"]}, {}],
    },
)


class NotOurs(Exception):
    """A tenant has the name of one of the demonstration's, and is not one of them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the demonstration's tenants have come."""

    funnels: Mapping[str, Mapping[str, int]]
    billed_calls: int
    spent: float

    def total(self, name: str) -> int:
        """A number of the funnel over all tenants."""
        return sum(funnel[name] for funnel in self.funnels.values())


def connections(simulator: Mapping[str, Any], tenant: str) -> dict[str, Any]:
    """A tenant's connections to the simulator."""
    http = simulator["http"]
    return {
        "apollo": {"base_url": f"{http}/apollo/api/v1", "api_key": f"sim-apollo-{tenant}"},
        "hunter": {"base_url": f"{http}/hunter/v2", "api_key": f"sim-hunter-{tenant}"},
        "website": {"base_url": f"{http}/sites/{{domain}}"},
        "dns": {"base_url": simulator["dns"]},
    }


def services(simulator: Mapping[str, Any], tenant: str) -> dict[str, Any]:
    """A tenant's connections to the simulated services of its sales platform, which carry out effects."""
    return {
        name: {"base_url": f"{simulator['http']}/{name}/v1", "api_key": f"sim-{name}-{tenant}"}
        for name in ("sequences", "crm")
    }


async def prepare(
    database: Database,
    store: StoreSettings,
    simulator: Mapping[str, Any],
    *,
    count: int,
    reaching_out: bool = False,
) -> list[Tenant]:
    """Fresh tenants that are connected to the simulator. Those of an earlier demonstration go.

    With `reaching_out` the first of them has its prospects enrolled and written into its CRM, unasked.

    Raises NotOurs where somebody else's tenant has one of the names.
    """
    names = [*_NAMES, *(f"tenant-{number}" for number in range(len(_NAMES) + 1, count + 1))][:count]
    async with database.system() as session:
        known = {tenant.name: tenant for tenant in await tenants.everyone(session)}
    for tenant in known.values():
        if tenant.label.endswith(LABEL):
            await tenants.remove(database, tenant.name)
        elif tenant.name in names:
            raise NotOurs(f"the tenant {tenant.name!r} is not the demo's: name another home in LEADMILL_HOME")
    vault = Vault.from_settings(store)
    made = []
    for number, name in enumerate(names):
        document = {**_PROFILES[number % len(_PROFILES)], "connections": connections(simulator, name)}
        if reaching_out and number == 0:
            document["connections"] |= services(simulator, name)
            document["approvals"] = {"enrol": "allow", "overwrite": "allow"}
        made.append(await tenants.add(database, vault, name, document, label=f"{name.capitalize()} {LABEL}"))
    return made


async def ensure_model(database: Database, store: StoreSettings, simulator: Mapping[str, Any]) -> str:
    """The label of the model that judges, trained on the simulator's history where there is none yet."""
    folder = ModelFolder.of(store)
    registry = Registry(database, folder)
    champion = await registry.champion()
    if champion is not None:
        return champion.label
    history = store.home / "history.csv"
    await asyncio.to_thread(
        _fetch, f"{simulator['http']}/_simulator/history.csv?rows={_HISTORY_ROWS}", history
    )
    model = await asyncio.to_thread(
        lambda: train(read_dataset(history), seed=_SEED, created_at=datetime.now(UTC))
    )
    label = await registry.register(model, name="simulated")
    await registry.promote(label)
    return label


async def ask_for_leads(database: Database, store: StoreSettings, who: Sequence[Tenant], leads: int) -> None:
    """So many leads asked for, in equal parts for each tenant."""
    profiles = Profiles(database, Vault.from_settings(store), tuple(event_types()))
    known = await profiles.of([tenant.id for tenant in who])
    for number, tenant in enumerate(who):
        share = leads // len(who) + (number < leads % len(who))
        if share:
            await request_search(database, known[tenant.id], name="apollo", leads=share, by="demo")


async def standing(database: Database, who: Sequence[Tenant]) -> Standing:
    """How far the tenants have come."""
    funnels, billed, spent = {}, 0, 0.0
    for tenant in who:
        async with database.tenant(tenant.id) as session:
            funnels[tenant.name] = await funnel.counts(session)
            calls_billed, cost = await calls.spent(session)
        billed += calls_billed
        spent += float(cost)
    return Standing(funnels, billed, spent)


async def follow(
    database: Database,
    who: Sequence[Tenant],
    leads: int,
    tell: Callable[[Standing], None],
    check: Callable[[], Any],
    *,
    every_s: float = 0.25,
) -> tuple[Standing, float]:
    """The final standing, when every lead has reached its end, and the seconds that it took."""
    started = time.monotonic()
    while True:
        now = await standing(database, who)
        tell(now)
        if now.total("sourced") >= leads and now.total("in_flight") == 0:
            return now, time.monotonic() - started
        await check()
        await asyncio.sleep(every_s)


def summary(final: Standing, seconds: float) -> dict[str, Any]:
    """What `leadmill demo --json` answers."""
    leads = final.total("sourced")
    return {
        "leads": leads,
        "seconds": round(seconds, 3),
        "leads_per_second": round(leads / seconds, 1) if seconds else 0.0,
        "billed_calls": final.billed_calls,
        "spent": round(final.spent, 6),
        "tenants": final.funnels,
    }


def _fetch(address: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - the simulator on this machine
        target.write_bytes(answer.read())
