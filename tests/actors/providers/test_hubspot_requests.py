"""Requests to HubSpot: what its refusals mean, and answers that only look like ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    FieldMissing,
    KeyRefused,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Link
from actors.providers.hubspot_requests import asked, batch, id_of, make_object, read_object, search


def refusing(vendor: Callable[..., Link], status: int, content: Any, **headers: str) -> Link:
    return vendor(lambda _: httpx.Response(status, json=content, headers=headers))


def limit(policy: str) -> dict[str, str]:
    return {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": "c033cdaa-2c40-4a64-ae48-b4cec88dad24",
        "policyName": policy,
    }


@pytest.mark.parametrize(
    ("policy", "wait_s"), [("TEN_SECONDLY_ROLLING", 10), ("SECONDLY", 1), ("SOMETHING_NEW", 2)]
)
async def test_a_limit_is_waited_for_as_long_as_it_lasts(
    policy: str, wait_s: float, vendor: Callable[..., Link]
) -> None:
    link = refusing(vendor, 429, limit(policy), **{"X-HubSpot-RateLimit-Remaining": "0"})
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as caught:
        await asked(link, "GET", "crm/v3/owners")
    assert caught.value.retry_at is not None
    wait = timedelta(seconds=wait_s)
    assert before + wait <= caught.value.retry_at <= datetime.now(UTC) + wait


async def test_the_limit_of_the_day_is_a_quota_that_is_used_up(vendor: Callable[..., Link]) -> None:
    with pytest.raises(QuotaExhausted) as caught:
        await asked(refusing(vendor, 429, limit("DAILY")), "GET", "crm/v3/owners")
    assert caught.value.retry_at is None  # midnight where the portal is, which nothing tells


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (
            401,
            {"category": "EXPIRED_AUTHENTICATION", "message": "The token expired 5 seconds ago"},
            KeyRefused,
        ),
        (403, {"category": "MISSING_SCOPES", "message": "lacks crm.objects.owners.read"}, KeyRefused),
        (400, {"category": "VALIDATION_ERROR", "message": "INVALID_EMAIL"}, QuestionRefused),
        (400, {"message": 'Property "job_function" does not exist: PROPERTY_DOESNT_EXIST'}, FieldMissing),
        (400, {"message": "by non-unique 0-2 property leadmill_id in portal 1"}, FieldMissing),
        (409, {"category": "CONFLICT"}, ProviderDown),
        (423, {"message": "locked"}, ProviderDown),
        (477, {"message": "migration in progress"}, ProviderDown),
        (502, {}, ProviderDown),
    ],
)
async def test_what_a_refusal_means(
    status: int, content: dict[str, str], expected: type[AgentError], vendor: Callable[..., Link]
) -> None:
    with pytest.raises(AgentError) as caught:
        await asked(refusing(vendor, status, content), "POST", "crm/v3/objects/companies/search", {})
    assert type(caught.value) is expected
    assert caught.value.nothing_done == (status < 500)


async def test_a_migration_says_how_long_it_takes(vendor: Callable[..., Link]) -> None:
    with pytest.raises(ProviderDown) as caught:
        await asked(refusing(vendor, 477, {}, **{"retry-after": "3600"}), "GET", "crm/v3/owners")
    assert caught.value.retry_at is not None


async def test_no_object_is_none_and_a_conflict_makes_none(vendor: Callable[..., Link]) -> None:
    assert await read_object(refusing(vendor, 404, {}), "contacts", "a@b.com", "email") is None
    assert await make_object(refusing(vendor, 409, {"category": "CONFLICT"}), "contacts", {}) is None


@pytest.mark.parametrize("odd", [None, "", "a7", 7.0, True, "\u0667", "-7", [7]])
def test_an_id_is_digits(odd: object) -> None:
    with pytest.raises(AnswerGarbled):
        id_of(odd)
    assert id_of(7) == id_of("7") == "7"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"results": None},
        {"results": [1]},
        {"results": [{"properties": {}}]},
        {"results": [], "paging": []},
    ],
)
async def test_a_search_without_its_parts_is_garbled(content: Any, vendor: Callable[..., Link]) -> None:
    with pytest.raises(AnswerGarbled):
        await search(refusing(vendor, 200, content), "companies", "domain", "a.com", (), 0)


@pytest.mark.parametrize("results", [[], [{"id": "5"}], [{"id": "4"}]])
async def test_pages_that_lead_nowhere_have_an_end(results: list[Any], vendor: Callable[..., Link]) -> None:
    content = {"results": results, "paging": {"next": {"after": "100"}}}
    found, last = await search(refusing(vendor, 200, content), "companies", "domain", "a.com", (), 5)
    assert (found, last) == (results, None)


async def test_a_batch_gives_what_there_is(vendor: Callable[..., Link]) -> None:
    error = {"status": "error", "category": "OBJECT_NOT_FOUND", "context": {"ids": ["2"]}}
    content = {"results": [{"id": "1"}], "errors": [error], "numErrors": 1}
    assert await batch(refusing(vendor, 207, content), "x/batch/read", {}) == [{"id": "1"}]
