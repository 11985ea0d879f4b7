"""Salesforce: whom a customer's CRM excludes, what it has on file of a company and a person, and what we write there.

Each record that we write has our id of it in a field of ours, an external id: the domain of an account, the
address of a contact. A record is made by an upsert under that id, so a repeat meets what was there. One that
others have made is found by the host of its website, or by its address, and gets our id with our first change.
A change goes out only if nobody has changed the record since it was read, to the second: that is how exactly
Salesforce can be told.

Pages of exclusions go on from the last id, and not from a query's locator, which is forgotten after two days
and after ten other queries. Revenue is not written, as it is in the currency of the organisation; nor are the
founding year and seniority, for which there are no standard fields.

An admin makes `Leadmill_Id__c` (an external id, unique) and `Leadmill_Written__c` of accounts and contacts, and
`Leadmill_Score__c` and `Leadmill_Tier__c` of accounts; docs/crm.md says how.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from actors.core.effects import Receipt, WriteProspect
from actors.core.errors import FieldMissing, ProviderDown, QuestionRefused, QuotaExhausted
from actors.core.provider import Carrier, Link, Provider, Reply
from actors.core.questions import (
    Excluded,
    ExclusionPage,
    ProspectOnFile,
    ReadExclusions,
    ReadProspect,
    RecordOnFile,
)
from actors.providers.fields import inner, inners, text
from actors.providers.manners import Manners, Oddity, json_object, send
from actors.providers.prospect import nothing_left, write_records, written
from actors.providers.salesforce_objects import (
    OUR_ID,
    RECORD_ID,
    changed,
    end_of_second,
    field_names,
    has_place,
    host_of,
    id_of,
    in_our_words,
    like,
    marks_of,
    quoted,
    record,
)
from tenants.companies import registrable_domain

_NAME = "salesforce"
_CREATED, _DONE, _SEVERAL, _NOT_FOUND, _CHANGED = 201, 204, 300, 404, 412
# Errors come as a list of objects with a code each.
_MANNERS = Manners(
    provider=_NAME,
    key_header="authorization",
    key_prefix="Bearer ",
    deadline_s=8,
    oddities=(
        Oddity(_SEVERAL, QuestionRefused),
        Oddity(400, FieldMissing, words=b'"invalid_field'),
        Oddity(400, ProviderDown, words=b'"unable_to_lock_row"'),
        Oddity(403, QuotaExhausted, words=b'"request_limit_exceeded"'),
    ),
)
_CHANGING = replace(_MANNERS, answers=frozenset({200, _DONE, _NOT_FOUND, _CHANGED}))
_MAKING = replace(
    _MANNERS,
    answers=frozenset({200, _CREATED, _DONE}),
    # it is the field that is not found: a record that is not there is made
    oddities=(*_MANNERS.oddities, Oddity(_NOT_FOUND, FieldMissing, words=b'"not_found"')),
)
_PER_PAGE = 100
_MOST_ALIKE = 50
_OF_KIND = {"account": "Account", "contact": "Contact"}
_COMPANY, _PERSON = ("Name", "Website"), ("Name", "Email")
# Each list is a query: why its records are excluded, what they are, which of them, and what is wanted of them.
_LISTS: dict[str, tuple[str, str, str, tuple[str, str]]] = {
    "customers": ("customer", "Account", "Type LIKE 'Customer%'", _COMPANY),
    "won": ("customer", "Account", "Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = true)", _COMPANY),
    "open": (
        "open deal",
        "Account",
        "Id IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false)",
        _COMPANY,
    ),
    "competitors": ("competitor", "Account", "Type = 'Competitor'", _COMPANY),
    "contacts": ("do not contact", "Contact", "HasOptedOutOfEmail = true", _PERSON),
    "leads": ("do not contact", "Lead", "HasOptedOutOfEmail = true AND IsConverted = false", _PERSON),
}
_FOLLOWING = dict(zip(_LISTS, list(_LISTS)[1:], strict=False))


async def read_exclusions(link: Link, question: ReadExclusions) -> Reply:
    """A page of customers, of companies with open opportunities, of competitors, or of people who want no mail.

    People stand there by their address alone: it is not their company that is excluded.
    """
    name, after = _place(question.cursor)
    reason, kind, condition, wanted = _LISTS[name]
    later = f" AND Id > {quoted(after)}" if after else ""
    where = f"{kind} WHERE {condition}{later}"
    answer = await _query(link, ["Id", *wanted, "Owner.Email"], f"{where} ORDER BY Id LIMIT {_PER_PAGE}")
    found = inners(answer, "records", _NAME)
    # it may also give fewer than asked for, and say so
    is_last = not found or (answer.get("done") is not False and len(found) < _PER_PAGE)
    begins = f"{_FOLLOWING[name]}:" if name in _FOLLOWING else None
    page = ExclusionPage(
        excluded=tuple(one for given in found if (one := _excluded(reason, kind, given)) is not None),
        next=begins if is_last else f"{name}:{id_of(found[-1])}",
    )
    return Reply(page, evidence=f"Salesforce {where}")


async def read_prospect(link: Link, question: ReadProspect) -> Reply:
    """What is on file of the company and the person; a miss where there is nothing of either."""
    account = await _account(link, question.domain)
    contact = await _contact(link, question.email)
    if account is None and contact is None:
        return Reply(None)
    on_file = ProspectOnFile(
        account=record(account, "Account") if account is not None else None,
        contact=record(contact, "Contact") if contact is not None else None,
    )
    return Reply(on_file, evidence=f"Salesforce Account of {question.domain}")


async def write(link: Link, effect: WriteProspect, key: str) -> Receipt:  # noqa: ARG001 - external ids tell
    """The prospect written, but for what people have edited: the account, and the contact under it."""
    filed = _Filed(link, effect)
    return filed.receipt(await write_records(effect, filed))


async def look(link: Link, effect: WriteProspect, key: str) -> Receipt | None:  # noqa: ARG001 - the same
    """The receipt if there is nothing left to be written, else None: to write the rest repeats nothing."""
    filed = _Filed(link, effect)
    left = await nothing_left(effect, filed)
    return None if left is None else filed.receipt(left)


# Exclusions


def _place(cursor: str | None) -> tuple[str, str]:
    """The list that a cursor is in, and the id after which the page begins."""
    if cursor is None:
        return next(iter(_LISTS)), ""
    name, colon, after = cursor.partition(":")
    if name not in _LISTS or not colon or (after and not RECORD_ID.fullmatch(after)):
        raise QuestionRefused("a cursor that is none of Salesforce's", provider=_NAME)
    return name, after


def _excluded(reason: str, kind: str, given: dict[str, Any]) -> Excluded | None:
    """Whom a record excludes, None where it does not say who that is."""
    name, email = text(given.get("Name")), text(given.get("Email"))
    domain = registrable_domain(text(given.get("Website")))
    if email is None and (kind != "Account" or (domain is None and name is None)):
        return None
    owner = text((inner(given, "Owner", _NAME) or {}).get("Email"))
    return Excluded(reason=reason, domain=domain, name=name, email=email, owner=owner)


# Prospects


async def _account(link: Link, domain: str) -> dict[str, Any] | None:
    """The account that we wrote for this domain, else the one with a website there."""
    patterns = ("{}%", "www.{}%", "%//{}%", "%//www.{}%")
    sites = " OR ".join(f"Website LIKE {like(pattern, domain)}" for pattern in patterns)
    found = await _records(link, "Account", ("Website",), domain, sites)
    return _only(found, domain, [one for one in found if host_of(one.get("Website")) == domain])


async def _contact(link: Link, email: str) -> dict[str, Any] | None:
    """The contact that we wrote under this address, else the one who has it."""
    found = await _records(link, "Contact", (), email.lower(), f"Email = {quoted(email)}")
    return _only(found, email.lower(), found)


async def _records(
    link: Link, kind: str, more: Sequence[str], our_id: str, condition: str
) -> list[dict[str, Any]]:
    where = f"{kind} WHERE {OUR_ID} = {quoted(our_id)} OR {condition} LIMIT {_MOST_ALIKE}"
    answer = await _query(link, [*field_names(kind), *more], where)
    return inners(answer, "records", _NAME)


def _only(
    found: Sequence[dict[str, Any]], our_id: str, alike: Sequence[dict[str, Any]]
) -> dict[str, Any] | None:
    """The record with our id, else the only one that is alike."""
    ours = [one for one in found if (text(one.get(OUR_ID)) or "").lower() == our_id]
    chosen = ours or list(alike)
    if len(chosen) > 1:
        raise QuestionRefused("several records are the same: merge them in Salesforce", provider=_NAME)
    return chosen[0] if chosen else None


class _Filed:
    """The account and the contact of one prospect."""

    provider: str = _NAME
    kinds: tuple[str, ...] = ("account", "contact")

    def __init__(self, link: Link, effect: WriteProspect) -> None:
        self._link, self._effect = link, effect
        self._found: dict[str, dict[str, Any]] = {}
        self._our_ids = {"account": effect.domain, "contact": effect.email.lower()}
        self._fields = {"account": effect.account, "contact": effect.contact}

    def wanted(self, kind: str) -> Mapping[str, Any]:
        fields = in_our_words(self._fields[kind], _OF_KIND[kind])
        if kind == "contact" and "account" in self._found:
            return {**fields, "account": id_of(self._found["account"])}
        return fields

    async def find(self, kind: str) -> RecordOnFile | None:
        self._found.pop(kind, None)
        if kind == "account":
            found = await _account(self._link, self._effect.domain)
        else:
            found = await _contact(self._link, self._effect.email)
        if found is None:
            return None
        self._found[kind] = found
        return record(found, _OF_KIND[kind])

    async def put(self, kind: str, record: RecordOnFile | None, changes: Mapping[str, Any]) -> bool:
        if record is None:
            await self._make(kind, changes)
            return True
        found, our_id = self._found[kind], self._our_ids[kind]
        given = changed(changes, _OF_KIND[kind], marks_of(found))
        if text(found.get(OUR_ID)) is None:
            given[OUR_ID] = our_id
        path = f"sobjects/{_OF_KIND[kind]}/{id_of(found)}"
        since = {"if-unmodified-since": end_of_second(found)}
        heard = await send(
            self._link, _CHANGING, "PATCH", _address(self._link, path), headers=since, content=given
        )
        return heard.status not in {_NOT_FOUND, _CHANGED}

    def receipt(self, left: list[str]) -> Receipt:
        """The receipt, with the account's id."""
        nowhere = [
            f"{kind}.{name}"
            for kind, of_kind in _OF_KIND.items()
            for name in self._fields[kind]
            if not has_place(of_kind, name)
        ]
        reference = f"Account/{id_of(self._found['account'])}" if "account" in self._found else "Account"
        return written("Salesforce", reference, left, nowhere)

    async def _make(self, kind: str, changes: Mapping[str, Any]) -> None:
        our_id = self._our_ids[kind]
        identity = {"Website": our_id} if kind == "account" else {"Email": our_id}
        path = f"sobjects/{_OF_KIND[kind]}/{OUR_ID}"
        heard = await send(
            self._link,
            _MAKING,
            "PATCH",
            _address(self._link, f"{path}/{quote(our_id, safe='')}"),
            content={**identity, **changed(changes, _OF_KIND[kind], {})},
            told=f"{path}/…",
        )
        if heard.status == _DONE:  # it came to be meanwhile, and its id is not told
            await self.find(kind)
        else:
            self._found[kind] = {"Id": json_object(heard, _MANNERS).get("id")}
            id_of(self._found[kind])


async def _query(link: Link, names: Sequence[str], where: str) -> dict[str, Any]:
    query = f"SELECT {', '.join(names)} FROM {where}"  # noqa: S608 - our own names, and texts in quotes
    heard = await send(link, _MANNERS, "GET", _address(link, f"query?{urlencode({'q': query})}"))
    return json_object(heard, _MANNERS)


def _address(link: Link, path: str) -> str:
    return f"{link.base_url.rstrip('/')}/{path}"


PROVIDER = Provider(
    name=_NAME,
    title="Salesforce",
    base_url="",  # each organisation has its own
    needs_key=True,
    credit_price_usd=Decimal(0),
    answers={ReadExclusions: read_exclusions, ReadProspect: read_prospect},
    effects={WriteProspect: Carrier(write, look)},
    licence="the customer's own records",
)
