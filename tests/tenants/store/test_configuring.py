"""A part of a tenant's configuration changed by a person."""

import pytest

from tenants.store import audit, configuring, connections, tenants
from tenants.store.configuring import ChangedMeanwhile
from tests.tenants.store.test_tenants import DOCUMENT


async def amend(database, tenant, changes, *, seen=1):
    async with database.tenant(tenant.id) as session:
        return await configuring.amend(session, changes, by="ann", act="set order of providers", seen=seen)


async def test_a_part_of_the_configuration_is_changed_as_a_new_version_and_written_down(database, vault):
    acme = await tenants.add(database, vault, "acme", DOCUMENT)
    assert await amend(database, acme, {"order": ["hunter", "apollo"]}) == 2
    changed = await tenants.named(database, "acme")
    assert changed.config_version == 2
    assert tenants.config_of(changed).order == ("hunter", "apollo")
    assert tenants.config_of(changed).icp.countries == ("DE",)
    async with database.tenant(acme.id) as session:
        kept = await session.rows(
            "SELECT version, config -> 'order' AS told FROM tenant_config ORDER BY version"
        )
        assert [(row["version"], row["told"]) for row in kept] == [(1, []), (2, ["hunter", "apollo"])]
        act = (await audit.recent(session))[0]
        assert (await connections.everything(session, vault))["apollo"].api_key == "sim-secret-key-1"
    assert (act["by"], act["act"], act["subject"]) == ("ann", "set order of providers", "configuration")
    assert act["detail"] == {"version": 2, "before": {"order": []}, "after": {"order": ["hunter", "apollo"]}}


async def test_a_configuration_that_is_another_by_now_or_would_be_wrong_is_left_alone(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await tenants.configure(database, vault, "acme", {"order": ["hunter"]})
    with pytest.raises(ChangedMeanwhile, match="version 2 was saved by somebody meanwhile"):
        await amend(database, acme, {"order": ["apollo"]})
    with pytest.raises(ValueError, match=r"waterfall\.order"):
        await amend(database, acme, {"waterfall": {"order": "random"}}, seen=2)
    assert tenants.config_of(await tenants.named(database, "acme")).order == ("hunter",)
    async with database.tenant(acme.id) as session:
        assert await audit.recent(session) == []
