"""What HubSpot has on file of many prospects at once: the same as of each alone, in few requests, each by itself."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from yarl import URL

from actors.core.effects import WriteProspect
from actors.core.errors import AgentError, FieldMissing, ProviderDown, QuestionRefused, RateLimited
from actors.core.provider import Heard, Link, Reply
from actors.core.questions import ReadProspect
from actors.providers.hubspot import PROVIDER, read_prospect, write
from actors.providers.hubspot_prospects import many_prospects
from actors.simulator.customers import on_file
from actors.simulator.world import World
from tests.actors.providers.ways import Refusing, by

OBJECTS = "/crm/v3/objects"
(BULK,) = PROVIDER.bulk.values()


@pytest.fixture
def link(way: Callable[[str], Link]) -> Link:
    link = way("hubspot")
    return Link(link.http, link.base_url, f"sim-{uuid4()}")


@pytest.fixture
async def client(link: Link) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {link.api_key}"}
    async with httpx.AsyncClient(base_url=link.base_url, headers=headers) as client:
        yield client


class Counting:
    """The web, and what was asked of it."""

    def __init__(self, http: Any) -> None:
        self._http, self.asked = http, []  # type: ignore[var-annotated]

    async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
        self.asked.append(f"{method} {url.path}")
        heard: Heard = await self._http.fetch(method, url, headers, **more)
        return heard


def of(number: int) -> ReadProspect:
    return ReadProspect(domain=f"c{number}.example", email=f"ann@c{number}.example")


async def written(link: Link, question: ReadProspect) -> None:
    effect = WriteProspect(
        lead_id=UUID(int=1), contact_id=UUID(int=2), email=question.email, domain=question.domain,
        account={"name": f"Company of {question.domain}"}, contact={"name": "Ann Lee"},
    )  # fmt: skip
    await write(link, effect, "k")


def batch_of(results: list[Any], *errors: Any) -> Heard:
    body = {"status": "COMPLETE", "results": results, "numErrors": len(errors), "errors": errors}
    return Heard(207, {"content-type": "application/json"}, json.dumps(body).encode())


def refused(category: str, message: str = "no", **context: Any) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message, "context": context}


async def test_many_are_told_as_each_alone_in_four_requests(link: Link, world: World) -> None:
    for number in range(4):
        await written(link, of(number))
    there = on_file(world)
    theirs = [
        ReadProspect(domain=one.company.domain, email=one.people[0].email) for one in there if one.people
    ][:20]
    nobody = [of(number) for number in range(100, 120)]
    half = ReadProspect(domain=theirs[0].domain, email="nobody@c0.example")
    questions = [of(2), *theirs, of(0), *nobody, half, of(2), of(1), of(3)]
    assert BULK.most >= len(questions)
    counting = Counting(link.http)
    replies = await many_prospects(by(link, counting), questions)
    assert counting.asked == [
        f"POST /hubspot{OBJECTS}/companies/batch/read",
        f"POST /hubspot{OBJECTS}/companies/search",
        f"POST /hubspot{OBJECTS}/companies/batch/read",
        f"POST /hubspot{OBJECTS}/contacts/batch/read",
    ]
    assert len(replies) == len(questions)
    for question, reply in zip(questions, replies, strict=True):
        assert reply == await read_prospect(link, question)
    assert sum(isinstance(one, Reply) and one.content is not None for one in replies) == len(theirs) + 6


async def test_addresses_and_domains_are_the_same_in_any_case(link: Link) -> None:
    await written(link, of(0))
    loud = ReadProspect(domain="C0.example", email="ANN@c0.example")
    replies = await many_prospects(link, [loud, of(0), of(1)])
    assert [isinstance(one, Reply) and one.content is not None for one in replies] == [True, True, False]


async def test_long_domains_are_searched_for_in_parts(link: Link) -> None:
    long = [
        ReadProspect(domain=f"{n:02}{'x' * 60}.{'y' * 60}.example", email="a@b.example") for n in range(50)
    ]
    counting = Counting(link.http)
    assert await many_prospects(by(link, counting), long) == [Reply(None)] * 50
    assert sum("search" in one for one in counting.asked) == 3


async def test_of_several_companies_with_one_domain_none_is_chosen_and_the_others_are_told(
    link: Link, client: httpx.AsyncClient
) -> None:
    await written(link, of(1))
    one, other, *_ = await _companies(client)
    answer = await client.patch(
        f"{OBJECTS}/companies/{other['id']}", json={"properties": {"domain": one["properties"]["domain"]}}
    )
    answer.raise_for_status()
    twice = ReadProspect(domain=one["properties"]["domain"], email="ann@c1.example")
    error, reply = await many_prospects(link, [twice, of(1)])
    assert isinstance(error, QuestionRefused)
    assert "several companies" in str(error)
    assert isinstance(reply, Reply)
    assert reply.content is not None


async def _companies(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    content = {"filterGroups": [], "properties": ["domain"], "limit": 10}
    found: list[dict[str, Any]] = (await client.post(f"{OBJECTS}/companies/search", json=content)).json()[
        "results"
    ]
    return found


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused("VALIDATION_ERROR", ids=["c0.example"]), QuestionRefused),
        (refused("VALIDATION_ERROR", "PROPERTY_DOESNT_EXIST", ids=["c0.example"]), FieldMissing),
        (refused("RATE_LIMITS", "later", ids=["C0.EXAMPLE"]), ProviderDown),
    ],
)
async def test_an_item_that_was_refused_fails_alone(
    link: Link, error: Any, expected: type[AgentError]
) -> None:
    await written(link, of(1))
    (found,) = (await link.http.fetch(  # what HubSpot says of the other
        "GET", _url(link, "companies/c1.example?idProperty=leadmill_id&properties=name,leadmill_id"),
        {"authorization": f"Bearer {link.api_key}"}, most_bytes=10**6,
    ),)  # fmt: skip
    partly = batch_of([json.loads(found.body)], error)
    failed, reply = await many_prospects(
        by(link, Refusing(link.http, "POST", "companies/batch/read", partly)), [of(0), of(1)]
    )
    assert type(failed) is expected
    assert isinstance(reply, Reply)
    assert reply.content is not None


def _url(link: Link, path: str) -> URL:
    return URL(f"{link.base_url}{OBJECTS}/{path}", encoded=True)


async def test_an_error_of_nobody_in_particular_befalls_all(link: Link) -> None:
    for error, expected in (
        (refused("RATE_LIMITS"), ProviderDown),
        (refused("VALIDATION_ERROR"), QuestionRefused),
    ):
        way = by(link, Refusing(link.http, "POST", "contacts/batch/read", batch_of([], error)))
        with pytest.raises(expected):
            await many_prospects(way, [of(0), of(1)])


@pytest.mark.parametrize("errors", [(), (refused("OBJECT_NOT_FOUND"),)], ids=["silent", "of somebody"])
async def test_what_a_batch_says_nothing_of_is_asked_for_alone(link: Link, errors: Any) -> None:
    """Such as a person by an address that was theirs before, whose record has another one by now."""
    await written(link, of(0))
    counting = Counting(Refusing(link.http, "POST", "contacts/batch/read", batch_of([], *errors)))
    (reply,) = await many_prospects(by(link, counting), [of(0)])
    assert reply == await read_prospect(link, of(0))
    assert [one for one in counting.asked if one.startswith("GET")] == [
        f"GET /hubspot{OBJECTS}/companies/c0.example",
        f"GET /hubspot{OBJECTS}/contacts/ann@c0.example",
    ]
    failing = Refusing(counting, "GET", "contacts/", Heard(429, {}, b'{"policyName": "SECONDLY"}'))
    (error,) = await many_prospects(by(link, failing), [of(0)])
    assert isinstance(error, RateLimited)


async def test_a_company_that_is_gone_by_the_time_it_is_read_is_none(link: Link, world: World) -> None:
    there = on_file(world)[0]
    question = ReadProspect(domain=there.company.domain, email="nobody@c0.example")
    by_id: list[int] = []

    class Gone:
        async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
            if "companies/batch/read" in str(url):
                by_id.append(len(by_id))
                if len(by_id) > 1:
                    ids = [one["id"] for one in json.loads(more["body"])["inputs"]]
                    return batch_of([], refused("OBJECT_NOT_FOUND", ids=ids))
            heard: Heard = await link.http.fetch(method, url, headers, **more)
            return heard

    assert await many_prospects(by(link, Gone()), [question]) == [Reply(None)]
    assert len(by_id) == 2
