"""The contract with vendors as they are today: asked for real, and only when somebody wants that.

It takes `-m live`, and in the environment a key for each vendor that wants one, or LEADMILL_LIVE=1 for those that
don't. A question costs a credit at most. None is about a person but for an address that belongs to nobody.
"""

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from yarl import URL

from actors.core.errors import AgentError, AnswerGarbled, outcome_of
from actors.core.provider import Http, Link, Provider, Reply
from actors.core.questions import (
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
from actors.engine.http import open_web
from actors.providers import all_providers
from tenants.companies import registrable_domain
from tenants.icp import IdealCustomer, Persona

# read before conftest takes it away from all other tests
TOLD = {name: value for name, value in os.environ.items() if name.startswith("LEADMILL_LIVE") and value}

APPLE = {"domain": "apple.com", "name": "Apple Inc.", "country": "US"}
# A company that everybody knows, for vendors that don't know themselves.
KNOWN = {
    "companies_house": {"domain": "tesco.com", "name": "Tesco PLC", "country": "GB"},
    "dns": APPLE,
    "edgar": APPLE,
    "gleif": APPLE,
    "mailbox": APPLE,
    "website": APPLE,
    "wikidata": APPLE,
    "yc": {"domain": "airbnb.com", "name": "Airbnb", "country": "US"},
}
# Here nothing may be on file, or have happened.
MAY_MISS = {ReadProspect, FindSignals}
# What wants to be told who asks, though it has no keys.
WANTS_CONTACT = {"edgar"}
# What would be about a person, or about the customers of whoever has the key.
NEVER_ASKED = {RevealPerson, ReadExclusions}
# These are how a vendor does today, and no breach of its contract.
ELSEWHERE_AT_FAULT = {"pending", "rate_limited", "quota_exhausted", "provider_down", "blocked_by_policy"}
ASKED = [
    pytest.param(provider, kind, id=f"{provider.name}-{kind.__name__}")
    for provider in all_providers().values()
    for kind in provider.answers
    if kind not in NEVER_ASKED
]

pytestmark = pytest.mark.live


def itself(provider: Provider) -> dict[str, str]:
    """The company that answers at this provider's address, which it ought to know."""
    domain = registrable_domain(URL(provider.base_url).host)
    return {"domain": domain, "name": provider.title, "country": "US"} if domain is not None else APPLE


def harmless(kind: type[Question[Any]], provider: Provider) -> Question[Any]:
    """The question of this kind about a company that everybody knows."""
    about = KNOWN.get(provider.name) or itself(provider)
    domain = about["domain"]
    icp = IdealCustomer(countries=("US",), employees_min=1000)
    some: dict[type[Question[Any]], Question[Any]] = {
        EnrichCompany: EnrichCompany(**about),
        FindCompanies: FindCompanies(icp=icp, page=1, per_page=1),
        PreviewCompanies: PreviewCompanies(icp=icp),
        FindPeople: FindPeople(domain=domain, persona=Persona()),
        FindPattern: FindPattern(domain=domain),
        FindMailExchangers: FindMailExchangers(domain=domain),
        VerifyAddress: VerifyAddress(email=f"support@{domain}"),
        ProbeMailbox: ProbeMailbox(email=f"postmaster@{domain}", hosts=(f"mx-in.g.{domain}",)),
        ReadProspect: ReadProspect(domain=domain, email=f"support@{domain}"),
    }
    return some[kind] if kind in some else kind(domain=domain)


def way(provider: Provider, http: Http) -> Link:
    """The way to a vendor. Skips the test where the environment doesn't say that it may be asked."""
    prefix = f"LEADMILL_LIVE_{provider.name.upper()}"
    key, base_url = TOLD.get(f"{prefix}_KEY"), TOLD.get(f"{prefix}_URL", provider.base_url)
    if key is None and (provider.needs_key or provider.name in WANTS_CONTACT):
        pytest.skip(f"{prefix}_KEY is not set")
    if key is None and TOLD.get("LEADMILL_LIVE") != "1":
        pytest.skip("LEADMILL_LIVE is not 1")
    if provider.name == "mailbox" and base_url == provider.base_url:
        pytest.skip(f"{prefix}_URL does not say who asks")
    if not base_url and provider.needs_key:
        pytest.skip(f"{prefix}_URL is not set, and {provider.title} has no address of its own")
    return Link(http, base_url, key)


async def asked(provider: Provider, question: Question[Any], link: Link) -> Reply | AgentError:
    """The reply or the typed error; any other exception fails the test."""
    try:
        return await provider.answers[type(question)](link, question)
    except AgentError as error:
        return error


@pytest.fixture
async def web(beyond_this_machine: None) -> AsyncIterator[Http]:
    """The client of production, which may reach anybody."""
    async with open_web(connections=4) as web:
        yield web


@pytest.mark.parametrize(("provider", "kind"), ASKED)
async def test_a_vendor_answers_today_as_its_provider_expects(
    provider: Provider, kind: type[Question[Any]], web: Http
) -> None:
    link = way(provider, web)
    outcome = await asked(provider, harmless(kind, provider), link)
    if isinstance(outcome, AgentError):
        assert outcome.provider == provider.name
        assert link.api_key is None or link.api_key not in repr(outcome)
        if isinstance(outcome, AnswerGarbled) or outcome_of(outcome) not in ELSEWHERE_AT_FAULT:
            raise outcome
        pytest.skip(f"nothing can be told today: {outcome}")
    assert isinstance(outcome, Reply)
    # the content itself, which may be people, must not get into a report
    given, evidence, is_hit = type(outcome.content), outcome.evidence, outcome.content is not None
    assert is_hit or kind in MAY_MISS
    assert given is kind.answer or not is_hit
    assert evidence or not is_hit
    assert "\n" not in evidence
    cost = outcome.credits
    assert cost <= int(kind in provider.billed)
