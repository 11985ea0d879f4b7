"""What agents may ask of providers: one class for each question, each with the class of its answer.

Lives here: `base` (what a question is), and one file for each thing that is asked about.
May import: `tenants`, and of `actors.core` the words of verification. May be imported by: the rest of `actors`.
"""

from actors.core.questions.base import (
    Answer,
    Answers,
    AnswerT,
    Question,
    Value,
)
from actors.core.questions.companies import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    Enrichment,
    FindCompanies,
    FindSignals,
    PreviewCompanies,
    Signal,
    SignalsFound,
    filled,
)
from actors.core.questions.crm import (
    Excluded,
    ExclusionPage,
    ProspectOnFile,
    ReadExclusions,
    ReadProspect,
    RecordOnFile,
)
from actors.core.questions.mail import (
    AddressPattern,
    AddressVerdict,
    FindMailExchangers,
    FindPattern,
    HostVisit,
    MailboxProbe,
    MailExchangers,
    MailStep,
    ProbeMailbox,
    RecipientReply,
    ServerReply,
    VerifyAddress,
)
from actors.core.questions.people import (
    FindPeople,
    PeopleFound,
    PersonFound,
    RevealPerson,
)

__all__ = [
    "AddressPattern",
    "AddressVerdict",
    "Answer",
    "AnswerT",
    "Answers",
    "CompanyFacts",
    "CompanyPage",
    "CompanyPreview",
    "EnrichCompany",
    "Enrichment",
    "Excluded",
    "ExclusionPage",
    "FindCompanies",
    "FindMailExchangers",
    "FindPattern",
    "FindPeople",
    "FindSignals",
    "HostVisit",
    "MailExchangers",
    "MailStep",
    "MailboxProbe",
    "PeopleFound",
    "PersonFound",
    "PreviewCompanies",
    "ProbeMailbox",
    "ProspectOnFile",
    "Question",
    "ReadExclusions",
    "ReadProspect",
    "RecipientReply",
    "RecordOnFile",
    "RevealPerson",
    "ServerReply",
    "Signal",
    "SignalsFound",
    "Value",
    "VerifyAddress",
    "filled",
]
