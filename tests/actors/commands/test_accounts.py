"""Which accounts are one company, on the command line."""

import asyncio
import json
from uuid import uuid4

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.identity import review_id_of
from tenants.matching import company_of, compare
from tenants.records import AccountIdentifier, AccountReview
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import identifiers, identity, leads, tenants
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.tenants.store.rows import account, contact, lead

HARBOUR = account(name="Harbour Textiles GmbH", country="DE", identity_key="name:harbour textiles|DE")
TWIN = account(name="Harbour Textiles", domain="harbour.example", country="DE")
OTHER = account(name="Kiel Nautical Instruments", domain="kni.example", country="DE")


@pytest.fixture
def twins(database_url, monkeypatch, tmp_path):
    """An installation of this test's own, whose tenant has three accounts, of which two may be one company."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            acme = await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
            likeness = compare(company_of(TWIN), company_of(HARBOUR))
            pair = AccountReview(
                id=review_id_of(acme.id, TWIN.id, HARBOUR.id), account_id=TWIN.id, other_id=HARBOUR.id,
                score=likeness.score, evidence=likeness.evidence,
            )  # fmt: skip
            async with database.tenant(acme.id) as session:
                await leads.add_accounts(session, [HARBOUR, TWIN, OTHER])
                await leads.add_leads(session, [lead(one) for one in (HARBOUR, TWIN, OTHER)])
                await leads.save_contacts(session, [contact(TWIN), contact(HARBOUR, full_name="Bob Example")])
                await identity.save_reviews(session, [pair])
        finally:
            await database.close()
        return pair

    return asyncio.run(prepare())


def answer(*words, status=0):
    result = CliRunner().invoke(leadmill.app, ("accounts", *words))
    assert result.exit_code == status, result.output or result.exception
    return result.output


def rows(*words):
    return [json.loads(line) for line in answer(*words, "--json").splitlines()]


def test_what_may_be_one_company_is_listed_with_the_reasons(twins):
    told = " ".join(answer("review", "acme").split())
    for words in (
        "Harbour Textiles, harbour.example, DE",
        "Harbour Textiles GmbH, DE",
        "0.94",
        "both in DE",
        str(twins.id),
    ):
        assert words in told
    (row,) = rows("review", "acme")
    assert row["id"] == str(twins.id)
    assert {row["name"], row["other_name"]} == {HARBOUR.name, TWIN.name}
    assert row["evidence"] == ["both: harbour textiles", "both in DE"]


def test_two_that_are_different_are_not_asked_about_again(twins):
    assert "different" in answer("decide", "acme", str(twins.id), "different")
    assert answer("review", "acme") == "Nothing waits for you.\n"
    assert answer("merges", "acme") == "Nothing was merged.\n"


def test_two_that_are_one_are_merged_and_that_can_be_taken_back(twins):
    told = answer("decide", "acme", str(twins.id), "same")
    assert rows("review", "acme") == []
    (merge,) = rows("merges", "acme")
    assert f"leadmill accounts undo acme {merge['id']}" in told
    assert {merge["kept"], merge["merged"]} == {HARBOUR.name, TWIN.name}
    assert (merge["contacts"], merge["undone_by"]) == (1, None)
    listed = " ".join(answer("merges", "acme").split())
    assert "contacts: 1" in listed
    assert "undone" not in listed
    assert "apart" in answer("undo", "acme", merge["id"])
    assert "undone by" in " ".join(answer("merges", "acme").split())
    assert [row["id"] for row in rows("review", "acme")] == [str(twins.id)]


def test_what_can_not_be_is_said_in_one_sentence(twins):
    for words in (("decide", "acme", str(uuid4()), "same"), ("undo", "acme", str(uuid4()))):
        result = CliRunner().invoke(leadmill.app, ("accounts", *words))
        assert isinstance(result.exception, ValueError)
        assert "there is no" in str(result.exception)
    assert "maybe" in answer("decide", "acme", str(twins.id), "maybe", status=2)


def test_a_name_finds_the_accounts_that_it_may_mean(twins):
    told = " ".join(answer("match", "acme", "Harbuor Textiles AG").split())
    for words in ("Harbour Textiles GmbH", "harbour.example", "nearly the same: harbuor / harbour"):
        assert words in told
    found = rows("match", "acme", "harbour textiles gmbh")
    assert [row["account_id"] for row in found] == [str(HARBOUR.id), str(TWIN.id)]
    assert {row["verdict"] for row in found} == {"maybe"}
    assert len(rows("match", "acme", "Harbour Textiles", "--limit", "1")) == 1
    assert answer("match", "acme", "Zzyzx") == "No account is called anything like it.\n"


def test_more_that_is_known_of_a_company_counts(twins):
    near, far = (rows("match", "acme", "KNI", "--country", country)[0] for country in ("Germany", "fr"))
    assert near["account_id"] == far["account_id"] == str(OTHER.id)
    assert near["score"] > far["score"]
    assert "is no country" in answer("match", "acme", "KNI", "--country", "Narnia", status=2)


@pytest.fixture
def led(twins, database_url):
    """The same, where one of the three leads to a domain that nobody has, and has a number in a register."""

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            async with database.system() as session:
                tenant_id = await session.value("SELECT id FROM tenant")
            async with database.tenant(tenant_id) as session:
                told = [("domain", "kiel.example", "website"), ("lei", "529900T8BM49AURSDO55", "gleif")]
                await identifiers.save(
                    session,
                    [
                        AccountIdentifier(
                            account_id=OTHER.id, kind=kind, value=value, source=by, evidence="told"
                        )
                        for kind, value, by in told
                    ],
                )
        finally:
            await database.close()

    asyncio.run(prepare())


def test_what_only_one_company_has_is_listed_and_can_be_disowned(led):
    told = " ".join(answer("aliases", "acme").split())
    for words in (
        "Kiel Nautical Instruments, kni.example",
        "kiel.example",
        "rows with it are this company",
        "gleif",
    ):
        assert words in told
    assert {row["value"]: row["is_alias"] for row in rows("aliases", "acme")} == {
        "kiel.example": True,
        "529900T8BM49AURSDO55": False,
    }
    words = ("disown", "acme", str(OTHER.id), "domain", "kiel.example")
    assert "not its own" in answer(*words)
    again = CliRunner().invoke(leadmill.app, ("accounts", *words))
    assert isinstance(again.exception, ValueError)
    assert "nobody says" in str(again.exception)
    told = " ".join(answer("aliases", "acme").split())
    assert "disowned by" in told
    assert "rows with it" not in told


def test_an_installation_without_identifiers_says_so(twins):
    assert "No account has any" in answer("aliases", "acme")
