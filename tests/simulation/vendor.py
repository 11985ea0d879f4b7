"""The vendor of a world: what it answers about a company follows from the company, what it bills is on record."""

import asyncio
import random
from collections import Counter
from datetime import date
from decimal import Decimal

from actors.core.errors import AnswerGarbled, ProviderDown, QuestionRefused, RateLimited
from actors.core.provider import Provider, Reply
from actors.core.questions import (
    AddressPattern,
    AddressVerdict,
    CompanyFacts,
    EnrichCompany,
    FindMailExchangers,
    FindPattern,
    FindPeople,
    FindSignals,
    MailExchangers,
    PeopleFound,
    PersonFound,
    RevealPerson,
    Signal,
    SignalsFound,
    VerifyAddress,
)
from tests.simulation.scheduler import current

_KINDS = ("fine",) * 8 + ("shaky", "shaky", "doubtful", "doubtful", "unknown", "refused", "slow", "poison")
_DAY, _TROUBLE = date(2026, 1, 1), 0.1
_LONGER_THAN_ANY_DEADLINE_S = 75.0


class Vendor:
    """One provider for everybody. `billed` is how often it was paid to tell about a company."""

    def __init__(self, world) -> None:
        self._world = world
        self._chance = random.Random(f"{world.seed}/vendor")
        self.kinds: dict[str, str] = {}
        self.billed: Counter[str] = Counter()
        self._troubles: Counter[str] = Counter()
        answers = {
            EnrichCompany: self._about_company,
            FindMailExchangers: lambda q: MailExchangers(hosts=(f"mx.{q.domain}",)),
            FindPeople: lambda q: PeopleFound(people=(PersonFound(provider_id=q.domain, title="CEO"),)),
            RevealPerson: self._person,
            FindPattern: lambda q: AddressPattern(pattern="{first}"),
            VerifyAddress: self._verdict,
            FindSignals: self._signals,
        }
        self.provider = Provider(
            name="oracle",
            title="Oracle",
            base_url="",
            needs_key=False,
            credit_price_usd=Decimal("0.05"),
            answers={question: self._answering(find) for question, find in answers.items()},
            billed=frozenset({EnrichCompany}),
            knows=frozenset({"industry", "employees", "country", "description"}),
            is_one_service=False,
        )

    def companies(self, tenant, count: int) -> list[str]:
        """So many domains, each with what will come of it. A company that kills is rare enough to be found out."""
        domains = [f"company-{number}-of-{tenant.name}.com" for number in range(count)]
        for domain in domains:
            kind = self._chance.choice(_KINDS)
            if kind == "poison" and "poison" in self.kinds.values():
                kind = "fine"
            self.kinds[domain] = kind
            self._troubles[domain] = self._chance.randint(1, 3) if kind == "shaky" else 1
        return domains

    def _answering(self, find):
        async def answer(_, question):
            content = await find(question) if find == self._about_company else find(question)
            if find != self._about_company:
                await self._world.loop.wait(self._chance.random() * 0.02)
            billed = Decimal(isinstance(question, EnrichCompany) and content is not None)
            return Reply(content, billed, "told")

        return answer

    async def _about_company(self, question: EnrichCompany) -> CompanyFacts | None:
        kind = self.kinds[question.domain]
        await self._world.loop.wait(self._chance.random() * 0.3)
        if kind == "poison":
            self._world.faults["killed by a company"] += 1
            self._world.kill(current())
            await asyncio.get_running_loop().create_future()
        if kind == "refused":
            raise QuestionRefused
        if kind == "unknown":
            return None
        if kind == "shaky" and self._troubles[question.domain] > 0:
            self._troubles[question.domain] -= 1
            self._world.faults["provider trouble"] += 1
            raise self._chance.choice((ProviderDown, RateLimited, AnswerGarbled))
        self.billed[question.domain] += 1
        self._world.watch.asked(current(), question.domain)
        if kind == "slow" and self._troubles[question.domain] > 0:
            self._troubles[question.domain] -= 1
            self._world.faults["slow provider"] += 1
            await self._world.loop.wait(_LONGER_THAN_ANY_DEADLINE_S)
        await self._world.loop.wait(self._chance.random() * 0.2)
        return CompanyFacts(
            industry="software",
            employees=50 + len(question.domain),
            country="DE",
            description=f"We are {question.domain}",
            wikidata_id=f"Q{1 + sum(question.domain.encode()) % 97}",  # now and then two have the same
        )

    def _signals(self, question: FindSignals) -> SignalsFound | None:
        """A job at every company; who can't say it now and then loses no lead."""
        if self._chance.random() < _TROUBLE:
            self._world.faults["no signals"] += 1
            raise ProviderDown
        return SignalsFound(signals=(Signal(kind="hiring", on=_DAY, title=f"Cook at {question.domain}"),))

    def _is_doubtful(self, domain: str) -> bool:
        return self.kinds[domain] == "doubtful"

    def _person(self, question: RevealPerson) -> PersonFound:
        status = "unknown" if self._is_doubtful(question.domain) else "deliverable"
        return PersonFound(
            provider_id=question.provider_id,
            first_name="Ann",
            last_name="Example",
            title="CEO",
            email=f"ann@{question.domain}",
            email_status=status,
        )

    def _verdict(self, question: VerifyAddress) -> AddressVerdict:
        return AddressVerdict(email=question.email, status="unknown")
