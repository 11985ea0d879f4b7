"""The platform's CRM service: what a customer has on file of a company and a person there, and what we write."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from actors.core.effects import Receipt, WriteProspect
from actors.core.errors import AnswerGarbled, ProviderDown
from actors.core.provider import Carrier, Heard, Link, Provider, Reply
from actors.core.questions import ProspectOnFile, ReadProspect, RecordOnFile
from actors.providers.fields import inner, text
from actors.providers.manners import Manners, json_object, send
from actors.providers.prospect import nothing_left, write_records, written

_NAME = "crm"
_NEW, _NOT_FOUND, _CHANGED = 201, 404, 412
_MANNERS = Manners(
    provider=_NAME,
    key_header="authorization",
    key_prefix="Bearer ",
    deadline_s=8,
    answers=frozenset({200, _NEW, _NOT_FOUND, _CHANGED}),
)


async def read_prospect(link: Link, question: ReadProspect) -> Reply:
    """What is on file of the company and the person; a miss where there is nothing of either."""
    account = await _record(link, _account(question.domain))
    contact = await _record(link, _contact(question.email))
    if account is None and contact is None:
        return Reply(None)
    return Reply(
        ProspectOnFile(account=account, contact=contact), evidence=f"CRM {_account(question.domain)}"
    )


async def write(link: Link, effect: WriteProspect, key: str) -> Receipt:
    """The prospect written, but for what people have edited. Each record is read first, and its version named."""
    left = await write_records(effect, _Filed(link, effect, key))
    return written("CRM", _account(effect.domain), left)


async def look(link: Link, effect: WriteProspect, key: str) -> Receipt | None:
    """The receipt if there is nothing left to be written, else None: to write the rest repeats nothing."""
    left = await nothing_left(effect, _Filed(link, effect, key))
    return None if left is None else written("CRM", _account(effect.domain), left)


class _Filed:
    """The records of one prospect."""

    provider: str = _NAME
    kinds: tuple[str, ...] = ("account", "contact")

    def __init__(self, link: Link, effect: WriteProspect, key: str) -> None:
        self._link, self._key = link, key
        self._paths = {"account": _account(effect.domain), "contact": _contact(effect.email)}
        self._wanted = {"account": effect.account, "contact": effect.contact}

    def wanted(self, kind: str) -> Mapping[str, Any]:
        return self._wanted[kind]

    async def find(self, kind: str) -> RecordOnFile | None:
        return await _record(self._link, self._paths[kind])

    async def put(self, kind: str, record: RecordOnFile | None, changes: Mapping[str, Any]) -> bool:
        return await _put(self._link, self._paths[kind], record, changes, self._key)


async def _record(link: Link, path: str) -> RecordOnFile | None:
    """A record with its version and who edited what, None where there is none."""
    heard = await send(link, _MANNERS, "GET", f"{link.base_url.rstrip('/')}/{path}", told=_told(path))
    if heard.status == _NOT_FOUND:
        return None
    fields = inner(json_object(heard, _MANNERS), "fields", _NAME)
    if heard.status != 200 or fields is None:
        raise AnswerGarbled("a record without fields", provider=_NAME)
    values, edited = {}, []
    for name in fields:
        field = inner(fields, name, _NAME) or {}
        value = field.get("value")
        if isinstance(value, str | int | float):
            values[name] = value
        if text((inner(field, "updated_by", _NAME) or {}).get("type")) == "person":
            edited.append(name)
    return RecordOnFile(etag=_etag(heard), values=values, edited=tuple(edited))


async def _put(
    link: Link, path: str, record: RecordOnFile | None, changes: Mapping[str, Any], key: str
) -> bool:
    """Whether the fields were written; not where the record is another by now."""
    version = {"if-match": record.etag} if record is not None else {"if-none-match": "*"}
    heard = await send(
        link,
        _MANNERS,
        "PUT",
        f"{link.base_url.rstrip('/')}/{path}",
        headers={**version, "idempotency-key": key},
        content={"fields": changes},
        told=_told(path),
    )
    if heard.status == _NOT_FOUND:
        raise ProviderDown("no record can be made", provider=_NAME)
    return heard.status != _CHANGED


def _etag(heard: Heard) -> str:
    etag = text(heard.headers.get("etag"))
    if etag is None:
        raise AnswerGarbled("a record without an ETag", provider=_NAME)
    return etag


def _account(domain: str) -> str:
    return f"accounts/{quote(domain, safe='')}"


def _contact(email: str) -> str:
    return f"contacts/{quote(email, safe='')}"


def _told(path: str) -> str:
    """A path without the one whose record it is."""
    return f"{path.partition('/')[0]}/…"


PROVIDER = Provider(
    name=_NAME,
    title="CRM",
    base_url="",  # each platform has its own
    needs_key=True,
    credit_price_usd=Decimal(0),
    answers={ReadProspect: read_prospect},
    effects={WriteProspect: Carrier(write, look)},
)
