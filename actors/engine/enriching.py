"""Enriching a company: free providers at once, paid ones as a waterfall until nothing wanted is missing."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from actors.core.errors import AgentError, NotConnected, OptedOut, RateLimited, SlowedDown
from actors.core.provider import Provider
from actors.core.questions import Answer, CompanyFacts, EnrichCompany, Enrichment, filled
from actors.core.waterfall import Choice, Option, Track, choose
from actors.engine.asking import Asking, Chosen, price_of
from actors.engine.experience import ANYWHERE, Experiences
from actors.engine.profiles import Profile
from actors.engine.recording import Recording
from tenants.store.session import Database

_SOON = timedelta(seconds=60)


class Enriching:
    """The way of one process to what providers know of companies."""

    def __init__(self, database: Database, asking: Asking) -> None:
        self._asking = asking
        self._experiences = Experiences(database)

    async def enrich(
        self,
        profile: Profile,
        run_id: UUID,
        question: EnrichCompany,
        wanted: Collection[str],
        *,
        paid: bool,
        segment: str,
        lead_id: UUID | None,
        recording: Recording,
        is_retry: bool = False,
        besides: Collection[str] = (),
        until_hit: bool = False,
    ) -> Enrichment:
        """What the tenant's free providers know of the company, or with `paid` its paid ones, until nothing is missing.

        With `until_hit` it ends with the first who knows the company. Those named in `besides` are not asked.
        Raises NotConnected where there is no such provider at all. Raises what went wrong where nothing wanted was
        found and somebody could not answer, or could soon.
        """
        able = self._asking.able(profile, question)
        if not able:
            raise NotConnected(type(question).__name__)
        askable = {
            one.name: one
            for one in able
            if (type(question) in one.billed) == paid
            and not one.knows.isdisjoint(wanted)
            and one.name not in besides
        }
        round_ = _Round(self._asking, profile, run_id, question, lead_id, recording, paid=paid)
        recording.enriched(question, {name: one.knows for name, one in askable.items()}, paid=paid)
        if paid:
            missing = set(wanted)
            if is_retry:
                for name in sorted(await self._asking.paid_before(profile, run_id, question, able)):
                    if name in askable:
                        missing -= await round_.fill(askable.pop(name), missing)
            await self._one_by_one(round_, askable, missing, segment, until_hit=until_hit)
        else:
            await asyncio.gather(*(round_.ask(one) for one in askable.values()))
            round_.sort(list(askable))  # not as they came: the same answers are to come to the same
        return round_.result(wanted)

    async def _one_by_one(
        self,
        round_: "_Round",
        left: dict[str, Provider],
        missing: set[str],
        segment: str,
        *,
        until_hit: bool,
    ) -> None:
        profile = round_.profile
        is_a_choice = len(left) > 1 and profile.config.learns_order
        tracks = await self._experiences.of(profile) if is_a_choice else {}
        while left and missing and not (until_hit and round_.has_hit):
            choice = _choice(left, missing, segment, tracks, round_)
            if choice is None:
                return
            chosen = Chosen(segment, choice.propensity)
            missing -= await round_.fill(left.pop(choice.provider), missing, chosen)


class _Round:
    """One round of asking for one company, and what came of it."""

    def __init__(
        self,
        asking: Asking,
        profile: Profile,
        run_id: UUID,
        question: EnrichCompany,
        lead_id: UUID | None,
        recording: Recording,
        *,
        paid: bool,
    ) -> None:
        self.profile = profile
        self.run_id = run_id
        self._asking = asking
        self._question = question
        self._lead_id = lead_id
        self._recording = recording
        self._paid = paid
        self._answers: list[Answer[CompanyFacts]] = []
        self._errors: dict[str, AgentError] = {}

    async def ask(self, provider: Provider, chosen: Chosen | None = None) -> Answer[CompanyFacts] | None:
        """What one provider says; None where it could not answer, which is remembered."""
        try:
            answer = await self._asking.ask_one(
                provider, self.profile, self.run_id, self._question, self._lead_id, chosen
            )
        except AgentError as error:
            error.provider = provider.name
            self._recording.refused(self._question, provider.name, error, paid=self._paid)
            # who objected to one is not to be had from the next; and who can answer soon is waited for, since the
            # next one costs something, too
            if isinstance(error, OptedOut) or (self._paid and _is_soon(error)):
                raise
            self._errors[provider.name] = error
            return None
        self._recording.answered(self._question, answer, paid=self._paid)
        self._answers.append(answer)
        return answer

    @property
    def has_hit(self) -> bool:
        """Whether somebody has known the company."""
        return any(answer.content is not None for answer in self._answers)

    async def fill(
        self, provider: Provider, missing: Collection[str], chosen: Chosen | None = None
    ) -> set[str]:
        """Those of the missing fields that one provider has filled."""
        answer = await self.ask(provider, chosen)
        return filled(answer, missing) if answer is not None else set()

    def sort(self, names: Sequence[str]) -> None:
        """The answers in the order of these names."""
        self._answers.sort(key=lambda answer: names.index(answer.provider))

    def result(self, wanted: Collection[str]) -> Enrichment:
        """What came of it. Raises the last error where nothing wanted was found."""
        if self._paid and self._errors and not any(filled(answer, wanted) for answer in self._answers):
            raise list(self._errors.values())[-1]
        return Enrichment.model_construct(answers=tuple(self._answers), unanswered=tuple(self._errors))


def _choice(
    left: Mapping[str, Provider],
    missing: Collection[str],
    segment: str,
    tracks: Mapping[tuple[str, str], Track],
    round_: _Round,
) -> Choice | None:
    """Who is asked next: the first that may know something, in the tenant's order or in the one that was learned."""
    config = round_.profile.config
    if not config.learns_order:
        able = (name for name, provider in left.items() if not provider.knows.isdisjoint(missing))
        first = next(able, None)
        return Choice(first, 1.0) if first is not None else None
    options = [
        Option(
            name,
            provider.knows,
            float(price_of(provider, round_.profile)),
            tracks.get((name, segment), Track()),
            tracks.get((name, ANYWHERE), Track()),
        )
        for name, provider in left.items()
    ]
    waterfall = config.waterfall
    explore = 0.0 if waterfall.frozen_at is not None else waterfall.explore
    return choose(
        options,
        missing,
        explore=explore,
        min_samples=waterfall.min_samples,
        luck=_luck(round_.run_id, sorted(left)),
    )


def _is_soon(error: AgentError) -> bool:
    if not isinstance(error, RateLimited | SlowedDown) or error.retry_at is None:
        return False
    return error.retry_at - datetime.now(UTC) < _SOON


def _luck(*parts: Any) -> float:
    """A number in [0, 1) that is the same on every try of a run."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8]) / 2**64
