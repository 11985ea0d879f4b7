"""The CRM service, against the simulator: people's fields stay, half a write is completed, nothing is written twice."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from actors.core.effects import Receipt, WriteProspect
from actors.core.errors import ProviderDown
from actors.core.provider import Heard, Http, Link, Reply
from actors.core.questions import ReadProspect
from actors.providers.crm import look, read_prospect, write

ACME, ANN = "accounts/acme.example", "contacts/ann%40acme.example"
QUESTION = ReadProspect(domain="acme.example", email="ann@acme.example")
EFFECT = WriteProspect(
    lead_id=UUID(int=1), contact_id=UUID(int=2), email="ann@acme.example", domain="acme.example",
    account={"name": "Acme", "employees": 240}, contact={"name": "Ann Lee", "title": "CEO"},
)  # fmt: skip


@pytest.fixture
def link(way: Callable[[str], Link]) -> Link:
    link = way("crm")
    return Link(link.http, link.base_url, f"sim-{uuid4()}")


@pytest.fixture
async def client(link: Link) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {link.api_key}"}
    async with httpx.AsyncClient(base_url=link.base_url, headers=headers) as client:
        yield client


async def person_edits(client: httpx.AsyncClient, path: str, **fields: Any) -> str:
    there = await client.get(path)
    version = {"if-match": there.headers["etag"]} if there.status_code == 200 else {"if-none-match": "*"}
    answer = await client.put(path, json={"fields": fields}, headers={**version, "x-user": "bea"})
    answer.raise_for_status()
    return str(answer.headers["etag"])


async def values(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    fields = (await client.get(path)).raise_for_status().json()["fields"]
    return {name: field["value"] for name, field in fields.items()}


async def writes(client: httpx.AsyncClient, link: Link) -> list[dict[str, Any]]:
    root = str(client.base_url.copy_with(path="/_simulator/effects"))
    return [one for one in (await client.get(root)).json()["crm"] if one["account"] == link.api_key]


async def test_a_prospect_is_written_once(link: Link, client: httpx.AsyncClient) -> None:
    assert await read_prospect(link, QUESTION) == Reply(None)
    for _ in range(2):
        receipt = await write(link, EFFECT, "k")
        assert (receipt.reference, receipt.evidence) == (ACME, "CRM: written")
    assert await values(client, ACME) == EFFECT.account
    assert await values(client, ANN) == EFFECT.contact
    assert [one["record"] for one in await writes(client, link)] == [
        "accounts/acme.example",
        "contacts/ann@acme.example",
    ]


async def test_what_is_on_file_is_told_with_who_edited_what(link: Link, client: httpx.AsyncClient) -> None:
    await write(link, EFFECT, "k")
    etag = await person_edits(client, ACME, employees=12)
    on_file = (await read_prospect(link, QUESTION)).content
    assert on_file.account.etag == etag
    assert on_file.account.values == {"name": "Acme", "employees": 12}
    assert on_file.account.edited == ("employees",)
    assert on_file.contact.edited == ()


async def test_what_a_person_edited_stays_as_it_is(link: Link, client: httpx.AsyncClient) -> None:
    await person_edits(client, ACME, employees=12)
    receipt = await write(link, EFFECT, "k")
    assert receipt.evidence == "CRM: written; as people edited it stays account.employees"
    assert await values(client, ACME) == {"name": "Acme", "employees": 12}
    assert await look(link, EFFECT, "k") == receipt


async def test_what_a_person_allowed_is_replaced_if_the_record_is_still_the_one_that_was_seen(
    link: Link, client: httpx.AsyncClient
) -> None:
    etag = await person_edits(client, ACME, employees=12)
    allowed = EFFECT.model_copy(update={"replaces": ("account.employees",), "seen": {"account": etag}})
    await write(link, allowed, "k")
    assert (await values(client, ACME))["employees"] == 240
    await person_edits(client, ACME, employees=13)
    await write(link, allowed, "k2")
    assert (await values(client, ACME))["employees"] == 13


async def test_half_a_write_is_known_and_completed(link: Link, client: httpx.AsyncClient) -> None:
    breaking = Link(Breaking(link.http, "PUT", ANN), link.base_url, link.api_key)
    with pytest.raises(ProviderDown) as caught:
        await write(breaking, EFFECT, "k")
    assert not caught.value.nothing_done
    assert await look(link, EFFECT, "k") is None
    assert isinstance(await write(link, EFFECT, "k"), Receipt)
    assert len(await writes(client, link)) == 2


async def test_what_breaks_while_it_reads_has_done_nothing(link: Link) -> None:
    breaking = Link(Breaking(link.http, "GET", ACME), link.base_url, link.api_key)
    with pytest.raises(ProviderDown) as caught:
        await write(breaking, EFFECT, "k")
    assert caught.value.nothing_done


async def test_a_record_that_somebody_changes_meanwhile_is_read_again(
    link: Link, client: httpx.AsyncClient
) -> None:
    await write(link, EFFECT, "k")
    newer = EFFECT.model_copy(update={"account": {"name": "Acme Inc", "employees": 250}})

    async def edit() -> None:
        await person_edits(client, ACME, name="ACME")

    meanwhile = Link(Meanwhile(link.http, edit), link.base_url, link.api_key)
    await write(meanwhile, newer, "k2")
    assert await values(client, ACME) == {"name": "ACME", "employees": 250}


class Breaking:
    """The web, whose way to one place breaks before anything is sent."""

    def __init__(self, http: Http, method: str, path: str) -> None:
        self._http, self._method, self._path = http, method, path

    async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
        if method == self._method and self._path in str(url):
            raise ConnectionResetError("reset")
        return await self._http.fetch(method, url, headers, **more)


class Meanwhile:
    """The web, where something happens just before the first change."""

    def __init__(self, http: Http, event: Callable[[], Any]) -> None:
        self._http, self._event, self._happened = http, event, False

    async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
        if method == "PUT" and not self._happened:
            self._happened = True
            await self._event()
        return await self._http.fetch(method, url, headers, **more)
