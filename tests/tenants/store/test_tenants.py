import asyncio

import asyncpg
import pytest

from tenants.modes import Mode
from tenants.records import WITHDRAWN
from tenants.store import audit, connections, lanes, log, switches, tenants
from tenants.store.session import DatabaseError
from tenants.store.tenants import NoSuchTenant
from tests.conftest import LANES
from tests.tenants.store.rows import entry

DOCUMENT = {
    "icp": {"countries": ["DE"]},
    "agents": {"scoring": False},
    "connections": {"apollo": {"api_key": "sim-secret-key-1", "base_url": "http://127.0.0.1:1"}},
}


async def test_a_tenant_is_there_as_it_was_added(database, vault):
    acme = await tenants.add(database, vault, "acme", DOCUMENT, label="Acme Inc.")
    assert acme == await tenants.named(database, "acme")
    assert (acme.name, acme.label, acme.home_lane, acme.config_version) == ("acme", "Acme Inc.", 0, 1)
    assert tenants.config_of(acme).icp.countries == ("DE",)
    async with database.tenant(acme.id) as session:
        assert (await connections.everything(session, vault))["apollo"].api_key == "sim-secret-key-1"
    async with database.system() as session:
        assert await switches.modes(session, [acme.id]) == {(acme.id, "scoring"): Mode.PAUSED}


async def test_a_key_is_kept_nowhere_but_sealed(database, vault):
    acme = await tenants.add(database, vault, "acme", DOCUMENT)
    assert "secret" not in str(acme.config)
    async with database.tenant(acme.id) as session:
        for table in ("tenant", "connection"):
            rows = await session.value(f"SELECT string_agg(CAST(t AS text), ' ') FROM {table} t")
            assert "acme" in rows or "apollo" in rows
            assert "sim-secret" not in rows
            assert b"sim-secret".hex() not in rows


async def test_a_name_is_given_once(database, vault):
    await tenants.add(database, vault, "acme", {})
    with pytest.raises(ValueError, match="there is a tenant 'acme' already"):
        await tenants.add(database, vault, "acme", {})
    results = await asyncio.gather(
        *(tenants.add(database, vault, "other", {}) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, ValueError) for result in results) == 3
    async with database.system() as session:
        assert [one.name for one in await tenants.everyone(session)] == ["acme", "other"]


async def test_whoever_applies_a_configuration_is_known_by_name(database, vault):
    await tenants.add(database, vault, "acme", DOCUMENT, by="ann")
    acme = await tenants.configure(database, vault, "acme", {"icp": {"countries": ["FR"]}}, by="ben")
    async with database.tenant(acme.id) as session:
        rows = await session.rows("SELECT version, applied_by FROM tenant_config ORDER BY version")
        assert [tuple(row.values()) for row in rows] == [(1, "ann"), (2, "ben")]
        act = (await audit.recent(session))[0]  # before it, that an agent was switched by it
        assert (act["by"], act["act"], act["subject"]) == (
            "ben",
            "apply configuration",
            "configuration version 2",
        )
        assert act["detail"] == {"changed": ["icp", "agents"], "connections": []}
        assert "secret" not in str(act)


@pytest.mark.parametrize(
    ("name", "document", "fault"),
    [
        ("Acme", {}, "not a tenant name"),
        ("acme", {"icp": {"industrys": []}}, r"icp\.industrys"),
    ],
)
async def test_a_tenant_that_is_wrong_is_not_added_at_all(database, vault, name, document, fault):
    with pytest.raises(ValueError, match=fault):
        await tenants.add(database, vault, name, document)
    async with database.system() as session:
        assert await tenants.everyone(session) == []


async def test_another_configuration_is_another_version(database, vault):
    await tenants.add(database, vault, "acme", DOCUMENT)
    before = await tenants.add(database, vault, "other", {})
    changed = {"icp": {"countries": ["FR"]}, "agents": {"scoring": True, "enrichment": False}}
    acme = await tenants.configure(database, vault, "acme", changed)
    assert (acme.config_version, tenants.config_of(acme).icp.countries) == (2, ("FR",))
    async with database.system() as session:
        assert await switches.modes(session, [acme.id]) == {(acme.id, "enrichment"): Mode.PAUSED}
    async with database.tenant(acme.id) as session:  # a key that the file leaves out stays
        assert (await connections.everything(session, vault))["apollo"].api_key == "sim-secret-key-1"
    assert await tenants.named(database, "other") == before


async def test_a_wrong_configuration_leaves_the_former_one(database, vault):
    acme = await tenants.add(database, vault, "acme", DOCUMENT)
    with pytest.raises(ValueError, match="personas"):
        await tenants.configure(database, vault, "acme", {"personas": 5})
    assert await tenants.named(database, "acme") == acme


async def test_who_asks_for_a_tenant_that_is_not_there_is_told_who_is(database, vault):
    with pytest.raises(NoSuchTenant, match="there is none yet"):
        await tenants.named(database, "acme")
    for name in ("b", "a"):
        await tenants.add(database, vault, name, {})
    with pytest.raises(NoSuchTenant, match="no tenant is called 'acme'; there are a, b"):
        await tenants.configure(database, vault, "acme", {})


async def test_tenants_make_their_home_on_empty_lanes_while_there_are_any(database, vault):
    homes = [(await tenants.add(database, vault, f"t{n}", {})).home_lane for n in range(LANES + 2)]
    assert homes == [*range(LANES), 0, 1]
    await tenants.remove(database, "t4")
    assert (await tenants.add(database, vault, "new", {})).home_lane == 4


async def test_a_lane_that_a_busy_tenant_was_scaled_to_is_no_empty_lane(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.system() as session:
        held = await lanes.scale(session, acme.id, "lead.sourced", 3)
    assert (await tenants.add(database, vault, "other", {})).home_lane not in held


async def test_these_are_the_tenants_that_exist(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    gone = await tenants.add(database, vault, "gone", {})
    await tenants.remove(database, "gone")
    async with database.system() as session:
        assert await tenants.these(session, [acme.id, gone.id]) == {acme.id: acme}


async def test_the_log_keeps_its_offsets_and_nothing_of_what_a_removed_tenant_said(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    for tenant in (acme, other):
        async with database.tenant(tenant.id) as session:
            await log.append(session, [entry(tenant.id, subject="ann", data='{"name":"Ann"}')])
    await tenants.remove(database, "acme")
    async with database.system() as session:
        entries = await log.read(session, "lead.sourced", 0, 0, 10)
    assert [(one.offset, one.type, one.subject, one.data) for one in entries] == [
        (0, WITHDRAWN, None, "{}"),
        (1, "lead.sourced", "ann", '{"name":"Ann"}'),
    ]


async def test_a_removal_that_work_stands_in_the_way_of_is_tried_again(database, vault, monkeypatch):
    acme = await tenants.add(database, vault, "acme", {})
    removed, tries = tenants._remove, []

    async def in_the_way(database, tenant):
        tries.append(tenant.id)
        if len(tries) < 3:
            raise DatabaseError(asyncpg.DeadlockDetectedError("deadlock detected"), connection_lost=False)
        await removed(database, tenant)

    monkeypatch.setattr(tenants, "_remove", in_the_way)
    await tenants.remove(database, "acme")
    assert tries == [acme.id] * 3
    with pytest.raises(NoSuchTenant):
        await tenants.named(database, "acme")


async def test_a_removal_that_can_not_succeed_is_not_tried_again(database, vault, monkeypatch):
    await tenants.add(database, vault, "acme", {})

    async def refused(database, tenant):
        raise DatabaseError(asyncpg.InsufficientPrivilegeError("no"), connection_lost=False)

    monkeypatch.setattr(tenants, "_remove", refused)
    with pytest.raises(DatabaseError):
        await tenants.remove(database, "acme")


async def test_only_who_has_agreed_shares_what_came_of_its_leads(database, vault):
    for name, config in (
        ("acme", {}),
        ("globex", {"share_outcomes": True}),
        ("initech", {"share_outcomes": False}),
    ):
        await tenants.add(database, vault, name, config)
    async with database.system() as session:
        assert [one.name for one in await tenants.who_share(session)] == ["globex"]
