"""The doctor finds what was broken on purpose, and says what to do. With a real Ray: tests/shell."""

import os
from base64 import b64encode

import pytest

from actors.shell import doctor
from actors.shell.doctor import examine
from actors.shell.parts import Parts
from actors.shell.result import BAD, GOOD, NOTE
from actors.shell.settings import ShellSettings
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from tenants.settings import StoreSettings
from tenants.store import log, tenants
from tenants.store.rls import APP
from tests.conftest import execute
from tests.scoring_models import world
from tests.tenants.store.rows import entry

KEY = {"connections": {"apollo": {"api_key": "a-secret-key"}}}


def parts_at(address, home, **more):
    return Parts(StoreSettings(home=home, database_url=address, **more), ShellSettings())


async def found(parts):
    return {result.subject: result async for result in examine(parts)}


@pytest.fixture
def parts(database_url, store_settings):
    return parts_at(database_url, store_settings.home)


async def test_a_home_without_an_installation_is_no_fault(tmp_path):
    results = await found(Parts(StoreSettings(home=tmp_path / "none"), ShellSettings()))
    assert {name: result.state for name, result in results.items()} == {
        "home": GOOD,
        "database": NOTE,
        "master key": NOTE,
    }
    assert not (tmp_path / "none").exists()


async def test_where_all_is_well_nothing_is_bad_but_that_this_test_does_not_wait_for_the_disk(
    parts, database, vault
):
    await tenants.add(database, vault, "acme", KEY)
    results = await found(parts)
    assert [name for name, result in results.items() if result.state == BAD] == ["database"]
    assert "not kept" in results["database"].found
    assert results["provider keys"].found.startswith("1 in all, for tenants: 1;")
    assert {results["model"].state, results["mill"].state} == {NOTE}
    assert all(result.remedy for result in results.values() if result.state != GOOD)


async def test_a_database_that_is_away_or_was_never_migrated(postgres, tmp_path):
    away = await found(parts_at("postgresql://nobody@127.0.0.1:1/none", tmp_path))
    assert away["database"].state == BAD
    assert "LEADMILL_DATABASE_URL" in away["database"].remedy
    bare = await found(parts_at(postgres, tmp_path))
    assert (bare["schema"].state, bare["schema"].remedy) == (BAD, "`leadmill migrate`")
    assert "roles" not in bare


async def test_a_table_without_its_wall(parts, database_url):
    await execute(database_url, "ALTER TABLE leadmill.contact NO FORCE ROW LEVEL SECURITY")
    await execute(database_url, "ALTER TABLE leadmill.lead DISABLE ROW LEVEL SECURITY")
    result = (await found(parts))["row-level security"]
    assert (result.state, result.found) == (BAD, "not on contact, lead")


async def test_a_policy_that_lets_everybody_in(parts, database, database_url, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await execute(database_url, "CREATE POLICY oops ON leadmill.lead USING (true)")
    await execute(
        database_url,
        f"INSERT INTO leadmill.account (tenant_id, id, identity_key, name, source) "
        f"VALUES ('{acme.id}', '{acme.id}', 'k', 'n', 's')",
        f"INSERT INTO leadmill.lead (tenant_id, id, account_id, stage, source, icp_version) "
        f"VALUES ('{acme.id}', '{acme.id}', '{acme.id}', 'sourced', 's', 1)",
    )
    result = (await found(parts))["row-level security"]
    assert (result.state, result.found) == (BAD, "a stranger sees leads")


async def test_a_role_with_more_rights_than_it_may_have(parts, database_url):
    await execute(database_url, f"ALTER TABLE leadmill.heartbeat OWNER TO {APP}")
    assert (await found(parts))["roles"].state == BAD


async def test_a_reading_role_that_may_write(parts, database_url):
    await execute(database_url, "GRANT INSERT ON leadmill.lead TO leadmill_read")
    assert (await found(parts))["reading role"].found.endswith("may write")


async def test_an_event_that_is_missing_from_the_log(parts, database, database_url, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        await log.append(session, [entry(acme.id) for _ in range(3)])
    assert (await found(parts))["log"].state == GOOD
    await execute(database_url, 'DELETE FROM leadmill.log WHERE "offset" = 1')
    result = (await found(parts))["log"]
    assert result.state == BAD
    assert "lead.sourced" in result.found


async def test_keys_that_were_sealed_with_another_master_key(parts, database, vault, database_url):
    await tenants.add(database, vault, "acme", KEY)
    other = parts_at(database_url, parts.store.home, master_key=b64encode(os.urandom(32)).decode())
    result = (await found(other))["provider keys"]
    assert result.state == BAD
    assert result.found.startswith("acme: ")
    assert "a-secret-key" not in str(result)


async def test_a_master_key_that_is_no_key_or_lies_open(parts, database_url, database, vault):
    await tenants.add(database, vault, "acme", KEY)
    path = parts.store.home / "master.key"
    path.chmod(0o644)
    result = (await found(parts))["master key"]
    assert (result.state, result.remedy) == (BAD, f"chmod 600 {path}")
    nonsense = await found(parts_at(database_url, parts.store.home, master_key="nonsense"))
    assert nonsense["master key"].state == BAD
    assert "provider keys" not in nonsense


async def test_clocks_that_disagree(parts, monkeypatch):
    assert (await found(parts))["clock"].state == GOOD
    now = doctor.time.time
    monkeypatch.setattr(doctor.time, "time", lambda: now() - 60)
    result = (await found(parts))["clock"]
    assert result.state == BAD
    assert result.found.startswith("the database is 60.")
    assert "ahead" in result.found


async def test_a_model_that_is_there_that_somebody_else_has_named_or_that_is_gone(parts, database):
    folder = ModelFolder.of(parts.store)
    registry = Registry(database, folder)
    label = await registry.register(world.trained(), name="fit")
    await registry.promote(label)
    assert (await found(parts))["model"].state == GOOD
    file = folder.path_of(label)
    ModelFolder(folder.path).name(label, file)
    result = (await found(parts))["model"]
    assert (result.state, result.remedy) == (BAD, "`leadmill model sign`")
    folder.name(label, file)
    file.unlink()
    result = (await found(parts))["model"]
    assert (result.state, result.found) == (BAD, "fit-1 judges, but its file is not there")
