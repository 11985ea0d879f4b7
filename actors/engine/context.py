"""The real context: one tenant's world for the time of one run."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from actors.core.errors import ScorerAway
from actors.core.questions import Answer, Answers, EnrichCompany, Enrichment, Question
from actors.engine.asking import Asking
from actors.engine.deciding import Rules
from actors.engine.enriching import Enriching
from actors.engine.gather import Gather
from actors.engine.previewing import EXPERIENCE
from actors.engine.profiles import Profile
from actors.engine.recording import Recording
from scoring_models.schema import Score, ScoreRequest
from tenants.exclusions import ExclusionKind
from tenants.identity import TenantId
from tenants.names import name_key
from tenants.policies import TenantConfig
from tenants.records import Account, AccountSignal, Contact, Finding
from tenants.store import calls, exclusions, findings, identity, leads, models, signals
from tenants.store.session import Database

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class ScoringService(Protocol):
    """Whoever answers for models: a Serve application, or a scorer in this process."""

    async def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads by the model with this label. Raises ScorerAway where nobody answers."""
        ...


class TenantDesk:
    """What the runs of one tenant share: questions of many runs are put to the database as one."""

    def __init__(self, tenant_id: TenantId, database: Database, scoring: ScoringService) -> None:
        self._tenant_id = tenant_id
        self._database = database
        self._scoring = scoring
        self.accounts: Gather[UUID, Account] = Gather(self._accounts)
        self.accounts_of: Gather[UUID, Account] = Gather(self._accounts_of)
        self.findings: Gather[UUID, tuple[Finding, ...]] = Gather(self._findings)
        self.signals: Gather[UUID, tuple[AccountSignal, ...]] = Gather(self._signals)
        self.contacts: Gather[UUID, Contact] = Gather(self._contacts)
        self.exclusions: Gather[tuple[ExclusionKind, str], str] = Gather(self._excluded)
        self.scores: Gather[ScoreRequest, Score] = Gather(self._scores, most=512)

    async def _accounts(self, ids: list[UUID]) -> Mapping[UUID, Account]:
        async with self._database.tenant(self._tenant_id) as session:
            return await leads.accounts(session, ids)

    async def _accounts_of(self, lead_ids: list[UUID]) -> Mapping[UUID, Account]:
        async with self._database.tenant(self._tenant_id) as session:
            return await leads.accounts_of(session, lead_ids)

    async def _findings(self, ids: list[UUID]) -> Mapping[UUID, tuple[Finding, ...]]:
        async with self._database.tenant(self._tenant_id) as session:
            return await findings.current(session, ids)

    async def _signals(self, ids: list[UUID]) -> Mapping[UUID, tuple[AccountSignal, ...]]:
        async with self._database.tenant(self._tenant_id) as session:
            return await signals.of_accounts(session, ids)

    async def _contacts(self, ids: list[UUID]) -> Mapping[UUID, Contact]:
        async with self._database.tenant(self._tenant_id) as session:
            return await leads.contacts(session, ids)

    async def _excluded(
        self, keys: list[tuple[ExclusionKind, str]]
    ) -> Mapping[tuple[ExclusionKind, str], str]:
        async with self._database.tenant(self._tenant_id) as session:
            return await exclusions.among(session, keys)

    async def known_keys(self, keys: Sequence[str]) -> set[str]:
        """Those of the identity keys that the tenant has an account for: one question for a whole list already."""
        async with self._database.tenant(self._tenant_id) as session:
            return await leads.known_keys(session, keys)

    async def namesakes(self, accounts: Sequence[Account]) -> list[Account]:
        """The tenant's accounts that are called or found like one of these: one question for a whole list, too."""
        async with self._database.tenant(self._tenant_id) as session:
            return await identity.candidates(
                session,
                names=[name_key(one.name) for one in accounts],
                domains=[one.domain for one in accounts if one.domain is not None],
            )

    async def cost_of_a_lead(self) -> Decimal | None:
        """What a lead has cost so far; None where that is not known yet."""
        async with self._database.tenant(self._tenant_id) as session:
            return await calls.cost_of_a_lead(session, at_least=EXPERIENCE)

    async def _scores(self, requests: list[ScoreRequest]) -> Mapping[ScoreRequest, Score]:
        async with self._database.tenant(self._tenant_id) as session:
            champion = await models.resolve(session, tenant_id=self._tenant_id)
        if champion is None:
            raise ScorerAway("there is no champion yet: `leadmill model train`")
        scores = await self._scoring.score_many(champion.label, requests)
        return dict(zip(requests, scores, strict=True))


class RunContext:
    """The context of one run. It remembers what the run has cost."""

    def __init__(
        self,
        profile: Profile,
        desk: TenantDesk,
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
        self._desk = desk
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
        known = await self._desk.cost_of_a_lead()
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
        account = await self._desk.accounts.get(account_id)
        self.recording.account(account_id, account)
        return account

    async def account_of(self, lead_id: UUID) -> Account | None:
        """The account of a lead, or None where there is no such lead."""
        account = await self._desk.accounts_of.get(lead_id)
        self.recording.account(lead_id, account)
        return account

    async def findings(self, account_id: UUID) -> tuple[Finding, ...]:
        """The findings that stand in the account."""
        found = await self._desk.findings.get(account_id) or ()
        self.recording.findings(account_id, found)
        return found

    async def signals(self, account_id: UUID) -> tuple[AccountSignal, ...]:
        """What is known to have happened at the account, the newest first."""
        happened = await self._desk.signals.get(account_id) or ()
        self.recording.signals(account_id, happened)
        return happened

    async def contact(self, contact_id: UUID) -> Contact | None:
        """The contact, or None where it is gone."""
        contact = await self._desk.contacts.get(contact_id)
        self.recording.contact(contact_id, contact)
        return contact

    async def known_accounts(self, identity_keys: Sequence[str]) -> set[str]:
        """Those of the identity keys that the tenant has an account for."""
        known = await self._desk.known_keys(identity_keys) if identity_keys else set()
        self.recording.known(known)
        return known

    async def excluded(
        self, *, domains: Sequence[str] = (), names: Sequence[str] = (), emails: Sequence[str] = ()
    ) -> Mapping[str, str]:
        """Those of these that the tenant leaves alone, each with the reason: domains, plain names, addresses."""
        keys = [(ExclusionKind.DOMAIN, one) for one in domains]
        keys += [(ExclusionKind.NAME, one) for one in names]
        keys += [(ExclusionKind.EMAIL, one) for one in emails]
        reasons = await asyncio.gather(*map(self._desk.exclusions.get, keys))
        found = {
            value: reason for (_, value), reason in zip(keys, reasons, strict=True) if reason is not None
        }
        self.recording.excluded(found)
        return found

    async def namesakes(self, accounts: Sequence[Account]) -> Sequence[Account]:
        """The accounts that the tenant has under the plain name or the domain of one of these."""
        found = await self._desk.namesakes(accounts) if accounts else []
        self.recording.namesakes(found)
        return found

    async def ask(self, question: Question[AnswerT], *, of: str | None = None) -> Answer[AnswerT]:
        """The first hit among the tenant's providers that answer such questions, else a miss; or of one of them."""
        return await self._asking.ask(
            self._profile,
            self._run_id,
            question,
            lead_id=self._lead_id,
            recording=self.recording,
            is_retry=self._is_retry,
            of=of,
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
        """The lead's score from the tenant's champion model."""
        score = await self._desk.scores.get(request)
        if score is None:
            raise ScorerAway("the model gave no score for this lead")
        self.model = score.model
        return score
