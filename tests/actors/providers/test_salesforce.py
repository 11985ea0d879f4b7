"""Salesforce, against the simulator: nothing is written twice, people's fields stay, nobody is left out."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from actors.core.effects import Receipt, WriteProspect
from actors.core.errors import (
    AgentError,
    FieldMissing,
    KeyRefused,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
)
from actors.core.provider import Heard, Link, Reply
from actors.core.questions import Excluded, ReadExclusions, ReadProspect
from actors.providers.salesforce import look, read_exclusions, read_prospect, write
from actors.simulator.customers import Standing, has_opted_out, on_file
from actors.simulator.world import World
from tests.actors.providers.ways import Losing, Meanwhile, Refusing, by

QUESTION = ReadProspect(domain="acme.example", email="o'brien@acme.example")
EFFECT = WriteProspect(
    lead_id=UUID(int=1), contact_id=UUID(int=2), email="O'Brien@acme.example", domain="acme.example",
    account={"name": "Acme", "employees": 240, "country": "DE", "lead_score": 85},
    contact={"name": "Ann O'Brien", "title": "CEO"},
)  # fmt: skip


@pytest.fixture
def link(way: Callable[[str], Link]) -> Link:
    link = way("salesforce")
    return Link(link.http, link.base_url, f"sim-{uuid4()}")


@pytest.fixture
async def client(link: Link) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {link.api_key}"}
    async with httpx.AsyncClient(base_url=link.base_url, headers=headers) as client:
        yield client


async def person_edits(client: httpx.AsyncClient, reference: str, **fields: Any) -> None:
    answer = await client.patch(f"/sobjects/{reference}", json=fields, headers={"x-user": "bea"})
    answer.raise_for_status()


async def person_makes(client: httpx.AsyncClient, kind: str, **fields: Any) -> str:
    answer = await client.post(f"/sobjects/{kind}", json=fields, headers={"x-user": "bea"})
    return f"{kind}/{answer.raise_for_status().json()['id']}"


async def fields(client: httpx.AsyncClient, reference: str, *names: str) -> dict[str, Any]:
    found = (await client.get(f"/sobjects/{reference}")).raise_for_status().json()
    return {name: found[name] for name in names}


async def contact_of(client: httpx.AsyncClient, email: str) -> str:
    query = f"SELECT Id FROM Contact WHERE Email = '{email}'"
    (record,) = (await client.get("/query", params={"q": query})).raise_for_status().json()["records"]
    return f"Contact/{record['Id']}"


async def writes(client: httpx.AsyncClient, link: Link) -> list[dict[str, Any]]:
    root = str(client.base_url.copy_with(path="/_simulator/effects"))
    return [one for one in (await client.get(root)).json()["salesforce"] if one["account"] == link.api_key]


async def kinds_written(client: httpx.AsyncClient, link: Link) -> list[str]:
    return [one["record"].partition("/")[0] for one in await writes(client, link)]


# Prospects


async def test_a_prospect_is_written_once(link: Link, client: httpx.AsyncClient) -> None:
    assert await read_prospect(link, QUESTION) == Reply(None)
    assert await look(link, EFFECT, "k") is None
    receipts = [await write(link, EFFECT, "k") for _ in range(2)]
    assert receipts[0] == receipts[1] == await look(link, EFFECT, "k")
    assert receipts[0].evidence == "Salesforce: written"
    assert await kinds_written(client, link) == ["Account", "Contact"]
    account = await fields(
        client,
        receipts[0].reference,
        "Name",
        "Website",
        "NumberOfEmployees",
        "BillingCountry",
        "Leadmill_Id__c",
    )
    assert account == {
        "Name": "Acme",
        "Website": "acme.example",
        "NumberOfEmployees": 240,
        "BillingCountry": "Germany",
        "Leadmill_Id__c": "acme.example",
    }
    contact = (await read_prospect(link, QUESTION)).content.contact
    assert contact.values == {
        "name": "Ann O'Brien",
        "title": "CEO",
        "account": receipts[0].reference.partition("/")[2],
    }


async def test_what_is_on_file_is_told_with_what_others_have_edited_since(
    link: Link, client: httpx.AsyncClient
) -> None:
    reference = (await write(link, EFFECT, "k")).reference
    await person_edits(client, reference, NumberOfEmployees=12, BillingCity="Oslo", Leadmill_Score__c=1)
    on_file = (await read_prospect(link, QUESTION)).content
    assert on_file.account.values["employees"] == 12
    assert sorted(on_file.account.edited) == ["city", "employees"]  # the score is ours alone
    assert on_file.contact.edited == ()


async def test_our_own_next_change_does_not_hide_what_a_person_edited(
    link: Link, client: httpx.AsyncClient
) -> None:
    reference = (await write(link, EFFECT, "k")).reference
    await person_edits(client, reference, NumberOfEmployees=12)
    newer = EFFECT.model_copy(update={"account": {**EFFECT.account, "name": "Acme Inc", "lead_score": 90}})
    for _ in range(2):  # Salesforce names us as the last to have changed it, the second time
        receipt = await write(link, newer, "k2")
        assert receipt.evidence == "Salesforce: written; as people edited it stays account.employees"
    assert await fields(client, reference, "Name", "NumberOfEmployees", "Leadmill_Score__c") == {
        "Name": "Acme Inc",
        "NumberOfEmployees": 12,
        "Leadmill_Score__c": 90,
    }
    assert await look(link, newer, "k2") == receipt


async def test_what_a_person_allowed_is_replaced_if_the_record_is_still_the_one_that_was_seen(
    link: Link, client: httpx.AsyncClient
) -> None:
    reference = (await write(link, EFFECT, "k")).reference
    await person_edits(client, reference, NumberOfEmployees=12)
    seen = (await read_prospect(link, QUESTION)).content.account.etag
    allowed = EFFECT.model_copy(update={"replaces": ("account.employees",), "seen": {"account": seen}})
    await write(link, allowed, "k2")
    assert await fields(client, reference, "NumberOfEmployees") == {"NumberOfEmployees": 240}
    await person_edits(client, reference, NumberOfEmployees=13)
    await write(link, allowed, "k3")
    assert await fields(client, reference, "NumberOfEmployees") == {"NumberOfEmployees": 13}


async def test_an_account_and_a_contact_that_others_have_made_are_found_and_written_into(
    link: Link, client: httpx.AsyncClient
) -> None:
    account = await person_makes(client, "Account", Name="ACME", Website="http://WWW.acme.example/de?x=1")
    await person_makes(client, "Account", Name="Another", Website="https://acme.example.org")
    contact = await person_makes(client, "Contact", LastName="O'Brien", Email="o'brien@ACME.example")
    receipt = await write(link, EFFECT, "k")
    assert receipt.reference == account
    assert receipt.evidence == "Salesforce: written; as people edited it stays account.name, contact.name"
    assert await fields(client, account, "Name", "NumberOfEmployees", "Leadmill_Id__c") == {
        "Name": "ACME",
        "NumberOfEmployees": 240,
        "Leadmill_Id__c": "acme.example",
    }
    assert await fields(client, contact, "Title", "AccountId", "Leadmill_Id__c") == {
        "Title": "CEO",
        "AccountId": account.partition("/")[2],
        "Leadmill_Id__c": "o'brien@acme.example",
    }
    # by our id they are found again, whatever people make of website and address
    await person_edits(client, account, Website="elsewhere.example")
    await person_edits(client, contact, Email="ann@private.example")
    assert (await look(link, EFFECT, "k")).reference == account


@pytest.mark.parametrize("domain", ["a_me.example", "acme.exampl_", "%", "acme.example' OR Name != '"])
async def test_a_domain_means_itself_only(domain: str, link: Link, client: httpx.AsyncClient) -> None:
    await person_makes(client, "Account", Name="Acme", Website="acme.example")
    asked = ReadProspect(domain=domain, email="a\\'b@acme.example")
    assert await read_prospect(link, asked) == Reply(None)


async def test_of_several_that_are_the_same_none_is_chosen(link: Link, client: httpx.AsyncClient) -> None:
    for site in ("acme.example", "https://www.acme.example/"):
        await person_makes(client, "Account", Name="Acme", Website=site)
    with pytest.raises(QuestionRefused, match="merge them") as caught:
        await write(link, EFFECT, "k")
    assert caught.value.nothing_done
    assert {write["by"] for write in await writes(client, link)} == {"person"}


async def test_several_records_with_one_external_id_are_a_fault_of_the_data(
    link: Link, client: httpx.AsyncClient
) -> None:
    async def two() -> None:
        for _ in range(2):
            await person_makes(client, "Account", Name="Acme", Leadmill_Id__c="acme.example")

    meanwhile = Meanwhile(link.http, "PATCH", "Account/Leadmill_Id__c", two)
    with pytest.raises(QuestionRefused) as caught:
        await write(by(link, meanwhile), EFFECT, "k")
    assert (caught.value.kind, caught.value.nothing_done) == ("data", True)


STEPS = ["Account/Leadmill_Id__c", "Contact/Leadmill_Id__c"]


@pytest.mark.parametrize("step", range(len(STEPS)))
async def test_an_answer_that_was_lost_is_found_again_and_nothing_is_written_twice(
    step: int, link: Link, client: httpx.AsyncClient
) -> None:
    losing = Losing(link.http, "PATCH", STEPS[step])
    with pytest.raises(ProviderDown) as caught:
        await write(by(link, losing), EFFECT, "k")
    assert losing.lost
    assert not caught.value.nothing_done
    found = await look(link, EFFECT, "k")
    assert isinstance(found, Receipt) == (step == len(STEPS) - 1)
    receipt = await write(link, EFFECT, "k")
    assert await look(link, EFFECT, "k") == receipt
    assert await kinds_written(client, link) == ["Account", "Contact"]


async def test_the_lost_answer_to_a_change_is_found_again(link: Link, client: httpx.AsyncClient) -> None:
    await write(link, EFFECT, "k")
    newer = EFFECT.model_copy(update={"account": {"name": "Acme Inc", "lead_score": 90}})
    with pytest.raises(ProviderDown):
        await write(by(link, Losing(link.http, "PATCH", "sobjects/Account/001")), newer, "k2")
    assert isinstance(await look(link, newer, "k2"), Receipt)
    assert await kinds_written(client, link) == ["Account", "Contact", "Account"]


async def test_a_record_that_somebody_changes_meanwhile_is_read_again(
    link: Link, client: httpx.AsyncClient
) -> None:
    reference = (await write(link, EFFECT, "k")).reference

    async def edit() -> None:
        await person_edits(client, reference, Name="ACME")

    meanwhile = Meanwhile(link.http, "PATCH", "sobjects/Account/001", edit)
    newer = EFFECT.model_copy(update={"account": {"name": "Acme Inc", "employees": 250}})
    receipt = await write(by(link, meanwhile), newer, "k2")
    assert meanwhile.happened
    assert receipt.evidence == "Salesforce: written; as people edited it stays account.name"
    assert await fields(client, reference, "Name", "NumberOfEmployees") == {
        "Name": "ACME",
        "NumberOfEmployees": 250,
    }


async def test_an_account_that_comes_to_be_meanwhile_is_the_one(
    link: Link, client: httpx.AsyncClient
) -> None:
    async def made() -> None:
        await write(link, EFFECT, "k")

    meanwhile = Meanwhile(link.http, "PATCH", "Account/Leadmill_Id__c", made)
    other = EFFECT.model_copy(update={"email": "bob@acme.example", "contact": {"name": "Bob Ray"}})
    receipt = await write(by(link, meanwhile), other, "k2")
    assert receipt == await look(link, EFFECT, "k")
    assert await kinds_written(client, link) == ["Account", "Contact", "Contact"]


async def test_an_upsert_that_only_says_that_it_is_done_is_looked_after(
    link: Link, client: httpx.AsyncClient
) -> None:
    """So it is in versions of the interface before 46, for a record that was there."""
    done = Heard(204, {}, b"")

    async def made() -> None:
        await person_makes(client, "Account", Leadmill_Id__c="acme.example", Name="Acme")

    meanwhile = Meanwhile(
        Refusing(link.http, "PATCH", "Account/Leadmill_Id__c", done), "PATCH", "Account", made
    )
    receipt = await write(by(link, meanwhile), EFFECT, "k")
    contact = await contact_of(client, "o\\'brien@acme.example")
    assert await fields(client, contact, "AccountId") == {"AccountId": receipt.reference.partition("/")[2]}


async def test_where_half_was_written_a_refusal_does_not_undo_it(
    link: Link, client: httpx.AsyncClient
) -> None:
    refused = Heard(400, {}, b'[{"message": "no", "errorCode": "DUPLICATES_DETECTED", "fields": []}]')
    with pytest.raises(QuestionRefused) as caught:
        await write(by(link, Refusing(link.http, "PATCH", "sobjects/Contact", refused)), EFFECT, "k")
    assert not caught.value.nothing_done
    assert await kinds_written(client, link) == ["Account"]


async def test_what_is_too_long_is_cut_and_what_has_no_place_is_told(
    link: Link, client: httpx.AsyncClient
) -> None:
    effect = EFFECT.model_copy(
        update={
            "account": {"name": "Acme", "founded_year": 1999, "revenue_usd": 5e6},
            "contact": {"name": "Ann Lee", "title": 30 * "Chief ", "seniority": "c_suite"},
        }
    )
    receipt = await write(link, effect, "k")
    assert receipt.evidence == (
        "Salesforce: written; there is no place for "
        "account.founded_year, account.revenue_usd, contact.seniority"
    )
    assert await look(link, effect, "k") == receipt
    contact = await contact_of(client, "o\\'brien@acme.example")
    assert (await fields(client, contact, "Title"))["Title"] == (30 * "Chief ")[:128]


# What goes wrong


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, "INVALID_SESSION_ID", KeyRefused),
        (403, "REQUEST_LIMIT_EXCEEDED", QuotaExhausted),
        (403, "INSUFFICIENT_ACCESS", KeyRefused),
        (400, "INVALID_FIELD", FieldMissing),
        (400, "INVALID_FIELD_FOR_INSERT_UPDATE", FieldMissing),
        (400, "MALFORMED_QUERY", QuestionRefused),
        (400, "UNABLE_TO_LOCK_ROW", ProviderDown),
        (404, "NOT_FOUND", ProviderDown),
        (503, "SERVER_UNAVAILABLE", ProviderDown),
    ],
)
async def test_what_a_refusal_means(
    status: int, code: str, expected: type[AgentError], vendor: Callable[..., Link]
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        error = {"message": "what it says of it", "errorCode": code, "fields": []}
        return httpx.Response(status, json=[error], headers={"Sforce-Limit-Info": "api-usage=100000/100000"})

    with pytest.raises(AgentError) as caught:
        await read_prospect(vendor(answer), QUESTION)
    assert type(caught.value) is expected


async def test_a_field_of_ours_that_is_no_external_id_is_a_matter_of_configuration(link: Link) -> None:
    told = b'[{"errorCode": "NOT_FOUND", "message": "Provided external ID field does not exist"}]'
    refusing = Refusing(link.http, "PATCH", "Account/Leadmill_Id__c", Heard(404, {}, told))
    with pytest.raises(FieldMissing) as caught:
        await write(by(link, refusing), EFFECT, "k")
    assert (caught.value.kind, caught.value.nothing_done) == ("configuration", True)


async def test_an_address_of_a_person_stands_in_no_error(link: Link) -> None:
    refusing = Refusing(link.http, "PATCH", "Contact/Leadmill_Id__c", Heard(500, {}, b""))
    with pytest.raises(ProviderDown) as caught:
        await write(by(link, refusing), EFFECT, "k")
    assert "brien" not in str(caught.value).lower()


# Exclusions


async def everybody(link: Link) -> list[Excluded]:
    excluded: list[Excluded] = []
    cursor = None
    for _ in range(50):
        page = (await read_exclusions(link, ReadExclusions(cursor=cursor))).content
        excluded += page.excluded
        cursor = page.next
        if cursor is None:
            return excluded
    raise AssertionError("there is no end")


async def test_customers_open_deals_competitors_and_who_opted_out_are_excluded(
    link: Link, client: httpx.AsyncClient, world: World
) -> None:
    there = on_file(world)
    await person_makes(client, "Account", Name="Rival", Website="rival.com", Type="Competitor")
    await person_makes(client, "Account", Name="Customary", Website="customary.com", Type="Prospect")
    excluded = await everybody(link)

    def found(reason: str) -> set[tuple[str | None, ...]]:
        return {(one.domain or one.email, one.name, one.owner) for one in excluded if one.reason == reason}

    for standing in (Standing.CUSTOMER, Standing.OPEN_DEAL):
        expected = {
            (o.company.domain, o.company.name, o.owner.email) for o in there if o.standing is standing
        }
        assert found(standing.value) == expected
        assert expected
    opted_out = {(p.email, p.name, o.owner.email) for o in there for p in o.people if has_opted_out(p)}
    assert found("do not contact") == opted_out
    assert any(has_opted_out(p) for o in there if o.standing is Standing.LOST_DEAL for p in o.people)
    assert {name for _, name, _ in found("competitor")} == {"Rival"}
    assert not any(one.domain for one in excluded if one.email)


def account(number: int, **more: Any) -> dict[str, Any]:
    attributes = {"type": "Account", "url": f"/services/data/v66.0/sobjects/Account/{number}"}
    owner = {"attributes": {}, "Email": "bea@seller.example"}
    site = {"Name": f"C{number}", "Website": f"https://c{number}.com/", "Owner": owner}
    return {"attributes": attributes, "Id": f"001{number:012d}AAA", **site, **more}


async def test_pages_go_on_from_the_last_id_even_where_fewer_came_than_were_asked_for(
    vendor: Callable[..., Link],
) -> None:
    everything, asked = [account(number) for number in range(1, 251)], []

    def answer(request: httpx.Request) -> httpx.Response:
        query = request.url.params["q"]
        asked.append(query)
        after = query.partition("Id > '")[2][:18]
        left = [one for one in everything if one["Id"] > after][:100]
        is_cut = len(asked) == 2  # rows are wide: it gives what it likes to, and says where the rest is
        content = {"totalSize": len(left), "done": not is_cut, "records": left[:30] if is_cut else left}
        return httpx.Response(200, json={**content, **({"nextRecordsUrl": "/x"} if is_cut else {})})

    names, cursor = [], "customers:"
    while cursor is not None and cursor.startswith("customers"):
        page = (await read_exclusions(vendor(answer), ReadExclusions(cursor=cursor))).content
        names += [one.domain for one in page.excluded]
        cursor = page.next
    assert names == [f"c{number}.com" for number in range(1, 251)]
    assert cursor == "won:"
    assert all("ORDER BY Id LIMIT 100" in query for query in asked)


@pytest.mark.parametrize(
    "cursor", ["", "customers", "nobody:", "won:x", "won:001' OR Id != '", "won:" + 17 * "0"]
)
async def test_a_cursor_that_is_none_is_refused_before_anybody_is_asked(
    cursor: str, vendor: Callable[..., Link]
) -> None:
    asked: list[Any] = []
    link = vendor(lambda request: asked.append(request) or httpx.Response(500))
    with pytest.raises(QuestionRefused):
        await read_exclusions(link, ReadExclusions(cursor=cursor))
    assert not asked


async def test_who_cannot_be_told_is_left_out(vendor: Callable[..., Link]) -> None:
    records = [
        account(1, Website="facebook.com/acme", Owner=None),
        account(2, Website=None, Name=None),
        account(3, Website="http://[", Name="Odd"),
    ]
    people = [{**account(4), "Email": None}, {**account(5), "Website": None, "Email": "x@y.example"}]
    pages = iter([records, people])
    link = vendor(lambda _: httpx.Response(200, content=json.dumps({"done": True, "records": next(pages)}),
                                           headers={"content-type": "application/json"}))  # fmt: skip
    page = (await read_exclusions(link, ReadExclusions())).content
    assert [(one.domain, one.name, one.owner) for one in page.excluded] == [
        (None, "C1", None),
        (None, "Odd", "bea@seller.example"),
    ]
    page = (await read_exclusions(link, ReadExclusions(cursor="contacts:"))).content
    assert [one.email for one in page.excluded] == ["x@y.example"]


async def test_a_change_names_the_second_in_which_it_was_read(link: Link, client: httpx.AsyncClient) -> None:
    reference = (await write(link, EFFECT, "k")).reference
    stamp = (await fields(client, reference, "SystemModstamp"))["SystemModstamp"]
    seen: list[str] = []

    class Watching:
        async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
            seen.extend([headers["if-unmodified-since"]] if method == "PATCH" else [])
            return await link.http.fetch(method, url, headers, **more)

    await write(by(link, Watching()), EFFECT.model_copy(update={"account": {"lead_score": 1}}), "k2")
    (since,) = seen
    told = datetime.strptime(since, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert 0 < (told - datetime.fromisoformat(stamp)).total_seconds() < 1
