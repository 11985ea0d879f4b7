"""The registry: which models there are, and which one judges whose leads.

A version never changes once it is registered; an alias points to one. `champion` is the version that judges:
the tenant's own where it has one, else everybody's.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from scoring_models.artifact import write_model
from scoring_models.errors import ArtifactCorruptError, ModelNameError, ModelUnknownError, ScoringError
from scoring_models.estimators import TrainedModel
from scoring_models.folder import ModelFolder
from scoring_models.quarantine import check
from tenants.records import ModelChange, ModelVersion
from tenants.store import models
from tenants.store.session import Database

CHAMPION = "champion"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Registry:
    """Models by version and alias: the rows in the database, the files in the folder."""

    def __init__(self, database: Database, folder: ModelFolder) -> None:
        self._database = database
        self._folder = folder

    async def register(self, model: TrainedModel, *, name: str, tenant_id: UUID | None = None) -> str:
        """The label of the model as a new version. Without a tenant it may judge everybody's leads.

        Raises ModelNameError.
        """
        _full_name(name, tenant_id)
        file = await asyncio.to_thread(write_model, model, self._folder.path)
        return await self.register_file(
            file, metrics=model.metrics, facts=model.facts, name=name, tenant_id=tenant_id
        )

    async def register_file(
        self,
        file: Path,
        *,
        metrics: Mapping[str, float],
        facts: Mapping[str, Any],
        name: str,
        tenant_id: UUID | None = None,
    ) -> str:
        """The label of a model whose file is in the folder already, as a new version. Raises ModelNameError."""
        name = _full_name(name, tenant_id)
        async with self._database.system() as connection:
            version = await models.add_version(
                connection,
                tenant_id=tenant_id,
                name=name,
                sha256=file.stem,
                path=file.name,
                metrics=dict(metrics),
                facts=dict(facts),
            )
            # Before the commit: a label that the database knows always has its file.
            label = f"{name}-{version}"
            await asyncio.to_thread(self._folder.name, label, file)
        return label

    async def usable(self, label: str, tenant_id: UUID | None = None) -> Path:
        """The file of a version that can judge: it is what was registered, and opens in a process of its own.

        Raises ModelUnknownError, ModelUnsignedError, StoreAwayError, ArtifactError where the file is not what was
        registered or must not be opened, and NotAdditiveError for a model that gives no numbers.
        """
        known = {kept.label: kept for kept in await self.versions(tenant_id)}
        if label not in known:
            raise ModelUnknownError(label)
        file = await asyncio.to_thread(self._folder.path_of, label)
        if file.stem != known[label].sha256:
            raise ArtifactCorruptError(file.name, "it is not the file that was registered")
        await asyncio.to_thread(check, file)
        return file

    async def sign(self) -> tuple[list[str], dict[str, str]]:
        """All versions named and signed anew: the labels that are, and why others are not, each a sentence.

        What the database says of a version is believed, and its file is what was registered, or it is not named.
        """
        async with self._database.system() as connection:
            known = await models.all_versions(connection)
        signed, left = [], {}
        for version in known:
            try:
                await asyncio.to_thread(self._sign, version)
            except ScoringError as error:
                left[version.label] = str(error)
            else:
                signed.append(version.label)
        return signed, left

    def _sign(self, version: ModelVersion) -> None:
        file = self._folder.file_named(version.sha256, of=version.label)
        if hashlib.sha256(file.read_bytes()).hexdigest() != version.sha256:
            raise ArtifactCorruptError(file.name, "its name is not the SHA-256 of its content")
        self._folder.name(version.label, file)

    async def promote(self, label: str, *, tenant_id: UUID | None = None, by: str = "leadmill") -> None:
        """From now on the version judges: the tenant's leads, or without a tenant everybody's.

        Nothing is compared, and what was judged stays as it is (`Lifecycle` does both). Its file is opened first, and
        whoever judged before goes on where that raises, as `usable` says.
        """
        await self.usable(label, tenant_id)
        name, _, version = label.rpartition("-")
        async with self._database.system() as connection:
            await models.lock_alias(connection, tenant_id=tenant_id, alias=CHAMPION)
            last = await models.own(connection, tenant_id=tenant_id, alias=CHAMPION)
            await models.point_alias(
                connection, tenant_id=tenant_id, alias=CHAMPION, name=name, version=int(version)
            )
            await models.record_change(
                connection, ModelChange(tenant_id, CHAMPION, "promoted", label, last, by)
            )

    async def champion(self, tenant_id: UUID | None = None) -> ModelVersion | None:
        """The version that judges this tenant's leads, or None where there is none at all."""
        async with self._database.system() as connection:
            return await models.resolve(connection, tenant_id=tenant_id, alias=CHAMPION)

    async def any_champion(self) -> ModelVersion | None:
        """A version that judges: everybody's leads, or where there is none the leads of some tenant."""
        async with self._database.system() as connection:
            return await models.first(connection, alias=CHAMPION)

    async def versions(self, tenant_id: UUID | None = None) -> list[ModelVersion]:
        """The tenant's own versions, or without a tenant everybody's."""
        async with self._database.system() as connection:
            return await models.versions(connection, tenant_id=tenant_id)


def _full_name(name: str, tenant_id: UUID | None) -> str:
    """A model's name; a tenant's own carries the tenant, so that one label is one model everywhere."""
    if not _NAME.fullmatch(name):
        raise ModelNameError(name)
    return name if tenant_id is None else f"{name}-{tenant_id.hex}"
