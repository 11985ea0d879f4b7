"""ZeroBounce: whether an address takes mail, and whether it is one that nobody should write to."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    KeyRefused,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Bulk, Heard, Limit, Link, Provider, Reply
from actors.core.questions import AddressVerdict, VerifyAddress
from actors.providers.bulk import in_their_order
from actors.providers.fields import inners, text
from actors.providers.manners import Manners, Oddity, json_object, send

_NAME = "zerobounce"
_SHIELD = 403
_MANNERS = Manners(
    provider=_NAME,
    key_param="api_key",  # it knows no header for it
    deadline_s=60,
    answers=frozenset({200, _SHIELD}),
    # it blocks whoever asks too fast for a minute, and says so nowhere
    oddities=(Oddity(429, RateLimited, quiet_s=60),),
)
_BATCH_MANNERS = replace(_MANNERS, deadline_s=120, oddities=(Oddity(429, RateLimited, quiet_s=600),))
_MOST_AT_ONCE = 100
_ONE_CREDIT, _NOTHING = Decimal(1), Decimal(0)
# Addresses to try things out with: each has a verdict that is its name, and none is billed.
_SANDBOX = "@example.com"
_STATUS = {
    "valid": "deliverable",
    "catch-all": "accept_all",
    "do_not_mail": "risky",
    "abuse": "risky",
    "invalid": "undeliverable",
    # it takes mail, and whoever writes to it ruins the name of the sender
    "spamtrap": "undeliverable",
    "unknown": "unknown",
}
# Where the reason says more than the status does.
_BY_REASON = {
    ("do_not_mail", "disposable"): "disposable",
    ("invalid", "mailbox_quota_exceeded"): "risky",  # somebody has it, who may clear it up
    ("invalid", "mailbox_full"): "risky",
    ("unknown", "greylisted"): "pending",
}
# How long to wait before it is asked again what it could not tell, for nothing: the mail servers that put everybody
# off mostly want five minutes to have passed.
_GOOD_FOR_S = {"pending": 900.0, "unknown": 86_400.0}


async def verify_address(link: Link, question: VerifyAddress) -> Reply:
    """Whether the address takes mail. A verdict costs a credit, and nothing where it is unknown."""
    asked = urlencode({"email": question.email, "ip_address": ""})  # without the second it refuses
    answer = await _heard(link, "GET", f"/validate?{asked}", _MANNERS)
    if trouble := text(answer.get("error")):
        raise await _trouble(link, trouble)
    return _reply(answer, question)


async def verify_addresses(link: Link, questions: Sequence[VerifyAddress]) -> list[Reply | AgentError]:
    """The same for many at once, in their order. Each is billed as if it had been asked for alone, and once."""
    asked = list(dict.fromkeys(questions))
    if not asked:
        return []
    batch = [{"email_address": one.email, "ip_address": ""} for one in asked]
    answer = await _heard(link, "POST", "/validatebatch", _BATCH_MANNERS, {"email_batch": batch})
    if trouble := text(answer.get("error")):
        raise await _trouble(link, trouble)
    refused = {
        _address(one, "email_address"): one for one in inners({"errors": [], **answer}, "errors", _NAME)
    }
    if "all" in refused:
        raise await _trouble(link, text(refused["all"].get("error")) or "")
    # it answers in an order of its own, and in small letters
    told = {_address(one, "address"): one for one in inners(answer, "email_batch", _NAME)}
    outcomes = {
        one: _outcome(told.get(one.email.lower()), refused.get(one.email.lower()), one) for one in asked
    }
    return in_their_order(questions, outcomes)


def _outcome(
    told: dict[str, Any] | None, refused: dict[str, Any] | None, question: VerifyAddress
) -> Reply | AgentError:
    """What became of one address of many."""
    if refused is not None:
        if _is_of_the_account(text(refused.get("error")) or ""):  # they sufficed for those before it
            return QuotaExhausted("no credits are left for one address of many", provider=_NAME)
        return QuestionRefused("one address of many", provider=_NAME)
    if told is None:
        return AnswerGarbled("one address of many is missing", provider=_NAME)
    try:
        return _reply(told, question)
    except AgentError as error:
        return error


def _reply(told: dict[str, Any], question: VerifyAddress) -> Reply:
    said, reason = text(told.get("status")), text(told.get("sub_status"))
    if said is None:
        raise AnswerGarbled("no status", provider=_NAME)
    # a status of tomorrow is no proof of anything
    status = _BY_REASON.get((said, reason or ""), _STATUS.get(said, "unknown"))
    is_free = said == "unknown" or question.email.lower().endswith(_SANDBOX)
    verdict = AddressVerdict(email=question.email, status=status, sub_status=reason)
    return Reply(
        verdict,
        _NOTHING if is_free else _ONE_CREDIT,
        "ZeroBounce /validate",
        good_for_s=_GOOD_FOR_S.get(status),
    )


async def _trouble(link: Link, said: str) -> AgentError:
    """The error in an answer. A wrong key and used up credits are the same words: what is left tells them apart."""
    if not _is_of_the_account(said):
        return QuestionRefused("it says that something is wrong with it", provider=_NAME)
    left = (await _heard(link, "GET", "/getcredits", _MANNERS)).get("Credits")
    # as a text or as a number: -1 for a key that nobody has
    if str(left).lstrip("-").isdecimal() and int(str(left)) >= 0:
        return QuotaExhausted("no credits are left", provider=_NAME)
    return KeyRefused("nobody has this key", provider=_NAME)


async def _heard(
    link: Link, method: str, path: str, manners: Manners, content: dict[str, Any] | None = None
) -> dict[str, Any]:
    url = f"{link.base_url.rstrip('/')}{path}"
    heard: Heard = await send(link, manners, method, url, content=content)
    if heard.status == _SHIELD:
        detail = "its API Shield blocks us for a time, whatever the key: its account page says why"
        raise KeyRefused(detail, provider=_NAME)
    return json_object(heard, manners)


def _is_of_the_account(trouble: str) -> bool:
    return "api key" in trouble.lower() or "credit" in trouble.lower()


def _address(told: dict[str, Any], name: str) -> str:
    return (text(told.get(name)) or "").lower()


PROVIDER = Provider(
    name=_NAME,
    title="ZeroBounce",
    base_url="https://api.zerobounce.net/v2",
    needs_key=True,
    # What a credit costs depends on how many are bought: a default, to be overridden for each tenant.
    credit_price_usd=Decimal("0.008"),
    answers={VerifyAddress: verify_address},
    billed=frozenset({VerifyAddress}),
    bulk={VerifyAddress: Bulk(verify_addresses, _MOST_AT_ONCE)},
    trust=0.9,
    keeps_for_days=30,
    # Those for many at once, since whoever breaks them is blocked for ten minutes; one by one it takes far more.
    limits=(Limit(30, 60),),
)
