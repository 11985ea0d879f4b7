"""NeverBounce: whether an address takes mail, asked when a person is found, and not for whole lists."""

from decimal import Decimal
from typing import Any

from actors.core.errors import (
    QUIET_AFTER_RATE_LIMIT,
    AgentError,
    AnswerGarbled,
    KeyRefused,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Limit, Link, Provider, Reply
from actors.core.questions import AddressVerdict, VerifyAddress
from actors.providers.fields import part, text, texts, whole
from actors.providers.manners import Manners, json_object, seconds_ahead, send

_NAME = "neverbounce"
_IT_TRIES_FOR_S = 20
_MANNERS = Manners(
    provider=_NAME,
    key_param="key",  # it knows no header for it; in the content it ends up in no log
    deadline_s=_IT_TRIES_FOR_S + 15,  # the way there and back is not in its own count
)
_ONE_CREDIT = Decimal(1)
_STATUS = {
    "valid": "deliverable",
    "catchall": "accept_all",
    "disposable": "disposable",
    "invalid": "undeliverable",
}
# The flags that say more than the result does, the weightiest first. The others tell how it was found out.
_TELLING = (
    "spamtrap_network",
    "bad_syntax",
    "disposable_email",
    "role_account",
    "spelling_mistake",
    "connect_fails",
    "free_email_host",
)


async def verify_address(link: Link, question: VerifyAddress) -> Reply:
    """Whether the address takes mail. Each verdict costs a credit, also one that says nothing, and again each time."""
    content = {"email": question.email, "credits_info": 1, "timeout": _IT_TRIES_FOR_S}
    url = f"{link.base_url.rstrip('/')}/single/check"
    answer = json_object(await send(link, _MANNERS, "POST", url, content=content), _MANNERS)
    if (error := _trouble(answer)) is not None:
        raise error
    result = text(answer.get("result"))
    if result is None:
        raise AnswerGarbled("no result", provider=_NAME)
    flags = texts(answer.get("flags")) or ()
    reason = next((flag for flag in _TELLING if flag in flags), None)
    status = _STATUS.get(result, "unknown")
    if status == "deliverable" and reason == "spamtrap_network":
        status = "risky"
    verdict = AddressVerdict(email=question.email, status=status, sub_status=reason)
    return Reply(verdict, _billed(answer), "NeverBounce /single/check")


def _billed(answer: dict[str, Any]) -> Decimal:
    """What it says that this call has cost; those credits that it gives away each month cost nothing."""
    paid = whole(part(answer, "credits_info").get("paid_credits_used"))
    return _ONE_CREDIT if paid is None else min(_ONE_CREDIT, Decimal(paid))


def _trouble(answer: dict[str, Any]) -> AgentError | None:
    """The error in an answer, all of which come with a status of 200; None where there is none."""
    status = text(answer.get("status"))
    if status == "success":
        return None
    if status == "auth_failure":
        return KeyRefused("it says auth_failure", provider=_NAME)
    if status == "bad_referrer":
        return KeyRefused(
            "it does not trust the address that we ask from: see Trusted Domains", provider=_NAME
        )
    if status == "throttle_triggered":  # and never for how long
        quiet = seconds_ahead(QUIET_AFTER_RATE_LIMIT.total_seconds())
        return RateLimited("it says throttle_triggered", provider=_NAME, retry_at=quiet)
    if status == "temp_unavail":
        return ProviderDown("it says temp_unavail", provider=_NAME)
    if status == "general_failure":
        if "credit" in (text(answer.get("message")) or "").lower():
            return QuotaExhausted("no credits are left", provider=_NAME)
        return QuestionRefused("it says general_failure", provider=_NAME)
    return AnswerGarbled("no status that we know", provider=_NAME)


PROVIDER = Provider(
    name=_NAME,
    title="NeverBounce",
    base_url="https://api.neverbounce.com/v4.2",
    needs_key=True,
    # What a credit costs depends on how many are bought: a default, to be overridden for each tenant.
    credit_price_usd=Decimal("0.008"),
    answers={VerifyAddress: verify_address},
    billed=frozenset({VerifyAddress}),
    trust=0.85,
    keeps_for_days=30,
    # It names no rate, and locks the account of whoever walks through a list this way: slow on purpose.
    limits=(Limit(5, 1), Limit(60, 60)),
)
