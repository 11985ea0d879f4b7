"""The real context: one tenant's world for the time of one run."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from actors.core.errors import ScorerAway
from actors.core.questions import Answer, Answers, EnrichCompany, Enrichment, Question
from actors.engine.asking import Asking
from actors.engine.deciding import Rules
from actors.engine.enriching import Enriching
from actors.engine.lookups import Lookups
from actors.engine.profiles import Profile
from actors.engine.recording import Recording
from scoring_models.schema import Score, ScoreRequest
from scoring_models.standing import placed
from tenants.exclusions import ExclusionKind
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


class RunContext:
    """The context of one run. It remembers what the run has cost."""

    def __init__(
        self,
        profile: Profile,
        lookups: Lookups,
        asking: Asking,
        enriching: Enriching,
        *,
        run_id: UUID,
        now: datetime,
        lead_id: UUID | None = None,
        attempt: int = 1,
        is_retry: bool = False,
    ) -> None:
        self._profile = profile
        self._lookups = lookups
        self._asking = asking
        self._enriching = enriching
        self._run_id = run_id
        self._lead_id = lead_id
        self._is_retry = is_retry
        self._now = now
        self.model: str | None = None
        self._attempt = attempt
        self.recording = Recording(now, attempt)

    @property
    def cost_usd(self) -> Decimal:
        """What the run has cost so far."""
        return self.recording.spent_usd

    @property
    def tenant_id(self) -> TenantId:
        """Whose work this is."""
        return self._profile.tenant.id

    @property
    def config(self) -> TenantConfig:
        """What the tenant looks for and allows."""
        return self._profile.config

    @property
    def config_version(self) -> int:
        """The version of that configuration."""
        return self._profile.tenant.config_version

    async def expected_cost(self, leads: int) -> Decimal:
        """What so many new leads will cost in US dollars, as the tenant's leads did so far."""
        known = await self._lookups.cost_of_a_lead()
        return leads * (known if known is not None else self._asking.most_for_a_lead(self._profile))

    @property
    def rules(self) -> Rules:
        """What the tenant wants to be asked about."""
        return Rules(self.config.approvals, self._profile.autonomous, self._now)

    @property
    def attempt(self) -> int:
        """Which try of the run this is."""
        return self._attempt

    @property
    def now(self) -> datetime:
        """The time at which the run began."""
        return self._now

    async def account(self, account_id: UUID) -> Account | None:
        """The account, or None where it is gone."""
        account = await self._lookups.accounts.get(account_id)
        self.recording.account(account_id, account)
        return account

    async def account_of(self, lead_id: UUID) -> Account | None:
        """The account of a lead, or None where there is no such lead."""
        account = await self._lookups.accounts_of.get(lead_id)
        self.recording.account(lead_id, account)
        return account

    async def findings(self, account_id: UUID) -> tuple[Finding, ...]:
        """The findings that stand in the account."""
        found = await self._lookups.findings.get(account_id) or ()
        self.recording.findings(account_id, found)
        return found

    async def signals(self, account_id: UUID) -> tuple[AccountSignal, ...]:
        """What is known to have happened at the account, the newest first."""
        happened = await self._lookups.signals.get(account_id) or ()
        self.recording.signals(account_id, happened)
        return happened

    async def contact(self, contact_id: UUID) -> Contact | None:
        """The contact, or None where it is gone."""
        contact = await self._lookups.contacts.get(contact_id)
        self.recording.contact(contact_id, contact)
        return contact

    async def contact_of(self, lead_id: UUID) -> Contact | None:
        """The contact that a lead goes by, or None where there is none."""
        contact = await self._lookups.contacts_of.get(lead_id)
        self.recording.contact(lead_id, contact)
        return contact

    async def stage(self, lead_id: UUID) -> Stage | None:
        """How far the lead has come, or None where there is no such lead."""
        stage = await self._lookups.stages.get(lead_id)
        self.recording.stage(lead_id, stage)
        return stage

    async def engagement(self, lead_id: UUID) -> tuple[LeadEngagement, ...]:
        """What the lead's prospects are known to have done, the newest first."""
        done = await self._lookups.engagement.get(lead_id) or ()
        self.recording.engagement(lead_id, done)
        return done

    async def contacts_at(self, account_id: UUID) -> tuple[Contact, ...]:
        """The contacts with an address that the tenant has at the account."""
        found = await self._lookups.contacts_at.get(account_id) or ()
        self.recording.contacts_at(account_id, found)
        return found

    async def track_records(self) -> tuple[TrackRecord, ...]:
        """How right those were who told addresses, of all that mail has put to the test."""
        found = await self._lookups.track_records.get(self.tenant_id) or ()
        self.recording.track_records(found)
        return found

    async def sequence_tracks(self) -> tuple[SequenceTrack, ...]:
        """What came of those who were put into sequences, by tier and sequence. A minute old at most."""
        found = await self._lookups.sequence_tracks(self.config.sequence_choice.answer_days)
        self.recording.sequence_tracks(found)
        return found

    async def known_accounts(self, identity_keys: Sequence[str]) -> set[str]:
        """Those of the identity keys that the tenant has an account for."""
        known = await self._lookups.known_keys(identity_keys) if identity_keys else set()
        self.recording.known(known)
        return known

    async def excluded(
        self, *, domains: Sequence[str] = (), names: Sequence[str] = (), emails: Sequence[str] = ()
    ) -> Mapping[str, str]:
        """Those of these that the tenant leaves alone, each with the reason: domains, plain names, addresses."""
        keys = [(ExclusionKind.DOMAIN, one) for one in domains]
        keys += [(ExclusionKind.NAME, one) for one in names]
        keys += [(ExclusionKind.EMAIL, one) for one in emails]
        reasons = await asyncio.gather(*map(self._lookups.exclusions.get, keys))
        found = {
            value: reason for (_, value), reason in zip(keys, reasons, strict=True) if reason is not None
        }
        self.recording.excluded(found)
        return found

    async def namesakes(self, accounts: Sequence[Account]) -> Sequence[Account]:
        """The accounts that the tenant has under the plain name or the domain of one of these."""
        found = await self._lookups.namesakes(accounts) if accounts else []
        self.recording.namesakes(found)
        return found

    async def ask(
        self, question: Question[AnswerT], *, of: str | None = None, besides: Collection[str] = ()
    ) -> Answer[AnswerT]:
        """The first hit among the tenant's providers that answer such questions, else a miss; or of one of them."""
        return await self._asking.ask(
            self._profile,
            self._run_id,
            question,
            lead_id=self._lead_id,
            recording=self.recording,
            is_retry=self._is_retry,
            of=of,
            besides=besides,
        )

    async def ask_each(self, question: Question[AnswerT]) -> Answers[AnswerT]:
        """What each of the tenant's free providers says that answers such questions, all asked at once."""
        return await self._asking.ask_each(
            self._profile, self._run_id, question, lead_id=self._lead_id, recording=self.recording
        )

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
        """What free providers know of a company, or with `paid` the paid ones until nothing wanted is missing."""
        return await self._enriching.enrich(
            self._profile,
            self._run_id,
            question,
            wanted,
            paid=paid,
            segment=segment,
            besides=besides,
            until_hit=until_hit,
            lead_id=self._lead_id,
            recording=self.recording,
            is_retry=self._is_retry,
        )

    async def score(self, request: ScoreRequest) -> Score:
        """The lead's score from the tenant's champion model, in the tier that the tenant's bounds put it into."""
        score = await self._lookups.scores.get(request)
        if score is None:
            raise ScorerAway("the model gave no score for this lead")
        self.model = score.model
        return placed(score, self.config.tiers)
