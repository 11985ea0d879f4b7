"""The platform's Sequences service: contacts put into sequences of messages."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from actors.core.effects import EnrolContact, Receipt
from actors.core.errors import AnswerGarbled, CannotTell, SequenceUnknown
from actors.core.provider import Carrier, Link, Provider
from actors.providers.fields import inner, inners, text, truth
from actors.providers.manners import Manners, Oddity, json_object, send

_NAME = "sequences"
_NEW, _THERE_ALREADY, _GONE = 201, 409, 410
_MANNERS = Manners(
    provider=_NAME,
    key_header="authorization",
    key_prefix="Bearer ",
    deadline_s=10,
    answers=frozenset({200, _NEW, _THERE_ALREADY}),
    oddities=(Oddity(404, SequenceUnknown), Oddity(_GONE, CannotTell)),
)


async def enrol(link: Link, effect: EnrolContact, key: str) -> Receipt:
    """The contact put into the sequence. One that is in it already is as good."""
    content = {
        "contact": {"email": effect.email, "name": effect.name, "title": effect.title},
        "account": {"name": effect.company, "domain": effect.domain},
        "score": effect.score,
        "tier": effect.tier,
        "lead": str(effect.lead_id),
    }
    path = f"/sequences/{quote(effect.sequence, safe='')}/enrolments"
    address, named = f"{link.base_url.rstrip('/')}{path}", {"idempotency-key": key}
    heard = await send(link, _MANNERS, "POST", address, headers=named, content=content)
    answer = json_object(heard, _MANNERS)
    if heard.status == _THERE_ALREADY:
        return _receipt(inner(answer, "enrolment", _NAME) or {}, "was in the sequence already")
    return _receipt(answer, "new" if heard.status == _NEW else "known by its key")


async def look(link: Link, effect: EnrolContact, key: str) -> Receipt | None:  # noqa: ARG001 - the key says it all
    """What came under this key, None where nothing did. Raises CannotTell where the service has forgotten."""
    query = urlencode({"idempotency_key": key})
    address = f"{link.base_url.rstrip('/')}/enrolments?{query}"
    answer = json_object(await send(link, _MANNERS, "GET", address), _MANNERS)
    found = inners(answer, "enrolments", _NAME)
    if found:
        return _receipt(found[0], "found by its key")
    if truth(answer.get("retained")) is False:
        raise CannotTell("it has forgotten the key", provider=_NAME)
    return None


def _receipt(enrolment: dict[str, Any], how: str) -> Receipt:
    reference = text(enrolment.get("id"))
    if reference is None:
        raise AnswerGarbled("an enrolment without an id", provider=_NAME)
    return Receipt(reference=reference, evidence=f"Sequences: {how}")


PROVIDER = Provider(
    name=_NAME,
    title="Sequences",
    base_url="",  # each platform has its own
    needs_key=True,
    credit_price_usd=Decimal(0),
    effects={EnrolContact: Carrier(enrol, look)},
)
