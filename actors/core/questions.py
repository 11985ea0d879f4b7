"""What agents may ask of providers: one class for each question, each with the class of its answer."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from tenants.icp import IdealCustomer, Persona
from tenants.records import Firmographics


class Value(BaseModel):
    """A frozen value that agents and providers exchange."""

    model_config = ConfigDict(frozen=True)


class CompanyFacts(Firmographics):
    """What a provider knows of a company."""

    name: str | None = None
    domain: str | None = None
    last_funding_on: date | None = None


class CompanyPage(Value):
    """One page of companies that match a search, and how many there are in all."""

    companies: tuple[CompanyFacts, ...]
    total: int


class PersonFound(Value):
    """A person at a company, perhaps with a name that the provider shows only in part."""

    provider_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    seniority: str | None = None
    department: str | None = None
    country: str | None = None
    linkedin_url: str | None = None
    email: str | None = None
    email_status: str | None = None
    has_email: bool | None = None


class PeopleFound(Value):
    """The people that a search gave."""

    people: tuple[PersonFound, ...]


class AddressVerdict(Value):
    """What a verifier says of an address, in our words."""

    email: str
    status: str


class AddressPattern(Value):
    """How a company writes its addresses, such as `{first}.{last}`."""

    pattern: str | None
    accept_all: bool | None = None


class MailExchangers(Value):
    """Where a domain takes mail: host names by preference, none where it says that it takes none."""

    hosts: tuple[str, ...]


class RecordOnFile(Value):
    """One of the customer's own records: its version, its fields, and which of them a person has edited."""

    etag: str
    values: Mapping[str, str | int | float]
    edited: tuple[str, ...] = ()


class ProspectOnFile(Value):
    """What the customer's own records have of a company and of a person there."""

    account: RecordOnFile | None = None
    contact: RecordOnFile | None = None


AnswerT = TypeVar("AnswerT", bound=BaseModel)


class Question(Value, Generic[AnswerT]):
    """Something that a provider may know."""

    answer: ClassVar[type[BaseModel]]


class EnrichCompany(Question[CompanyFacts]):
    """What is known of the company with this domain?"""

    answer: ClassVar[type[BaseModel]] = CompanyFacts
    domain: str


class ReadSite(Question[CompanyFacts]):
    """What does the company's own website say?"""

    answer: ClassVar[type[BaseModel]] = CompanyFacts
    domain: str


class FindCompanies(Question[CompanyPage]):
    """Which companies match this ideal customer? Pages count from 1."""

    answer: ClassVar[type[BaseModel]] = CompanyPage
    icp: IdealCustomer
    page: int
    per_page: int


class FindPeople(Question[PeopleFound]):
    """Who at this company matches the persona?"""

    answer: ClassVar[type[BaseModel]] = PeopleFound
    domain: str
    persona: Persona


class RevealPerson(Question[PersonFound]):
    """Who is this person in full, and what is the address?"""

    answer: ClassVar[type[BaseModel]] = PersonFound
    domain: str
    provider_id: str | None
    first_name: str | None
    last_name: str | None


class FindPattern(Question[AddressPattern]):
    """How does this company write its addresses?"""

    answer: ClassVar[type[BaseModel]] = AddressPattern
    domain: str


class VerifyAddress(Question[AddressVerdict]):
    """Does this address take mail?"""

    answer: ClassVar[type[BaseModel]] = AddressVerdict
    email: str


class FindMailExchangers(Question[MailExchangers]):
    """Where does this domain take mail?"""

    answer: ClassVar[type[BaseModel]] = MailExchangers
    domain: str


class ReadProspect(Question[ProspectOnFile]):
    """What do the customer's own records say of this company and this person?"""

    answer: ClassVar[type[BaseModel]] = ProspectOnFile
    domain: str
    email: str


class Answer(Value, Generic[AnswerT]):
    """What came back: the content, or None for a miss, from whom, at what price."""

    provider: str
    content: AnswerT | None
    cost_usd: Decimal = Decimal(0)
    evidence: str = ""
