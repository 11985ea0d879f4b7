"""Look-alikes on the command line: from a list of companies that were won, and from the best leads."""

import asyncio
import json

import pytest
import yaml
from typer.testing import CliRunner

import leadmill
from tenants.icp import IdealCustomer
from tenants.policies import read_config
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.actors.engine.mills import add_tenant, ask_for, run_to_the_end
from tests.fakes.works import open_fake_works

LEADS = 4


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    """The command line of an installation where leads of acme are scored, and those of other are not there."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=4)
        vault = Vault.from_settings(StoreSettings())
        try:
            async with open_fake_works(database, vault) as works:
                acme = await add_tenant(database, vault)
                await add_tenant(database, vault, "other")
                await ask_for(works, acme, LEADS)
                await run_to_the_end(works, acme, LEADS)
        finally:
            await database.close()

    asyncio.run(prepare())

    def run(*words):
        result = CliRunner().invoke(leadmill.app, ["lookalike", *map(str, words)])
        told = result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.output if told else str(result.exception)

    return run


def test_the_best_leads_are_what_to_look_for_and_the_answer_can_be_pasted(run):
    code, told = run("acme")
    assert code == 0
    assert read_config(yaml.safe_load(told)).icp == IdealCustomer(
        industries=("software",), countries=("DE",), employees_min=60, employees_max=70
    )
    assert f"# Of {LEADS} companies 100% match all of this." in told
    assert f"industries: [software]  # 100% of {LEADS} of whom it is known" in told
    assert read_config(yaml.safe_load(run("acme", "--leads", 3)[1])).icp.countries == ("DE",)
    assert run("other") == (1, "other has no scored leads yet")


def test_a_list_of_won_companies_counts_with_what_the_tenant_knows_of_them(run, tmp_path):
    won = tmp_path / "won.csv"
    rows = ["domain,country,employees", "fjord.no,NO,30", "alv.no,NO,40", "dal.no,NO,", "alv.no,NO,40"]
    won.write_text("\n".join([*rows, "company-0.com,,", "company-1.com,NO,"]))
    code, told = run("acme", "--of", won, "--json")
    assert code == 0
    proposal = json.loads(told)
    assert proposal["companies"] == 5
    # company-0.com is of DE, and both of theirs have some sixty people, as the tenant knows
    assert proposal["icp"] == {"countries": ["NO"], "employees_min": 30, "employees_max": 70}
    assert "countries: ['NO']  # 80% of 5" in run("acme", "--of", won)[1]


def test_a_list_without_companies_is_refused(run, tmp_path):
    (tmp_path / "won.csv").write_text("domain\n")
    code, told = run("acme", "--of", tmp_path / "won.csv")
    assert code == 1
    assert "names no company" in told or "empty" in told
