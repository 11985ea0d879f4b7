"""The one file that knows every part of the works."""

import asyncio
import gc
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from uuid import UUID

from actors.agents import all_agents
from actors.bus.base import Bus
from actors.bus.pglog import LogBus
from actors.bus.settings import KafkaSettings
from actors.core.agent import Agent
from actors.core.errors import ScorerAway
from actors.core.provider import Http, Provider
from actors.engine.asking import Asking
from actors.engine.http import open_web
from actors.engine.outward import Outward
from actors.engine.previewing import Preview, preview
from actors.engine.profiles import Profile, Profiles
from actors.engine.rank import Rank
from actors.engine.rejudging import Rejudging
from actors.engine.runner import Runner
from actors.engine.scheduling import Scheduling
from actors.engine.settings import EngineSettings
from actors.engine.shadowing import Shadowing
from actors.engine.station import Station
from actors.engine.supervision import Chore
from actors.engine.syncing import Syncing
from actors.engine.turn import Turn
from actors.engine.upkeep import Tend, Upkeep
from actors.engine.watching import Watching
from actors.events import event_types
from actors.events.source import SourceRequested
from actors.providers import all_providers
from scoring_models.schema import Score, ScoreRequest, ScoringService
from tenants.secrets import SecretsError, Vault
from tenants.settings import StoreSettings
from tenants.store.session import Database, open_database
from tenants.store.upkeep import Kind


class Works:
    """All parts of one process: database, bus, providers, agents."""

    def __init__(
        self,
        database: Database,
        *,
        http: Http,
        vault: Vault,
        providers: Mapping[str, Provider],
        scoring: ScoringService,
        settings: EngineSettings,
        kafka: KafkaSettings,
    ) -> None:
        self.database = database
        self.settings = settings
        self.kafka = kafka
        self._buses: dict[str, Bus] = {}
        self.agents = all_agents()
        self.profiles = Profiles(database, vault, tuple(event_types()))
        self.scoring = scoring
        self._turn = Turn()
        self._providers = providers
        self.asking = Asking(database, http, providers, calls_in_flight=settings.calls_in_flight)
        self._outward = Outward(database, http, providers, calls_in_flight=settings.calls_in_flight)

    def station(self, name: str, agent: str, *, rank: Rank | None = None) -> Station:
        """A station of this name for this agent; with a rank where its thread is its own."""
        return Station(
            name,
            self._runner(self.agents[agent]),
            database=self.database,
            bus=self.bus(agent),
            profiles=self.profiles,
            settings=self.settings,
            build=build_id(),
            rank=rank,
        )

    def bus(self, agent: str) -> Bus:
        """The bus as this agent reads it: its place in each lane is its own."""
        if agent not in self._buses:
            self._buses[agent] = self._open_bus()
        return self._buses[agent]

    async def preview(self, profile: Profile, provider: str, *, leads: int) -> Preview:
        """What a provider's search would bring and cost. Raises NoSearch, with what to do about it."""
        return await preview(self.database, self.asking, self._providers, profile, provider, leads=leads)

    async def finish(self) -> None:
        """A moment for billed calls and effects under way, before the database and the web are closed."""
        await asyncio.gather(self.asking.finish(), self._outward.finish())
        await asyncio.gather(*(bus.close() for bus in self._buses.values()))

    def _open_bus(self) -> Bus:
        if self.kafka.bootstrap is None:
            return LogBus(self.database)
        from actors.bus.kafka import KafkaBus  # where there is no Kafka its client is not loaded

        return KafkaBus(self.kafka)

    def _runner(self, agent: Agent) -> Runner:
        return Runner(
            agent,
            self.database,
            self.asking,
            self._outward,
            self.scoring,
            build_id(),
            turn=self._turn,
        )


@asynccontextmanager
async def open_works(
    *,
    scoring: ScoringService | None = None,
    store: StoreSettings | None = None,
    engine: EngineSettings | None = None,
    kafka: KafkaSettings | None = None,
    pool_size: int = 4,
) -> AsyncIterator[Works]:
    """The works with the configured parts; without a scoring service the models answer in this process."""
    store = store or StoreSettings()
    engine = engine or EngineSettings()
    collect_rarely()
    async with open_database(store, pool_size=pool_size) as database, open_web(connections=0) as http:
        works = Works(
            database,
            http=http,
            vault=Vault.from_settings(store),
            providers=all_providers(),
            scoring=scoring or InProcessScoring(store),
            settings=engine,
            kafka=kafka or KafkaSettings(),
        )
        try:
            yield works
        finally:
            await works.finish()


@asynccontextmanager
async def open_chores(
    database: Database, engine: EngineSettings, scoring: ScoringService, tend: Tend
) -> AsyncIterator[Sequence[Chore]]:
    """What is on a schedule: searches, whom CRMs exclude, what happens at companies, and models with their scores.

    What is under way in the end is given up.
    """
    providers = all_providers()
    async with open_web(connections=0) as http:
        asking = Asking(database, http, providers, calls_in_flight=engine.calls_in_flight)
        syncing = Syncing(database, Vault.from_settings(StoreSettings()), asking, providers)
        in_rounds = (Shadowing(database, scoring), Rejudging(database, scoring), Upkeep(database, tend))
        try:
            yield (Scheduling(database, providers), syncing, Watching(database, providers), *in_rounds)
        finally:
            await asyncio.gather(*(chore.close() for chore in (syncing, *in_rounds)))


async def tend_here(tenant_id: UUID | None, kind: Kind) -> str:
    """A look at a model in a thread of this process, for one that runs without Ray."""
    from scoring_models.upkeep import tended  # scikit-learn, which most of what runs never needs

    return await asyncio.to_thread(tended, tenant_id, kind)


def collect_rarely() -> None:
    """Rarer rounds of the garbage collector, and none over what has been imported.

    Its rounds walk through every object there is, some hundred thousand of imported code, and were an eighth
    of a lead's processor time. What runs leave behind is freed by reference counts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


class InProcessScoring:
    """Models that answer in this process, for one that runs without Ray."""

    def __init__(self, store: StoreSettings) -> None:
        # scikit-learn takes a second to load: a desk that asks Serve never does
        from scoring_models.folder import ModelFolder
        from scoring_models.scorer import InThread, Scorer

        self._judge = InThread(Scorer(ModelFolder.of(store).path_of, open_models=16))

    async def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads by the model with this label. Raises ScorerAway where its file can't be used."""
        from scoring_models.errors import ScoringError

        try:
            return await self._judge.score_many(model, requests)
        except (ScoringError, SecretsError) as error:
            # somebody must see to it: until then leads wait
            raise ScorerAway(str(error)) from error


def topics_of() -> dict[str, str]:
    """For each agent the topic that it reads."""
    return {name: agent.topic for name, agent in all_agents().items()}


def followers() -> dict[str, frozenset[str]]:
    """For each agent, those that its work leads to, directly or through others.

    With a request work begins anew: that is rare enough that nobody is woken before there is one.
    """
    agents = all_agents()
    direct = {
        name: {one.name for one in agents.values() if one.on in agent.emits and one.on is not SourceRequested}
        for name, agent in agents.items()
    }
    reached: dict[str, frozenset[str]] = {}
    for name in agents:
        found: set[str] = set()
        ahead = set(direct[name])
        while ahead:
            found |= ahead
            ahead = {after for one in ahead for after in direct[one]} - found
        reached[name] = frozenset(found)
    return reached


def needs() -> dict[str, frozenset[str]]:
    """For each agent that reaches out, the providers of which a tenant must have one for it to work."""
    providers = all_providers().values()
    return {
        name: frozenset(provider.name for provider in providers if agent.effect in provider.effects)
        for name, agent in all_agents().items()
        if agent.effect is not None
    }


@cache
def build_id() -> str:
    """The build of this code: a short hash over every source file of ours."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for room in ("tenants", "scoring_models", "actors", "serve"):
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
