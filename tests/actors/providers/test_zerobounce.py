"""ZeroBounce: how it is asked, what its words mean, what they cost, and how often it is right in the simulator."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
from actors.core.provider import Link, Reply
from actors.core.questions import AddressVerdict, VerifyAddress
from actors.providers.zerobounce import verify_address, verify_addresses
from actors.simulator.verifiers import kind
from actors.simulator.world import World

ADDRESS = VerifyAddress(email="Ann+x@acme.example")
OTHER, THIRD = VerifyAddress(email="bob@acme.example"), VerifyAddress(email="cy@acme.example")
NO_KEY_OR_CREDITS = "Invalid API key or your account ran out of credits"


def answering(
    vendor: Callable[..., Link], told: dict[str, Any], *, left: Any = None, status: int = 200
) -> tuple[Link, list[httpx.Request]]:
    """A ZeroBounce that gives this answer, and says that so many credits are left."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        is_balance = request.url.path.endswith("/getcredits")
        return httpx.Response(status, json={"Credits": left} if is_balance else told)

    return vendor(answer), asked


def told(email: str, status: str | None = "valid", reason: str = "") -> dict[str, Any]:
    return {"address": email.lower(), "status": status, "sub_status": reason}


async def failure(link: Link) -> AgentError:
    with pytest.raises(AgentError) as raised:
        await verify_address(link, ADDRESS)
    assert ADDRESS.email not in str(raised.value)
    return raised.value


async def test_it_is_asked_with_the_key_in_the_query(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, told(ADDRESS.email))
    reply = await verify_address(link, ADDRESS)
    assert reply.content == AddressVerdict(email=ADDRESS.email, status="deliverable")
    assert reply.credits == 1
    [request] = asked
    assert (request.method, request.url.path) == ("GET", "/v1/validate")
    # a plus that is not written as such would be a space, and another address
    assert b"email=Ann%2Bx%40acme.example" in request.url.query
    assert dict(request.url.params) == {"email": ADDRESS.email, "ip_address": "", "api_key": "k"}


@pytest.mark.parametrize(
    ("said", "reason", "status", "cost"),
    [
        ("valid", "", "deliverable", 1),
        ("valid", "alias_address", "deliverable", 1),
        ("catch-all", "", "accept_all", 1),
        ("invalid", "mailbox_not_found", "undeliverable", 1),
        ("invalid", "mailbox_quota_exceeded", "risky", 1),
        ("invalid", "mailbox_full", "risky", 1),
        ("spamtrap", "", "undeliverable", 1),
        ("abuse", "", "risky", 1),
        ("do_not_mail", "role_based", "risky", 1),
        ("do_not_mail", "role_based_catch_all", "risky", 1),
        ("do_not_mail", "toxic", "risky", 1),
        ("do_not_mail", "possible_trap", "risky", 1),
        ("do_not_mail", "disposable", "disposable", 1),
        ("unknown", "greylisted", "pending", 0),
        ("unknown", "timeout_exceeded", "unknown", 0),
        ("unknown", "", "unknown", 0),
        ("a word of tomorrow", "", "unknown", 1),
    ],
)
async def test_verdicts_in_our_words(
    vendor: Callable[..., Link], said: str, reason: str, status: str, cost: int
) -> None:
    link, _ = answering(vendor, told(ADDRESS.email, said, reason))
    reply = await verify_address(link, ADDRESS)
    assert reply.content == AddressVerdict(email=ADDRESS.email, status=status, sub_status=reason or None)
    assert reply.credits == cost


@pytest.mark.parametrize(
    ("said", "reason", "good_for_s"),
    [("valid", "", None), ("unknown", "greylisted", 900), ("unknown", "antispam_system", 86_400)],
)
async def test_what_it_could_not_tell_is_soon_asked_again(
    vendor: Callable[..., Link], said: str, reason: str, good_for_s: int | None
) -> None:
    link, _ = answering(vendor, told(ADDRESS.email, said, reason))
    assert (await verify_address(link, ADDRESS)).good_for_s == good_for_s


async def test_addresses_to_try_things_out_with_are_free(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, told("valid@example.com"))
    reply = await verify_address(link, VerifyAddress(email="Valid@Example.com"))
    assert reply.credits == 0
    assert isinstance(reply.content, AddressVerdict)
    assert reply.content.status == "deliverable"


@pytest.mark.parametrize(
    ("left", "error"),
    [("0", QuotaExhausted), (0, QuotaExhausted), ("-1", KeyRefused), (-1, KeyRefused), (None, KeyRefused)],
)
async def test_a_wrong_key_and_no_credits_are_told_apart_by_what_is_left(
    vendor: Callable[..., Link], left: Any, error: type[AgentError]
) -> None:
    link, asked = answering(vendor, {"error": NO_KEY_OR_CREDITS}, left=left)
    assert type(await failure(link)) is error
    assert [request.url.path for request in asked] == ["/v1/validate", "/v1/getcredits"]
    with pytest.raises(error):
        await verify_addresses(link, [ADDRESS, OTHER])
    of_all = {"email_batch": [], "errors": [{"error": NO_KEY_OR_CREDITS, "email_address": "all"}]}
    link, _ = answering(vendor, of_all, left=left)
    with pytest.raises(error):
        await verify_addresses(link, [ADDRESS, OTHER])


async def test_any_other_trouble_is_with_the_question(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"error": "Missing parameter: email."})
    assert type(await failure(link)) is QuestionRefused
    assert len(asked) == 1


async def test_its_shield_is_no_fault_of_the_key_and_says_so(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {}, status=403)
    refused = await failure(link)
    assert type(refused) is KeyRefused
    assert "API Shield" in str(refused)


async def test_who_asks_too_fast_is_left_alone_for_as_long_as_it_blocks(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {}, status=429)
    before = datetime.now(UTC)
    alone = await failure(link)
    with pytest.raises(RateLimited) as many:
        await verify_addresses(link, [ADDRESS, OTHER])
    for limited, block in ((alone, timedelta(minutes=1)), (many.value, timedelta(minutes=10))):
        assert isinstance(limited, RateLimited)
        assert limited.retry_at is not None
        assert before + block <= limited.retry_at <= datetime.now(UTC) + block


async def test_an_answer_without_a_status_is_garbled(vendor: Callable[..., Link]) -> None:
    for nothing in ({}, told(ADDRESS.email, None)):
        link, _ = answering(vendor, nothing)
        assert type(await failure(link)) is AnswerGarbled


async def test_many_at_once_have_each_an_outcome_of_its_own_in_whatever_order_they_come(
    vendor: Callable[..., Link],
) -> None:
    batch = {
        "email_batch": [told(OTHER.email, "unknown", "greylisted"), told(ADDRESS.email)],
        "errors": [{"error": "Invalid syntax", "email_address": THIRD.email}],
    }
    missing = VerifyAddress(email="dan@acme.example")
    link, asked = answering(vendor, batch)
    outcomes = await verify_addresses(link, [ADDRESS, OTHER, THIRD, missing, ADDRESS])
    [request] = asked
    assert (request.method, request.url.path, request.url.query) == ("POST", "/v1/validatebatch", b"")
    sent = json.loads(request.content)
    assert sent["api_key"] == "k"
    assert sent["email_batch"][0] == {"email_address": ADDRESS.email, "ip_address": ""}
    assert len(sent["email_batch"]) == 4
    first, second, third, fourth, again = outcomes
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert isinstance(again, Reply)
    assert first.content == again.content == AddressVerdict(email=ADDRESS.email, status="deliverable")
    assert second.content == AddressVerdict(email=OTHER.email, status="pending", sub_status="greylisted")
    assert (first.credits, second.credits, again.credits) == (1, 0, 0)
    assert type(third) is QuestionRefused
    assert type(fourth) is AnswerGarbled


async def test_credits_that_end_within_a_batch_fail_only_what_they_did_not_suffice_for(
    way: Callable[[str], Link], behave: Callable[..., None], world: World, request: pytest.FixtureRequest
) -> None:
    behave("zerobounce", credits={f"sim-{request.node.name}": 3}, rate_202=0)
    outcomes = await verify_addresses(way("zerobounce"), people(world)[:10])
    replies = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
    assert sum(reply.credits for reply in replies) == 3
    assert outcomes[: len(replies)] == replies
    assert {type(outcome) for outcome in outcomes[len(replies) :]} == {QuotaExhausted}
    with pytest.raises(QuotaExhausted):
        await verify_addresses(way("zerobounce"), people(world)[:10])


async def test_what_is_no_list_is_garbled(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"email_batch": "none", "errors": []})
    with pytest.raises(AnswerGarbled):
        await verify_addresses(link, [ADDRESS, OTHER])


# In the simulator

RIGHT = {
    "person": {"deliverable"},
    "shared": {"risky", "deliverable"},
    "nobody": {"undeliverable"},
    "trap": {"undeliverable", "risky"},
    "no mail": {"undeliverable"},
    "accept all": {"accept_all"},
    "unanswered": {"unknown"},
}


def people(world: World) -> list[VerifyAddress]:
    return [VerifyAddress(email=one.email) for company in world.companies for one in world.people(company)]


async def test_the_simulators_verdicts_are_mostly_right_and_billed_as_the_vendor_does(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    link, questions = way("zerobounce"), people(world)[:1000]
    said: Counter[tuple[str, bool]] = Counter()
    spent = Decimal(0)
    for start in range(0, len(questions), 100):
        for outcome in await verify_addresses(link, questions[start : start + 100]):
            assert isinstance(outcome, Reply)
            assert isinstance(outcome.content, AddressVerdict)
            verdict, truth = outcome.content, kind(world, outcome.content.email)
            assert (outcome.credits == 0) == (verdict.status in {"unknown", "pending"})
            spent += outcome.credits
            if verdict.status == "pending":
                again = await verify_address(link, VerifyAddress(email=verdict.email))
                assert isinstance(again.content, AddressVerdict)
                spent, verdict = spent + again.credits, again.content
                assert verdict.status != "pending"
            said[truth, verdict.status in RIGHT[truth]] += 1
    assert spent == billed("zerobounce")
    right, wrong = (sum(many for (_, is_so), many in said.items() if is_so is one) for one in (True, False))
    assert 0.88 < right / (right + wrong) < 0.97
    assert said["trap", True] > 0


async def test_the_simulators_faults(
    way: Callable[[str], Link], behave: Callable[..., None], world: World, request: pytest.FixtureRequest
) -> None:
    link, question = way("zerobounce"), people(world)[0]
    behave("zerobounce", credits={f"sim-{request.node.name}": 0})
    with pytest.raises(QuotaExhausted):
        await verify_address(link, question)
    with pytest.raises(KeyRefused):
        await verify_address(Link(link.http, link.base_url, "no-such-key"), question)
    behave("zerobounce", credits={}, rate_429=1.0)
    with pytest.raises(RateLimited):
        await verify_address(link, question)
    behave("zerobounce", rate_429=0.0, outage=True)
    with pytest.raises(ProviderDown):
        await verify_address(link, question)
    behave("zerobounce", outage=False)
    malformed = (await verify_address(link, VerifyAddress(email="not an address"))).content
    assert isinstance(malformed, AddressVerdict)
    assert (malformed.status, malformed.sub_status) == ("undeliverable", "failed_syntax_check")
