"""NeverBounce: how it is asked, what its words mean, what they cost, and how often it is right in the simulator."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    KeyRefused,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Link
from actors.core.questions import AddressVerdict, VerifyAddress
from actors.providers.neverbounce import PROVIDER, verify_address
from actors.simulator.verifiers import kind
from actors.simulator.world import World

ADDRESS = VerifyAddress(email="Ann+x@acme.example")


def answering(vendor: Callable[..., Link], told: dict[str, Any]) -> tuple[Link, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=told)

    return vendor(answer), asked


def told(result: str | None, *flags: str, **more: Any) -> dict[str, Any]:
    return {"status": "success", "result": result, "flags": ["has_dns", *flags], **more}


async def test_it_is_asked_with_the_key_in_the_content(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, told("valid"))
    await verify_address(link, ADDRESS)
    [request] = asked
    assert (request.method, request.url.path, request.url.query) == ("POST", "/v1/single/check", b"")
    sent = json.loads(request.content)
    assert sent == {"key": "k", "email": ADDRESS.email, "credits_info": 1, "timeout": 20}


@pytest.mark.parametrize(
    ("result", "flags", "status", "reason"),
    [
        ("valid", [], "deliverable", None),
        ("valid", ["smtp_connectable", "role_account"], "deliverable", "role_account"),
        ("valid", ["role_account", "spamtrap_network"], "risky", "spamtrap_network"),
        ("catchall", [], "accept_all", None),
        ("disposable", ["disposable_email"], "disposable", "disposable_email"),
        ("invalid", ["bad_syntax"], "undeliverable", "bad_syntax"),
        ("invalid", ["spamtrap_network"], "undeliverable", "spamtrap_network"),
        ("unknown", ["connect_fails"], "unknown", "connect_fails"),
        ("a word of tomorrow", ["a flag of tomorrow"], "unknown", None),
    ],
)
async def test_verdicts_in_our_words_each_of_which_costs_a_credit(
    vendor: Callable[..., Link], result: str, flags: list[str], status: str, reason: str | None
) -> None:
    link, _ = answering(vendor, told(result, *flags))
    reply = await verify_address(link, ADDRESS)
    assert reply.content == AddressVerdict(email=ADDRESS.email, status=status, sub_status=reason)
    assert reply.credits == 1


@pytest.mark.parametrize(
    ("credits_info", "cost"),
    [
        ({"paid_credits_used": 1, "free_credits_used": 0}, 1),
        ({"paid_credits_used": 0, "free_credits_used": 1}, 0),
        ({"paid_credits_used": 4711}, 1),  # all that was ever used, as another endpoint counts
        ({}, 1),
        ("none", 1),
    ],
)
async def test_it_says_itself_what_it_has_billed(
    vendor: Callable[..., Link], credits_info: Any, cost: int
) -> None:
    link, _ = answering(vendor, told("unknown", credits_info=credits_info))
    assert (await verify_address(link, ADDRESS)).credits == cost


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        ("auth_failure", "We were unable to authenticate your request", KeyRefused),
        ("bad_referrer", "", KeyRefused),
        ("temp_unavail", "", ProviderDown),
        ("throttle_triggered", "", RateLimited),
        ("general_failure", "Missing required parameter 'email'", QuestionRefused),
        ("general_failure", "Insufficient credit balance", QuotaExhausted),
        ("general_failure", None, QuestionRefused),
        ("a word of tomorrow", "", AnswerGarbled),
        (None, "", AnswerGarbled),
    ],
)
async def test_its_troubles_come_with_a_status_of_200(
    vendor: Callable[..., Link], status: str | None, message: str | None, error: type[AgentError]
) -> None:
    # whatever stands beside it is no verdict
    link, _ = answering(vendor, {"status": status, "message": message, "result": "valid"})
    before = datetime.now(UTC)
    with pytest.raises(AgentError) as raised:
        await verify_address(link, ADDRESS)
    assert type(raised.value) is error
    assert raised.value.provider == "neverbounce"
    if error is RateLimited:
        assert raised.value.retry_at is not None
        assert raised.value.retry_at > before


async def test_success_without_a_result_is_garbled(vendor: Callable[..., Link]) -> None:
    for nothing in ({"status": "success"}, told(None)):
        link, _ = answering(vendor, nothing)
        with pytest.raises(AnswerGarbled):
            await verify_address(link, ADDRESS)


def test_it_is_never_asked_for_many_at_once_and_slowly() -> None:
    assert not PROVIDER.bulk
    assert all(limit.calls / limit.per_s <= 5 for limit in PROVIDER.limits)


# In the simulator

RIGHT = {
    "person": {"deliverable"},
    "shared": {"deliverable"},
    "nobody": {"undeliverable"},
    "trap": {"undeliverable", "risky"},
    "no mail": {"undeliverable"},
    "accept all": {"accept_all"},
    "unanswered": {"unknown"},
}


async def test_the_simulators_verdicts_are_mostly_right_and_all_of_them_billed(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    link, spent = way("neverbounce"), Decimal(0)
    emails = [person.email for company in world.companies for person in world.people(company)][:500]
    said: Counter[bool] = Counter()
    for email in [*emails, emails[0]]:
        reply = await verify_address(link, VerifyAddress(email=email))
        assert isinstance(reply.content, AddressVerdict)
        spent += reply.credits
        said[reply.content.status in RIGHT[kind(world, email)]] += 1
    assert spent == billed("neverbounce") == 501
    assert 0.82 < said[True] / said.total() < 0.93


async def test_the_simulators_faults(
    way: Callable[[str], Link], behave: Callable[..., None], world: World, request: pytest.FixtureRequest
) -> None:
    link = way("neverbounce")
    question = VerifyAddress(email=f"info@{world.companies[0].domain}")
    behave("neverbounce", credits={f"sim-{request.node.name}": 0})
    with pytest.raises(QuotaExhausted):
        await verify_address(link, question)
    with pytest.raises(KeyRefused):
        await verify_address(Link(link.http, link.base_url, "no-such-key"), question)
    behave("neverbounce", credits={}, rate_429=1.0)
    with pytest.raises(RateLimited):
        await verify_address(link, question)
    behave("neverbounce", rate_429=0.0, outage=True)
    with pytest.raises(ProviderDown):
        await verify_address(link, question)
    behave("neverbounce", outage=False)
    malformed = (await verify_address(link, VerifyAddress(email="not an address"))).content
    assert isinstance(malformed, AddressVerdict)
    assert (malformed.status, malformed.sub_status) == ("undeliverable", "bad_syntax")
