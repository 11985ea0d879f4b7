from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tenants.identity import review_id_of
from tenants.matching import Company
from tenants.names import name_key
from tenants.records import AccountReview, LeadProgress, Stage
from tenants.store import audit, identity, leads, tenants
from tests.tenants.store.rows import account, lead

MORNING = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


def review(tenant, one, other, score=0.8):
    return AccountReview(
        id=review_id_of(tenant.id, one.id, other.id), account_id=one.id, other_id=other.id, score=score,
        evidence=("both: harbour", "both in DE"),
    )  # fmt: skip


async def add(session, *companies, at=MORNING):
    """These companies with a lead each, every one an hour older than the next."""
    await leads.add_accounts(session, companies)
    pursuits = [lead(one) for one in companies]
    await leads.add_leads(session, pursuits)
    for hour, pursuit in enumerate(pursuits):
        await session.run(
            "UPDATE lead SET created_at = :at WHERE id = :id", id=pursuit.id, at=at + timedelta(hours=hour)
        )
    return pursuits


async def test_candidates_have_the_plain_name_or_the_domain(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    named = account(name="Harbour Textiles GmbH", country="DE", technologies=("loom",))
    placed = account(name="Kiel Weaving", domain="harbour.example")
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [named, placed, account(name="Harbour Foods")])
        names, domains = [name_key("HARBOUR TEXTILES")], ["harbour.example", "nowhere.example"]
        found = await identity.candidates(session, names=names, domains=domains)
        assert {one.id: one for one in found} == {named.id: named, placed.id: placed}
        assert await identity.candidates(session, names=[], domains=[]) == []
        assert await identity.companies(session) == {
            named.id: Company(named.name, country="DE"),
            placed.id: Company(placed.name, "harbour.example"),
            **{
                key: one
                for key, one in (await identity.companies(session)).items()
                if one.name == "Harbour Foods"
            },
        }
    async with database.tenant(other.id) as session:
        assert await identity.candidates(session, names=names, domains=domains) == []
        assert await identity.companies(session) == {}


async def test_a_candidate_is_found_by_an_index_however_many_there_are(database, acme):
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(
            session, [account(name=f"Company {n}", domain=f"c{n}.example") for n in range(3_000)]
        )
        plan = await session.rows(
            "EXPLAIN SELECT id FROM account WHERE tenant_id = :tenant AND merged_into IS NULL "
            "AND (name_key = ANY(CAST(:names AS text[])) OR domain = ANY(CAST(:domains AS text[])))",
            tenant=acme.id, names=["company 7"], domains=["c9.example"],
        )  # fmt: skip
    told = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "account_by_name" in told
    assert "account_by_domain" in told


async def test_a_name_of_any_length_can_be_kept(database, acme):
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [account(name="港口" * 5_000), long := account(name="x" * 50_000)])
        found = await identity.candidates(session, names=[name_key(long.name)], domains=[])
        assert [one.id for one in found] == [long.id]


async def test_a_pair_is_asked_about_once(database, acme):
    one, other = account(name="Harbour", domain="a.example"), account(name="Harbour AG", country="DE")
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [one, other])
        for pair in ((one, other), (other, one)):
            await identity.save_reviews(session, [review(acme, *pair)])
        (row,) = await identity.open_reviews(session)
        told = {key: row[key] for key in row if key not in ("id", "opened_at")}
        assert told == {
            "score": 0.8, "evidence": ["both: harbour", "both in DE"],
            "account_id": one.id, "name": "Harbour", "domain": "a.example", "country": None,
            "other_id": other.id, "other_name": "Harbour AG", "other_domain": None, "other_country": "DE",
        }  # fmt: skip
        assert await identity.decide_review(session, row["id"], same=False, by="ann") is None
        await identity.save_reviews(session, [review(acme, other, one)])
        assert await identity.open_reviews(session) == []
        assert await identity.merges(session) == []
        (entry,) = await audit.recent(session)
        assert (entry["by"], entry["act"], entry["subject"]) == (
            "ann",
            "different company",
            f"review {row['id']}",
        )


async def test_the_pair_that_is_most_alike_comes_first(database, acme):
    one, other, third = (account() for _ in range(3))
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [one, other, third])
        pairs = [
            review(acme, one, other, 0.7),
            review(acme, one, third, 0.9),
            review(acme, other, third, 0.8),
        ]
        await identity.save_reviews(session, pairs)
        assert [row["score"] for row in await identity.open_reviews(session)] == [0.9, 0.8, 0.7]
        assert [row["score"] for row in await identity.open_reviews(session, limit=1)] == [0.9]


@pytest.mark.parametrize("decided", [True, False])
async def test_nobody_decides_twice_or_on_what_is_not_there(database, acme, decided):
    one, other = account(), account()
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [one, other])
        await identity.save_reviews(session, [pair := review(acme, one, other)])
        await identity.decide_review(session, pair.id, same=decided, by="ann")
        word = "same" if decided else "different"
        for again in (True, False):
            with pytest.raises(ValueError, match=f"ann has decided on it already: {word}"):
                await identity.decide_review(session, pair.id, same=again, by="bob")
        with pytest.raises(ValueError, match="there is no review"):
            await identity.decide_review(session, uuid4(), same=True, by="ann")


@pytest.mark.parametrize("turned", [False, True])
async def test_of_two_that_are_one_the_older_pursuit_goes_on(database, acme, turned):
    old, young = account(name="Harbour"), account(name="Harbour Textiles", domain="harbour.example")
    async with database.tenant(acme.id) as session:
        first, second = await add(session, old, young)
        pair = review(acme, *((young, old) if turned else (old, young)))
        await identity.save_reviews(session, [pair])
        assert await identity.decide_review(session, pair.id, same=True, by="ann") is not None
        rows = await session.rows(
            "SELECT id, account_id, hold, hold_reason, duplicate_of FROM lead ORDER BY created_at"
        )
        assert [tuple(row.values()) for row in rows] == [
            (first.id, old.id, None, None, None),
            (second.id, young.id, "skipped", "a duplicate of Harbour", first.id),
        ]
        assert await identity.open_reviews(session) == []
        assert (await leads.accounts(session, [old.id]))[old.id].domain == "harbour.example"


async def test_later_rows_of_a_merged_company_are_known_until_the_merge_is_undone(database, acme):
    old = account(name="Harbour", identity_key="name:harbour|DE")
    young = account(name="Harbour Textiles", domain="harbour.example", identity_key="domain:harbour.example")
    keys = [old.identity_key, young.identity_key]
    async with database.tenant(acme.id) as session:
        await add(session, old, young)
        merge_id = await identity.merge(session, keep=old.id, other=young.id, evidence=["told so"], by="ann")
        assert await identity.aliases(session, keys) == {young.identity_key: old.id}
        assert await leads.known_keys(session, keys) == set(keys)
        # nobody is asked again about an account that is part of another
        found = await identity.candidates(session, names=["harbour textiles"], domains=["harbour.example"])
        assert [one.id for one in found] == [old.id]
        assert (await identity.companies(session)).keys() == {old.id}
        await identity.undo_merge(session, merge_id, by="ann")
        assert await identity.aliases(session, keys) == {}
        assert (await identity.companies(session)).keys() == {old.id, young.id}


async def test_a_key_counts_as_known_by_its_alias_alone(database, acme):
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [company := account(identity_key="domain:harbour.example")])
        await session.run(
            "INSERT INTO account_alias (tenant_id, alias_key, account_id, evidence, by) "
            "VALUES (:tenant, 'domain:harbour.test', :id, '{}', 'ann')",
            tenant=acme.id,
            id=company.id,
        )
        keys = ["domain:harbour.example", "domain:harbour.test", "domain:else.example"]
        assert await leads.known_keys(session, keys) == set(keys[:2])


async def test_a_pair_of_which_one_was_merged_meanwhile_is_about_the_account_that_was_kept(database, acme):
    one, other, third = account(name="One"), account(name="Other"), account(name="Third")
    async with database.tenant(acme.id) as session:
        await add(session, one, other, third)
        await identity.save_reviews(session, [review(acme, other, third), review(acme, one, third, 0.7)])
        await identity.merge(session, keep=one.id, other=other.id, evidence=[], by="ann")
        first, second = await identity.open_reviews(session)
        assert (first["account_id"], first["name"], first["other_id"]) == (one.id, "One", third.id)
        merge_id = await identity.decide_review(session, first["id"], same=True, by="ann")
        merged = {row["id"]: (row["kept"], row["merged"]) for row in await identity.merges(session)}
        assert merged[merge_id] == ("One", "Third")
        # the other question was about the same two, and is answered with it
        assert await identity.open_reviews(session) == []
        with pytest.raises(ValueError, match="already: same"):
            await identity.decide_review(session, second["id"], same=False, by="bob")


async def test_what_a_tenant_has_is_no_business_of_another(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    one, two = account(), account()
    async with database.tenant(acme.id) as session:
        await add(session, one, two)
        await identity.save_reviews(session, [pair := review(acme, one, two)])
        merge_id = await identity.decide_review(session, pair.id, same=True, by="ann")
    async with database.tenant(other.id) as session:
        assert await identity.merges(session) == []
        assert await identity.open_reviews(session) == []
        assert await identity.aliases(session, [two.identity_key]) == {}
        for work in (
            identity.decide_review(session, pair.id, same=True, by="eve"),
            identity.undo_merge(session, merge_id, by="eve"),
            identity.merge(session, keep=one.id, other=two.id, evidence=[], by="eve"),
        ):
            with pytest.raises(ValueError, match="there is no"):
                await work
    async with database.system() as session:
        for table in ("account_alias", "account_review", "account_merge"):
            assert await session.value(f"SELECT count(*) FROM {table}") == 0


async def test_a_lead_that_was_closed_stays_closed_whatever_comes_late(database, acme):
    one, other = account(), account()
    async with database.tenant(acme.id) as session:
        _, closed = await add(session, one, other)
        await identity.merge(session, keep=one.id, other=other.id, evidence=[], by="ann")
        await leads.move_leads(session, [LeadProgress(lead_id=closed.id, stage=Stage.ENRICHED)])
        (row,) = await session.rows("SELECT stage, hold FROM lead WHERE id = :id", id=closed.id)
        assert row == {"stage": "enriched", "hold": "skipped"}
