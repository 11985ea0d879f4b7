"""Previews: what a search would bring and cost, before anything is bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from actors.agents.lead_source import PAGE_SIZE
from actors.core.errors import AgentError, KeyRefused, NotConnected, ProviderDown
from actors.core.provider import Provider
from actors.core.questions import CompanyFacts, FindCompanies, PreviewCompanies
from actors.engine.asking import Asking, most_credits, price_of
from actors.engine.profiles import Profile
from actors.engine.recording import Recording
from tenants.store import calls
from tenants.store.session import Database

_SAMPLE = 5
#: with so many leads a tenant knows what one costs
EXPERIENCE = 50


class NoSearch(Exception):
    """This provider can't be searched for companies now."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a search would bring: how many companies match, where that is known for nothing, a few of them, the price.

    `search_usd` is what finding the companies costs, `leads_usd` what enriching them and finding people there will
    come to, as leads have cost so far or, before there is experience, at most.
    """

    total: int | None
    sample: tuple[CompanyFacts, ...]
    search_usd: Decimal
    leads_usd: Decimal


async def preview(
    database: Database,
    asking: Asking,
    providers: Mapping[str, Provider],
    profile: Profile,
    name: str,
    *,
    leads: int,
) -> Preview:
    """What a search for so many companies would bring and cost. It costs nothing itself.

    Raises NoSearch, with what to do about it.
    """
    provider = searchable(providers, profile, name)
    total: int | None = None
    sample: tuple[CompanyFacts, ...] = ()
    try:
        if PreviewCompanies in provider.answers:
            question = PreviewCompanies(icp=profile.config.icp)
            told = await asking.ask(profile, uuid4(), question, recording=_nowhere(), of=name)
            if told.content is not None:
                total, sample = told.content.total, told.content.sample[:_SAMPLE]
        elif FindCompanies not in provider.billed:
            search = FindCompanies(icp=profile.config.icp, page=1, per_page=_SAMPLE)
            found = await asking.ask(profile, uuid4(), search, recording=_nowhere(), of=name)
            if found.content is not None:
                total, sample = found.content.total, found.content.companies
    except AgentError as error:
        raise NoSearch(_in_words(error, provider, profile)) from error
    expected = leads if total is None else min(leads, total)
    search_usd = Decimal(0)
    if FindCompanies in provider.billed:
        page = FindCompanies(icp=profile.config.icp, page=1, per_page=min(PAGE_SIZE, max(1, expected)))
        pages = -(-expected // PAGE_SIZE)
        search_usd = pages * most_credits(provider, page) * price_of(provider, profile)
    async with database.tenant(profile.tenant.id) as session:
        of_one = await calls.cost_of_a_lead(session, at_least=EXPERIENCE)
    if of_one is None:
        of_one = asking.most_for_a_lead(profile)
    return Preview(total, sample, search_usd, expected * of_one)


def searchable(providers: Mapping[str, Provider], profile: Profile, name: str) -> Provider:
    """The provider of this name. Raises NoSearch where it can't be searched, or the tenant has no way to it."""
    known = sorted(one for one, provider in providers.items() if FindCompanies in provider.answers)
    if name not in known:
        raise NoSearch(f"no provider {name!r} can be searched; there is {', '.join(known)}")
    provider, way = providers[name], profile.connections.get(name)
    if way is None:
        raise NoSearch(
            f"{profile.tenant.name} is not connected to {name}: add it under `connections`, then "
            f"`leadmill tenant apply {profile.tenant.name} FILE`"
        )
    if provider.needs_key and way.api_key is None:
        raise NoSearch(
            f"{provider.title} wants a key, and {profile.tenant.name} has none: "
            f"add `api_key` to its connection, then `leadmill tenant apply {profile.tenant.name} FILE`"
        )
    return provider


def _nowhere() -> Recording:
    return Recording(datetime.now(UTC))


def _in_words(error: AgentError, provider: Provider, profile: Profile) -> str:
    match error:
        case KeyRefused() | NotConnected():
            todo = f"mend its connection in the configuration of {profile.tenant.name}"
        case ProviderDown():
            todo = "is this machine connected to the network? With --simulate nothing outside is asked"
        case _:
            todo = "try again later"
    return f"{provider.title}: {error}; {todo}"
