"""The verdict on an address, from all that was found out about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from actors.core.verification.address import Malformed, Unfit
from actors.core.verification.facts import RANDOM_NAMES, DomainMail, Facts, HostProbe
from actors.core.verification.hosts import MailHost, mail_host
from actors.core.verification.kinds import Kind, kind_of
from actors.core.verification.replies import Meaning, Reading
from actors.core.verification.status import Status
from actors.core.verification.typos import suggestion
from actors.core.verification.witnesses import (
    SURE,
    TOOK_THIS_ONE,
    chance,
    log_odds,
    reliability,
    weight_of,
)

_SOONEST_S, _LATEST_S = 300, 900  # a greylisting ends after five minutes, most often
_HOUR_S, _DAY_S = 3_600, 86_400

_DEAD = {
    Meaning.NO_SUCH_MAILBOX: 0.99,
    Meaning.NO_MAIL_HERE: 0.99,
    Meaning.DISABLED: 0.97,
    Meaning.MOVED: 0.95,
}
_FLAWED = frozenset({Meaning.FULL, Meaning.RESTRICTED})
_TELLING = frozenset({Meaning.ACCEPTED, *_DEAD, *_FLAWED})
# When it is worth asking again, where a server has not told.
_AGAIN_S = {
    Meaning.TRY_LATER: _LATEST_S,
    Meaning.TOO_MANY: _HOUR_S,
    Meaning.BLOCKED: _DAY_S,
}
# They take mail for whatever name, and turn it away later, if at all.
_TAKE_ALL = frozenset(
    {MailHost.YAHOO, MailHost.MIMECAST, MailHost.PROOFPOINT, MailHost.CISCO, MailHost.GATEWAY}
)
_OPEN = frozenset({Status.UNKNOWN, Status.PENDING})
# What a vendor may say where nobody knows whether a mailbox takes mail.
_NEITHER = frozenset({Status.ACCEPT_ALL, Status.RISKY, Status.DISPOSABLE})
# A host that only has the domain's name is a website more often than a mail server.
_IMPLICIT = log_odds(1 / 3)
_GONE = {
    DomainMail.NO_SUCH_DOMAIN: 0.99,
    DomainMail.TAKES_NO_MAIL: 1.0,
    DomainMail.NO_HOST: 0.99,
}
#: how long a verdict keeps. The dead stay dead; people leave companies, a quarter of them within a year
KEEPS_DAYS = {
    Status.DELIVERABLE: 90,
    Status.ACCEPT_ALL: 30,
    Status.RISKY: 14,
    Status.DISPOSABLE: 365,
    Status.UNDELIVERABLE: 180,
    Status.UNKNOWN: 1,
    Status.PENDING: 0,
}
_MALFORMED_DAYS = 3_650
_GONE_DAYS = 30  # domains come back


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an address stands, and why.

    `confidence` is how likely that is true, and 0 where nothing is said. `retry_after_s` is when asking again may
    tell more, None where it won't. `keeps_for_days` is how long nobody has to ask again: asking costs reputation.
    `is_role` and `is_free` are told beside the status and never change it: a live info@ is deliverable, and whether
    desks are written to is the tenant's policy. `suggestion` is the domain that was perhaps meant.
    """

    status: Status
    reasons: tuple[str, ...]
    retry_after_s: int | None = None
    keeps_for_days: int = 0
    confidence: float = 0.0
    is_role: bool = False
    is_free: bool = False
    suggestion: str | None = None


def judge(facts: Facts) -> Verdict:
    """The verdict on an address.

    What is certainly dead is said first, whatever the address is besides; then that it is thrown away; then what
    servers and vendors say together.
    """
    address = facts.address
    if isinstance(address, Malformed):
        return Verdict(Status.UNDELIVERABLE, (str(address.fault),), None, _MALFORMED_DAYS, 1.0)
    kind = kind_of(address)
    verdict = _of_domain(facts) or _with_vendors(_of_servers(facts), facts)
    if verdict.status is not Status.UNDELIVERABLE:
        if kind is Kind.DISPOSABLE or _is_called_disposable(facts):
            verdict = _verdict(Status.DISPOSABLE, 0.99, "made to be thrown away", *verdict.reasons)
        elif address.unfit is not None and verdict.status is Status.DELIVERABLE:
            verdict = _verdict(Status.RISKY, verdict.confidence, str(address.unfit), *verdict.reasons)
    return replace(
        verdict,
        is_role=kind is Kind.ROLE,
        is_free=kind is Kind.FREE,
        suggestion=suggestion(address.domain),
    )


def _of_domain(facts: Facts) -> Verdict | None:
    """The verdict where the domain alone decides it."""
    if not isinstance(facts.address, Malformed) and facts.address.unfit is Unfit.NUMBERED:
        return Verdict(Status.UNDELIVERABLE, (str(facts.address.unfit),), None, _MALFORMED_DAYS, 1.0)
    if facts.mail in _GONE:
        return Verdict(Status.UNDELIVERABLE, (str(facts.mail),), None, _GONE_DAYS, _GONE[facts.mail])
    return None


def _of_servers(facts: Facts) -> Verdict:
    """What the domain's mail servers say: the first, by preference, that tells anything of the address."""
    if facts.mail is DomainMail.NO_ANSWER:
        return _verdict(Status.UNKNOWN, 0.0, str(facts.mail), again_s=_HOUR_S)
    answers = [
        _of_answer(one, one.wanted) for one in facts.probes if one.wanted is not None and _tells(one.wanted)
    ]
    if answers:
        return next((one for one in answers if one.status not in _OPEN), answers[0])
    readings = [one.wanted for one in facts.probes if one.wanted is not None]
    if facts.exchangers and mail_host(facts.exchangers[0]) is MailHost.YAHOO:
        return _verdict(Status.ACCEPT_ALL, 0.9, "its mail servers take every name")
    if not readings:
        said = "no mail server was reached" if facts.probes else "no mail server was asked"
        return _verdict(Status.UNKNOWN, 0.0, said, again_s=_HOUR_S if facts.probes else None)
    return _of_silence(readings)


def _tells(reading: Reading) -> bool:
    """Whether a reply says anything of the mailbox. That it is dead is never said for the time being."""
    return reading.meaning in _TELLING and not (reading.is_soft and reading.meaning in _DEAD)


def _of_answer(probe: HostProbe, wanted: Reading) -> Verdict:
    if wanted.meaning in _DEAD:
        return _verdict(Status.UNDELIVERABLE, _DEAD[wanted.meaning], str(wanted.meaning))
    if wanted.meaning is not Meaning.ACCEPTED:
        return _verdict(Status.RISKY, 0.9, str(wanted.meaning))
    taken = sum(one.meaning is Meaning.ACCEPTED for one in probe.random)
    refused = sum(one.meaning in _DEAD and _tells(one) for one in probe.random)
    if taken >= RANDOM_NAMES and not refused:
        return _verdict(Status.ACCEPT_ALL, 0.95, "the server takes names that nobody has")
    if refused and not taken:
        return _verdict(Status.DELIVERABLE, TOOK_THIS_ONE, "the server takes this name and refuses others")
    if refused:
        return _verdict(Status.UNKNOWN, 0.0, "the server takes some names that nobody has", again_s=_DAY_S)
    if probe.host in _TAKE_ALL:
        return _verdict(Status.ACCEPT_ALL, 0.9, "its mail servers take every name")
    if any(one.meaning is Meaning.GREYLISTED for one in probe.random):
        return _of_silence(probe.random)
    return _verdict(Status.UNKNOWN, 0.0, "the server takes this name, perhaps every name", again_s=_HOUR_S)


def _of_silence(readings: Sequence[Reading]) -> Verdict:
    """Where no server has told: what is worth waiting for first, then what was said."""
    greylisted = [one for one in readings if one.meaning is Meaning.GREYLISTED]
    if greylisted:
        asked_s = max(one.retry_after_s or _SOONEST_S for one in greylisted)
        again_s = min(_LATEST_S, max(_SOONEST_S, asked_s))
        return _verdict(Status.PENDING, 0.0, str(Meaning.GREYLISTED), again_s=again_s)
    said = dict.fromkeys(str(one.meaning) for one in readings)
    waits = [_AGAIN_S[one.meaning] for one in readings if one.meaning in _AGAIN_S]
    return _verdict(Status.UNKNOWN, 0.0, *said, again_s=min(waits, default=None))


def _with_vendors(ours: Verdict, facts: Facts) -> Verdict:
    """Our own verdict and those of vendors, weighed. What a server said of the mailbox itself outweighs them."""
    if not facts.vendors or ours.status in {Status.UNDELIVERABLE, Status.RISKY}:
        return ours
    is_taken = ours.status is Status.DELIVERABLE
    weight = weight_of(facts.vendors)
    if is_taken:
        weight += log_odds(TOOK_THIS_ONE)
    elif facts.mail is DomainMail.IMPLICIT:
        weight += _IMPLICIT
    sure = chance(weight)
    said = (*ours.reasons, *(f"{one.provider} says {one.status}" for one in facts.vendors))
    if sure <= 1 - SURE and not is_taken:
        return _verdict(Status.UNDELIVERABLE, 1 - sure, *said)
    if is_taken and sure < SURE:
        return _verdict(Status.RISKY, 0.9, *said)
    if ours.status is Status.ACCEPT_ALL:
        return replace(ours, reasons=said)
    if sure >= SURE:
        return _verdict(Status.DELIVERABLE, sure, *said)
    return _by_other_words(ours, facts, said)


def _by_other_words(ours: Verdict, facts: Facts, said: tuple[str, ...]) -> Verdict:
    """Where nobody says that it takes mail, or that it does not: what the most reliable vendor says of it."""
    others = [one for one in facts.vendors if one.status in _NEITHER]
    best = max(others, key=lambda one: reliability(one.right, one.wrong), default=None)
    if best is None or ours.status is Status.PENDING:  # in a few minutes the server will have told
        return replace(ours, reasons=said)
    return _verdict(best.status, reliability(best.right, best.wrong), *said)


def _is_called_disposable(facts: Facts) -> bool:
    """Whether a vendor whose word is good says so: lists differ, and none has all."""
    said = [one for one in facts.vendors if one.status is Status.DISPOSABLE]
    return any(reliability(one.right, one.wrong) >= SURE for one in said)


def _verdict(status: Status, confidence: float, *reasons: str, again_s: int | None = None) -> Verdict:
    return Verdict(status, reasons, again_s, KEEPS_DAYS[status], confidence)
