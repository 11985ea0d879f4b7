"""The life of a model: proposed, promoted, shadowed, taken back. Each step has a name on it and stays on record.

A model is proposed with what the gates found, and somebody promotes it; from then on it judges, and whom the one before
had judged is judged anew. Taking it back is the same the other way round.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from scoring_models.dataset import Dataset
from scoring_models.errors import GatesClosedError, NoProposalError, NothingBeforeError
from scoring_models.folder import ModelFolder
from scoring_models.gates import Gate, as_documents, compare
from scoring_models.registry import CHAMPION, Registry
from scoring_models.rejudging import Rejudged, judge_anew
from scoring_models.scorer import InThread, Scorer, open_scorecard
from tenants.approvals import may_decide
from tenants.identity import TenantId
from tenants.records import Act, ModelChange, ModelVersion
from tenants.store import models, tenants
from tenants.store.session import Database, Session

CHALLENGER, SHADOW = "challenger", "shadow"
_SEED = 20_260_101
_PAST = 10_000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of the model that judges: from which to which, and what became of the leads."""

    model: str | None
    before: str | None
    leads: Rejudged


class Lifecycle:
    """What may be done with the registered models of a tenant, or without a tenant of everybody."""

    def __init__(self, database: Database, folder: ModelFolder, tenant_id: UUID | None = None) -> None:
        self._database = database
        self._folder = folder
        self._tenant_id = tenant_id
        self._registry = Registry(database, folder)
        self._judge = InThread(Scorer(folder.path_of, open_models=4))

    async def propose(
        self, label: str, *, by: str, dataset: Dataset | None, despite: str | None = None
    ) -> tuple[Gate, ...]:
        """The gates that the model has passed; from now on it is the challenger, which somebody may promote.

        Where a model judges already, both are compared on the data set. Closed gates are passed over for a reason
        only (`despite`), which is kept. Raises ModelUnknownError, ArtifactError and NotAdditiveError where it can't
        be used, and GatesClosedError, which says what stands in the way.
        """
        file = await self._registry.usable(label, self._tenant_id)
        champion = await self._registry.champion(self._tenant_id)
        gates: tuple[Gate, ...] = (Gate(name="file", is_open=True, found="it opens, and explains itself"),)
        if champion is not None and champion.label != label:
            if dataset is None:
                gates += (Gate(name="leads", is_open=False, found="no leads to compare them on were given"),)
            else:
                old = self._folder.path_of(champion.label)
                gates += await asyncio.to_thread(
                    lambda: compare(open_scorecard(file), open_scorecard(old), dataset, seed=_SEED)
                )
        closed = [gate for gate in gates if not gate.is_open]
        if closed and despite is None:
            raise GatesClosedError(label, "; ".join(f"{gate.name}: {gate.found}" for gate in closed))
        before = champion.label if champion is not None else None
        async with self._database.system() as session:
            await self._point(session, CHALLENGER, label)
            await self._record(
                session, "proposed", CHALLENGER, label, before, by=by, reason=despite, gates=gates
            )
        return gates

    async def promote(
        self, *, by: str, label: str | None = None, progress: Progress = lambda _: None
    ) -> Moved:
        """The challenger judges from now on, and the leads that others have judged are judged anew.

        Where the one that is meant (`label`) judges already, those are that are left: a promotion that was killed
        half-way goes on. Raises NoProposalError where there is none, it is not the one that is meant, or another model
        judges by now than the one that it was compared with.
        """
        async with self._database.system() as session:
            proposal = await self._proposal(session)
            own = await models.own(session, tenant_id=self._tenant_id, alias=CHAMPION)
        if label is not None and label == own and proposal is None:
            return Moved(label, label, await self._judge_anew(label, None, progress))
        async with self._database.system() as session:
            await models.lock_alias(session, tenant_id=self._tenant_id, alias=CHAMPION)
            proposal = await self._proposal(session)
            if proposal is None or proposal.model is None:
                raise NoProposalError("nothing is proposed: `leadmill model propose` comes first")
            if label is not None and label != proposal.model:
                raise NoProposalError(f"{proposal.model} is proposed, not {label}")
            champion = await models.resolve(session, tenant_id=self._tenant_id, alias=CHAMPION)
            before = champion.label if champion is not None else None
            if before != proposal.before:
                raise NoProposalError(
                    f"{proposal.model} was compared with {proposal.before}, but {before} judges now: propose it again"
                )
            await self._check_who(by, proposal)
            own = await models.own(session, tenant_id=self._tenant_id, alias=CHAMPION)
            await self._point(session, CHAMPION, proposal.model)
            await models.drop_alias(session, tenant_id=self._tenant_id, alias=CHALLENGER)
            await self._record(session, "promoted", CHAMPION, proposal.model, own, by=by, reason=None)
        return Moved(proposal.model, before, await self._judge_anew(proposal.model, None, progress))

    async def withdraw(self, *, by: str, reason: str) -> str:
        """The label of the challenger, which is none any more. Raises NoProposalError."""
        async with self._database.system() as session:
            await models.lock_alias(session, tenant_id=self._tenant_id, alias=CHAMPION)
            proposal = await self._proposal(session)
            if proposal is None or proposal.model is None:
                raise NoProposalError("nothing is proposed")
            await models.drop_alias(session, tenant_id=self._tenant_id, alias=CHALLENGER)
            await self._record(session, "withdrawn", CHALLENGER, None, proposal.model, by=by, reason=reason)
        return proposal.model

    async def roll_back(self, *, by: str, reason: str, progress: Progress = lambda _: None) -> Moved:
        """The model judges again that judged before the last promotion, and its leads have their scores again.

        A tenant that had no model of its own before has everybody's again. Raises NothingBeforeError, and what
        promoting raises where the earlier model's file can't be used any more.
        """
        async with self._database.system() as session:
            now, before = await self._way_back(session)
        if before is not None:
            await self._registry.usable(before, self._tenant_id)
        async with self._database.system() as session:
            await models.lock_alias(session, tenant_id=self._tenant_id, alias=CHAMPION)
            if (now, before) != await self._way_back(session):
                raise NoProposalError("somebody else has changed which model judges meanwhile: look again")
            if before is not None:
                await self._point(session, CHAMPION, before)
            else:
                await models.drop_alias(session, tenant_id=self._tenant_id, alias=CHAMPION)
            await self._record(session, "rolled back", CHAMPION, before, now, by=by, reason=reason)
            champion = await models.resolve(session, tenant_id=self._tenant_id, alias=CHAMPION)
        judge = champion.label if champion is not None else None
        leads = await self._judge_anew(judge, now, progress) if judge is not None else Rejudged()
        return Moved(judge, now, leads)

    async def shadow(self, label: str | None, *, by: str) -> None:
        """From now on the model says of every lead what it would, and nobody goes by it; None ends that.

        Raises ModelUnknownError, ArtifactError and NotAdditiveError.
        """
        if label is not None:
            await self._registry.usable(label, self._tenant_id)
        async with self._database.system() as session:
            before = await models.own(session, tenant_id=self._tenant_id, alias=SHADOW)
            if label is not None:
                await self._point(session, SHADOW, label)
            else:
                await models.drop_alias(session, tenant_id=self._tenant_id, alias=SHADOW)
            await self._record(session, "shadowed", SHADOW, label, before, by=by, reason=None)

    async def is_first(self) -> bool:
        """Whether no model judges yet, so that there is nothing to compare with."""
        return await self._registry.champion(self._tenant_id) is None

    async def versions(self) -> list[ModelVersion]:
        """The versions that there are to choose from."""
        return await self._registry.versions(self._tenant_id)

    def file_of(self, label: str) -> Path:
        """The version's file. Raises ModelUnknownError."""
        return self._folder.path_of(label)

    async def proposal(self) -> ModelChange | None:
        """What is proposed: the model, what the gates found, and by whom; None where nothing is."""
        async with self._database.system() as session:
            return await self._proposal(session)

    async def changes(self) -> list[ModelChange]:
        """What was decided about models, the newest first."""
        async with self._database.system() as session:
            return await models.changes(session, tenant_id=self._tenant_id)

    async def _way_back(self, session: Session) -> tuple[str, str | None]:
        """The model that judges, and the one that judged before its promotion. Raises NothingBeforeError."""
        past = await models.changes(session, tenant_id=self._tenant_id, limit=_PAST)
        now = next((one.model for one in past if one.alias == CHAMPION), None)
        promoted = next((one for one in past if one.act == "promoted" and one.model == now), None)
        before = promoted.before if promoted is not None else None
        if now is None or (before is None and self._tenant_id is None):
            raise NothingBeforeError(now or "nobody")
        return now, before

    async def _proposal(self, session: Session) -> ModelChange | None:
        label = await models.own(session, tenant_id=self._tenant_id, alias=CHALLENGER)
        past = await models.changes(session, tenant_id=self._tenant_id, limit=_PAST) if label else []
        return next((one for one in past if (one.act, one.model) == ("proposed", label)), None)

    async def _check_who(self, by: str, proposal: ModelChange) -> None:
        """Nothing, where this person may promote what another has proposed. Raises NoProposalError."""
        if self._tenant_id is None:
            return
        async with self._database.tenant(TenantId(self._tenant_id)) as session:
            policy = (await tenants.configuration(session)).approvals
        if not may_decide(policy, requested_by=proposal.by, by=by):
            raise NoProposalError(f"{by} has proposed it: somebody else must promote it")

    async def _point(self, session: Session, alias: str, label: str) -> None:
        name, _, version = label.rpartition("-")
        await models.point_alias(
            session, tenant_id=self._tenant_id, alias=alias, name=name, version=int(version)
        )

    async def _record(
        self,
        session: Session,
        act: Act,
        alias: str,
        model: str | None,
        before: str | None,
        *,
        by: str,
        reason: str | None,
        gates: tuple[Gate, ...] = (),
    ) -> None:
        change = ModelChange(self._tenant_id, alias, act, model, before, by, reason, as_documents(gates))
        await models.record_change(session, change)

    async def _judge_anew(self, model: str, of: str | None, progress: Progress) -> Rejudged:
        async with self._database.system() as session:
            whose = (
                [self._tenant_id]
                if self._tenant_id is not None
                else await models.without_own_champion(session)
            )
        done = Rejudged()
        for tenant_id in whose:
            done += await judge_anew(
                self._database, self._judge, tenant_id, model=model, of=of, progress=progress
            )
        return done
