"""Retraining: own models for many tenants, each of its own leads, and each registered as soon as it is trained.

Nobody keeps a list of what is done: a model that was drawn from the same one, with the same data, seed and code, is in
the registry already and is not trained again. So a retraining that was killed goes on where it was.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from scoring_models.artifact import file_of, keep_file
from scoring_models.dataset import parse_dataset, rows_in
from scoring_models.errors import ScoringError
from scoring_models.estimators import TrainedModel, code_version
from scoring_models.installation import Installation
from scoring_models.shrinkage import Outcomes, train_for_tenant

_NAME = "fit"


@dataclass(frozen=True)
class Trained:
    """A model that was trained elsewhere, as its file."""

    file: bytes
    metrics: dict[str, float]
    facts: dict[str, Any]


@dataclass(frozen=True)
class Ending:
    """What became of one tenant."""

    tenant: str
    outcome: Literal["trained", "there already", "not enough new outcomes", "not enough outcomes", "failed"]
    model: str | None = None
    why: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


Training = Callable[[bytes], Awaitable[Trained | Outcomes]]
"""What trains one tenant's model from its file, wherever that is done."""


def train_one(
    content: bytes, everybodys: TrainedModel, label: str, seed: int, created_at: datetime
) -> Trained | Outcomes:
    """The model that is drawn from everybody's by the leads in a file; or their outcomes, where these are not enough.

    Raises DatasetError.
    """
    dataset = parse_dataset(content)
    model = train_for_tenant(dataset, everybodys, label=label, seed=seed, created_at=created_at)
    return Outcomes.of(dataset) if model is None else Trained(file_of(model), model.metrics, model.facts)


class Retraining:
    """The training of many tenants' models, some at once."""

    def __init__(
        self,
        here: Installation,
        owners: Mapping[str, UUID],
        wake: Callable[[], AbstractContextManager[tuple[Training, int]]],
        *,
        drawn_from: str,
        seed: int,
        new_outcomes: int = 0,
    ) -> None:
        """Tenants by name, and what trains them: drawn from the model with this label, with this seed.

        `wake` opens what trains, and says how many should be asked of it at once; it is not woken for nothing. Who has
        fewer than `new_outcomes` more than its newest model was trained on is left as it is.
        """
        self._here = here
        self._owners = owners
        self._wake = wake
        self._new_outcomes = new_outcomes
        self._same = {"seed": seed, "code": code_version(), "drawn_from": drawn_from}

    async def endings(self, files: Iterable[Path]) -> AsyncIterator[Ending]:
        """What becomes of each file, in the order in which they end. A file is called after its tenant.

        Who fails keeps nobody else from being trained.
        """
        to_train = []
        for file in files:
            ending = await self._without_training(file)
            if ending is None:
                to_train.append(file)
            else:
                yield ending
        if not to_train:
            return
        with self._wake() as (training, at_once):
            left = iter(to_train)
            under_way = {asyncio.create_task(self._trained(file, training)) for file in islice(left, at_once)}
            try:
                while under_way:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    under_way |= {
                        asyncio.create_task(self._trained(file, training)) for file in islice(left, len(done))
                    }
                    for task in done:
                        yield task.result()
            finally:
                for task in under_way:
                    task.cancel()

    async def _without_training(self, file: Path) -> Ending | None:
        """The ending of a tenant that can't be trained, or need not be; else None."""
        tenant = file.stem
        owner = self._owners.get(tenant)
        if owner is None:
            return Ending(tenant, "failed", why="There is no tenant of this name.")
        try:
            content = await asyncio.to_thread(file.read_bytes)
            versions = await self._here.registry.versions(owner)
            same = {**self._same, "data_sha256": hashlib.sha256(content).hexdigest()}
            for version in versions:
                told = {**version.facts, "drawn_from": (version.facts.get("prior") or {}).get("model")}
                if all(told.get(name) == value for name, value in same.items()):
                    return Ending(tenant, "there already", model=version.label)
            if versions and self._new_outcomes:
                new = rows_in(content) - versions[0].facts["rows"]  # the newest comes first
                if new < self._new_outcomes:
                    why = f"{new} of {self._new_outcomes} new outcomes"
                    return Ending(tenant, "not enough new outcomes", model=versions[0].label, why=why)
        except (ScoringError, OSError) as error:
            return Ending(tenant, "failed", why=str(error))
        return None

    async def _trained(self, file: Path, training: Training) -> Ending:
        tenant = file.stem
        try:
            trained = await training(await asyncio.to_thread(file.read_bytes))
        except (ScoringError, OSError) as error:
            return Ending(tenant, "failed", why=str(error))
        if isinstance(trained, Outcomes):
            return Ending(tenant, "not enough outcomes", why=str(trained))
        path = await asyncio.to_thread(keep_file, trained.file, self._here.folder.path)
        label = await self._here.registry.register_file(
            path,
            metrics=trained.metrics,
            facts=trained.facts,
            name=_NAME,
            tenant_id=self._owners[tenant],
        )
        return Ending(tenant, "trained", model=label, metrics=trained.metrics)
