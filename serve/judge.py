"""The judge: who may ask, which model judges for them, and the scores."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from scoring_models.columns import pack
from scoring_models.errors import ScoringError
from scoring_models.registry import Registry
from scoring_models.scorer import Scorer
from serve.memory import Memory
from serve.messages import Models, ModelTold, read_question, write_scores
from serve.rates import Rates
from serve.refusals import DatabaseAway, ModelAway, NoModel, NotAdmitted, TooMany, TooOften
from tenants.identity import TenantId
from tenants.records import ModelVersion
from tenants.store import tokens
from tenants.store.session import Database, DatabaseError
from tenants.tokens import Holder, hash_of

logger = logging.getLogger(__name__)

AT_ONCE = 16
"""Requests under way in one process. Desks ask the same process, and shall find room beside them."""
REMEMBERED_S = 1.0
"""For how long a token is known to be good, and a model to be the one that judges."""
_MOST_TENANTS, _MOST_TOKENS = 10_000, 10_000


class Judge:
    """Scores for whoever shows a token, each request by one model."""

    def __init__(
        self, database: Database, registry: Registry, scorer: Scorer, worker: Executor, rates: Rates
    ) -> None:
        """A judge whose scorer works on the worker; the database is the judge's to close."""
        self._database = database
        self._registry = registry
        self._scorer = scorer
        self._worker = worker
        self._rates = rates
        self._under_way = 0
        self._holders = Memory(self._holder, for_s=REMEMBERED_S, most=_MOST_TOKENS)
        self._champions = Memory(self._champion, for_s=REMEMBERED_S, most=_MOST_TENANTS)

    async def admit(self, token: str | None) -> Holder:
        """For whom this token speaks. Raises NotAdmitted, TooOften and DatabaseAway."""
        sha256 = hash_of(token) if token is not None else None
        holder = await self._holders.get(sha256) if sha256 is not None else None
        if holder is None:
            raise NotAdmitted
        if wait_s := self._rates.wait_s(holder.token_id):
            raise TooOften(wait_s)
        return holder

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places for requests that are under way. Raises TooMany where all are taken."""
        if self._under_way >= AT_ONCE:
            raise TooMany
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def scores(self, tenant_id: TenantId, body: bytes) -> bytes:
        """The answer to a request for this tenant's leads. Raises BadLeads, and Unavailable where nobody judges."""
        return await self._work(self._answer, await self._judging(tenant_id), body)

    async def models(self, tenant_id: TenantId) -> Models:
        """The versions that may judge this tenant's leads. Raises DatabaseAway."""
        champion = await self._champions.get(tenant_id)
        with _asked():
            found = await self._registry.versions(tenant_id) + await self._registry.versions()
        told = [
            ModelTold(
                label=version.label,
                own=version.tenant_id is not None,
                aliases=version.aliases,
                metrics=version.metrics,
                created_at=version.created_at,
            )
            for version in sorted(found, key=lambda version: version.created_at, reverse=True)
        ]
        return Models(champion=champion.label if champion is not None else None, models=tuple(told))

    async def make_ready(self) -> None:
        """Nothing, where a model judges and can be opened. Raises Unavailable where not."""
        await self._work(self._open, await self._judging(None))

    async def close(self) -> None:
        """The end of the way to the database."""
        await self._database.close()

    async def _judging(self, tenant_id: TenantId | None) -> str:
        champion = await self._champions.get(tenant_id)
        if champion is None:
            raise NoModel
        return champion.label

    async def _work(self, do: Callable[..., bytes], *given: Any) -> bytes:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, do, *given)
        except (ScoringError, OSError) as error:
            logger.warning("the model that judges can't be opened: %s", error)
            raise ModelAway from error

    def _answer(self, model: str, body: bytes) -> bytes:
        asked = read_question(body)
        scores = self._scorer.score_columns(model, pack(asked.leads), reasons=asked.reasons)
        return write_scores(asked.leads, scores)

    def _open(self, model: str) -> bytes:
        self._scorer.score_columns(model, pack([]))
        return b""

    async def _holder(self, sha256: bytes) -> Holder | None:
        with _asked():
            async with self._database.glance() as session:
                return await tokens.holder(session, sha256)

    async def _champion(self, tenant_id: TenantId | None) -> ModelVersion | None:
        with _asked():
            if tenant_id is None:
                return await self._registry.any_champion()
            return await self._registry.champion(tenant_id)


@contextmanager
def _asked() -> Iterator[None]:
    """A question to the database, and what it means for the caller where it is not answered."""
    try:
        yield
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", error)
        raise DatabaseAway from error
