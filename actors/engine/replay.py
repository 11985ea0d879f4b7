"""Replay: a run done again from its recording, as it was or with a change. Nobody is asked, nothing is saved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from actors.core.agent import Agent
from actors.core.errors import AgentError, NotConnected, OptedOut, ScorerAway
from actors.core.outcome import Outcome
from actors.core.questions import Answer, Answers, CompanyFacts, EnrichCompany, Enrichment, Question, filled
from actors.engine.asking import in_order
from actors.engine.recording import NotRecorded, Told, described, hashed
from actors.events import event_types
from actors.events.envelope import read_payload
from scoring_models.schema import Score, ScoreRequest, ScoringService
from scoring_models.standing import placed
from tenants.identity import TenantId
from tenants.policies import TenantConfig, read_config
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
from tenants.store import recordings
from tenants.store.columns import to_json
from tenants.store.session import Database

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class NotReplayable(Exception):
    """The run can't be replayed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in an outcome that comes out otherwise; None on the side where there is no such place."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that was replayed: what came of it, whether that is what came of it then, and what would differ.

    `answers` is the number of answers that were taken from the recording. Without a change `after` is `before`.
    """

    run_id: UUID
    agent: str
    config_version: int
    model: str | None
    answers: int
    is_same: bool
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    differences: Sequence[Difference]


async def replay(
    database: Database,
    agents: Mapping[str, Agent],
    scoring: ScoringService,
    run_id: UUID,
    changes: Mapping[str, Any] | None = None,
) -> Replayed:
    """The run, done again with what it was told then, by the configuration and the model of then.

    `changes` are keys of a tenant's configuration, and `model`, that replace those of then for a second replay
    beside the first. Raises NotReplayable, and ValueError where the changes are no configuration.
    """
    async with database.system() as session:
        tenant_id = await recordings.owner(session, run_id)
    if tenant_id is None:
        raise NotReplayable(f"there is no run {run_id}")
    async with database.tenant(tenant_id) as session:
        run = await recordings.replayable(session, run_id)
    if run is None or run.recording is None:
        raise NotReplayable(
            f"of run {run_id} there is no recording: it has not ended yet, or is older than they are"
        )
    if run.agent not in agents:
        raise NotReplayable(f"there is no agent {run.agent} any more")
    if run.config is None:
        raise NotReplayable(f"configuration {run.versions['config']} of its tenant is not known any more")
    told = Told(run.recording)
    stage = _Stage(
        agents[run.agent],
        read_payload(event_types(), run.topic, to_json(run.input)),
        told,
        scoring,
        tenant_id,
    )
    world = _World(read_config(run.config), run.versions["config"], run.versions.get("model"))
    ending = await stage.play(world)
    before = after = described(ending)
    if changes:
        after = described(await stage.play(_changed(world, run.config, changes)))
    return Replayed(
        run_id=run.id,
        agent=run.agent,
        config_version=world.config_version,
        model=world.model,
        answers=told.answers,
        is_same=hashed(ending) == told.ending,
        before=before,
        after=after,
        differences=tuple(differences(before, after)),
    )


def differences(before: Any, after: Any, path: str = "") -> list[Difference]:
    """Where two JSON values differ, place by place."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return [
            one
            for key in keys
            for one in differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
        ]
    if isinstance(before, list) and isinstance(after, list):
        length = max(len(before), len(after))
        padded = [[*side, *[None] * (length - len(side))] for side in (before, after)]
        return [
            one
            for number, (left, right) in enumerate(zip(*padded, strict=True))
            for one in differences(left, right, f"{path}[{number}]")
        ]
    return [] if before == after else [Difference(path, before, after)]


@dataclass(frozen=True, slots=True)
class _World:
    """By what a run is done: a configuration and a model."""

    config: TenantConfig
    config_version: int
    model: str | None


def _changed(world: _World, config: Mapping[str, Any], changes: Mapping[str, Any]) -> _World:
    rest = dict(changes)
    model = rest.pop("model", world.model)
    return replace(world, config=read_config({**config, **rest}), model=model)


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where a run is played again: its agent, its event, and what it was told."""

    agent: Agent
    payload: Any
    told: Told
    scoring: ScoringService
    tenant_id: TenantId

    async def play(self, world: _World) -> Outcome | Exception:
        """How it ends in this world."""
        try:
            outcome: Outcome = await self.agent.work(self.payload, _Context(self, world))
        except Exception as failure:  # noqa: BLE001 - how a run ends, whatever the agent raises
            return failure
        return outcome


class _Context:
    """A context that knows what the recording knows, and asks nobody."""

    def __init__(self, stage: _Stage, world: _World) -> None:
        self._stage = stage
        self._told = stage.told
        self._world = world

    @property
    def tenant_id(self) -> TenantId:
        """Whose work this is."""
        return self._stage.tenant_id

    @property
    def config(self) -> TenantConfig:
        """What the tenant looks for and allows, in the world of this replay."""
        return self._world.config

    @property
    def config_version(self) -> int:
        """The version that the run went by."""
        return self._world.config_version

    @property
    def attempt(self) -> int:
        """Which try of the run it was."""
        return self._told.attempt

    @property
    def now(self) -> datetime:
        """The time at which the run began then."""
        return self._told.now

    async def account(self, account_id: UUID) -> Account | None:
        """The account as it was then."""
        return self._told.account(account_id)

    async def account_of(self, lead_id: UUID) -> Account | None:
        """The account of a lead as it was then."""
        return self._told.account(lead_id)

    async def findings(self, account_id: UUID) -> Sequence[Finding]:
        """The findings that stood in the account then."""
        return self._told.findings(account_id)

    async def signals(self, account_id: UUID) -> Sequence[AccountSignal]:
        """What was known then to have happened at the account."""
        return self._told.signals(account_id)

    async def contact(self, contact_id: UUID) -> Contact | None:
        """The contact as it was then."""
        return self._told.contact(contact_id)

    async def contact_of(self, lead_id: UUID) -> Contact | None:
        """The contact that the lead went by then."""
        return self._told.contact(lead_id)

    async def stage(self, lead_id: UUID) -> Stage | None:
        """How far the lead had come then, or None where there is no such lead."""
        return self._told.stage(lead_id)

    async def engagement(self, lead_id: UUID) -> Sequence[LeadEngagement]:
        """What the lead's prospects are known to have done then, the newest first."""
        return self._told.engagement(lead_id)

    async def contacts_at(self, account_id: UUID) -> Sequence[Contact]:
        """The contacts with an address that were known at the account then."""
        return self._told.contacts_at(account_id)

    async def track_records(self) -> Sequence[TrackRecord]:
        """How right those who told addresses had been by then."""
        return self._told.track_records()

    async def sequence_tracks(self) -> Sequence[SequenceTrack]:
        """What had come of those who were put into sequences by then."""
        return self._told.sequence_tracks()

    async def known_accounts(self, identity_keys: Sequence[str]) -> set[str]:
        """Those of the identity keys that the tenant had an account for then."""
        return self._told.known(identity_keys)

    async def excluded(
        self, *, domains: Sequence[str] = (), names: Sequence[str] = (), emails: Sequence[str] = ()
    ) -> Mapping[str, str]:
        """Those of these that the tenant left alone then, each with the reason."""
        return self._told.excluded((*domains, *names, *emails))

    async def namesakes(self, accounts: Sequence[Account]) -> Sequence[Account]:
        """The accounts that the tenant had then under the name or the domain of one of these."""
        return self._told.namesakes(accounts)

    async def ask(
        self,
        question: Question[AnswerT],
        *,
        of: str | None = None,  # noqa: ARG002 - whom they asked is recorded
        besides: Collection[str] = (),
    ) -> Answer[AnswerT]:
        """What the providers of then answered, in the order of this world."""
        error: AgentError | None = None
        answer: Answer[Any] | None = None
        spent = before = Decimal(0)
        for provider in in_order(self._told.candidates(question), self.config.order):
            if provider in besides:
                continue
            try:
                answer = self._told.answer(question, provider)
            except OptedOut:
                raise
            except AgentError as failure:
                error = failure
                continue
            spent, before = spent + answer.cost_usd, before + answer.paid_before_usd
            if answer.content is not None:
                break
        else:
            if error is not None:
                raise error
        if answer is None:
            raise NotConnected(type(question).__name__)
        return answer.model_copy(update={"cost_usd": spent, "paid_before_usd": before})

    async def ask_each(self, question: Question[AnswerT]) -> Answers[AnswerT]:
        """What each of the providers of then said, in the order of this world."""
        answers, unanswered = [], []
        for provider in in_order(self._told.each(question), self.config.order):
            try:
                answers.append(self._told.answer(question, provider))
            except AgentError:
                unanswered.append(provider)
        return Answers.model_construct(answers=tuple(answers), unanswered=tuple(unanswered))

    async def enrich(
        self,
        question: EnrichCompany,
        wanted: Collection[str],
        *,
        paid: bool,
        segment: str,  # noqa: ARG002 - whom they chose is recorded
        besides: Collection[str] = (),
        until_hit: bool = False,
    ) -> Enrichment:
        """What the providers of then knew: all free ones, and paid ones while something is missing."""
        names = self._told.candidates(question, paid=paid)
        if not (paid and self.config.learns_order):
            names = in_order(names, self.config.order)
        knows = self._told.knows(question, paid=paid)
        missing, errors = set(wanted), {}
        answers: list[Answer[CompanyFacts]] = []
        for name in names:
            if name in besides or (paid and missing.isdisjoint(knows[name])):
                continue
            if until_hit and any(answer.content is not None for answer in answers):
                break
            try:
                answer = self._told.answer(question, name, paid=paid)
            except OptedOut:
                raise
            except AgentError as failure:
                errors[name] = failure
                continue
            answers.append(answer)
            missing -= filled(answer, missing)
        if paid and errors and missing == set(wanted):
            raise list(errors.values())[-1]
        return Enrichment.model_construct(answers=tuple(answers), unanswered=tuple(errors))

    async def score(self, request: ScoreRequest) -> Score:
        """The lead's score from the model of this world."""
        if self._world.model is None:
            raise NotRecorded("no model was asked: name one under `model`")
        scores = await self._stage.scoring.score_many(self._world.model, [request])
        if not scores:
            raise ScorerAway(f"{self._world.model} gave no score")
        return placed(scores[0], self.config.tiers)
