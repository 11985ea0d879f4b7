"""Asking over HTTP, against servers on loopback that behave in every way but well."""

import asyncio
import base64
import gzip
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
from actors.core.provider import Heard, Http, Link
from actors.providers.manners import Manners, Oddity, contact_of, json_list, json_object, meaning_of, send

MANNERS = Manners("acme", deadline_s=20, most_bytes=1000)
JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(behaviour: Behaviour) -> AsyncIterator[str]:
    """A server on loopback that does this with each connection; where it is."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behaviour(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/companies?name=Ann"
    finally:
        for writer in writers:
            writer.close()
        server.close()
        await server.wait_closed()


def saying(message: bytes) -> Behaviour:
    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(message)
        await writer.drain()

    return say


async def error_of(http: Http, behaviour: Behaviour, manners: Manners = MANNERS) -> AgentError:
    async with serving(behaviour) as url:
        with pytest.raises(AgentError) as caught:
            await send(Link(http, "", None), manners, "GET", url)
    assert caught.value.provider == "acme"
    assert "Ann" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/9.9 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: banana\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nx: " + b"x" * 100_000 + b"\r\n\r\n{}",
        JSON + b"content-length: 900\r\n\r\n{}",
        JSON + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ],
    ids=["nothing", "another protocol", "status", "length", "header", "long header", "cut short", "chunks"],
)
async def test_broken_http_is_a_provider_that_is_down(http: Http, message: bytes) -> None:
    assert type(await error_of(http, saying(message))) is ProviderDown


async def test_a_server_that_nobody_runs_is_down(http: Http) -> None:
    async with serving(saying(b"")) as url:
        pass
    with pytest.raises(ProviderDown, match="GET /v1/companies"):
        await send(Link(http, "", None), MANNERS, "GET", url)


async def test_the_deadline_covers_a_body_that_comes_drop_by_drop(http: Http) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(JSON + b"transfer-encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1\r\n \r\n")
            await writer.drain()
            await asyncio.sleep(0)  # the other side's turn

    patient = replace(MANNERS, deadline_s=0.2, most_bytes=10**9)
    error = await error_of(http, drip, patient)
    assert type(error) is ProviderDown
    assert "0.2 s" in str(error)


async def test_the_deadline_covers_a_server_that_says_nothing(http: Http) -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    assert type(await error_of(http, say_nothing, replace(MANNERS, deadline_s=0.05))) is ProviderDown


@pytest.mark.parametrize("told", [b"content-length: 5000\r\n\r\n", b"\r\n"], ids=["told", "not told"])
async def test_a_body_over_the_cap_is_garbled(http: Http, told: bytes) -> None:
    error = await error_of(http, saying(JSON + told + b" " * 5000))
    assert type(error) is AnswerGarbled


@pytest.mark.parametrize("packing", ["identity", "gzip"])
async def test_of_a_body_over_the_cap_the_beginning_may_be_enough(http: Http, packing: str) -> None:
    body = b"x" * 999 + b"y" * 100_000
    packed = gzip.compress(body) if packing == "gzip" else body
    head = JSON + f"content-encoding: {packing}\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    async with serving(saying(head + packed)) as url:
        heard = await send(Link(http, "", None), replace(MANNERS, cut_off=True), "GET", url)
    assert heard.body == b"x" * 999 + b"y"


async def test_what_is_packed_and_over_the_cap_as_it_came_has_no_beginning(http: Http) -> None:
    packed = gzip.compress(random.Random(1).randbytes(5000))
    head = JSON + f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    error = await error_of(http, saying(head + packed), replace(MANNERS, cut_off=True))
    assert type(error) is AnswerGarbled


async def test_a_small_body_that_unpacks_to_a_large_one_is_garbled(http: Http) -> None:
    packed = gzip.compress(b" " * 1_000_000)
    assert len(packed) < 1100
    head = JSON + f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    assert type(await error_of(http, saying(head + packed))) is AnswerGarbled


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip, gzip", gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)), ("br", b"{}"), ("zstd", b"{}")],
)
async def test_encodings_that_were_not_asked_for_are_not_unpacked(
    http: Http, encoding: str, body: bytes
) -> None:
    head = JSON + f"content-encoding: {encoding}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    assert type(await error_of(http, saying(head + body))) is AnswerGarbled


async def test_a_packed_body_is_unpacked(http: Http) -> None:
    packed = gzip.compress(b'{"name": "Zo\xc3\xab"}')
    head = JSON + f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    async with serving(saying(head + packed)) as url:
        heard = await send(Link(http, "", None), MANNERS, "GET", url)
    assert json_object(heard, MANNERS) == {"name": "Zoë"}


async def test_a_packing_that_is_cut_short_is_garbled(http: Http) -> None:
    packed = gzip.compress(b'{"name": "Zo\xc3\xab"}')[:-4]
    head = JSON + f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    assert type(await error_of(http, saying(head + packed))) is AnswerGarbled


async def test_a_refusal_counts_even_where_its_body_is_in_another_format(
    http: Http,
) -> None:
    refusal = b"HTTP/1.1 422 No\r\ncontent-type: text/plain\r\ncontent-length: 12\r\n\r\nNot Enough!!"
    assert type(await error_of(http, saying(refusal))) is QuestionRefused
    odd = replace(MANNERS, oddities=(Oddity(422, QuotaExhausted, words=b"not enough"),))
    assert type(await error_of(http, saying(refusal), odd)) is QuotaExhausted


async def test_redirects_are_not_followed(http: Http) -> None:
    asked = 0

    async def move(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.write(b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    assert type(await error_of(http, move)) is ProviderDown
    assert asked == 1


async def test_cookies_are_not_carried_from_one_answer_to_the_next_question(
    http: Http,
) -> None:
    seen: list[bytes] = []

    async def remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(JSON + b"set-cookie: tenant=one; Path=/\r\ncontent-length: 2\r\n\r\n{}")
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(JSON + b"content-length: 2\r\n\r\n{}")
        await writer.drain()

    async with serving(remember) as url:
        link = Link(http, "", None)
        await send(link, MANNERS, "GET", url)
        await send(link, MANNERS, "GET", url)
    assert len(seen) == 1
    assert b"cookie" not in seen[0].lower()


async def test_cancelling_stays_cancelling(http: Http) -> None:
    arrived = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        arrived.set()
        await reader.read()

    async with serving(wait) as url:
        task = asyncio.create_task(send(Link(http, "", None), MANNERS, "GET", url))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_vendor_that_does_not_say_for_how_long_is_left_alone_as_long_as_it_is_known_to_want(
    http: Http,
) -> None:
    odd = replace(MANNERS, oddities=(Oddity(403, RateLimited, words=b"too fast", quiet_s=600),))
    refusal = b"HTTP/1.1 403 No\r\n%scontent-type: text/html\r\ncontent-length: 8\r\n\r\nToo FAST"
    for header, wait_s in ((b"", 600), (b"retry-after: 30\r\n", 30)):
        before = datetime.now(UTC)
        error = await error_of(http, saying(refusal % header), odd)
        assert type(error) is RateLimited
        assert error.retry_at is not None
        wait = timedelta(seconds=wait_s)
        assert before + wait <= error.retry_at <= datetime.now(UTC) + wait


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("Acme Ltd ops@acme.example", "leadmill Acme Ltd ops@acme.example"),
        (None, "leadmill"),
        ("", "leadmill"),
        ("ops@acme.example\r\nx-more: 1", "leadmill"),
        ("Müller GmbH ops@acme.example", "leadmill"),
    ],
)
async def test_a_vendor_that_wants_a_contact_is_told_who_asks(
    vendor: Callable[..., Link], contact: str | None, agent: str
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    link = vendor(answer, key=contact)
    await send(link, replace(MANNERS, wants_contact=True), "GET", link.base_url)
    await send(link, MANNERS, "GET", link.base_url)
    assert [request.headers["user-agent"] for request in asked] == [agent, "leadmill"]
    assert contact_of(link) == (contact if agent != "leadmill" else None)


def test_a_list_is_one_of_objects() -> None:
    assert json_list(Heard(200, {}, b'[{"a": 1}, {}]'), MANNERS) == [{"a": 1}, {}]
    for body in (b"", b"{}", b"[1]", b'[{"a": NaN}]', b"null"):
        with pytest.raises(AnswerGarbled):
            json_list(Heard(200, {}, body), MANNERS)


async def test_a_key_that_is_a_user_name_travels_without_a_password(vendor: Callable[..., Link]) -> None:
    manners = Manners("acme", deadline_s=5, key_header="authorization", key_is_user_name=True)
    asked: list[httpx.Request] = []
    link = vendor(lambda request: asked.append(request) or httpx.Response(200, json={}), key="k")
    await send(link, manners, "GET", "https://vendor.example/v1/me")
    scheme, _, given = asked[0].headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(given)) == ("Basic", b"k:")


async def test_a_key_that_no_header_takes_travels_in_the_content_or_else_in_the_query(
    vendor: Callable[..., Link],
) -> None:
    manners = Manners("acme", deadline_s=5, key_param="the_key")
    asked: list[httpx.Request] = []
    link = vendor(lambda request: asked.append(request) or httpx.Response(200, json={}), key="k&x=y z")
    await send(link, manners, "GET", "https://vendor.example/v1/me")
    await send(link, manners, "GET", "https://vendor.example/v1/me?name=Ann%2BB")
    await send(link, manners, "POST", "https://vendor.example/v1/me", content={"name": "Ann"})
    bare, query, content = asked
    assert dict(bare.url.params) == {"the_key": "k&x=y z"}
    assert dict(query.url.params) == {"name": "Ann+B", "the_key": "k&x=y z"}
    assert not content.url.params
    assert json.loads(content.content) == {"the_key": "k&x=y z", "name": "Ann"}
    refusing = vendor(lambda _: httpx.Response(400, text="k&x=y z is no key"), key="k&x=y z")
    with pytest.raises(QuestionRefused) as refused:
        await send(refusing, manners, "GET", "https://vendor.example/v1/me")
    assert str(refused.value).endswith("400 to GET /v1/me")
    with pytest.raises(KeyRefused):
        await send(
            vendor(lambda _: httpx.Response(200), key=None), manners, "GET", "https://vendor.example/v1/me"
        )


async def reset_at(vendor: Callable[..., Link], told: str | None, **more: str) -> timedelta:
    """How far ahead the moment lies that a refusal without Retry-After names."""
    manners = Manners("acme", deadline_s=5, reset_header="x-reset")
    headers = more if told is None else {"x-reset": told, **more}
    link = vendor(lambda _: httpx.Response(429, headers=headers))
    with pytest.raises(RateLimited) as limited:
        await send(link, manners, "GET", "https://vendor.example/v1/me")
    assert limited.value.retry_at is not None
    return limited.value.retry_at - datetime.now(UTC)


async def test_a_header_of_the_vendors_own_says_when_to_come_back(vendor: Callable[..., Link]) -> None:
    then = datetime.now(UTC) + timedelta(minutes=10)
    for told in (
        str(int(then.timestamp())),
        then.isoformat(),
        then.strftime("%Y-%m-%dT%H:%M:%SZ"),
        then.strftime("%Y-%m-%d %H:%M:%S.%f"),
    ):
        assert timedelta(minutes=9) < await reset_at(vendor, told) <= timedelta(minutes=10)


async def test_the_moment_is_told_by_the_vendors_clock(vendor: Callable[..., Link]) -> None:
    its = datetime.now(UTC) - timedelta(hours=3)
    date = f"{its:%a, %d %b %Y %H:%M:%S} GMT"
    ahead = await reset_at(vendor, (its + timedelta(minutes=10)).isoformat(), date=date)
    assert timedelta(minutes=9) < ahead < timedelta(minutes=11)


async def test_a_moment_that_cannot_be_or_is_past_is_none(vendor: Callable[..., Link]) -> None:
    past = str(int(datetime.now(UTC).timestamp()) - 60)
    for told in (None, "", "soon", "{'minute': 3}", "9" * 40, "-5", past, "42"):
        assert timedelta(0) < await reset_at(vendor, told) < timedelta(seconds=10)
    assert await reset_at(vendor, "9999-12-31T00:00:00Z") <= timedelta(days=1)


async def test_retry_after_goes_before_it(vendor: Callable[..., Link]) -> None:
    reset = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    headers = {"retry-after": "7"}
    assert await reset_at(vendor, reset, **headers) <= timedelta(seconds=7)


def test_what_a_status_means() -> None:
    assert meaning_of(402) is QuotaExhausted
    assert meaning_of(599) is ProviderDown
