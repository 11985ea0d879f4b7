"""What every provider is held to, whoever wrote it."""

import asyncio
import base64
import re
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import aiohttp
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import actors.providers
from actors.core.effects import Effect, EnrolContact, Receipt, WriteProspect
from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    KeyRefused,
    OptedOut,
    ProviderDown,
    ProviderOutcome,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
    outcome_of,
)
from actors.core.provider import Http, Link, Provider, Reply
from actors.core.questions import (
    CompanyFacts,
    EnrichCompany,
    FindCompanies,
    FindMailExchangers,
    FindPattern,
    FindPeople,
    FindSignals,
    PreviewCompanies,
    ProbeMailbox,
    Question,
    ReadExclusions,
    ReadProspect,
    RevealPerson,
    VerifyAddress,
)
from actors.providers import all_providers, manners
from actors.simulator import pdl_records, yc
from actors.simulator.company import Company, Mail
from actors.simulator.coverage import covers
from actors.simulator.registered import legal_name
from actors.simulator.sites import closed_path
from actors.simulator.world import World
from tenants.companies import normal_name
from tenants.icp import IdealCustomer, Persona
from tests.actors.providers.conftest import Answering

PROVIDERS = all_providers()
KEY = "the-key-that-must-not-show-4711"
MISS = None
OUTCOMES = get_args(ProviderOutcome)

HERE = IdealCustomer(countries=("DE", "GB"))

# On the fake Internet, which knows nothing of the simulator's world.
MAILBOX = ProbeMailbox(email="ann@acme.example", hosts=("aspmx.l.google.com",))

# One question of each kind, about a company of the simulator's world. A new kind of question is added here.
QUESTIONS: dict[type[Question[Any]], Callable[[World, str], Question[Any]]] = {
    EnrichCompany: lambda world, provider: EnrichCompany(**_known_to(provider, world)),
    FindSignals: lambda world, provider: FindSignals(**_known_to(provider, world)),
    FindCompanies: lambda world, _: FindCompanies(icp=HERE, page=1, per_page=10),
    PreviewCompanies: lambda world, _: PreviewCompanies(icp=HERE),
    FindPeople: lambda world, _: FindPeople(domain=_known(world), persona=Persona()),
    RevealPerson: lambda world, _: RevealPerson(domain=_known(world), provider_id=None, **_name(world)),
    FindPattern: lambda world, _: FindPattern(domain=_known(world)),
    VerifyAddress: lambda world, _: VerifyAddress(email=f"info@{_known(world)}"),
    FindMailExchangers: lambda world, _: FindMailExchangers(domain=_known(world)),
    ProbeMailbox: lambda *_: MAILBOX,
    ReadProspect: lambda world, _: ReadProspect(domain=_known(world), email=f"info@{_known(world)}"),
    ReadExclusions: lambda *_: ReadExclusions(),
}
# Searches that bill each record and not the page.
BY_THE_RECORD = {("pdl", FindCompanies): "companies", ("pdl", FindPeople): "people"}
# What a vendor must have been told before it can answer.
TOLD_BEFORE: dict[type[Question[Any]], Callable[[World], WriteProspect]] = {
    ReadProspect: lambda world: WriteProspect(
        lead_id=uuid4(),
        contact_id=uuid4(),
        domain=_known(world),
        email=f"info@{_known(world)}",
        account={"name": "Acme"},
        contact={"name": "Ann Lee"},
    ),
}
# One effect of each kind. A new kind of effect is added here.
EFFECTS: dict[type[Effect], Effect] = {
    EnrolContact: EnrolContact(
        lead_id=UUID(int=1),
        contact_id=UUID(int=2),
        email="ann@acme.example",
        sequence="nurture",
        name="Ann Lee",
        company="Acme",
        score=85,
        tier="A",
    ),
    WriteProspect: WriteProspect(
        lead_id=UUID(int=1),
        contact_id=UUID(int=2),
        email="ann@acme.example",
        domain="acme.example",
        account={"name": "Acme"},
        contact={"name": "Ann Lee"},
    ),
}
CARRIED = [(provider, kind) for provider in PROVIDERS.values() for kind in provider.effects]
ALL = [(provider, kind) for provider in PROVIDERS.values() for kind in provider.answers]
NOT_BY_HTTP = {"dns", "mailbox"}
IN_BULK = [(provider, kind) for provider in PROVIDERS.values() for kind in provider.bulk]
IN_BULK_BY_HTTP = [(provider, kind) for provider, kind in IN_BULK if provider.name not in NOT_BY_HTTP]
BY_HTTP = [(provider, kind) for provider, kind in ALL if provider.name not in NOT_BY_HTTP]
# What a vendor says where it has nothing on file, by method. The others: 404.
NOTHING_ON_FILE = {
    ("hubspot", "POST"): {"total": 0, "results": []},
    ("salesforce", "GET"): {"totalSize": 0, "done": True, "records": []},
}
# Where a provider has no address of its own, each tenant names one.
SOMEWHERE = "https://vendor.example/v1"
BY_JSON = [(provider, kind) for provider, kind in BY_HTTP if provider.name != "website"]

# Where no header takes the key: it travels in the content, or else in the query.
NO_HEADER_TAKES_THE_KEY = {"neverbounce", "zerobounce"}

# Where a vendor departs from the rule, as its documentation says.
DEPARTURES = {
    ("companies_house", 404): MISS,
    ("crm", 404): MISS,
    ("gleif", 404): MISS,
    ("hunter", 403): RateLimited,
    ("hunter", 404): MISS,
    ("hunter", 429): QuotaExhausted,
    ("pdl", 404): MISS,
    ("website", 401): MISS,
    ("website", 403): MISS,
    ("website", 404): MISS,
    ("website", 410): MISS,
    ("website", 451): MISS,
}
RULE = {
    302: ProviderDown,
    400: QuestionRefused,
    401: KeyRefused,
    402: QuotaExhausted,
    403: KeyRefused,
    404: ProviderDown,
    410: ProviderDown,
    418: ProviderDown,
    422: QuestionRefused,
    429: RateLimited,
    451: OptedOut,
    500: ProviderDown,
    502: ProviderDown,
    503: ProviderDown,
    504: ProviderDown,
}


def _known(world: World) -> str:
    return _person(world)[0]


def _known_to(provider: str, world: World) -> dict[str, str]:
    """A company that this vendor knows, by all that a question may name, and whose name registers write alike."""
    others: dict[str, Callable[[Company], bool]] = {
        "dns": lambda one: one.mail is Mail.EXCHANGERS,
        "website": lambda one: one.has_site and one.open_jobs and closed_path(one) == "/admin/",
        "yc": yc.is_listed,
    }
    knows = others.get(provider, lambda one: covers(provider, one))
    return next(
        {"domain": company.domain, "name": company.name, "country": company.country}
        for company in world.companies
        if knows(company) and normal_name(legal_name(company)) == normal_name(company.name)
    )


def _name(world: World) -> dict[str, str]:
    _, person = _person(world)
    return {"first_name": person.first_name, "last_name": person.last_name}


def _person(world: World) -> tuple[str, Any]:
    """A company with mail and a site that may be read, and a person there, whom all vendors of such data know."""
    return next(
        (company.domain, person)
        for company in world.companies
        for person in world.people(company)
        if company.mail is Mail.EXCHANGERS and company.has_site and company.open_jobs
        if closed_path(company) == "/admin/"
        if all(covers(vendor, company) for vendor in ("apollo", "hunter", "pdl"))
        if person.apollo_knows_email and person.hunter_knows_email and pdl_records.knows_address(person)
        if not person.objected
    )


def _of_nobody(kind: type[Question[Any]], world: World) -> Question[Any]:
    """A question about a company that nobody has heard of, or about somebody there."""
    strangers = (f"stranger{number}.com" for number in range(1000))
    domain = next(domain for domain in strangers if not world.company_by_domain(domain).is_known)
    if kind is VerifyAddress:  # of any address there is a verdict, and this is one to try things out with
        return VerifyAddress(email="unknown@example.com")
    return _question(kind).model_copy(update={"domain": domain})


def _named(pair: tuple[Provider, type]) -> str:
    return f"{pair[0].name}-{pair[1].__name__}"


def _question(kind: type[Question[Any]], provider: str = "") -> Question[Any]:
    """A question for vendors that only pretend."""
    country = "GB" if provider == "companies_house" else "US"
    plain: dict[type[Question[Any]], Question[Any]] = {
        EnrichCompany: EnrichCompany(domain="acme.example", name="Acme", country=country),
        FindSignals: FindSignals(domain="acme.example", name="Acme", country=country),
        PreviewCompanies: PreviewCompanies(icp=IdealCustomer()),
        FindCompanies: FindCompanies(icp=IdealCustomer(), page=1, per_page=10),
        FindPeople: FindPeople(domain="acme.example", persona=Persona()),
        RevealPerson: RevealPerson(
            domain="acme.example", provider_id=None, first_name="Ann", last_name="Lee"
        ),
        VerifyAddress: VerifyAddress(email="ann@acme.example"),
        ReadProspect: ReadProspect(domain="acme.example", email="ann@acme.example"),
        ReadExclusions: ReadExclusions(),
    }
    return plain[kind] if kind in plain else kind(domain="acme.example")


async def _asked(provider: Provider, kind: type[Question[Any]], link: Link) -> Reply | AgentError:
    """The reply or the typed error; any other exception fails the test."""
    try:
        return await provider.answers[kind](link, _question(kind, provider.name))
    except AgentError as error:
        outcome = error
    assert outcome_of(outcome) in OUTCOMES
    assert outcome.provider == provider.name
    assert KEY not in "".join(traceback.format_exception(outcome)) + repr(outcome)
    assert not re.search("ann(@|%40)|Ann Lee", str(outcome))
    return outcome


def _link(
    vendor: Callable[..., Link], provider: Provider, handler: Callable[[httpx.Request], httpx.Response]
) -> Link:
    return vendor(handler, base_url=_base(provider), key=KEY if provider.needs_key else None)


def _base(provider: Provider) -> str:
    return provider.base_url or SOMEWHERE


def _shown(header: str) -> str:
    """The key in a header, as itself, as a bearer token, or as a user name without a password."""
    if header.startswith("Basic "):
        return base64.b64decode(header.removeprefix("Basic ")).decode().removesuffix(":")
    return header.removeprefix("Bearer ")


# What a provider is


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_is_named_documented_and_tested(provider: Provider) -> None:
    module = sys.modules[f"actors.providers.{provider.name}"]
    assert (module.__doc__ or "").strip()
    assert provider.title.strip()
    assert Path(__file__).with_name(f"test_{provider.name}.py").exists()
    for answer in provider.answers.values():
        assert answer.__module__ == module.__name__
        assert (answer.__doc__ or "").strip(), f"{answer.__name__} needs a docstring"


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_bills_only_what_it_answers(provider: Provider) -> None:
    assert provider.answers or provider.effects
    assert provider.billed <= provider.answers.keys()
    assert (provider.credit_price_usd > 0) == bool(provider.billed)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_says_what_it_knows_and_under_which_terms(provider: Provider) -> None:
    assert provider.knows <= CompanyFacts.model_fields.keys()
    assert bool(provider.knows) == (EnrichCompany in provider.answers)
    assert 0 < provider.trust <= 1
    assert provider.licence
    assert provider.keeps_for_days > 0
    assert all(limit.calls >= 1 and limit.per_s > 0 for limit in provider.limits)
    assert provider.bulk.keys() <= provider.answers.keys()
    assert all(bulk.most > 1 for bulk in provider.bulk.values())


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_whoever_carries_something_out_can_be_asked_about_it(provider: Provider) -> None:
    for carrier in provider.effects.values():
        for way in (carrier.carry_out, carrier.look):
            assert way.__module__ == f"actors.providers.{provider.name}"
            assert (way.__doc__ or "").strip()


def test_every_kind_of_question_has_somebody_to_answer_it() -> None:
    assert {kind for _, kind in ALL} == set(QUESTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "from actors.providers.hunter import PROVIDER",
        "from actors.providers.hunter import PROVIDER as OTHER",
        "from actors.providers.dns import PROVIDER as OTHER\nfrom actors.providers.hunter import PROVIDER",
    ],
)
def test_a_file_declares_one_provider_of_its_own_name(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stray.py").write_text(text)
    monkeypatch.setattr(actors.providers, "__path__", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "actors.providers.stray", raising=False)
    with pytest.raises(TypeError, match="stray"):
        all_providers.__wrapped__()
    monkeypatch.delitem(sys.modules, "actors.providers.stray")
    monkeypatch.delattr(actors.providers, "stray")


# What it answers


@pytest.mark.parametrize("pair", ALL, ids=_named)
async def test_answers_with_the_class_that_the_question_names(
    pair: tuple[Provider, type[Question[Any]]], way: Callable[[str], Link], world: World
) -> None:
    provider, kind = pair
    if kind in TOLD_BEFORE:
        told = TOLD_BEFORE[kind](world)
        await provider.effects[type(told)].carry_out(way(provider.name), told, "k")
    question = QUESTIONS[kind](world, provider.name)
    reply = await provider.answers[kind](way(provider.name), question)
    assert isinstance(reply, Reply)
    assert type(reply.content) is kind.answer
    assert reply.evidence
    assert "\n" not in reply.evidence
    if (provider.name, kind) in BY_THE_RECORD:
        assert reply.credits == len(getattr(reply.content, BY_THE_RECORD[provider.name, kind])) > 0
    else:
        assert reply.credits == int(kind in provider.billed)
    assert reply.confidence is None or 0 <= reply.confidence <= 1


@pytest.mark.parametrize("pair", BY_HTTP, ids=_named)
async def test_wants_its_key_before_it_asks(
    pair: tuple[Provider, type[Question[Any]]], vendor: Callable[..., Link]
) -> None:
    provider, kind = pair
    asked: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503)

    for key in (None, "", "key\r\nx: y", "schlüssel"):
        link = vendor(refuse, base_url=_base(provider), key=key)
        outcome = await _asked(provider, kind, link)
        if provider.needs_key:
            assert isinstance(outcome, KeyRefused)
            assert not asked
            assert not key or key not in str(outcome)
        else:
            assert isinstance(outcome, ProviderDown)


@pytest.mark.parametrize("pair", BY_HTTP, ids=_named)
async def test_the_key_travels_in_a_header_only_where_one_takes_it(
    pair: tuple[Provider, type[Question[Any]]], vendor: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    provider, kind = pair
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    caplog.set_level("DEBUG")
    await _asked(provider, kind, _link(vendor, provider, answer))
    assert asked
    for request in asked:
        shown = {_shown(value) for value in request.headers.values()}
        if provider.name in NO_HEADER_TAKES_THE_KEY:
            told = request.content.decode() or str(request.url)
            assert told.count(KEY) == 1
            assert KEY not in shown
            continue
        assert KEY not in str(request.url)
        assert (KEY in shown) == provider.needs_key
        assert "cookie" not in request.headers
    assert KEY not in caplog.text


@pytest.mark.parametrize("pair", IN_BULK_BY_HTTP, ids=_named)
async def test_many_at_once_are_answered_as_each_alone_and_what_stands_there_twice_is_paid_once(
    pair: tuple[Provider, type[Question[Any]]],
    way: Callable[[str], Link],
    world: World,
    billed: Callable[[str], int],
) -> None:
    provider, kind = pair
    known, nobody = QUESTIONS[kind](world, provider.name), _of_nobody(kind, world)
    questions = [nobody, known, nobody, known]
    before = billed(provider.name)
    outcomes = await provider.bulk[kind].ask(way(provider.name), questions)
    assert len(outcomes) == len(questions)
    replies = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
    assert len(replies) == len(questions)
    cost = 1 if kind in provider.billed else 0
    assert sum((reply.credits for reply in replies), Decimal(0)) == billed(provider.name) - before == cost
    assert [reply.credits for reply in replies] == [0, cost, 0, 0]
    for question, reply in zip(questions, replies, strict=True):
        alone = await provider.answers[kind](way(provider.name), question)
        assert reply.content == alone.content
        assert reply.confidence == alone.confidence


@pytest.mark.parametrize("pair", IN_BULK, ids=_named)
async def test_nothing_at_once_asks_nobody(
    pair: tuple[Provider, type[Question[Any]]], vendor: Callable[..., Link]
) -> None:
    provider, kind = pair
    asked: list[httpx.Request] = []
    link = vendor(lambda request: asked.append(request) or httpx.Response(200, json={}), key=KEY)
    assert list(await provider.bulk[kind].ask(link, [])) == []
    assert not asked


# What goes wrong


@pytest.mark.parametrize("status", RULE)
@pytest.mark.parametrize("pair", IN_BULK_BY_HTTP, ids=_named)
async def test_what_befalls_many_at_once_is_raised(
    pair: tuple[Provider, type[Question[Any]]], status: int, vendor: Callable[..., Link]
) -> None:
    provider, kind = pair
    link = _link(vendor, provider, lambda _: httpx.Response(status, text=f"No user has the key {KEY}."))
    expected = DEPARTURES.get((provider.name, status), RULE[status])
    if expected is MISS:
        assert await provider.bulk[kind].ask(link, [_question(kind)]) == [Reply(None)]
    else:
        with pytest.raises(AgentError) as raised:
            await provider.bulk[kind].ask(link, [_question(kind)])
        assert type(raised.value) is expected
        assert KEY not in str(raised.value)


@pytest.mark.parametrize("status", RULE)
@pytest.mark.parametrize("pair", BY_HTTP, ids=_named)
async def test_a_status_is_a_typed_error(
    pair: tuple[Provider, type[Question[Any]]], status: int, vendor: Callable[..., Link]
) -> None:
    provider, kind = pair
    headers = {"content-type": "text/plain", "location": "https://elsewhere.example/", "x-repeated": KEY}

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=f"No user has the key {KEY}.", headers=headers)

    outcome = await _asked(provider, kind, _link(vendor, provider, answer))
    expected = MISS if (provider.name, status) == ("website", 302) else RULE[status]
    expected = DEPARTURES.get((provider.name, status), expected)
    assert outcome_of(outcome) in OUTCOMES
    if expected is MISS:
        assert outcome == Reply(None)
    else:
        assert type(outcome) is expected
        assert outcome.retry_at is None or expected is RateLimited


@pytest.mark.parametrize("pair", BY_HTTP, ids=_named)
async def test_waits_as_long_as_it_is_told(
    pair: tuple[Provider, type[Question[Any]]], vendor: Callable[..., Link]
) -> None:
    provider, kind = pair
    status = 403 if provider.name == "hunter" else 429

    async def retry_at(told: str, **more: str) -> datetime:
        headers = {"retry-after": told, **more}
        link = _link(vendor, provider, lambda _: httpx.Response(status, headers=headers))
        outcome = await _asked(provider, kind, link)
        assert isinstance(outcome, RateLimited)
        assert outcome.retry_at is not None
        return outcome.retry_at

    before = datetime.now(UTC)
    assert before + timedelta(seconds=7) <= await retry_at("7") <= datetime.now(UTC) + timedelta(seconds=7)
    then = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    assert await retry_at(then.strftime("%a, %d %b %Y %H:%M:%S GMT")) == then
    # the vendor's own clock is a day and an hour behind ours: an hour is an hour
    its, its_then = (
        f"{at:%a, %d %b %Y %H:%M:%S} GMT" for at in (then - timedelta(hours=26), then - timedelta(hours=25))
    )
    ahead = await retry_at(its_then, date=its) - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)
    for unread in ("", "soon", "-3", "1e9", "nan", "Fri, 99 Foo 2026 00:00:00 GMT"):
        assert before < await retry_at(unread) < datetime.now(UTC) + timedelta(minutes=1)
    for too_far in ("99999999999999999999", "9" * 400, "Fri, 31 Dec 9999 23:59:59 -0500"):
        assert await retry_at(too_far) <= datetime.now(UTC) + timedelta(days=1)


@pytest.mark.parametrize(
    "fault",
    [
        aiohttp.ClientConnectionError("refused"),
        aiohttp.ClientPayloadError("cut short"),
        aiohttp.ConnectionTimeoutError("slow"),
        aiohttp.ServerDisconnectedError(),
        aiohttp.SocketTimeoutError("slow"),
        aiohttp.InvalidURL("http://"),
        ConnectionResetError("reset"),
        TimeoutError("slow"),
    ],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize("pair", BY_HTTP, ids=_named)
async def test_trouble_on_the_way_is_a_provider_that_is_down(
    pair: tuple[Provider, type[Question[Any]]], fault: Exception, vendor: Callable[..., Link]
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    provider, kind = pair
    assert type(await _asked(provider, kind, _link(vendor, provider, fail))) is ProviderDown


@pytest.mark.parametrize("pair", BY_HTTP, ids=_named)
async def test_a_wrong_address_is_a_matter_of_configuration(
    pair: tuple[Provider, type[Question[Any]]], http: Http
) -> None:
    provider, kind = pair
    for base_url in (
        "vendor.example",
        "ftp://vendor.example",
        "http://",
        "http://[::",
        "http://x:y",
        "http://x:99999",
    ):
        outcome = await _asked(provider, kind, Link(http, base_url, KEY))
        assert isinstance(outcome, AgentError)
        assert outcome.kind == "configuration"
    too_long = f"https://{64 * 'a'}.example"
    assert isinstance(await _asked(provider, kind, Link(http, too_long, KEY)), ProviderDown)


GARBLED = {
    "nothing": (b"", "application/json"),
    "cut short": (b'{"data": {"status": "val', "application/json"),
    "not a number": (b'{"data": {"score": NaN}, "organization": {"revenue": NaN}}', "application/json"),
    "infinity": (b'{"data": 1e999}', "application/json"),
    "no object": (b"[]", "application/json"),
    "no text": (b'{"data": "\xff\xfe"}', "application/json"),
    "a page": (b"<html><body>Please log in</body></html>", "text/html"),
    "JSON that says it is a page": (b'{"data": null, "organizations": [], "people": []}', "text/html"),
    "too much": (b'{"data": "' + b"x" * manners.MOST_JSON_BYTES + b'"}', "application/json"),
}


@pytest.mark.parametrize("fault", GARBLED)
@pytest.mark.parametrize("pair", BY_JSON, ids=_named)
async def test_an_answer_that_is_no_json_is_garbled(
    pair: tuple[Provider, type[Question[Any]]], fault: str, vendor: Callable[..., Link]
) -> None:
    provider, kind = pair
    body, content_type = GARBLED[fault]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body, headers={"content-type": content_type})

    assert type(await _asked(provider, kind, _link(vendor, provider, answer))) is AnswerGarbled


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip"])
@pytest.mark.parametrize("pair", BY_HTTP, ids=_named)
async def test_a_body_that_cannot_be_unpacked_is_garbled(
    pair: tuple[Provider, type[Question[Any]]], encoding: str, vendor: Callable[..., Link]
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        headers = {"content-encoding": encoding, "content-type": "application/json"}
        return httpx.Response(200, content=iter([b"\x1f\x8bnot really"]), headers=headers)

    provider, kind = pair
    assert type(await _asked(provider, kind, _link(vendor, provider, answer))) is AnswerGarbled


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["valid", "success", "verified", "Germany", "2026-02-30", "2026-11-02", "\0", "c_suite"]),
)
_FIELDS = st.sampled_from(
    [
        "data",
        "organization",
        "organizations",
        "accounts",
        "people",
        "person",
        "pagination",
        "total_entries",
        "name",
        "primary_domain",
        "country",
        "estimated_num_employees",
        "annual_revenue",
        "technology_names",
        "id",
        "email",
        "latest_funding_round_date",
        "email_status",
        "departments",
        "functions",
        "emails",
        "pattern",
        "accept_all",
        "status",
        "verification",
        "first_name",
        "last_name",
        "attributes",
        "entity",
        "legalName",
        "meta",
        "results",
        "bindings",
        "company",
        "field",
        "value",
        "title",
        "cik_str",
        "properties",
        "propertiesWithHistory",
        "paging",
        "next",
        "after",
        "records",
        "Id",
        "SystemModstamp",
        "primary_phone",
        "organization_headcount_twelve_month_growth",
        "geo",
        "site",
        "phoneNumbers",
        "metrics",
        "employees",
        "fundingRounds",
        "announcedDate",
        "linkedin",
        "handle",
        "likelihood",
        "total",
        "location",
        "website",
        "employee_growth_rate",
        "12_month",
        "work_email",
        "job_title_levels",
        "items",
        "hits",
        "company_number",
        "company_status",
        "date_of_creation",
        "sic_codes",
        "error",
        "sub_status",
        "result",
        "flags",
        "credits_info",
        "paid_credits_used",
        "Credits",
    ]
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_FIELDS, inner, max_size=6)),
    max_leaves=25,
)


@pytest.mark.parametrize("pair", BY_JSON, ids=_named)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answered=st.dictionaries(_FIELDS, _JSON, max_size=5), status=st.sampled_from([200, 200, 200, 202, 222])
)
def test_whatever_json_comes_it_is_a_reply_or_a_typed_error(
    pair: tuple[Provider, type[Question[Any]]], answered: dict[str, Any], status: int
) -> None:
    provider, kind = pair

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=answered)

    async def ask() -> Reply | AgentError:
        return await _asked(provider, kind, Link(Answering(answer), _base(provider), KEY))

    outcome = asyncio.run(ask())
    if isinstance(outcome, Reply) and outcome.content is not None:
        assert type(outcome.content) is kind.answer
        # What the engine keeps of it can be read again as the same.
        assert kind.answer.model_validate(outcome.content.model_dump(mode="json")) == outcome.content


# What it carries out


async def _carried(pair: tuple[Provider, type[Effect]], link: Link, how: str = "carry_out") -> Any:
    """The receipt or the typed error; any other exception fails the test."""
    provider, kind = pair
    try:
        return await getattr(provider.effects[kind], how)(link, EFFECTS[kind], "the-key")
    except AgentError as error:
        outcome = error
    assert outcome.provider == provider.name
    assert KEY not in "".join(traceback.format_exception(outcome)) + repr(outcome)
    assert not re.search("ann(@|%40)|Ann Lee", str(outcome))
    return outcome


def test_every_kind_of_effect_has_somebody_to_carry_it_out() -> None:
    assert {kind for _, kind in CARRIED} == set(EFFECTS)


@pytest.mark.parametrize("pair", CARRIED, ids=_named)
async def test_what_was_carried_out_is_found_and_what_was_not_is_known_not_to_be(
    pair: tuple[Provider, type[Effect]], way: Callable[[str], Link]
) -> None:
    link = way(pair[0].name)
    assert await _carried(pair, link, "look") is None
    done = await _carried(pair, link)
    assert isinstance(done, Receipt)
    assert done.evidence
    found = await _carried(pair, link, "look")
    assert found.reference == done.reference
    assert (await _carried(pair, link)).reference == done.reference


@pytest.mark.parametrize("pair", CARRIED, ids=_named)
async def test_an_answer_that_was_lost_is_no_receipt_and_what_was_done_is_found_again(
    pair: tuple[Provider, type[Effect]], way: Callable[[str], Link], behave: Callable[..., None]
) -> None:
    behave(pair[0].name, rate_lost=1.0)
    outcome = await _carried(pair, way(pair[0].name))
    assert type(outcome) is ProviderDown
    behave(pair[0].name, rate_lost=0.0)
    found = await _carried(pair, way(pair[0].name), "look")
    assert isinstance(found, Receipt) == (not outcome.nothing_done)


@pytest.mark.parametrize("status", RULE)
@pytest.mark.parametrize("pair", CARRIED, ids=_named)
async def test_a_refusal_of_ours_leaves_no_doubt_and_a_fault_of_theirs_does(
    pair: tuple[Provider, type[Effect]], status: int, vendor: Callable[..., Link]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" or request.url.path.endswith("/search"):  # what was there before
            nothing = NOTHING_ON_FILE.get((pair[0].name, request.method))
            return httpx.Response(404) if nothing is None else httpx.Response(200, json=nothing)
        return httpx.Response(status, text=f"No user has the key {KEY}.")

    outcome = await _carried(pair, vendor(answer, base_url=SOMEWHERE, key=KEY))
    assert isinstance(outcome, AgentError)
    assert outcome.nothing_done == (400 <= status < 500) or (pair[0].name, status) == ("crm", 404)


@pytest.mark.parametrize("how", ["carry_out", "look"])
@pytest.mark.parametrize("fault", GARBLED)
@pytest.mark.parametrize("pair", CARRIED, ids=_named)
async def test_an_answer_that_cannot_be_read_proves_nothing(
    pair: tuple[Provider, type[Effect]], fault: str, how: str, vendor: Callable[..., Link]
) -> None:
    body, content_type = GARBLED[fault]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body, headers={"content-type": content_type, "etag": '"1"'})

    outcome = await _carried(pair, vendor(answer, base_url=SOMEWHERE, key=KEY), how)
    assert type(outcome) is AnswerGarbled
