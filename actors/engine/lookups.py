"""What runs look up: the tenant's own records, and scores, asked for by many runs at once."""

import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from actors.core.errors import ScorerAway
from actors.engine.gather import Gather
from actors.engine.previewing import EXPERIENCE
from scoring_models.schema import Score, ScoreRequest, ScoringService
from tenants.exclusions import ExclusionKind
from tenants.identity import TenantId
from tenants.names import name_key
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
from tenants.store import (
    calls,
    engagement,
    exclusions,
    findings,
    identity,
    leads,
    mail,
    models,
    sequences,
    signals,
)
from tenants.store.session import Database

_TRACKS_FRESH_S = 60.0


class Lookups:
    """What the runs of one tenant look up: the questions of many runs are put to the database, or a model, as one."""

    def __init__(self, tenant_id: TenantId, database: Database, scoring: ScoringService) -> None:
        self._tenant_id = tenant_id
        self._database = database
        self._scoring = scoring
        self.accounts: Gather[UUID, Account] = Gather(self._accounts)
        self.accounts_of: Gather[UUID, Account] = Gather(self._accounts_of)
        self.findings: Gather[UUID, tuple[Finding, ...]] = Gather(self._findings)
        self.signals: Gather[UUID, tuple[AccountSignal, ...]] = Gather(self._signals)
        self.contacts: Gather[UUID, Contact] = Gather(self._contacts)
        self.contacts_of: Gather[UUID, Contact] = Gather(self._contacts_of)
        self.contacts_at: Gather[UUID, tuple[Contact, ...]] = Gather(self._contacts_at)
        self.track_records: Gather[TenantId, tuple[TrackRecord, ...]] = Gather(self._track_records)
        self._tracks: tuple[float, tuple[SequenceTrack, ...]] | None = None
        self.stages: Gather[UUID, Stage] = Gather(self._stages)
        self.engagement: Gather[UUID, tuple[LeadEngagement, ...]] = Gather(self._engagement)
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

    async def _contacts_of(self, lead_ids: list[UUID]) -> Mapping[UUID, Contact]:
        async with self._database.tenant(self._tenant_id) as session:
            return await leads.contacts_of(session, lead_ids)

    async def _contacts_at(self, account_ids: list[UUID]) -> Mapping[UUID, tuple[Contact, ...]]:
        async with self._database.tenant(self._tenant_id) as session:
            return await mail.contacts_at(session, account_ids)

    async def _track_records(self, of: list[TenantId]) -> Mapping[TenantId, tuple[TrackRecord, ...]]:
        async with self._database.tenant(self._tenant_id) as session:
            found = await mail.track_records(session)
        return dict.fromkeys(of, found)

    async def sequence_tracks(self, answer_days: int) -> tuple[SequenceTrack, ...]:
        """What came of those who were put into sequences. Read once a minute: it counts weeks of them."""
        now_s = time.monotonic()
        if self._tracks is None or now_s - self._tracks[0] > _TRACKS_FRESH_S:
            async with self._database.tenant(self._tenant_id) as session:
                self._tracks = now_s, await sequences.tracks(session, answer_days=answer_days)
        return self._tracks[1]

    async def _stages(self, lead_ids: list[UUID]) -> Mapping[UUID, Stage]:
        async with self._database.tenant(self._tenant_id) as session:
            return await leads.stages(session, lead_ids)

    async def _engagement(self, lead_ids: list[UUID]) -> Mapping[UUID, tuple[LeadEngagement, ...]]:
        async with self._database.tenant(self._tenant_id) as session:
            return await engagement.of_leads(session, lead_ids)

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
