"""Questions about companies: which match, what is known of one, and what happened there."""

from collections.abc import Collection
from datetime import date
from typing import ClassVar

from pydantic import BaseModel

from actors.core.questions.base import Answer, Question, Value
from tenants.icp import IdealCustomer
from tenants.records import Firmographics


class CompanyFacts(Firmographics):
    """What a provider knows of a company. Growth is a share: 0.1 for a tenth more people than a year ago.

    `register_number` is the number in the trade register of the company's country, `status` what that register
    says: active or inactive, and `register_activity` what the company does by the register's own few words, which
    are no industry that a customer looks for. `mail_host` is who takes the company's mail, `leads_to` the domain to
    which its website has moved for good.
    """

    name: str | None = None
    domain: str | None = None
    legal_name: str | None = None
    lei: str | None = None
    cik: str | None = None
    ticker: str | None = None
    register_number: str | None = None
    wikidata_id: str | None = None
    status: str | None = None
    register_activity: str | None = None
    parent_lei: str | None = None
    phone: str | None = None
    linkedin_url: str | None = None
    headcount_growth: float | None = None
    funding_stage: str | None = None
    last_funding_on: date | None = None
    mail_host: str | None = None
    leads_to: str | None = None


class CompanyPage(Value):
    """One page of companies that match a search, and how many there are in all."""

    companies: tuple[CompanyFacts, ...]
    total: int


class CompanyPreview(Value):
    """What a search would bring: how many companies, as far as the provider tells for nothing, and a few of them."""

    total: int | None
    sample: tuple[CompanyFacts, ...] = ()


class Signal(Value):
    """Something that happened at a company, on which day, and where that can be read.

    Kinds: hiring, funding, technology, news, site.
    """

    kind: str
    on: date
    title: str
    url: str | None = None


class SignalsFound(Value):
    """What happened at a company of late."""

    signals: tuple[Signal, ...]


class EnrichCompany(Question[CompanyFacts]):
    """What is known of the company with this domain, or of this name in this country?

    A provider that knows companies by domain only has nothing on one without, and the other way round. One that
    goes by names answers only where it is certain that it is the same company.
    """

    answer: ClassVar[type[BaseModel]] = CompanyFacts
    domain: str | None
    name: str | None = None
    country: str | None = None


class FindCompanies(Question[CompanyPage]):
    """Which companies match this ideal customer? Pages count from 1."""

    answer: ClassVar[type[BaseModel]] = CompanyPage
    fresh_days: ClassVar[int | None] = 1
    icp: IdealCustomer
    page: int
    per_page: int


class PreviewCompanies(Question[CompanyPreview]):
    """How many companies match this ideal customer, and what are some of them? Never costs anything."""

    answer: ClassVar[type[BaseModel]] = CompanyPreview
    icp: IdealCustomer


class FindSignals(Question[SignalsFound]):
    """What has happened of late at the company with this domain, or of this name in this country?

    As with EnrichCompany, one that goes by names answers only where it is certain that it is the same company.
    """

    answer: ClassVar[type[BaseModel]] = SignalsFound
    domain: str
    name: str | None = None
    country: str | None = None


class Enrichment(Value):
    """What several providers said of a company, each what it cost, and the names of those that could not answer."""

    answers: tuple[Answer[CompanyFacts], ...]
    unanswered: tuple[str, ...] = ()


def filled(answer: Answer[CompanyFacts], wanted: Collection[str]) -> set[str]:
    """Those of the wanted fields that the answer has."""
    if answer.content is None:
        return set()
    return {name for name in wanted if getattr(answer.content, name) is not None}
