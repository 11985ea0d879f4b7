"""Identifiers: rows that are known by them, questions that come of them, and that all of it can be taken back."""

import asyncio
from uuid import uuid4

import pytest

from tenants.identifiers import IdentifierKind
from tenants.identity import review_id_of
from tenants.records import AccountIdentifier, AccountReview
from tenants.store import audit, identifiers, identity, leads, tenants
from tests.tenants.store.rows import account, lead

LEI, OTHER_LEI = "529900T8BM49AURSDO55", "529900T8BM49AURSDO99"
HOPS = "https://old.example/ 301 https://new.example/"


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


def at(domain, **facts):
    return account(identity_key=f"domain:{domain}", domain=domain, **facts)


def has(of, value, kind="domain", source="website", evidence=HOPS):
    return AccountIdentifier(account_id=of.id, kind=kind, value=value, source=source, evidence=evidence)


async def add(session, *companies):
    await leads.add_accounts(session, companies)
    await leads.add_leads(session, [lead(one) for one in companies])


async def questions(session):
    return {
        frozenset((row["account_id"], row["other_id"])): row for row in await identity.open_reviews(session)
    }


async def test_a_row_with_the_domain_that_an_account_leads_to_is_that_account(database, vault, acme):
    old = at("old.example")
    keys = ["domain:new.example", "domain:old.example", "name:new.example|"]
    async with database.tenant(acme.id) as session:
        await add(session, old)
        await identifiers.save(session, [has(old, "new.example"), has(old, LEI, "lei", "gleif", "record")])
        assert await leads.known_keys(session, keys) == {"domain:new.example", "domain:old.example"}
        assert await questions(session) == {}
        domain, number = sorted(await identifiers.of_tenant(session), key=lambda row: row["kind"])
        assert (domain["value"], domain["source"], domain["evidence"], domain["is_alias"]) == (
            "new.example", "website", HOPS, True,
        )  # fmt: skip
        assert (number["value"], number["source"], number["is_alias"]) == (LEI, "gleif", False)
    other = await tenants.add(database, vault, "other", {})
    async with database.tenant(other.id) as session:
        assert await leads.known_keys(session, keys) == set()
        assert await identifiers.of_tenant(session) == []
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM account_identifier") == 0


async def test_where_another_account_is_at_that_domain_a_person_is_asked_and_nothing_is_merged(
    database, acme
):
    old, new = at("old.example", name="Harbour"), at("new.example", name="Kiel Weaving")
    async with database.tenant(acme.id) as session:
        await add(session, old, new)
        await identifiers.save(session, [has(old, "new.example")])
        ((pair, row),) = (await questions(session)).items()
        assert pair == {old.id, new.id}
        assert row["score"] == 0.9
        assert row["evidence"][0] == "old.example leads to new.example"
        assert await identity.merges(session) == []
        (told,) = await identifiers.of_tenant(session)
        assert not told["is_alias"]


async def test_a_place_to_which_two_lead_is_neithers_and_a_person_is_asked_about_the_two(database, acme):
    one, other = at("one.example", name="Brand One"), at("two.example", name="Second Brand")
    async with database.tenant(acme.id) as session:
        await add(session, one, other)
        await identifiers.save(session, [has(one, "holding.example")])
        assert await leads.known_keys(session, ["domain:holding.example"]) == {"domain:holding.example"}
        await identifiers.save(session, [has(other, "holding.example")])
        assert await leads.known_keys(session, ["domain:holding.example"]) == set()
        (row,) = (await questions(session)).values()
        assert (row["score"], row["evidence"][0]) == (0.7, "both lead to holding.example")
        assert [told["is_alias"] for told in await identifiers.of_tenant(session)] == [False, False]
        # once they are one, it is theirs; and no longer when they stand apart again
        merge_id = await identity.decide_review(session, row["id"], same=True, by="ann")
        assert await leads.known_keys(session, ["domain:holding.example"]) == {"domain:holding.example"}
        await identity.undo_merge(session, merge_id, by="ann")
        assert await leads.known_keys(session, ["domain:holding.example"]) == set()


async def test_two_with_one_number_are_asked_about_and_two_with_different_ones_are_less_likely_one(
    database, acme
):
    one, other, third = (at(f"{n}.example", name="Harbour", country="DE") for n in "abc")
    pairs = [(one, other), (one, third), (other, third)]
    async with database.tenant(acme.id) as session:
        await add(session, one, other, third)
        asked = [
            AccountReview(
                id=review_id_of(acme.id, a.id, b.id), account_id=a.id, other_id=b.id,
                score=0.846, evidence=("both: harbour",),
            )
            for a, b in pairs[1:]
        ]  # fmt: skip
        await identity.save_reviews(session, asked)
        await identifiers.save(session, [has(one, LEI, "lei"), has(other, LEI, "lei")])
        await identifiers.save(session, [has(third, OTHER_LEI, "lei")])
        found = await questions(session)
        same, *different = (found[frozenset((a.id, b.id))] for a, b in pairs)
        assert same["evidence"][0] == f"both have the LEI {LEI}"
        for row in different:
            assert row["score"] < 0.7 < same["score"]
            assert row["evidence"][-1] in {
                f"the LEI of the one is {LEI}, of the other {OTHER_LEI}",
                f"the LEI of the one is {OTHER_LEI}, of the other {LEI}",
            }


async def test_what_a_person_decided_on_is_not_asked_again(database, acme):
    one, other = at("a.example"), at("b.example", name="Other")
    async with database.tenant(acme.id) as session:
        await add(session, one, other)
        await identifiers.save(session, [has(one, "b.example")])
        (row,) = (await questions(session)).values()
        await identity.decide_review(session, row["id"], same=False, by="ann")
        await identifiers.save(session, [has(one, "b.example"), has(other, LEI, "lei"), has(one, LEI, "lei")])
        assert await questions(session) == {}


async def test_of_many_that_lead_to_one_place_a_few_are_asked_about(database, acme):
    many = [at(f"{n}.example", name=f"Brand {n}") for n in range(9)]
    async with database.tenant(acme.id) as session:
        await add(session, *many)
        for one in many:
            await identifiers.save(session, [has(one, "parked.example")])
        asked = await questions(session)
        assert all(sum(one.id in pair for pair in asked) for one in many)
        assert len(asked) < 3 * len(many)


async def test_what_is_told_of_a_merged_account_counts_for_the_one_that_was_kept(database, acme):
    kept, merged, third = at("a.example"), at("b.example"), at("c.example", name="Third")
    async with database.tenant(acme.id) as session:
        await add(session, kept, merged, third)
        merge_id = await identity.merge(session, keep=kept.id, other=merged.id, evidence=[], by="ann")
        await identifiers.save(session, [has(merged, LEI, "lei"), has(merged, "a.example")])
        await identifiers.save(session, [has(third, LEI, "lei")])
        assert set(await questions(session)) == {frozenset((kept.id, third.id))}
        names = {(row["value"], row["domain"]) for row in await identifiers.of_tenant(session)}
        assert names == {(LEI, "a.example"), ("a.example", "a.example"), (LEI, "c.example")}
        await identity.undo_merge(session, merge_id, by="ann")
        told = {(row["value"], row["domain"]) for row in await identifiers.of_tenant(session)}
        assert told == {(LEI, "b.example"), ("a.example", "b.example"), (LEI, "c.example")}


async def test_what_a_person_disowns_stays_disowned_whoever_says_it_again(database, acme):
    old, new = at("old.example", name="Harbour"), at("new.example", name="Kiel Weaving")
    async with database.tenant(acme.id) as session:
        await add(session, old)
        await identifiers.save(session, [has(old, "new.example")])
        await identifiers.disown(session, old.id, IdentifierKind.DOMAIN, "new.example", by="ann")
        assert await leads.known_keys(session, ["domain:new.example"]) == set()
        await add(session, new)
        await identifiers.save(session, [has(old, "new.example")])
        assert await questions(session) == {}
        (row,) = await identifiers.of_tenant(session)
        assert (row["disowned_by"], row["is_alias"]) == ("ann", False)
        (entry,) = await audit.recent(session)
        assert (entry["by"], entry["act"], entry["subject"]) == (
            "ann",
            "disown identifier",
            f"account {old.id}",
        )
        for of in (old.id, uuid4()):
            with pytest.raises(ValueError, match=r"has the domain new\.example"):
                await identifiers.disown(session, of, IdentifierKind.DOMAIN, "new.example", by="bob")


async def test_an_open_question_is_weighed_anew_when_its_evidence_is_disowned(database, acme):
    old, new = at("old.example", name="Harbour"), at("new.example", name="Kiel Weaving")
    async with database.tenant(acme.id) as session:
        await add(session, old, new)
        await identifiers.save(session, [has(old, "new.example")])
        await identifiers.disown(session, old.id, IdentifierKind.DOMAIN, "new.example", by="ann")
        (row,) = (await questions(session)).values()
        assert row["score"] < 0.5
        assert "old.example leads to new.example" not in row["evidence"]


async def test_of_two_that_are_told_the_same_at_the_same_moment_the_second_sees_the_first(database, acme):
    one, other = at("a.example", name="Harbour"), at("b.example", name="Kiel Weaving")
    async with database.tenant(acme.id) as session:
        await add(session, one, other)

    async def tell(of):
        async with database.tenant(acme.id) as session:
            await identifiers.save(session, [has(of, LEI, "lei")])

    await asyncio.gather(tell(one), tell(other))
    async with database.tenant(acme.id) as session:
        assert set(await questions(session)) == {frozenset((one.id, other.id))}


async def test_whoever_decides_at_this_moment_keeps_what_they_see_and_nobody_waits(database, acme):
    one, other = at("a.example", name="Harbour"), at("b.example", name="Harbour")
    async with database.tenant(acme.id) as session:
        await add(session, one, other)
        await identifiers.save(session, [has(one, LEI, "lei"), has(other, LEI, "lei")])
        (row,) = (await questions(session)).values()
    async with database.tenant(acme.id) as person:
        await person.run("SELECT 1 FROM account_review WHERE id = :id FOR UPDATE", id=row["id"])
        async with database.tenant(acme.id) as session:
            await identifiers.save(session, [has(one, "0000320193", "cik"), has(other, "0000789019", "cik")])
        async with database.tenant(acme.id) as session:
            (still,) = (await questions(session)).values()
            assert still["evidence"] == row["evidence"]


async def test_an_account_that_is_gone_has_none_and_its_neighbours_keep_theirs(database, acme):
    async with database.tenant(acme.id) as session:
        await add(session, here := at("a.example"))
        await identifiers.save(session, [has(account(), LEI, "lei"), has(here, "0000320193", "cik")])
        assert [row["value"] for row in await identifiers.of_tenant(session)] == ["0000320193"]
        await identifiers.save(session, [])


async def test_who_else_has_a_number_is_found_by_an_index_however_many_there_are(database, acme):
    async with database.tenant(acme.id) as session:
        many = [account(name=f"Company {n}", domain=f"c{n}.example") for n in range(2_000)]
        await leads.add_accounts(session, many)
        told = [has(one, f"Q{n + 1}", "wikidata", "wikidata", "entry") for n, one in enumerate(many)]
        await identifiers.save(session, told)
        await session.run("ANALYZE account_identifier")
        plan = await session.rows(
            "EXPLAIN SELECT account_id FROM account_identifier WHERE tenant_id = :tenant "
            "AND kind = 'wikidata' AND value = ANY(CAST(:values AS text[]))",
            tenant=acme.id, values=["Q7"],
        )  # fmt: skip
    assert "account_by_identifier" in "\n".join(row["QUERY PLAN"] for row in plan)
