"""The works with providers and models that answer in this process: what the engine's own tests run on."""

import hashlib
from contextlib import asynccontextmanager
from decimal import Decimal

from actors.bus.settings import KafkaSettings
from actors.core.provider import Provider, Reply
from actors.core.questions import (
    AddressPattern,
    AddressVerdict,
    CompanyFacts,
    EnrichCompany,
    FindMailExchangers,
    FindPattern,
    FindPeople,
    MailExchangers,
    PeopleFound,
    PersonFound,
    RevealPerson,
    VerifyAddress,
)
from actors.engine.http import open_web
from actors.engine.settings import EngineSettings
from actors.engine.wiring import Works
from actors.providers import all_providers
from scoring_models.schema import Score

CONNECTIONS = {"oracle": {}}


class Oracle:
    """A provider that knows everything and counts what it is asked. `fail` may raise for a question first."""

    def __init__(self, fail=None):
        self.asked = []
        self._fail = fail

    def provider(self):
        answers = {
            EnrichCompany: lambda q: CompanyFacts(
                industry="software",
                employees=50 + len(q.domain),
                country="DE",
                description=f"We are {q.domain}",
            ),
            FindMailExchangers: lambda q: MailExchangers(hosts=(f"mx.{q.domain}",)),
            FindPeople: lambda q: PeopleFound(
                people=(PersonFound(provider_id=q.domain, title="CEO", seniority="c_suite"),)
            ),
            RevealPerson: lambda q: PersonFound(
                provider_id=q.provider_id,
                first_name="Ann",
                last_name="Example",
                title="CEO",
                email=f"ann@{q.domain}",
                email_status="deliverable",
            ),
            FindPattern: lambda q: AddressPattern(pattern="{first}"),
            VerifyAddress: lambda q: AddressVerdict(email=q.email, status="deliverable"),
        }

        def answering(find):
            async def answer(link, question):
                self.asked.append(question)
                if self._fail is not None:
                    await self._fail(question)
                return Reply(
                    find(question), Decimal(1) if isinstance(question, EnrichCompany) else Decimal(0), "told"
                )

            return answer

        return Provider(
            name="oracle",
            title="Oracle",
            base_url="",
            needs_key=False,
            credit_price_usd=Decimal("0.05"),
            answers={question: answering(find) for question, find in answers.items()},
            billed=frozenset({EnrichCompany}),
            knows=frozenset({"industry", "employees", "country", "description"}),
            is_one_service=False,
        )


class Judge:
    """Models that answer at once, the same for the same lead."""

    def __init__(self):
        self.batches = []
        self.away = None

    async def score_many(self, model, requests):
        if self.away is not None:
            raise self.away
        self.batches.append(len(requests))
        return [
            Score(
                lead_id=one.lead_id,
                fit=0.5,
                intent=0.1,
                score=_digit(one.lead_id),
                tier="B",
                model=model,
                reasons=(),
            )
            for one in requests
        ]


def _digit(lead_id):
    return hashlib.sha256(lead_id.bytes).digest()[0] % 101


@asynccontextmanager
async def open_fake_works(
    database, vault, *, oracle=None, judge=None, providers=None, services=(), kafka=None, **settings
):
    oracle, judge = oracle or Oracle(), judge or Judge()
    async with open_web(connections=0) as http:
        works = Works(
            database,
            http=http,
            vault=vault,
            providers=providers
            or {"oracle": oracle.provider(), **{one: all_providers()[one] for one in services}},
            scoring=judge,
            settings=EngineSettings(**settings),
            kafka=kafka or KafkaSettings(),
        )
        try:
            yield works
        finally:
            await works.finish()
