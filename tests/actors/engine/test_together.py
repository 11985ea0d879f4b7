"""Questions that travel together: in few requests, and each with an ending of its own."""

import asyncio
from decimal import Decimal

import pytest

from actors.core.errors import ProviderDown, QuestionRefused
from actors.core.provider import Bulk, Link, Provider, Reply
from actors.core.questions import CompanyFacts, EnrichCompany
from actors.engine.together import Together

LINK = Link(None, "https://vendor.example", "key")


class Vendor:
    """Knows every company, and remembers what it was asked in one request. It refuses what is no domain."""

    def __init__(self, most=3):
        self.requests = []
        self.at_once = self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.is_away = False
        self.provider = Provider(
            name="vendor",
            title="Vendor",
            base_url="https://vendor.example",
            needs_key=True,
            credit_price_usd=Decimal(1),
            answers={EnrichCompany: self.answer},
            bulk={EnrichCompany: Bulk(self.answers, most)},
        )

    async def answer(self, link, question):
        (reply,) = await self.answers(link, [question])
        return reply

    async def answers(self, link, questions):
        self.requests.append([one.domain for one in questions])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.go_on.wait()
        self.at_once -= 1
        if self.is_away:
            raise ProviderDown("away")
        if any("." not in one.domain for one in questions):
            raise QuestionRefused("no domain")
        return [self.reply(one.domain) for one in questions]

    def reply(self, domain):
        if domain.startswith("gone"):
            return ProviderDown("this one alone")
        return Reply(CompanyFacts(domain=domain), Decimal(1))


@pytest.fixture
def vendor():
    return Vendor()


async def straight(provider, link, calls_per_minute, request):
    return await request()


async def ask(vendor, *domains, together=None, link=LINK):
    together = together or Together(straight)
    bulk = vendor.provider.bulk[EnrichCompany]
    asked = (
        together.ask(vendor.provider, link, None, bulk, EnrichCompany(domain=domain)) for domain in domains
    )
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_what_is_asked_at_once_goes_out_in_as_few_requests_as_it_takes(vendor):
    domains = [f"{letter}.example" for letter in "abcdefg"]
    replies = await ask(vendor, *domains)
    assert [reply.content.domain for reply in replies] == domains
    assert sorted(map(len, vendor.requests)) == [1, 3, 3]


async def test_each_has_its_own_ending(vendor):
    first, second, third = await ask(vendor, "a.example", "gone.example", "b.example")
    assert isinstance(second, ProviderDown)
    assert (first.content.domain, third.content.domain) == ("a.example", "b.example")
    assert vendor.requests == [["a.example", "gone.example", "b.example"]]


async def test_what_befalls_the_request_befalls_all_in_it(vendor):
    vendor.is_away = True
    assert [type(one) for one in await ask(vendor, "a.example", "b.example")] == [ProviderDown] * 2
    assert len(vendor.requests) == 1


async def test_one_that_is_refused_takes_nothing_from_the_others(vendor):
    first, second, third = await ask(vendor, "a.example", "nonsense", "b.example")
    assert isinstance(second, QuestionRefused)
    assert (first.content.domain, third.content.domain) == ("a.example", "b.example")
    assert vendor.requests == [
        ["a.example", "nonsense", "b.example"],
        ["a.example"],
        ["nonsense"],
        ["b.example"],
    ]


async def test_the_same_asked_twice_is_two_entries_each_with_its_own_answer(vendor):
    assert len(await ask(vendor, "a.example", "a.example")) == 2
    assert vendor.requests == [["a.example", "a.example"]]


async def test_each_key_is_asked_for_its_own(vendor):
    together = Together(straight)
    other = Link(None, LINK.base_url, "another key")
    await asyncio.gather(
        ask(vendor, "a.example", together=together),
        ask(vendor, "b.example", together=together, link=other),
    )
    assert sorted(vendor.requests) == [["a.example"], ["b.example"]]


async def test_while_requests_are_under_way_those_who_ask_fill_up_the_next(vendor):
    together = Together(straight)
    vendor.go_on.clear()
    flights = []
    for number in range(10):
        flights.append(asyncio.create_task(ask(vendor, f"{number}.example", together=together)))
        for _ in range(5):
            await asyncio.sleep(0)
    assert vendor.most_at_once == 4
    vendor.go_on.set()
    await asyncio.gather(*flights)
    assert sorted(map(len, vendor.requests)) == [1, 1, 1, 1, 3, 3]
    assert vendor.most_at_once == 4
