import asyncio
import socket
import tempfile
import uuid

import pytest
import ray
from ray import serve
from sqlalchemy import make_url

from scoring_models.artifact import write_model
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from serve.app import NAME, deploy
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import tenants, tokens
from tenants.store.rls import APP
from tenants.store.session import Database
from tenants.tokens import hash_of, new_token
from tests.scoring_models import world


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """The models of a home, with one model under two labels."""
    folder = ModelFolder.of(StoreSettings(home=tmp_path_factory.mktemp("home")))
    file = write_model(world.trained(), folder.path)
    for label in ("fit-1", "fit-2"):
        folder.name(label, file)
    return folder


@pytest.fixture(scope="package")
def local_ray():
    """A Ray of our own on this machine. It ends with this folder, so that others may start theirs."""
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory(prefix="ray-") as short:
        environment.setenv("RAY_AUTH_MODE", "disabled")
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(
            "local",
            num_cpus=2,
            include_dashboard=False,
            namespace=uuid.uuid4().hex,
            _temp_dir=short,
            logging_level="error",
        )
        yield
        ray.shutdown()


@pytest.fixture(scope="package")
def installation(postgres, databases, folder, tmp_path_factory):
    """The address of a database with a tenant, whose token comes with it; everybody's champion is fit-1."""
    name = databases.take()
    address = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    yield address, asyncio.run(prepared(address, folder, tmp_path_factory.mktemp("home")))
    databases.give_back(name)


async def prepared(address, folder, home):
    database = Database.at(address, role=APP, pool_size=1)
    try:
        registry = Registry(database, folder)
        await registry.promote(await registry.register(world.trained(), name="fit"))
        await registry.register(world.trained(), name="fit")
        tenant = await tenants.add(database, Vault.from_settings(StoreSettings(home=home)), "acme", {})
        return await token_of(database, tenant)
    finally:
        await database.close()


async def token_of(database, tenant, name="crm", days=None):
    """A new token of this tenant."""
    token = new_token()
    async with database.tenant(tenant.id) as session:
        await tokens.add(session, name=name, sha256=hash_of(token), by="ann", days=days)
    return token


@pytest.fixture(scope="package")
def deployed(local_ray, folder, installation):
    """Where the scoring application answers over HTTP, deployed as `leadmill up` does it."""
    with pytest.MonkeyPatch.context() as environment:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        environment.setenv("LEADMILL_DATABASE_URL", installation[0])
        environment.setenv("LEADMILL_HOME", str(folder.path.parent))
        environment.setenv("LEADMILL_SERVE_HTTP_PORT", str(port))
        yield deploy()["api"]
        serve.shutdown()


@pytest.fixture(scope="package")
def scoring(deployed):
    """The handle of the same application, as desks have it."""
    return serve.get_app_handle(NAME)
