"""What agents may ask of providers: one class for each question, each with the class of its answer."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from actors.core.verification.replies import Meaning
from actors.core.verification.status import Status
from tenants.icp import IdealCustomer, Persona
from tenants.records import Firmographics


class Value(BaseModel):
    """A frozen value that agents and providers exchange."""

    model_config = ConfigDict(frozen=True)


class CompanyFacts(Firmographics):
    """What a provider knows of a company. Growth is a share: 0.1 for a tenth more people than a year ago.

    `register_number` is the number in the trade register of the company's country, `status` what that register
    says: active or inactive, and `register_activity` what the company does by the register's own few words, which
    are no industry that a customer looks for. `mail_host` is who takes the company's mail.
    """

    name: str | None = None
    domain: str | None = None
    legal_name: str | None = None
    lei: str | None = None
    cik: str | None = None
    ticker: str | None = None
    register_number: str | None = None
    status: str | None = None
    register_activity: str | None = None
    parent_lei: str | None = None
    phone: str | None = None
    linkedin_url: str | None = None
    headcount_growth: float | None = None
    funding_stage: str | None = None
    last_funding_on: date | None = None
    mail_host: str | None = None


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


class Excluded(Value):
    """A company or person whom the customer's own records exclude, for one of these reasons.

    Reasons: customer, open deal, competitor, do not contact.
    """

    reason: str
    domain: str | None = None
    name: str | None = None
    email: str | None = None
    owner: str | None = None


class ExclusionPage(Value):
    """A page of those whom the customer's own records exclude; `next` is where the next page begins."""

    excluded: tuple[Excluded, ...]
    next: str | None = None


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
    """What a verifier says of an address: the status in our words, and why in the verifier's own.

    Where it is pending, its mail server asks everybody to come back later, and whoever verifies it again then may
    learn more.
    """

    email: str
    status: Status
    sub_status: str | None = None


class AddressPattern(Value):
    """How a company writes its addresses, such as `{first}.{last}`."""

    pattern: str | None
    accept_all: bool | None = None


class MailExchangers(Value):
    """Where a domain takes mail: host names by preference.

    `is_implicit`: it names no mail host, but has a host of its own name. With no host at all, `takes_none` is whether
    it says so itself.
    """

    hosts: tuple[str, ...]
    is_implicit: bool = False
    takes_none: bool = False


#: how far one gets with a mail server
MailStep = Literal["address", "connection", "greeting", "hello", "sender", "recipients"]


class ServerReply(Value):
    """What a mail server said: its code, its words, its enhanced code where it has one, and what that means."""

    code: int
    text: str
    enhanced: str | None
    meaning: Meaning


class HostVisit(Value):
    """How far we got with one mail host: at which of its addresses, what it said last, and what was in the way.

    At the step `recipients` it takes questions about mailboxes.
    """

    host: str
    address: str | None
    step: MailStep
    reply: ServerReply | None = None
    trouble: str | None = None


class RecipientReply(Value):
    """What a mail server said of one address."""

    email: str
    reply: ServerReply


class MailboxProbe(Value):
    """What a domain's mail servers say of an address, without a message being sent.

    `host` is the one whose replies count: to `randoms`, which nobody has, and then to the address itself (`wanted`;
    None: it was not asked for, or nothing came). `is_catch_all`: whether it takes whatever is before the @; None: no
    telling. Where another try may tell more, it should be made after `come_again_s`, from the same machine.
    `is_blocked`: what was said is about us, and nothing of it about the address. The transcript has "> " before what
    we said, and "< " before what they did; what it says of other addresses is left out.
    """

    email: str
    visits: tuple[HostVisit, ...]
    host: str | None = None
    randoms: tuple[RecipientReply, ...] = ()
    wanted: ServerReply | None = None
    is_catch_all: bool | None = None
    is_blocked: bool = False
    is_greylisted: bool = False
    come_again_s: int | None = None
    transcript: tuple[str, ...] = ()


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
    """Something that a provider may know.

    An answer is good for `fresh_days`, and where that is None for as long as its provider says: whoever asks the
    same within that time pays nothing.
    """

    answer: ClassVar[type[BaseModel]]
    fresh_days: ClassVar[int | None] = None


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


class ReadExclusions(Question[ExclusionPage]):
    """Whom do the customer's own records exclude? `cursor` is where the page begins; None: at the front."""

    answer: ClassVar[type[BaseModel]] = ExclusionPage
    cursor: str | None = None


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


class ProbeMailbox(Question[MailboxProbe]):
    """What do these mail hosts of its domain, the preferred first, say of this address? Nothing is sent to it."""

    answer: ClassVar[type[BaseModel]] = MailboxProbe
    email: str
    hosts: tuple[str, ...]


class ReadProspect(Question[ProspectOnFile]):
    """What do the customer's own records say of this company and this person?"""

    answer: ClassVar[type[BaseModel]] = ProspectOnFile
    domain: str
    email: str


class Answer(Value, Generic[AnswerT]):
    """What came back: the content, or None for a miss, from whom, at what price.

    `cost_usd` is what was billed for it now, `paid_before_usd` what an earlier try of the same run has paid. How far
    it is trusted, under which licence it may be kept, and for how many days it is taken for true.
    """

    provider: str
    content: AnswerT | None
    cost_usd: Decimal = Decimal(0)
    paid_before_usd: Decimal = Decimal(0)
    evidence: str = ""
    quotes: Mapping[str, str] = {}
    confidence: float = 0.5
    licence: str = ""
    keeps_for_days: int = 90


class Answers(Value, Generic[AnswerT]):
    """What each of several providers said, and the names of those that could not answer."""

    answers: tuple[Answer[AnswerT], ...] = ()
    unanswered: tuple[str, ...] = ()


class Enrichment(Value):
    """What several providers said of a company, each what it cost, and the names of those that could not answer."""

    answers: tuple[Answer[CompanyFacts], ...]
    unanswered: tuple[str, ...] = ()


def filled(answer: Answer[CompanyFacts], wanted: Collection[str]) -> set[str]:
    """Those of the wanted fields that the answer has."""
    if answer.content is None:
        return set()
    return {name for name in wanted if getattr(answer.content, name) is not None}
