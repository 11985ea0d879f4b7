"""An installation for the commands of `leadmill model`, with a tenant and a model for everybody where asked for."""

import asyncio

import pytest

from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import tenants
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.scoring_models import world


@pytest.fixture
def installation(database_url, monkeypatch, tmp_path):
    """The models' folder of an installation of this test's own."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    return ModelFolder.of(StoreSettings(home=tmp_path))


@pytest.fixture
def add_tenants(installation, database_url):
    """A function that adds tenants by name."""

    async def add(*names):
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            vault = Vault.from_settings(StoreSettings())
            return [await tenants.add(database, vault, name, {}) for name in names]
        finally:
            await database.close()

    return lambda *names: asyncio.run(add(*names))


@pytest.fixture
def everybodys(installation, database_url):
    """The label of a model that judges everybody's leads."""

    async def promoted():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            registry = Registry(database, installation)
            label = await registry.register(world.trained(), name="fit")
            await registry.promote(label)
            return label
        finally:
            await database.close()

    return asyncio.run(promoted())
