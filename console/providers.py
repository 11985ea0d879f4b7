"""What is read of a tenant's providers: what changes by the second each time, what takes counting once a minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from console.faces import ProviderFace
from console.integrations import LATELY, Budget, Integration, budgets_of
from console.reads import Reads, Record
from console.waterfalls import Waterfall, fills, in_order, tracks_of
from tenants.policies import TenantConfig
from tenants.records import Tenant
from tenants.secrets import SecretsError, Vault
from tenants.settings import StoreSettings
from tenants.store import budgets, calls, connections, integrations, paces
from tenants.store.calls import Experience
from tenants.store.paces import Pace

_NOW_S, _HEARD_S, _COUNTED_S = 1.5, 15.0, 60.0
_EXPERIENCE_OF = 5_000


async def everything(reads: Reads, tenant: Tenant) -> list[Integration]:
    """All providers: first those that the tenant is connected to, then the others that there are, each by title."""

    async def now() -> tuple[list[Record], Mapping[str, Record]]:
        async with reads.database.tenant(tenant.id) as session:
            ways = await integrations.connected(session)
            return ways, await integrations.asked(session, [way["provider"] for way in ways])

    async def heard() -> tuple[list[Record], Mapping[str, int], Mapping[str, Record]]:
        async with reads.database.tenant(tenant.id) as session:
            return (
                await integrations.heard(session),
                await integrations.failures(session),
                await integrations.keys_written(session),
            )

    remembered = reads.remembered
    ways, asked = await remembered.fresh(("ways", tenant.id), _NOW_S, now)
    told, failed, written = await remembered.fresh(("heard", tenant.id), _HEARD_S, heard)
    counted = await _counted(reads, tenant, [way["provider"] for way in ways])
    pace = await _paces(reads, tenant)
    by = {way["provider"]: way for way in ways}
    faces = {face.name: face for face in reads.providers}
    faces |= {
        name: ProviderFace(name, name.replace("_", " ").capitalize()) for name in by.keys() - faces.keys()
    }
    found = [
        Integration(
            face=face,
            way=by.get(name),
            asked=asked.get(name, {}),
            heard=[row for row in told if row["provider"] == name],
            days=[row for row in counted.days if row["provider"] == name],
            yields=[row for row in counted.yields if row["provider"] == name],
            budgets=counted.budgets.get(name, ()),
            pace=pace.get(name),
            key_written=written.get(name),
            failed_runs=failed.get(name, 0),
        )
        for name, face in faces.items()
    ]
    return sorted(found, key=lambda one: (one.way is None, one.face.title))


async def waterfall(reads: Reads, tenant: Tenant, those: Sequence[Integration]) -> Waterfall:
    """Who is asked for what, in which order, and how each did. The tenant's configuration is as it is now."""

    async def learned() -> list[Experience]:
        async with reads.database.tenant(tenant.id) as session:
            return await calls.experience(session, newest=_EXPERIENCE_OF)

    rows = await reads.remembered.fresh(("experience", tenant.id), _COUNTED_S, learned)
    config = TenantConfig.model_validate(tenant.config)
    names = [one.face.name for one in those if one.way is not None and fills(one.face)]
    return Waterfall(
        config=config,
        version=tenant.config_version,
        order=in_order(names, config.order),
        tracks=tracks_of(rows),
        kinds={(row["provider"], row["kind"]): row for one in those for row in one.yields},
        segments=rows,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    days: Sequence[Record]
    yields: Sequence[Record]
    budgets: Mapping[str, Sequence[Budget]]


async def _counted(reads: Reads, tenant: Tenant, names: Sequence[str]) -> _Counted:
    """What takes counting: the month's costs, what came of calls, and what is left under ceilings."""

    async def read() -> _Counted:
        config = TenantConfig.model_validate(tenant.config)
        async with reads.database.tenant(tenant.id) as session:
            used, lately = await budgets.used(session), await budgets.spent_within(session, LATELY)
            return _Counted(
                days=await integrations.by_day(session),
                yields=await integrations.yields(session, names),
                budgets={
                    name: budgets_of(config, name, used, lately, datetime.now(UTC))
                    for name in config.budgets.providers
                },
            )

    # another configuration or another connection is counted anew
    name = ("counted", tenant.id, tenant.config_version, tuple(names))
    return await reads.remembered.fresh(name, _COUNTED_S, read)


async def _paces(reads: Reads, tenant: Tenant) -> Mapping[str, Pace]:
    """How the tenant's keys stand with their vendors; nothing where this process lacks the key that opens them.

    A pace is kept under a hash of its key: keys are opened for that here, and nothing but the hash is used of them.
    """
    addresses = {face.name: face.base_url for face in reads.providers}

    async def read() -> Mapping[str, Pace]:
        settings = StoreSettings()
        if not Vault.is_there(settings):
            return {}
        try:
            async with reads.database.tenant(tenant.id) as session:
                opened = await connections.everything(session, Vault.from_settings(settings))
        except SecretsError:
            return {}
        keys = {
            name: paces.key_of(name, way.base_url or addresses.get(name, ""), way.api_key)
            for name, way in opened.items()
        }
        async with reads.database.system() as session:
            return await paces.standing(session, keys)

    return await reads.remembered.fresh(("paces", tenant.id), _HEARD_S, read)


def forget(reads: Reads, tenant: Tenant) -> None:
    """What somebody has just changed is read anew."""
    for name in ("ways", "heard", "paces"):
        reads.remembered.forget((name, tenant.id))
