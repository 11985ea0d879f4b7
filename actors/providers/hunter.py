"""Hunter: how a company writes its addresses, a person's address, and whether an address takes mail."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.errors import AnswerGarbled, AnswerPending, OptedOut, QuotaExhausted, RateLimited
from actors.core.provider import Heard, Link, Provider, Reply
from actors.core.questions import (
    AddressPattern,
    AddressVerdict,
    FindPattern,
    PersonFound,
    RevealPerson,
    VerifyAddress,
)
from actors.providers.fields import inner, text, truth
from actors.providers.manners import Manners, Oddity, json_object, seconds_ahead, send

_NAME = "hunter"
_UNDER_WAY, _STRANGE_SMTP, _NOT_FOUND = 202, 222, 404
_MANNERS = Manners(
    provider=_NAME,
    key_header="X-API-KEY",  # and not in the query, which ends up in logs
    deadline_s=25,  # Hunter itself takes up to 20 s for an address
    answers=frozenset({200, _UNDER_WAY, _STRANGE_SMTP, _NOT_FOUND}),
    oddities=(
        Oddity(403, RateLimited),
        Oddity(429, QuotaExhausted),
        Oddity(451, OptedOut),
    ),
)
_ONE_CREDIT = Decimal(1)
_ASK_AGAIN_AFTER_S = 5.0
_STATUS = {
    "valid": "deliverable",
    "accept_all": "accept_all",
    "webmail": "risky",
    "disposable": "disposable",
    "invalid": "undeliverable",
}


async def find_pattern(link: Link, question: FindPattern) -> Reply:
    """How the company writes its addresses. Costs a credit where Hunter has an address of it to show."""
    data = await _asked(link, "/domain-search", {"domain": question.domain, "limit": "1"})
    if data is None:
        return Reply(None)
    pattern, accept_all = text(data.get("pattern")), truth(data.get("accept_all"))
    cost = _ONE_CREDIT if data.get("emails") else Decimal(0)
    if pattern is None and accept_all is None:
        return Reply(None, cost)
    evidence = f"Hunter /domain-search?domain={question.domain}"
    return Reply(AddressPattern(pattern=pattern, accept_all=accept_all), cost, evidence)


async def verify_address(link: Link, question: VerifyAddress) -> Reply:
    """Whether the address takes mail. Each verdict costs a credit."""
    heard = await _heard(link, "/email-verifier", {"email": question.email})
    if heard.status == _STRANGE_SMTP:  # the mail server answered nothing that tells; not billed
        verdict = AddressVerdict(email=question.email, status="unknown")
        return Reply(verdict, evidence="Hunter /email-verifier: unexpected answer of the mail server")
    data = _data(heard)
    if data is None:
        return Reply(None)
    status = _STATUS.get(text(data.get("status")) or "", "unknown")
    return Reply(AddressVerdict(email=question.email, status=status), _ONE_CREDIT, "Hunter /email-verifier")


async def reveal_person(link: Link, question: RevealPerson) -> Reply:
    """The address of a person whose whole name is known. An address costs a credit."""
    if not question.first_name or not question.last_name or "*" in question.last_name:
        return Reply(None)  # nothing that could be found
    asked = {"domain": question.domain, "first_name": question.first_name, "last_name": question.last_name}
    data = await _asked(link, "/email-finder", asked)
    email = text(data.get("email")) if data is not None else None
    if data is None or email is None:
        return Reply(None)
    status = text((inner(data, "verification", _NAME) or {}).get("status"))
    found = PersonFound(
        first_name=text(data.get("first_name")),
        last_name=text(data.get("last_name")),
        title=text(data.get("position")),
        linkedin_url=text(data.get("linkedin_url")),
        email=email,
        email_status=_STATUS.get(status or "", "unknown"),
        has_email=True,
    )
    return Reply(found, _ONE_CREDIT, f"Hunter /email-finder?domain={question.domain}")


async def _asked(link: Link, path: str, params: dict[str, str]) -> dict[str, Any] | None:
    return _data(await _heard(link, path, params))


async def _heard(link: Link, path: str, params: dict[str, str]) -> Heard:
    """The answer, unless it is still to come: asking again is free."""
    heard = await send(link, _MANNERS, "GET", f"{link.base_url.rstrip('/')}{path}?{urlencode(params)}")
    if heard.status == _UNDER_WAY:
        raise AnswerPending(provider=_NAME, retry_at=seconds_ahead(_ASK_AGAIN_AFTER_S))
    return heard


def _data(heard: Heard) -> dict[str, Any] | None:
    """The data of an answer, or None where Hunter found nothing."""
    if heard.status == _NOT_FOUND:
        return None
    answer = json_object(heard, _MANNERS)
    if "data" not in answer:
        raise AnswerGarbled("no data", provider=_NAME)
    return inner(answer, "data", _NAME)


PROVIDER = Provider(
    name=_NAME,
    title="Hunter",
    base_url="https://api.hunter.io/v2",
    needs_key=True,
    # What a credit costs depends on the plan: a default, to be overridden for each tenant.
    credit_price_usd=Decimal("0.03"),
    answers={FindPattern: find_pattern, VerifyAddress: verify_address, RevealPerson: reveal_person},
    billed=frozenset({FindPattern, VerifyAddress, RevealPerson}),
)
