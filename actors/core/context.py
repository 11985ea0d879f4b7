"""What an agent may ask of the world."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from actors.core.questions import Answer, Answers, EnrichCompany, Enrichment, Question
from scoring_models.schema import Score, ScoreRequest
from tenants.identity import TenantId
from tenants.policies import TenantConfig
from tenants.records import (
    Account,
    AccountSignal,
    Contact,
    Finding,
    LeadEngagement,
    SequenceTrack,
    Stage,
    TrackRecord,
)

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class Context(Protocol):
    """One tenant's world, as an agent sees it for the time of one run.

    Questions asked by many runs at the same time travel together: an agent asks for one, the engine asks
    for hundreds.
    """

    @property
    def tenant_id(self) -> TenantId:
        """Whose work this is."""
        ...

    @property
    def config(self) -> TenantConfig:
        """What the tenant looks for and allows."""
        ...

    @property
    def config_version(self) -> int:
        """The version of that configuration."""
        ...

    @property
    def attempt(self) -> int:
        """Which try of the run this is; the first is 1."""
        ...

    @property
    def now(self) -> datetime:
        """The time at which the run began."""
        ...

    async def account(self, account_id: UUID) -> Account | None:
        """The account, or None where it is gone."""
        ...

    async def account_of(self, lead_id: UUID) -> Account | None:
        """The account of a lead, or None where there is no such lead."""
        ...

    async def findings(self, account_id: UUID) -> Sequence[Finding]:
        """The findings that stand in the account: of each field one, where it is known from where the value is."""
        ...

    async def signals(self, account_id: UUID) -> Sequence[AccountSignal]:
        """What is known to have happened at the account, the newest first."""
        ...

    async def contact(self, contact_id: UUID) -> Contact | None:
        """The contact, or None where it is gone."""
        ...

    async def contact_of(self, lead_id: UUID) -> Contact | None:
        """The contact that a lead goes by, or None where there is none."""
        ...

    async def stage(self, lead_id: UUID) -> Stage | None:
        """How far the lead has come, or None where there is no such lead."""
        ...

    async def engagement(self, lead_id: UUID) -> Sequence[LeadEngagement]:
        """What the lead's prospects are known to have done, the newest first."""
        ...

    async def contacts_at(self, account_id: UUID) -> Sequence[Contact]:
        """The contacts with an address that the tenant has at the account."""
        ...

    async def track_records(self) -> Sequence[TrackRecord]:
        """How right those were who told addresses, of all that mail has put to the test."""
        ...

    async def sequence_tracks(self) -> Sequence[SequenceTrack]:
        """What came of those who were put into sequences, by tier and sequence."""
        ...

    async def known_accounts(self, identity_keys: Sequence[str]) -> set[str]:
        """Those of the identity keys that the tenant has an account for."""
        ...

    async def excluded(
        self, *, domains: Sequence[str] = (), names: Sequence[str] = (), emails: Sequence[str] = ()
    ) -> Mapping[str, str]:
        """Those of these that the tenant leaves alone, each with the reason: domains, plain names, addresses."""
        ...

    async def namesakes(self, accounts: Sequence[Account]) -> Sequence[Account]:
        """The accounts that the tenant has under the plain name or the domain of one of these."""
        ...

    async def ask(
        self, question: Question[AnswerT], *, of: str | None = None, besides: Collection[str] = ()
    ) -> Answer[AnswerT]:
        """The first hit among the tenant's providers that answer such questions, else a miss; or of one of them.

        Those named in `besides` are not asked. Raises NotConnected where the tenant has no such provider, and the
        last provider's error where none could answer.
        """
        ...

    async def ask_each(self, question: Question[AnswerT]) -> Answers[AnswerT]:
        """What each of the tenant's providers says that answers such questions for nothing, all asked at once.

        Those that can't answer are named. There may be no such provider at all.
        """
        ...

    async def enrich(
        self,
        question: EnrichCompany,
        wanted: Collection[str],
        *,
        paid: bool,
        segment: str,
        besides: Collection[str] = (),
        until_hit: bool = False,
    ) -> Enrichment:
        """What free providers know of a company, or with `paid` the paid ones until nothing wanted is missing.

        With `until_hit` it ends with the first of them who knows the company. Those named in `besides` are not asked.
        Raises NotConnected where the tenant has no provider that enriches companies, and the last provider's error
        where nothing wanted was found and somebody could not answer.
        """
        ...

    async def score(self, request: ScoreRequest) -> Score:
        """The lead's score from the tenant's champion model. It waits for a model; it never makes one up."""
        ...
