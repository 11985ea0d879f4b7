"""Where an installation's models are: rows, files, and what knows both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from scoring_models.artifact import open_model
from scoring_models.dataset import Dataset
from scoring_models.errors import NoPriorError
from scoring_models.estimators import TrainedModel
from scoring_models.folder import ModelFolder
from scoring_models.outcomes import ANSWER_DAYS, dataset_of, known_outcomes
from scoring_models.registry import Registry
from tenants.settings import StoreSettings
from tenants.store import tenants
from tenants.store.embedded import borrowed_address
from tenants.store.migrate import migrate
from tenants.store.session import Database, open_database

LEARNED_DAYS = 365
"""Days over which leads count whose outcome a model learns from."""


@dataclass(frozen=True)
class Installation:
    """The models of an installation, opened."""

    database: Database
    folder: ModelFolder
    registry: Registry

    async def everybodys(self) -> tuple[str, TrainedModel]:
        """The label of the model that judges everybody's leads, and the model.

        Raises NoPriorError where there is none, or ArtifactError.
        """
        champion = await self.registry.champion()
        if champion is None:
            raise NoPriorError
        return champion.label, open_model(self.folder.path_of(champion.label))

    async def outcomes_of(self, *tenant_ids: UUID) -> Dataset:
        """What came of the leads of these tenants that were first judged in the year before the last 90 days."""
        until = datetime.now(UTC) - timedelta(days=ANSWER_DAYS)
        found = [
            outcome
            for tenant_id in tenant_ids
            for outcome in await known_outcomes(
                self.database, tenant_id, since=until - timedelta(days=LEARNED_DAYS), until=until
            )
        ]
        return dataset_of(found)

    async def shared_outcomes(self) -> Dataset:
        """The same of all tenants that have agreed that everybody's model learns from them."""
        async with self.database.system() as session:
            who = [one.id for one in await tenants.who_share(session)]
        return await self.outcomes_of(*who)


@asynccontextmanager
async def installation() -> AsyncIterator[Installation]:
    """The models of the configured installation; an embedded database is brought up to date first."""
    settings = StoreSettings()
    async with borrowed_address(settings) as address:
        if settings.database_url is None:
            await migrate(address, lanes=settings.lanes)
        async with open_database(settings) as database:
            folder = ModelFolder.of(settings)
            yield Installation(database, folder, Registry(database, folder))
