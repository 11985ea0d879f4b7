"""Upkeep of models: leads held against those that a model learned from, and a new one proposed when more is known.

Nothing here lets a model judge: what is proposed, a person promotes.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from scoring_models.artifact import open_model
from scoring_models.columns import LeadColumns, pack
from scoring_models.dataset import Dataset
from scoring_models.drift import MOVED, TELLING, WATCH, Drift, drift
from scoring_models.errors import GatesClosedError, NoReferenceError, ScoringError
from scoring_models.estimators import TrainedModel
from scoring_models.features import FEATURES, matrix
from scoring_models.folder import ModelFolder
from scoring_models.frame import SEED
from scoring_models.installation import Installation
from scoring_models.lifecycle import CHALLENGER, Lifecycle
from scoring_models.registry import Registry
from scoring_models.shrinkage import Outcomes, train_for_tenant
from scoring_models.standing import request_of
from scoring_models.train import held_back, train
from tenants.identity import TenantId
from tenants.policies import ModelUpkeep
from tenants.records import ModelVersion
from tenants.settings import StoreSettings
from tenants.store import judgements, models, tenants, upkeep
from tenants.store.session import open_database
from tenants.store.upkeep import Kind, Look, Verdict

BY = "schedule"
_COUNTED_EVERY = timedelta(days=1)
_LEADS = 20_000
_NAME = "fit"


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look has found, at which model, and when it is to be looked again."""

    verdict: Verdict
    said: str
    model: str | None
    again_in: timedelta = _COUNTED_EVERY


def tended(tenant_id: UUID | None, kind: Kind) -> str:
    """What a look at the configured installation has found, in a sentence; it takes this process some seconds."""
    return asyncio.run(_tended(tenant_id, kind)).said


async def _tended(tenant_id: UUID | None, kind: Kind) -> Look:
    settings = StoreSettings()
    async with open_database(settings, pool_size=2) as database:
        folder = ModelFolder.of(settings)
        return await look_at(Installation(database, folder, Registry(database, folder)), tenant_id, kind)


async def look_at(
    here: Installation, tenant_id: UUID | None, kind: Kind, *, now: datetime | None = None
) -> Look:
    """The look at a model of a tenant, or without one at everybody's, which is kept. What is wrong is a finding."""
    now = now or datetime.now(UTC)
    wanted = ModelUpkeep()
    if tenant_id is not None:
        async with here.database.tenant(TenantId(tenant_id)) as session:
            wanted = (await tenants.configuration(session)).upkeep
    try:
        if kind == "drift":
            assert tenant_id is not None, "how far leads have moved is told of each tenant"
            found = await _drift(here, tenant_id, timedelta(days=wanted.drift_days or 7), now)
        else:
            found = await _training(here, tenant_id, wanted, now)
    except ScoringError as error:
        found = _Found("failed", str(error), None)
    look = Look(kind, now, now + found.again_in, found.model, found.verdict, found.said)
    async with here.database.system() as session:
        await upkeep.keep(session, tenant_id, look)
    return look


async def _drift(here: Installation, tenant_id: UUID, every: timedelta, now: datetime) -> _Found:
    """Whether the leads that the model judged since the last look are spread as those that it learned from."""
    champion = await here.registry.champion(tenant_id)
    if champion is None:
        return _Found("too few", "no model judges", None, every)
    async with here.database.tenant(TenantId(tenant_id)) as session:
        judged = await judgements.between(
            session, since=now - max(every, timedelta(days=7)), until=now, model=champion.label, limit=_LEADS
        )
    if len(judged) < TELLING:
        said = f"{len(judged):,} leads of late; fewer than {TELLING} tell little"
        return _Found("too few", said, champion.label, every)
    leads = pack([request_of(one, one.judged_at) for one in judged])
    file = here.folder.path_of(champion.label)
    moved = await asyncio.to_thread(lambda: moved_from(open_model(file), leads, champion.label))
    worst = max((one.psi for one in moved.movements if one.verdict != "steady"), default=0.0)
    verdict: Verdict = "moved" if worst >= MOVED else "watch" if worst >= WATCH else "steady"
    return _Found(verdict, moved.proposal, champion.label, every)


def moved_from(model: TrainedModel, leads: LeadColumns, label: str) -> Drift:
    """How far these leads have moved from those that the model learned from. Raises NoReferenceError."""
    if model.reference is None:
        raise NoReferenceError(label)
    return drift(model.reference, leads, model.pipeline.predict_proba(matrix(leads))[:, 1])


async def _training(here: Installation, tenant_id: UUID | None, wanted: ModelUpkeep, now: datetime) -> _Found:
    """A model trained on what came of leads, and proposed; or what is waited for."""
    newest = next((one for one in await here.registry.versions(tenant_id) if _is_of_the_mill(one)), None)
    label = newest.label if newest is not None else None
    dataset = await (here.shared_outcomes() if tenant_id is None else here.outcomes_of(tenant_id))
    waits_for = _waits_for(dataset, newest, wanted, now) or await _proposed_already(here, tenant_id)
    if waits_for is not None:
        return _Found("waiting", waits_for, label)
    model = await _trained(here, tenant_id, dataset, now)
    label = await here.registry.register(model, name=_NAME, tenant_id=tenant_id)
    said = f"{label} has learned from {len(dataset.won):,} outcomes"
    life = Lifecycle(here.database, here.folder, tenant_id)
    try:
        await life.propose(label, by=BY, dataset=held_back(dataset, seed=SEED))
    except GatesClosedError as closed:
        return _Found("not proposed", f"{said}. {closed}", label)
    return _Found("proposed", f"{said}, and is proposed", label)


def _is_of_the_mill(version: ModelVersion) -> bool:
    return version.facts.get("features") == list(FEATURES)


def _waits_for(
    dataset: Dataset, newest: ModelVersion | None, wanted: ModelUpkeep, now: datetime
) -> str | None:
    """What is not there yet for a model to be trained; None where all is."""
    outcomes = Outcomes.of(dataset)
    if not outcomes.are_enough:
        return str(outcomes)
    if newest is None:
        return None
    new = len(dataset.won) - int(newest.facts["rows"])
    if wanted.new_outcomes and new >= wanted.new_outcomes:
        return None
    is_old = wanted.train_days and newest.created_at <= now - timedelta(days=wanted.train_days)
    if is_old and newest.facts["data_sha256"] != dataset.sha256:
        return None
    return f"{max(new, 0):,} of {wanted.new_outcomes:,} new outcomes" if wanted.new_outcomes else "its time"


async def _proposed_already(here: Installation, tenant_id: UUID | None) -> str | None:
    async with here.database.system() as session:
        label = await models.own(session, tenant_id=tenant_id, alias=CHALLENGER)
    return f"{label} is proposed: promote it, or withdraw it" if label is not None else None


async def _trained(
    here: Installation, tenant_id: UUID | None, dataset: Dataset, now: datetime
) -> TrainedModel:
    if tenant_id is None:
        return await asyncio.to_thread(train, dataset, seed=SEED, created_at=now)
    prior, everybodys = await here.everybodys()
    own = await asyncio.to_thread(
        train_for_tenant, dataset, everybodys, label=prior, seed=SEED, created_at=now
    )
    assert own is not None, "its outcomes are enough"
    return own
