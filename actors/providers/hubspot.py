"""HubSpot: whom a customer's CRM excludes, what it has on file of a company and a person, and what we write there.

A company's domain is not unique in HubSpot, and a search finds a new company only some moments later. So each
company that we write has its domain in a property of ours with unique values, `leadmill_id`: it is read and
upserted by that, a repeat meets what was there, and what was done is certain. A search by domain only finds what
others have put there before. A contact's address is unique by itself, so a contact is made, and where there is
one already, HubSpot says so.

HubSpot has no conditional writes: what a person edits between our reading and our writing is overwritten. But
it tells of each field who wrote it last. Industry and revenue are not written: the one takes only words of a
list that each portal may change, the other is money in the portal's own currency.

An admin makes the properties `leadmill_id` (with unique values), `leadmill_score` and `leadmill_tier` of
companies; docs/crm.md says how, and which scopes the key needs.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.effects import Receipt, WriteProspect
from actors.core.errors import AnswerGarbled, QuestionRefused
from actors.core.provider import Bulk, Carrier, Limit, Link, Provider, Reply
from actors.core.questions import (
    Excluded,
    ExclusionPage,
    ReadExclusions,
    ReadProspect,
    RecordOnFile,
)
from actors.providers.fields import inner, inners, text
from actors.providers.hubspot_objects import has_place, in_our_words, properties
from actors.providers.hubspot_prospects import (
    OURS,
    find_company,
    find_contact,
    many_prospects,
    one_prospect,
)
from actors.providers.hubspot_requests import (
    OBJECTS,
    PER_BATCH_WITH_HISTORY,
    PER_PAGE,
    asked,
    batch,
    change_object,
    id_of,
    make_object,
    properties_of,
    search,
)
from actors.providers.prospect import nothing_left, write_records, written
from tenants.companies import registrable_domain

_NAME = "hubspot"
_OF_KIND = {"account": "companies", "contact": "contacts"}
_OWNER = "hubspot_owner_id"
_OWNERS_PER_PAGE, _MOST_OWNER_PAGES = 500, 20
_CUSTOMER, _OPEN_DEAL, _OPTED_OUT = "customer", "open deal", "do not contact"
# Each list is a search: the objects, what they must be, and what is wanted of them.
_LISTS: dict[str, tuple[str, tuple[str, str], tuple[str, ...]]] = {
    _CUSTOMER: (
        "companies",
        ("lifecyclestage", "customer"),
        ("domain", "hs_additional_domains", "name", _OWNER),
    ),
    _OPEN_DEAL: ("deals", ("hs_is_closed", "false"), (_OWNER,)),
    _OPTED_OUT: (
        "contacts",
        ("hs_email_optout", "true"),
        ("email", "firstname", "lastname", _OWNER),
    ),
}
_FOLLOWING = {_CUSTOMER: f"{_OPEN_DEAL}:0", _OPEN_DEAL: f"{_OPTED_OUT}:0"}


async def read_exclusions(link: Link, question: ReadExclusions) -> Reply:
    """A page of customers, then of companies with open deals, then of people who want no more mail.

    Each page is a search from the last id on: one search shows no more than 10,000 objects, and a list would show
    all there are. People stand there by their address alone: it is not their company that is excluded.
    """
    reason, after = _place(question.cursor)
    objects, (name, value), wanted = _LISTS[reason]
    found, last = await search(link, objects, name, value, wanted, after)
    listed = (
        await _with_companies(link, found) if reason == _OPEN_DEAL else [properties_of(one) for one in found]
    )
    owners = await _owners(link, {owner for one in listed if (owner := _owner(one))})
    excluded = [one for given in listed for one in _excluded(reason, given, owners)]
    begins = _FOLLOWING.get(reason) if last is None else f"{reason}:{last}"
    page = ExclusionPage(excluded=tuple(excluded), next=begins)
    return Reply(page, evidence=f"HubSpot {objects} where {name} is {value}, after {after}")


async def read_prospect(link: Link, question: ReadProspect) -> Reply:
    """What is on file of the company and the person; a miss where there is nothing of either."""
    return await one_prospect(link, question)


async def write(link: Link, effect: WriteProspect, key: str) -> Receipt:  # noqa: ARG001 - unique values tell
    """The prospect written, but for what people have edited: company, contact, and that they belong together."""
    filed = _Filed(link, effect)
    return filed.receipt(await write_records(effect, filed))


async def look(link: Link, effect: WriteProspect, key: str) -> Receipt | None:  # noqa: ARG001 - the same
    """The receipt if there is nothing left to be written, else None: to write the rest repeats nothing."""
    filed = _Filed(link, effect)
    left = await nothing_left(effect, filed)
    return None if left is None else filed.receipt(left)


# Exclusions


def _place(cursor: str | None) -> tuple[str, int]:
    """The list that a cursor is in, and the id after which the page begins."""
    if cursor is None:
        return _CUSTOMER, 0
    reason, _, after = cursor.partition(":")
    if reason not in _LISTS or not (after.isascii() and after.isdecimal()):
        raise QuestionRefused("a cursor that is none of HubSpot's", provider=_NAME)
    return reason, int(after)


async def _with_companies(link: Link, deals: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The companies of deals, each under the owner of its deal. A deal without one excludes nobody."""
    owners = {id_of(deal.get("id")): _owner(properties_of(deal)) for deal in deals}
    inputs = [{"id": one} for one in owners]
    path = "crm/v4/associations/deals/companies/batch/read"
    links = await batch(link, path, {"inputs": inputs}) if inputs else []
    owner_of = {
        id_of(to.get("toObjectId")): owners.get(id_of((inner(one, "from", _NAME) or {}).get("id")))
        for one in links
        for to in inners(one, "to", _NAME)
    }
    companies: list[dict[str, Any]] = []
    ids = list(owner_of)
    for begin in range(0, len(ids), PER_PAGE):
        inputs = [{"id": one} for one in ids[begin : begin + PER_PAGE]]
        wanted = {"properties": list(_LISTS[_CUSTOMER][2]), "propertiesWithHistory": []}
        companies += await batch(link, f"{OBJECTS}/companies/batch/read", {"inputs": inputs, **wanted})
    return [{**properties_of(one), _OWNER: owner_of.get(id_of(one.get("id")))} for one in companies]


async def _owners(link: Link, wanted: set[str]) -> dict[str, str]:
    """The addresses of owners by their ids; of those who have left there is none."""
    known: dict[str, str] = {}
    params = {"limit": str(_OWNERS_PER_PAGE)}
    for _ in range(_MOST_OWNER_PAGES):
        if not wanted - known.keys():
            break
        answer = await asked(link, "GET", f"crm/v3/owners?{urlencode(params)}")
        for one in inners(answer, "results", _NAME):
            if (email := text(one.get("email"))) is not None:
                known[id_of(one.get("id"))] = email
        after = text((inner(inner(answer, "paging", _NAME) or {}, "next", _NAME) or {}).get("after"))
        if after is None:
            break
        params["after"] = after
    return known


def _excluded(reason: str, given: Mapping[str, Any], owners: Mapping[str, str]) -> list[Excluded]:
    owner = owners.get(_owner(given) or "")
    if reason == _OPTED_OUT:
        name = " ".join(filter(None, (text(given.get("firstname")), text(given.get("lastname")))))
        email = text(given.get("email"))
        return [Excluded(reason=reason, name=name or None, email=email, owner=owner)] if email else []
    name = text(given.get("name")) or ""
    written_as = (
        text(given.get("domain")) or "",
        *(text(given.get("hs_additional_domains")) or "").split(";"),
    )
    domains = dict.fromkeys(filter(None, map(registrable_domain, written_as)))
    return [
        Excluded(reason=reason, domain=domain, name=name or None, owner=owner)
        for domain in domains or ([None] if name else [])
    ]


def _owner(given: Mapping[str, Any]) -> str | None:
    return text(given.get(_OWNER))


# Prospects


class _Filed:
    """The company and the contact of one prospect, and that the one belongs to the other."""

    provider: str = _NAME
    kinds: tuple[str, ...] = ("account", "contact", "association")

    def __init__(self, link: Link, effect: WriteProspect) -> None:
        self._link, self._effect = link, effect
        self._ids: dict[str, str] = {}
        self._companies: tuple[str, ...] = ()
        self._fields = {"account": effect.account, "contact": effect.contact}

    def wanted(self, kind: str) -> Mapping[str, Any]:
        if kind == "association":
            return {"company": self._ids["account"]} if len(self._ids) > 1 else {}
        return in_our_words(self._fields[kind], _OF_KIND[kind])

    async def find(self, kind: str) -> RecordOnFile | None:
        if kind == "association":
            return self._association()
        if kind == "account":
            found = await find_company(self._link, self._effect.domain)
        else:
            found = await find_contact(self._link, self._effect.email)
            self._companies = found.companies if found is not None else ()
        self._ids.pop(kind, None)
        if found is None:
            return None
        self._ids[kind] = found.id
        return found.record

    async def put(self, kind: str, record: RecordOnFile | None, changes: Mapping[str, Any]) -> bool:
        if kind == "association":
            path = f"contacts/{self._ids['contact']}/associations/default/companies/{self._ids['account']}"
            await asked(self._link, "PUT", f"crm/v4/objects/{path}", {})
            return True
        given = properties(changes, _OF_KIND[kind])
        if kind == "account":
            given = {OURS: self._effect.domain, **given}
        if record is not None:
            return await change_object(self._link, _OF_KIND[kind], self._ids[kind], given)
        return await (self._new_company(given) if kind == "account" else self._new_contact(given))

    def receipt(self, left: list[str]) -> Receipt:
        """The receipt, with the company's id."""
        nowhere = [
            f"{kind}.{name}"
            for kind, objects in _OF_KIND.items()
            for name in self._fields[kind]
            if not has_place(objects, name)
        ]
        return written("HubSpot", f"companies/{self._ids.get('account')}", left, nowhere)

    def _association(self) -> RecordOnFile | None:
        """The contact's company: ours if it is among them, else one that a person has chosen."""
        if not self._companies:
            return None
        ours = self._ids.get("account")
        if ours in self._companies:
            return RecordOnFile(etag="", values={"company": ours})
        return RecordOnFile(etag="", values={"company": self._companies[0]}, edited=("company",))

    async def _new_company(self, given: Mapping[str, str]) -> bool:
        domain = self._effect.domain
        inputs = [{"idProperty": OURS, "id": domain, "properties": {"domain": domain, **given}}]
        made = await batch(self._link, f"{OBJECTS}/companies/batch/upsert", {"inputs": inputs})
        if not made:
            raise AnswerGarbled("an upsert without a result", provider=_NAME)
        self._ids["account"] = id_of(made[0].get("id"))
        return True

    async def _new_contact(self, given: Mapping[str, str]) -> bool:
        made = await make_object(self._link, "contacts", {"email": self._effect.email.lower(), **given})
        if made is not None:
            self._ids["contact"] = made
        return made is not None


PROVIDER = Provider(
    name=_NAME,
    title="HubSpot",
    base_url="https://api.hubapi.com",
    needs_key=True,
    credit_price_usd=Decimal(0),
    answers={ReadExclusions: read_exclusions, ReadProspect: read_prospect},
    effects={WriteProspect: Carrier(write, look)},
    bulk={ReadProspect: Bulk(many_prospects, PER_BATCH_WITH_HISTORY)},
    licence="the customer's own records",
    # a private app in the smallest plan may send 100 requests; a question takes up to four, and so do fifty of them
    limits=(Limit(25, 10.0),),
)
