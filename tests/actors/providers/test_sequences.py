"""The Sequences service: how it is asked, and what its answers mean."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from actors.core.effects import EnrolContact
from actors.core.errors import AgentError, AnswerGarbled, CannotTell, QuestionRefused, SequenceUnknown
from actors.core.provider import Link
from actors.providers.sequences import enrol, look

EFFECT = EnrolContact(
    lead_id=UUID(int=1), contact_id=UUID(int=2), email="ann@acme.example", sequence="a/b ü", name="Ann Lee",
    title="CEO", company="Acme", domain="acme.example", score=85, tier="A",
)  # fmt: skip


def answering(vendor: Callable[..., Link], data: Any, status: int = 200) -> tuple[Link, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, json=data)

    return vendor(answer), asked


async def test_how_somebody_is_enrolled(vendor: Callable[..., Link]) -> None:
    link, (asked) = answering(vendor, {"id": "e-1"}, 201)
    receipt = await enrol(link, EFFECT, "key-1")
    (request,) = asked
    assert (request.method, request.url.raw_path) == ("POST", b"/v1/sequences/a%2Fb%20%C3%BC/enrolments")
    assert (request.headers["idempotency-key"], request.headers["authorization"]) == ("key-1", "Bearer k")
    assert json.loads(request.content) == {
        "contact": {"email": "ann@acme.example", "name": "Ann Lee", "title": "CEO"},
        "account": {"name": "Acme", "domain": "acme.example"},
        "score": 85,
        "tier": "A",
        "lead": str(UUID(int=1)),
    }
    assert (receipt.reference, receipt.evidence) == ("e-1", "Sequences: new")


async def test_somebody_who_is_in_the_sequence_already_is_as_good_as_enrolled(
    vendor: Callable[..., Link],
) -> None:
    link, _ = answering(vendor, {"error": "there already", "enrolment": {"id": "e-0"}}, 409)
    receipt = await enrol(link, EFFECT, "key-1")
    assert (receipt.reference, receipt.evidence) == ("e-0", "Sequences: was in the sequence already")


@pytest.mark.parametrize(("status", "error"), [(404, SequenceUnknown), (422, QuestionRefused)])
async def test_a_refusal_says_that_nothing_was_done(
    vendor: Callable[..., Link], status: int, error: type[AgentError]
) -> None:
    link, _ = answering(vendor, {"error": "no"}, status)
    with pytest.raises(error) as caught:
        await enrol(link, EFFECT, "key-1")
    assert caught.value.nothing_done


async def test_how_it_is_asked_what_came_under_a_key(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"retained": True, "enrolments": [{"id": "e-1"}]})
    receipt = await look(link, EFFECT, "key-1")
    assert receipt is not None
    assert (receipt.reference, receipt.evidence) == ("e-1", "Sequences: found by its key")
    assert (asked[0].method, asked[0].url.raw_path) == ("GET", b"/v1/enrolments?idempotency_key=key-1")


@pytest.mark.parametrize("data", [{"enrolments": []}, {"enrolments": [], "retained": True}])
async def test_an_empty_list_says_that_nothing_was_done(vendor: Callable[..., Link], data: Any) -> None:
    link, _ = answering(vendor, data)
    assert await look(link, EFFECT, "key-1") is None


@pytest.mark.parametrize(("status", "data"), [(410, {}), (200, {"enrolments": [], "retained": False})])
async def test_a_key_that_was_forgotten_tells_nothing(
    vendor: Callable[..., Link], status: int, data: Any
) -> None:
    link, _ = answering(vendor, data, status)
    with pytest.raises(CannotTell):
        await look(link, EFFECT, "key-1")


@pytest.mark.parametrize("data", [{}, {"enrolments": None}, {"enrolments": [{}]}])
async def test_a_list_that_is_none_tells_nothing_either(vendor: Callable[..., Link], data: Any) -> None:
    link, _ = answering(vendor, data)
    with pytest.raises(AnswerGarbled):
        await look(link, EFFECT, "key-1")
