"""What is read of a tenant's providers: once for all who look, and keys only to know how they stand."""

import pytest

from console import providers
from console.faces import ProviderFace
from console.reads import Reads
from tenants.people import everything
from tenants.store import paces
from tenants.store.session import Database
from tests.console.connecting import KEY, call, connect
from tests.console.seeds import Sown

FACES = (
    ProviderFace("apollo", "Apollo", base_url="https://api.apollo.example", needs_key=True),
    ProviderFace("wikidata", "Wikidata"),
)


@pytest.fixture
def reads(reading: Database) -> Reads:
    return Reads(reading, (), FACES)


async def names(reads: Reads) -> list[tuple[str, bool]]:
    found = await providers.everything(reads, await reads.tenant("acme", everything("ann")))
    return [(one.face.title, one.way is not None) for one in found]


async def test_those_connected_come_first_and_one_that_nobody_described_is_there_too(
    reads: Reads, acme: Sown, database: Database
):
    assert await names(reads) == [("Apollo", False), ("Wikidata", False)]
    await connect(database, acme, "wikidata")
    await connect(database, acme, "own_register")
    providers.forget(reads, await reads.tenant("acme", everything("ann")))
    assert await names(reads) == [("Own register", True), ("Wikidata", True), ("Apollo", False)]


async def test_what_takes_counting_is_counted_once_for_all_who_look(
    reads: Reads, acme: Sown, database: Database
):
    await connect(database, acme, api_key=KEY)
    await call(database, acme, count=2)
    tenant = await reads.tenant("acme", everything("ann"))
    for _ in range(2):
        found = await providers.everything(reads, tenant)
        assert next(one.spent_usd for one in found if one.face.name == "apollo") == pytest.approx(0.1)
        await call(database, acme, count=5)


async def test_how_a_key_stands_is_known_by_who_can_open_it_and_by_nobody_else(
    reads: Reads, acme: Sown, database: Database, monkeypatch, tmp_path
):
    await connect(database, acme, api_key=KEY)
    async with database.system() as session:
        await paces.slow_down(session, paces.key_of("apollo", "https://api.apollo.example", KEY), 60.0)
    tenant = await reads.tenant("acme", everything("ann"))

    async def pace() -> object:
        providers.forget(reads, tenant)
        return next(
            one.pace for one in await providers.everything(reads, tenant) if one.face.name == "apollo"
        )

    assert (await pace()).quiet_s > 0
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    assert await pace() is None
    assert list(tmp_path.iterdir()) == []  # and no other master key is made
    monkeypatch.setenv("LEADMILL_MASTER_KEY", "A" * 43 + "=")
    assert await pace() is None


async def test_others_do_not_see_what_a_tenant_is_connected_to(
    reads: Reads, acme: Sown, rival: Sown, database: Database
):
    await connect(database, rival, api_key=KEY)
    await call(database, rival, count=3)
    (apollo, _) = await providers.everything(reads, await reads.tenant("acme", everything("ann")))
    assert (apollo.way, apollo.asked, apollo.spent_usd) == (None, {}, 0.0)
