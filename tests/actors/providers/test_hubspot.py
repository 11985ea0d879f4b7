"""HubSpot, against the simulator and against what it has answered: nothing is written twice, nobody is left out."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from actors.core.effects import Receipt, WriteProspect
from actors.core.errors import FieldMissing, ProviderDown, QuestionRefused
from actors.core.provider import Heard, Link, Reply
from actors.core.questions import Excluded, ReadExclusions, ReadProspect
from actors.providers.hubspot import PROVIDER, look, read_exclusions, read_prospect, write
from actors.simulator.customers import Standing, has_opted_out, on_file
from actors.simulator.world import World
from tests.actors.providers.ways import Losing, Meanwhile, Refusing, by

OBJECTS = "/crm/v3/objects"
QUESTION = ReadProspect(domain="acme.example", email="ann@acme.example")
EFFECT = WriteProspect(
    lead_id=UUID(int=1), contact_id=UUID(int=2), email="Ann@Acme.example", domain="acme.example",
    account={"name": "Acme", "employees": 240, "country": "DE"}, contact={"name": "Ann Lee", "title": "CEO"},
)  # fmt: skip


@pytest.fixture
def link(way: Callable[[str], Link]) -> Link:
    link = way("hubspot")
    return Link(link.http, link.base_url, f"sim-{uuid4()}")


@pytest.fixture
async def client(link: Link) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {link.api_key}"}
    async with httpx.AsyncClient(base_url=link.base_url, headers=headers) as client:
        yield client


async def person_edits(client: httpx.AsyncClient, path: str, **properties: str) -> None:
    answer = await client.patch(
        f"{OBJECTS}/{path}", json={"properties": properties}, headers={"x-user": "52368047"}
    )
    answer.raise_for_status()


async def properties(client: httpx.AsyncClient, path: str, *names: str) -> dict[str, Any]:
    asked = {"properties": ",".join(names)} | ({"idProperty": "email"} if "@" in path else {})
    answer = await client.get(f"{OBJECTS}/{path}", params=asked)
    return {name: answer.raise_for_status().json()["properties"][name] for name in names}


async def writes(client: httpx.AsyncClient, link: Link) -> list[dict[str, Any]]:
    root = str(client.base_url.copy_with(path="/_simulator/effects"))
    return [one for one in (await client.get(root)).json()["hubspot"] if one["account"] == link.api_key]


async def kinds_written(client: httpx.AsyncClient, link: Link) -> list[str]:
    return [one["record"].partition("/")[0] for one in await writes(client, link)]


# Prospects


async def test_a_prospect_is_written_once(link: Link, client: httpx.AsyncClient) -> None:
    assert await read_prospect(link, QUESTION) == Reply(None)
    assert await look(link, EFFECT, "k") is None
    receipts = [await write(link, EFFECT, "k") for _ in range(2)]
    assert receipts[0] == receipts[1] == await look(link, EFFECT, "k")
    assert receipts[0].evidence == "HubSpot: written"
    assert await kinds_written(client, link) == ["companies", "contacts", "associations"]
    company = await properties(
        client, receipts[0].reference, "name", "domain", "numberofemployees", "country"
    )
    assert company == {
        "name": "Acme",
        "domain": "acme.example",
        "numberofemployees": "240",
        "country": "Germany",
    }
    contact = await properties(client, "contacts/ann@acme.example", "firstname", "lastname", "jobtitle")
    assert contact == {"firstname": "Ann", "lastname": "Lee", "jobtitle": "CEO"}


async def test_what_is_on_file_is_told_with_who_edited_what(link: Link, client: httpx.AsyncClient) -> None:
    receipt = await write(link, EFFECT, "k")
    await person_edits(client, receipt.reference, numberofemployees="12", city="Oslo")
    on_file = (await read_prospect(link, QUESTION)).content
    assert on_file.account.values == {"name": "Acme", "employees": 12, "country": "DE", "city": "Oslo"}
    assert sorted(on_file.account.edited) == ["city", "employees"]
    assert on_file.contact.values == {"name": "Ann Lee", "title": "CEO"}
    assert on_file.contact.edited == ()


async def test_what_a_person_edited_stays_as_it_is(link: Link, client: httpx.AsyncClient) -> None:
    reference = (await write(link, EFFECT, "k")).reference
    await person_edits(client, reference, numberofemployees="12")
    await person_edits(client, "contacts/ann@acme.example?idProperty=email", jobtitle="")
    newer = EFFECT.model_copy(update={"account": {"name": "Acme Inc", "employees": 250}})
    receipt = await write(link, newer, "k2")
    assert receipt.evidence == "HubSpot: written; as people edited it stays account.employees, contact.title"
    assert await properties(client, reference, "name", "numberofemployees") == {
        "name": "Acme Inc",
        "numberofemployees": "12",
    }
    assert await look(link, newer, "k2") == receipt


async def test_what_a_person_allowed_is_replaced_unless_it_was_edited_again(
    link: Link, client: httpx.AsyncClient
) -> None:
    reference = (await write(link, EFFECT, "k")).reference
    await person_edits(client, reference, numberofemployees="12")
    seen = (await read_prospect(link, QUESTION)).content.account.etag
    allowed = EFFECT.model_copy(update={"replaces": ("account.employees",), "seen": {"account": seen}})
    # HubSpot counts another contact of the company: it is changed by its date, and nobody has edited it
    await write(link, EFFECT.model_copy(update={"email": "bob@acme.example"}), "k2")
    await write(link, allowed, "k3")
    assert await properties(client, reference, "numberofemployees") == {"numberofemployees": "240"}
    await person_edits(client, reference, numberofemployees="13")
    await write(link, allowed, "k4")
    assert await properties(client, reference, "numberofemployees") == {"numberofemployees": "13"}


async def test_a_company_that_others_put_there_is_found_by_its_domain_and_written_into(
    link: Link, client: httpx.AsyncClient, world: World
) -> None:
    company, person = (lambda one: (one.company, one.people[0]))(on_file(world)[0])
    effect = EFFECT.model_copy(
        update={
            "domain": company.domain,
            "email": person.email,
            "account": {"name": "N", "founded_year": 1999},
        }
    )
    before = (await read_prospect(link, ReadProspect(domain=company.domain, email=person.email))).content
    assert before.account.values["name"] == company.name
    assert {"name", "country"} <= set(before.account.edited)
    receipt = await write(link, effect, "k")
    assert "account.name" in receipt.evidence
    assert await properties(client, receipt.reference, "name", "founded_year", "leadmill_id") == {
        "name": company.name,
        "founded_year": "1999",
        "leadmill_id": company.domain,
    }
    assert await kinds_written(client, link) == [
        "companies"
    ]  # the contact is its already, as a person has it
    assert await look(link, effect, "k") == receipt


async def test_of_several_companies_with_one_domain_none_is_chosen(
    link: Link, client: httpx.AsyncClient, world: World
) -> None:
    there = on_file(world)
    answer = await client.post(
        f"{OBJECTS}/companies/search", json=search_for("domain", there[0].company.domain)
    )
    (one,) = answer.json()["results"]
    other = (
        await client.post(f"{OBJECTS}/companies/search", json=search_for("domain", there[1].company.domain))
    ).json()["results"][0]
    await person_edits(client, f"companies/{other['id']}", domain=one["properties"]["domain"])
    effect = EFFECT.model_copy(update={"domain": there[0].company.domain})
    with pytest.raises(QuestionRefused, match="several companies") as caught:
        await write(link, effect, "k")
    assert caught.value.nothing_done
    assert [write["by"] for write in await writes(client, link)] == ["person"]


def search_for(name: str, value: str) -> dict[str, Any]:
    filters = [{"propertyName": name, "operator": "EQ", "value": value}]
    return {"filterGroups": [{"filters": filters}], "limit": 2, "properties": [name]}


STEPS = [("POST", "companies/batch/upsert"), ("POST", "objects/contacts"), ("PUT", "associations/default")]


@pytest.mark.parametrize("step", range(len(STEPS)))
async def test_an_answer_that_was_lost_is_found_again_and_nothing_is_written_twice(
    step: int, link: Link, client: httpx.AsyncClient
) -> None:
    losing = Losing(link.http, *STEPS[step])
    with pytest.raises(ProviderDown) as caught:
        await write(by(link, losing), EFFECT, "k")
    assert losing.lost
    assert not caught.value.nothing_done
    is_complete = step == len(STEPS) - 1
    found = await look(link, EFFECT, "k")
    assert isinstance(found, Receipt) == is_complete
    # a search does not find the company yet: it is our own property that does
    hits = (
        await client.post(f"{OBJECTS}/companies/search", json=search_for("domain", "acme.example"))
    ).json()
    assert hits["total"] == 0
    receipt = await write(link, EFFECT, "k")
    assert await look(link, EFFECT, "k") == receipt
    assert await kinds_written(client, link) == ["companies", "contacts", "associations"]


async def test_a_contact_that_a_person_makes_meanwhile_is_read_and_not_made_again(
    link: Link, client: httpx.AsyncClient
) -> None:
    async def made() -> None:
        content = {"properties": {"email": "ann@acme.example", "jobtitle": "Founder"}}
        answer = await client.post(f"{OBJECTS}/contacts", json=content, headers={"x-user": "52368047"})
        answer.raise_for_status()

    meanwhile = Meanwhile(link.http, "POST", "objects/contacts", made)
    receipt = await write(by(link, meanwhile), EFFECT, "k")
    assert meanwhile.happened
    assert receipt.evidence == "HubSpot: written; as people edited it stays contact.title"
    contact = await properties(client, "contacts/ann@acme.example", "lastname", "jobtitle")
    assert contact == {"lastname": "Lee", "jobtitle": "Founder"}


async def test_a_record_that_is_gone_by_the_time_of_the_change_is_read_again(
    link: Link, client: httpx.AsyncClient
) -> None:
    await write(link, EFFECT, "k")
    gone = Heard(
        404, {"content-type": "application/json"}, b'{"status": "error", "category": "OBJECT_NOT_FOUND"}'
    )
    newer = EFFECT.model_copy(update={"account": {"name": "Acme Inc"}})
    with pytest.raises(ProviderDown, match="keeps changing") as caught:
        await write(by(link, Refusing(link.http, "PATCH", "/companies/", gone)), newer, "k2")
    assert caught.value.nothing_done


async def test_where_half_was_written_a_refusal_does_not_undo_it(
    link: Link, client: httpx.AsyncClient
) -> None:
    refused = Heard(
        400, {}, b'{"status": "error", "category": "VALIDATION_ERROR", "message": "INVALID_EMAIL"}'
    )
    with pytest.raises(QuestionRefused) as caught:
        await write(by(link, Refusing(link.http, "POST", "objects/contacts", refused)), EFFECT, "k")
    assert not caught.value.nothing_done
    assert await kinds_written(client, link) == ["companies"]


async def test_a_contact_of_another_company_stays_there(
    link: Link, client: httpx.AsyncClient, world: World
) -> None:
    person = on_file(world)[0].people[0]
    effect = EFFECT.model_copy(update={"email": person.email, "contact": {"seniority": "founder"}})
    receipt = await write(link, effect, "k")
    assert receipt.evidence == "HubSpot: written; as people edited it stays association.company"
    assert await kinds_written(client, link) == ["companies", "contacts"]


async def test_what_has_no_place_is_told(link: Link) -> None:
    more = EFFECT.model_copy(update={"account": {"name": "Acme", "industry": "software", "revenue_usd": 5e6}})
    receipt = await write(link, more, "k")
    assert receipt.evidence == (
        "HubSpot: written; there is no place for account.industry, account.revenue_usd"
    )
    assert await look(link, more, "k") == receipt


@pytest.mark.parametrize(
    ("category", "message", "expected"),
    [
        ("VALIDATION_ERROR", "Property values were not valid: INVALID_DOUBLE", QuestionRefused),
        ("VALIDATION_ERROR", "Property values were not valid: PROPERTY_DOESNT_EXIST", FieldMissing),
        ("RATE_LIMITS", "later", ProviderDown),
    ],
)
async def test_a_batch_tells_what_became_of_each_item(
    category: str, message: str, expected: type[Exception], link: Link
) -> None:
    error = {
        "status": "error",
        "category": category,
        "message": message,
        "context": {"ids": ["acme.example"]},
    }
    body = json.dumps({"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [error]}).encode()
    partly = Heard(207, {"content-type": "application/json"}, body)
    with pytest.raises(expected):
        await write(by(link, Refusing(link.http, "POST", "batch/upsert", partly)), EFFECT, "k")


async def test_a_property_of_ours_that_nobody_made_is_a_matter_of_configuration(link: Link) -> None:
    told = b'{"status": "error", "message": "Unable to perform update/upsert by non-unique 0-2 property leadmill_id"}'
    refusing = Refusing(link.http, "POST", "batch/upsert", Heard(400, {}, told))
    with pytest.raises(FieldMissing) as caught:
        await write(by(link, refusing), EFFECT, "k")
    assert (caught.value.kind, caught.value.nothing_done) == ("configuration", True)


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


async def test_customers_open_deals_and_who_opted_out_are_excluded(link: Link, world: World) -> None:
    there = on_file(world)
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
    assert opted_out
    assert not any(one.domain for one in excluded if one.email)
    assert len({owner for *_, owner in found("customer") | found("open deal")}) == 3


def portal(
    vendor: Callable[..., Link],
    answers: dict[str, Callable[[dict[str, Any]], Any]],
    asked: list[Any] | None = None,
) -> Link:
    """A portal that answers by the end of the path, from the body."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        if asked is not None:
            asked.append((request.url.path, body))
        for end, function in answers.items():
            if request.url.path.endswith(end):
                status, content = function(body)
                return httpx.Response(status, json=content)
        return httpx.Response(200, json={"results": []})

    return vendor(answer, base_url=PROVIDER.base_url)


def listed(count: int, **given: str) -> Callable[[dict[str, Any]], Any]:
    """A search over so many objects, which pages as HubSpot does."""

    def search(body: dict[str, Any]) -> Any:
        (group,) = body["filterGroups"]
        after = next(int(one["value"]) for one in group["filters"] if one["operator"] == "GT")
        assert int(body["after"]) + body["limit"] <= 10_000
        assert body["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        ids = [number for number in range(1, count + 1) if number > after]
        results = [
            {"id": str(number), "properties": {"domain": f"c{number}.com", **given}}
            for number in ids[: body["limit"]]
        ]
        more = {"paging": {"next": {"after": str(body["limit"])}}} if len(ids) > body["limit"] else {}
        return 200, {"total": len(ids), "results": results, **more}

    return search


async def test_there_is_no_end_at_ten_thousand(vendor: Callable[..., Link]) -> None:
    asked: list[Any] = []
    link = portal(vendor, {"/companies/search": listed(10_150)}, asked)
    cursor, domains = "customer:9900", []
    while cursor is not None and cursor.startswith("customer"):
        page = (await read_exclusions(link, ReadExclusions(cursor=cursor))).content
        domains += [one.domain for one in page.excluded]
        cursor = page.next
    assert domains == [f"c{number}.com" for number in range(9901, 10_151)]
    assert cursor == "open deal:0"
    assert [body["limit"] for _, body in asked] == [100, 100, 100]


@pytest.mark.parametrize(
    "cursor", ["", "customer", "customer:", "customer:x", "nobody:0", "customer:\u0663", "customer:-1"]
)
async def test_a_cursor_that_is_none_is_refused_before_anybody_is_asked(
    cursor: str, vendor: Callable[..., Link]
) -> None:
    asked: list[Any] = []
    with pytest.raises(QuestionRefused):
        await read_exclusions(portal(vendor, {}, asked), ReadExclusions(cursor=cursor))
    assert not asked


async def test_a_company_is_excluded_under_all_its_domains_and_by_name_where_it_has_none(
    vendor: Callable[..., Link],
) -> None:
    results = [
        {"id": "1", "properties": {"domain": "www.acme.com", "name": "A",
                                   "hs_additional_domains": "acme.de;gmail.com;acme.com"}},
        {"id": "2", "properties": {"domain": None, "name": "No Domain Ltd", "hubspot_owner_id": "9"}},
        {"id": "3", "properties": {"domain": None, "name": None}},
    ]  # fmt: skip
    link = portal(vendor, {"/companies/search": lambda _: (200, {"results": results})})
    page = (await read_exclusions(link, ReadExclusions())).content
    assert page.excluded == (
        Excluded(reason="customer", domain="acme.com", name="A"),
        Excluded(reason="customer", domain="acme.de", name="A"),
        Excluded(reason="customer", name="No Domain Ltd"),
    )


async def test_a_deal_without_a_company_excludes_nobody_and_is_no_error(vendor: Callable[..., Link]) -> None:
    link = portal(
        vendor, deals_with({"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}, "OBJECT_NOT_FOUND")
    )
    page = (await read_exclusions(link, ReadExclusions(cursor="open deal:0"))).content
    assert [(one.domain, one.owner) for one in page.excluded] == [("acme.com", "bea@seller.example")]
    assert page.next == "do not contact:0"


async def test_a_deal_whose_company_could_not_be_read_is_not_passed_over(vendor: Callable[..., Link]) -> None:
    link = portal(vendor, deals_with({}, "INTERNAL_ERROR"))
    with pytest.raises(ProviderDown):
        await read_exclusions(link, ReadExclusions(cursor="open deal:0"))


def deals_with(more: dict[str, str], category: str) -> dict[str, Callable[[dict[str, Any]], Any]]:
    """Two deals, of which the second has no company, or an error."""
    error = {"status": "error", "category": category, "message": "No company", "context": {}, **more}
    deals = [
        {"id": "1", "properties": {"hubspot_owner_id": "7"}},
        {"id": "2", "properties": {"hubspot_owner_id": "7"}},
    ]
    link = {"from": {"id": "1"}, "to": [{"toObjectId": 55, "associationTypes": []}]}
    company = {"id": "55", "properties": {"domain": "acme.com", "name": "Acme", "hubspot_owner_id": "8"}}
    owners = [{"id": "7", "email": "bea@seller.example"}, {"id": "8", "email": "tim@seller.example"}]
    return {
        "/deals/search": lambda _: (200, {"total": 2, "results": deals}),
        "/companies/batch/read": lambda body: (
            (207, {"results": [link], "numErrors": 1, "errors": [error]})
            if {"id": "2"} in body["inputs"]
            else (200, {"results": [company]})
        ),
        "/owners": lambda _: (200, {"results": owners}),
    }


async def test_owners_are_looked_for_on_every_page_and_one_who_left_has_no_address(
    vendor: Callable[..., Link],
) -> None:
    pages = iter([("1", "a@seller.example", "500"), ("2", "b@seller.example", None)])

    def owners(_: dict[str, Any]) -> Any:
        id_, email, after = next(pages)
        more = {"paging": {"next": {"after": after}}} if after else {}
        return 200, {"results": [{"id": id_, "email": email}], **more}

    results = [
        {"id": str(n), "properties": {"domain": f"c{n}.com", "hubspot_owner_id": owner}}
        for n, owner in enumerate(("1", "2", "3", ""), 1)
    ]
    answers = {"/companies/search": lambda _: (200, {"results": results}), "/owners": owners}
    page = (await read_exclusions(portal(vendor, answers), ReadExclusions())).content
    assert [one.owner for one in page.excluded] == ["a@seller.example", "b@seller.example", None, None]


# With recorded answers, and those in the descriptions


@pytest.fixture
def recorded(dataset: Callable[[str], Path]) -> Callable[[str], Any]:
    def read(name: str) -> Any:
        return json.loads(dataset(f"providers/dlt_hubspot_recorded/mock_{name}.json").read_text())

    return read


@pytest.mark.dataset
async def test_recorded_companies(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    said = recorded("companies_data")
    link = portal(vendor, {"/companies/search": lambda _: (200, said)})
    page = (await read_exclusions(link, ReadExclusions())).content
    assert [(one.domain, one.name) for one in page.excluded] == [
        (one["properties"]["domain"], one["properties"]["name"]) for one in said["results"]
    ]


@pytest.mark.dataset
async def test_recorded_contacts(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    said = recorded("contacts_data")
    link = portal(vendor, {"/contacts/search": lambda _: (200, said)})
    page = (await read_exclusions(link, ReadExclusions(cursor="do not contact:0"))).content
    assert page.next is None
    assert [(one.email, one.name) for one in page.excluded] == [
        (p["email"], f"{p['firstname']} {p['lastname']}")
        for p in (one["properties"] for one in said["results"])
    ]


@pytest.mark.dataset
async def test_recorded_deals(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    said = recorded("deals_data")
    ids = [one["id"] for one in said["results"]]
    companies = recorded("companies_data")
    links = [
        {"from": {"id": deal}, "to": [{"toObjectId": int(company["id"])}]}
        for deal, company in zip(ids, companies["results"], strict=True)
    ]
    asked: list[Any] = []
    answers = {
        "/deals/search": lambda _: (200, said),
        "/deals/companies/batch/read": lambda _: (200, {"results": links}),
        "/objects/companies/batch/read": lambda _: (200, companies),
    }
    page = (
        await read_exclusions(portal(vendor, answers, asked), ReadExclusions(cursor="open deal:0"))
    ).content
    assert [one.domain for one in page.excluded] == ["hubspot.com", "fda.gov"]
    assert asked[1][1]["inputs"] == [{"id": one} for one in ids]


@pytest.mark.dataset
async def test_a_recorded_contact_with_its_history(
    recorded: Callable[[str], Any], vendor: Callable[..., Link]
) -> None:
    contacts = recorded("contacts_with_history")["results"]

    def answer(request: httpx.Request) -> httpx.Response:
        if "/contacts/" in request.url.path:
            return httpx.Response(200, json=contacts[0])
        return httpx.Response(404 if request.method == "GET" else 200, json={"results": []})

    link = vendor(answer, base_url=PROVIDER.base_url)
    on_file = (await read_prospect(link, QUESTION)).content
    assert on_file.account is None
    assert on_file.contact.values == {"name": "Maria"}
    assert on_file.contact.edited == ()
    (first, second) = contacts
    assert first["id"] in on_file.contact.etag
    contacts[0] = second
    assert (await read_prospect(link, QUESTION)).content.contact.edited == (
        "name",
    )  # as CONTACTS_WEB wrote it


@pytest.mark.dataset
async def test_the_examples_of_the_descriptions(
    dataset: Callable[[str], Path], vendor: Callable[..., Link]
) -> None:
    owner = description(dataset, "crmOwners_v3")["PublicOwner"]["example"]
    upserted = description(dataset, "companies_v3")["SimplePublicObject"]["example"]
    properties = {"name": "Acme", "domain": "acme.com", "hubspot_owner_id": owner["id"]}
    company = {**upserted, "properties": {**upserted["properties"], **properties}}
    answers = {
        "/search": lambda _: (200, {"results": [company]}),
        "/owners": lambda _: (200, {"results": [owner]}),
    }
    page = (await read_exclusions(portal(vendor, answers), ReadExclusions())).content
    assert page.excluded == (
        Excluded(reason="customer", domain="acme.com", name="Acme", owner=owner["email"]),
    )
    answers = {
        "/search": lambda _: (200, {"results": []}),
        "/batch/upsert": lambda _: (200, {"results": [upserted]}),
        "/contacts": lambda _: (201, upserted),
    }
    link = portal(
        vendor, {**answers, "/acme.example": lambda _: (404, {}), "@acme.example": lambda _: (404, {})}
    )
    assert (await write(link, EFFECT, "k")).reference == f"companies/{upserted['id']}"


def description(dataset: Callable[[str], Path], name: str) -> dict[str, Any]:
    text = dataset(f"providers/hubspot/hubspot_{name}.json").read_text()
    schemas: dict[str, Any] = json.loads(text)["components"]["schemas"]
    return schemas


@pytest.mark.dataset
def test_what_is_called_is_described(dataset: Callable[[str], Path]) -> None:
    called = {
        "companies_v3": ["/crm/v3/objects/companies/search post", "/crm/v3/objects/companies/batch/upsert post",
                         "/crm/v3/objects/companies/batch/read post", "/crm/v3/objects/companies/{companyId} get",
                         "/crm/v3/objects/companies/{companyId} patch"],
        "contacts_v3": ["/crm/v3/objects/contacts post", "/crm/v3/objects/contacts/batch/read post",
                        "/crm/v3/objects/contacts/{contactId} get",
                        "/crm/v3/objects/contacts/search post"],
        "deals_v3": ["/crm/v3/objects/0-3/search post"],
        "crmOwners_v3": ["/crm/v3/owners get"],
        "associations_v4": [
            "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/read post",
            "/crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId} put",
        ],
    }  # fmt: skip
    for name, calls in called.items():
        paths = json.loads(dataset(f"providers/hubspot/hubspot_{name}.json").read_text())["paths"]
        for call in calls:
            path, _, method = call.partition(" ")
            assert method in paths[path]
