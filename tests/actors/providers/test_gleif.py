"""GLEIF: its filters, what its records mean, the simulator that speaks as it does, and recorded answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from actors.core.errors import AnswerGarbled, ProviderDown, RateLimited
from actors.core.provider import Link, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    PreviewCompanies,
)
from actors.providers.gleif import PROVIDER, enrich_company, find_companies, preview_companies
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.registered import legal_name, lei
from actors.simulator.world import World
from tenants.companies import normal_name
from tenants.icp import IdealCustomer

MISS = Reply(None)
LEI, OTHER_LEI = "5493001KJTIIGC8Y1R12", "529900W18LQJJN6SJ336"
JSON_API = {"content-type": "application/vnd.api+json"}


def record(name: str = "ACME GMBH", number: str = LEI, *, status: str = "ACTIVE", **entity: Any) -> Any:
    """A record as GLEIF has it, with what a test is about."""
    address = {"city": "KÖLN", "region": "DE-NW", "country": "DE", "postalCode": "50667"}
    return {
        "type": "lei-records",
        "id": number,
        "attributes": {
            "lei": number,
            "entity": {
                "legalName": {"name": name, "language": "de"},
                "legalAddress": address,
                "headquartersAddress": address,
                "registeredAt": {"id": "RA000242"},
                "registeredAs": "HRB 4711",
                "status": status,
                **entity,
            },
            "registration": {"status": "ISSUED"},
        },
        "relationships": {"direct-parent": {"links": {"reporting-exception": "https://api.example/x"}}},
    }


def records(*found: Any, total: int | None = None) -> Any:
    pagination = {"currentPage": 1, "total": len(found) if total is None else total}
    return {"meta": {"pagination": pagination}, "data": list(found)}


def answering(vendor: Callable[..., Link], *answers: Any) -> tuple[Link, list[httpx.Request]]:
    """The way to a GLEIF that gives these answers in turn, 404 for None, and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = answers[len(asked) - 1]
        if found is None:
            return httpx.Response(404, json={"errors": [{"status": "404"}]}, headers=JSON_API)
        return httpx.Response(200, content=json.dumps(found).encode(), headers=JSON_API)

    return vendor(answer), asked


def params_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.url.query.decode()))


def acme(name: str = "Acme GmbH", country: str | None = "DE") -> EnrichCompany:
    return EnrichCompany(domain="acme.example", name=name, country=country)


# How GLEIF is asked


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Acme GmbH", "Acme"),
        ("Acme, Inc.", "Acme"),
        ("Müller & Söhne KG", "Müller & Söhne"),
        ("!Acme", "Acme"),  # "not Acme"
        ("Acme,Siemens", "Acme Siemens"),  # "Acme or Siemens"
        ("1..9 Acme", "1 9 Acme"),  # "from 1 to 9"
        (">Acme<", "Acme"),
        ("O'Reilly-Smith", "O'Reilly-Smith"),
        ("GmbH", "GmbH"),
    ],
)
async def test_a_name_leads_out_of_no_filter(vendor: Callable[..., Link], name: str, words: str) -> None:
    link, asked = answering(vendor, records())
    assert await enrich_company(link, acme(name)) == MISS
    assert params_of(asked[0])["filter[entity.legalName]"] == words
    assert params_of(asked[0])["filter[entity.legalAddress.country]"] == "DE"
    assert asked[0].url.path == "/v1/lei-records"


@pytest.mark.parametrize(
    "question",
    [
        EnrichCompany(domain="acme.example"),
        EnrichCompany(domain="acme.example", name="Acme"),
        EnrichCompany(domain=None, name=",!", country="DE"),
        EnrichCompany(domain=None, country="DE"),
    ],
)
async def test_without_a_name_and_a_country_nothing_is_asked(
    vendor: Callable[..., Link], question: EnrichCompany
) -> None:
    link, asked = answering(vendor)
    assert await enrich_company(link, question) == MISS
    assert not asked


async def test_a_search_goes_by_country_alone(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, records(record(), total=77))
    icp = IdealCustomer(
        industries=("machinery",), countries=("DE", "AT"), employees_min=20, keywords=("cnc",)
    )
    reply = await find_companies(link, FindCompanies(icp=icp, page=3, per_page=25))
    assert params_of(asked[0]) == {
        "filter[entity.status]": "ACTIVE",
        "filter[entity.category]": "GENERAL",
        "filter[entity.legalAddress.country]": "DE,AT",
        "page[number]": "3",
        "page[size]": "25",
    }
    assert isinstance(reply.content, CompanyPage)
    assert reply.content.total == 77
    assert [company.name for company in reply.content.companies] == ["ACME GMBH"]


async def test_a_search_without_countries_is_of_the_whole_world(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, records())
    await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=10))
    assert "filter[entity.legalAddress.country]" not in params_of(asked[0])


async def test_pages_end_at_the_ten_thousandth_record(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, records())
    assert await find_companies(link, FindCompanies(icp=IdealCustomer(), page=101, per_page=100)) == MISS
    assert not asked
    await find_companies(link, FindCompanies(icp=IdealCustomer(), page=100, per_page=100))
    assert params_of(asked[0])["page[number]"] == "100"


async def test_a_preview_is_the_total_and_a_few_names(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, records(record(), total=123_456))
    reply = await preview_companies(link, PreviewCompanies(icp=IdealCustomer(countries=("DE",))))
    assert isinstance(reply.content, CompanyPreview)
    assert (reply.content.total, len(reply.content.sample)) == (123_456, 1)
    assert int(params_of(asked[0])["page[size]"]) <= 10


# What its records mean


async def test_a_record_in_our_words(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, records(record()))
    reply = await enrich_company(link, acme())
    assert reply.content == CompanyFacts(
        legal_name="ACME GMBH",
        lei=LEI,
        country="DE",
        city="KÖLN",
        register_number="HRB 4711",
        status="active",
    )
    assert reply.credits == 0
    assert LEI in reply.evidence


@pytest.mark.parametrize(
    ("entity", "registration", "status"),
    [
        ("ACTIVE", "ISSUED", "active"),
        ("ACTIVE", "LAPSED", "active"),
        ("ACTIVE", "RETIRED", "active"),
        ("INACTIVE", "ISSUED", "inactive"),
        ("INACTIVE", "RETIRED", "inactive"),
        ("NULL", "ISSUED", None),
    ],
)
async def test_the_status_is_the_companys_and_not_its_leis(
    vendor: Callable[..., Link], entity: str, registration: str, status: str | None
) -> None:
    one = record(status=entity)
    one["attributes"]["registration"]["status"] = registration
    link, _ = answering(vendor, records(one))
    reply = await enrich_company(link, acme())
    assert isinstance(reply.content, CompanyFacts)
    assert reply.content.status == status
    assert registration in reply.evidence


@pytest.mark.parametrize(
    ("run_from", "city"),
    [
        ({"city": "BERLIN", "country": "DE"}, "BERLIN"),
        ({"city": "PARIS", "country": "FR"}, "KÖLN"),
        ({"country": "DE"}, "KÖLN"),
        (None, "KÖLN"),
    ],
)
async def test_the_city_is_where_it_is_run_from_if_that_is_in_the_country_of_its_register(
    vendor: Callable[..., Link], run_from: Any, city: str
) -> None:
    link, _ = answering(vendor, records(record(headquartersAddress=run_from)))
    reply = await enrich_company(link, acme())
    assert isinstance(reply.content, CompanyFacts)
    assert (reply.content.city, reply.content.country) == (city, "DE")


async def meant(vendor: Callable[..., Link], name: str, *found: Any, total: int | None = None) -> str | None:
    """The LEI of the record that is taken for this name."""
    link, _ = answering(vendor, records(*found, total=total))
    content = (await enrich_company(link, acme(name))).content
    return content.lei if isinstance(content, CompanyFacts) else None


async def test_a_name_within_another_name_is_another_company(vendor: Callable[..., Link]) -> None:
    other = record("ACME HOLDING GMBH", OTHER_LEI)
    assert await meant(vendor, "Acme GmbH", other, record()) == LEI
    assert await meant(vendor, "Acme GmbH", other) is None


async def test_the_legal_form_tells_namesakes_apart(vendor: Callable[..., Link]) -> None:
    namesakes = record("Acme GmbH"), record("Acme AG", OTHER_LEI)
    assert await meant(vendor, "ACME AG", *namesakes) == OTHER_LEI
    assert await meant(vendor, "ACME", *namesakes) is None
    assert await meant(vendor, "ACME", record("Acme AG", OTHER_LEI)) == OTHER_LEI


async def test_a_company_that_is_active_comes_before_one_that_is_not(vendor: Callable[..., Link]) -> None:
    gone = record("Acme GmbH", OTHER_LEI, status="INACTIVE")
    assert await meant(vendor, "Acme GmbH", gone, record()) == LEI
    assert await meant(vendor, "Acme GmbH", gone) == OTHER_LEI
    assert await meant(vendor, "Acme GmbH", record(), record("Acme GmbH", OTHER_LEI)) is None


async def test_of_more_records_than_there_are_on_the_page_only_the_whole_name_is_certain(
    vendor: Callable[..., Link],
) -> None:
    assert await meant(vendor, "Acme", record(), total=500) is None
    assert await meant(vendor, "Acme GmbH", record(), total=500) == LEI


async def test_a_parent_is_asked_for_where_one_is_known(vendor: Callable[..., Link]) -> None:
    owned = record()
    owned["relationships"]["direct-parent"]["links"] = {"lei-record": "https://elsewhere.example/"}
    link, asked = answering(vendor, records(owned), {"data": record("Parent SE", OTHER_LEI)})
    reply = await enrich_company(link, acme())
    assert isinstance(reply.content, CompanyFacts)
    assert reply.content.parent_lei == OTHER_LEI
    # to where GLEIF is, and not to wherever the record says
    assert [str(request.url).partition("?")[0] for request in asked] == [
        "https://vendor.example/v1/lei-records",
        f"https://vendor.example/v1/lei-records/{LEI}/direct-parent",
    ]
    link, _ = answering(vendor, records(owned), None)
    reply = await enrich_company(link, acme())
    assert isinstance(reply.content, CompanyFacts)
    assert (reply.content.lei, reply.content.parent_lei) == (LEI, None)


@pytest.mark.parametrize(
    "relationships", [None, {}, {"direct-parent": {"links": {"reporting-exception": "x"}}}]
)
async def test_a_parent_that_nobody_knows_is_not_asked_for(
    vendor: Callable[..., Link], relationships: Any
) -> None:
    link, asked = answering(vendor, records(record() | {"relationships": relationships}))
    assert (await enrich_company(link, acme())).content is not None
    assert len(asked) == 1


async def test_a_parent_that_cannot_be_had_now_is_had_when_asked_again(vendor: Callable[..., Link]) -> None:
    owned = record()
    owned["relationships"]["direct-parent"]["links"] = {"lei-record": "x"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/direct-parent"):
            return httpx.Response(429)
        return httpx.Response(200, json=records(owned))

    with pytest.raises(RateLimited):
        await enrich_company(vendor(answer), acme())


async def test_one_odd_field_does_not_spoil_a_record(vendor: Callable[..., Link]) -> None:
    odd = record(registeredAs=4711, status=["ACTIVE"], headquartersAddress={"city": 5, "country": "Nowhere"})
    link, _ = answering(vendor, records(odd))
    reply = await enrich_company(link, acme())
    assert reply.content == CompanyFacts(legal_name="ACME GMBH", lei=LEI, country="DE", city="KÖLN")


@pytest.mark.parametrize("number", [None, "", "../../secret", 5])
async def test_a_record_without_an_lei_is_none(vendor: Callable[..., Link], number: Any) -> None:
    odd = record()
    odd["id"] = odd["attributes"]["lei"] = number
    link, asked = answering(vendor, records(odd))
    assert await enrich_company(link, acme()) == MISS
    assert len(asked) == 1


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": [1]}, {"data": {"id": LEI}}])
async def test_an_answer_without_a_list_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    for ask, question in (
        (enrich_company, acme()),
        (find_companies, FindCompanies(icp=IdealCustomer(), page=1, per_page=10)),
        (preview_companies, PreviewCompanies(icp=IdealCustomer())),
    ):
        link, _ = answering(vendor, answer)
        with pytest.raises(AnswerGarbled):
            await ask(link, question)  # type: ignore[operator]


# With the simulator


def is_found(company: Company) -> bool:
    """Whether GLEIF knows it, under a name that we take for the same."""
    return covers("gleif", company) and normal_name(legal_name(company)) == normal_name(company.name)


def asked_about(company: Company) -> EnrichCompany:
    return EnrichCompany(domain=company.domain, name=company.name, country=company.country)


async def test_the_simulators_companies_are_found_and_told_truly(
    way: Callable[[str], Link], world: World
) -> None:
    found = [company for company in world.companies if is_found(company)]
    assert len(found) > 50
    parents = set()
    for company in found:
        content = (await enrich_company(way("gleif"), asked_about(company))).content
        assert isinstance(content, CompanyFacts)
        parents.add(content.parent_lei)
        number = content.register_number
        assert content == CompanyFacts(
            legal_name=legal_name(company),
            lei=lei(company.domain),
            country=company.country,
            city=company.city,
            register_number=number,
            status="active",
            parent_lei=content.parent_lei,
        )
    leis = {lei(company.domain) for company in world.companies if covers("gleif", company)}
    assert len(parents) > 5
    assert parents - {None} <= leis


async def test_what_the_simulator_does_not_know_is_a_miss(way: Callable[[str], Link], world: World) -> None:
    for company in [company for company in world.companies if not covers("gleif", company)][:30]:
        assert await enrich_company(way("gleif"), asked_about(company)) == MISS
    known = next(company for company in world.companies if is_found(company) and company.country != "PL")
    question = EnrichCompany(domain=known.domain, name=known.name, country="PL")
    assert await enrich_company(way("gleif"), question) == MISS


async def test_the_simulators_search_is_read_to_its_end(way: Callable[[str], Link], world: World) -> None:
    icp = IdealCustomer(countries=("US", "GB"))
    truth = {
        lei(company.domain)
        for company in world.companies
        if covers("gleif", company) and company.country in icp.countries
    }
    found: list[str | None] = []
    for page in range(1, 100):
        reply = await find_companies(way("gleif"), FindCompanies(icp=icp, page=page, per_page=20))
        assert isinstance(reply.content, CompanyPage)
        assert reply.content.total == len(truth)
        if not reply.content.companies:
            break
        found += [company.lei for company in reply.content.companies]
    assert len(truth) > 20
    assert len(found) == len(truth)
    assert set(found) == truth
    preview = (await preview_companies(way("gleif"), PreviewCompanies(icp=icp))).content
    assert isinstance(preview, CompanyPreview)
    assert preview.total == len(truth)
    assert {company.lei for company in preview.sample} < truth


async def test_the_simulators_troubles_are_typed(
    way: Callable[[str], Link], world: World, behave: Callable[..., None]
) -> None:
    question = asked_about(world.companies[0])
    behave("gleif", rate_429=1.0)
    with pytest.raises(RateLimited):
        await enrich_company(way("gleif"), question)
    behave("gleif", rate_429=0.0, outage=True)
    with pytest.raises(ProviderDown):
        await enrich_company(way("gleif"), question)


# With recorded answers


@pytest.fixture
def recorded(dataset: Callable[[str], Path]) -> Callable[[str], Any]:
    return lambda name: json.loads(dataset(f"providers/gleif/{name}.json").read_text())


@pytest.mark.dataset
async def test_a_recorded_record_whose_lei_has_lapsed(
    recorded: Callable[[str], Any], vendor: Callable[..., Link]
) -> None:
    said = recorded("549300LBI3LRIZ2V8V66_lapsed")["data"]
    link, asked = answering(vendor, records(said))
    entity = said["attributes"]["entity"]
    question = EnrichCompany(domain=None, name="UK Equity Fund (Offshore)", country="IE")
    reply = await enrich_company(link, question)
    assert (entity["status"], said["attributes"]["registration"]["status"]) == ("ACTIVE", "LAPSED")
    assert reply.content == CompanyFacts(
        legal_name=entity["legalName"]["name"],
        lei=said["id"],
        country=entity["headquartersAddress"]["country"],
        city=entity["headquartersAddress"]["city"],
        register_number=entity["registeredAs"],
        status="active",
    )
    assert "LAPSED" in reply.evidence
    assert len(asked) == 1  # it says why it has no parent


@pytest.mark.dataset
async def test_a_record_with_little_in_it(
    recorded: Callable[[str], Any], vendor: Callable[..., Link]
) -> None:
    said = recorded("sparse_record_SYNTHETIC")["data"]
    link, asked = answering(vendor, records(said))
    reply = await enrich_company(link, EnrichCompany(domain=None, name="Sparse Example", country="SE"))
    assert reply.content == CompanyFacts(
        legal_name="Sparse Example AB", lei=said["id"], country="SE", status="active"
    )
    assert len(asked) == 1


def test_it_is_free_and_its_sixty_requests_a_minute_suffice_for_two_for_each_company() -> None:
    assert (PROVIDER.needs_key, PROVIDER.credit_price_usd, PROVIDER.billed) == (False, 0, frozenset())
    assert [2 * limit.calls / limit.per_s for limit in PROVIDER.limits] == [1]
