"""What was asked about a company's people, and what came: each value with its source and price."""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from actors.core.context import Context
from actors.core.errors import OptedOut
from actors.core.ledger import findings_in
from actors.core.questions import (
    AddressVerdict,
    Answer,
    FindMailExchangers,
    FindPattern,
    FindPeople,
    ProbeMailbox,
    Question,
    RevealPerson,
    VerifyAddress,
)
from actors.core.verification.ladder import Verified
from tenants.exclusions import DO_NOT_CONTACT, Exclusion, ExclusionKind, as_address
from tenants.records import Contact, Finding, TrackRecord

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_MOST_QUOTED = 400
# What the values of an answer are called in the ledger; None: not kept.
_CALLED: dict[type[Question[Any]], dict[str, str | None]] = {
    # what whoever found the address claims of it; what a verifier says is another finding
    RevealPerson: {"provider_id": None, "has_email": None, "email_status": "claimed_email_status"},
    FindPattern: {"pattern": "email_pattern", "accept_all": "accepts_all_addresses"},
    VerifyAddress: {"email": None, "status": "email_status", "sub_status": "email_sub_status"},
    FindPeople: {"people": None},  # whom we do not pursue is not ours to keep: what they cost is
}
_OF_COMPANY = frozenset({FindMailExchangers, FindPattern, FindPeople})
# what is the same for everybody there is asked once
_ONCE = frozenset({FindMailExchangers, FindPattern})


class CompanyNotes:
    """What was asked about a company as a whole."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._answers: list[tuple[type[Question[Any]], Answer[Any]]] = []
        self._once: dict[Question[Any], Answer[Any]] = {}
        self._records: dict[tuple[str, str], TrackRecord] | None = None

    async def ask(self, question: Question[AnswerT], *, besides: Collection[str] = ()) -> Answer[AnswerT]:
        """The answer, noted."""
        if question in self._once:
            return self._once[question]
        answer = await self._ctx.ask(question, besides=besides)
        if type(question) in _ONCE:
            self._once[question] = answer
        if type(question) in _CALLED:
            self._answers.append((type(question), answer))
        return answer

    async def record_of(self, source: str, claim: str) -> TrackRecord | None:
        """How right this source was so far in such claims; None where none of them was put to the test."""
        if self._records is None:
            self._records = {(one.source, one.claim): one for one in await self._ctx.track_records()}
        return self._records.get((source, claim))

    def findings(self, account_id: UUID) -> tuple[Finding, ...]:
        """All that came; of each field the first value stands."""
        found: list[Finding] = []
        standing: set[str] = set()
        for kind, answer in self._answers:
            for one in findings_in(answer, account_id, self._ctx.now, _CALLED[kind]):
                is_current = one.value is not None and one.field not in standing
                standing |= {one.field} if is_current else set()
                found.append(one.model_copy(update={"is_current": is_current}))
        return added_up(found)


class PersonNotes:
    """What was asked about one person there. What concerns the company as a whole is noted of the company."""

    def __init__(self, ctx: Context, company: CompanyNotes) -> None:
        self._ctx = ctx
        self._answers: list[tuple[type[Question[Any]], Answer[Any]]] = []
        self._last_email: str | None = None
        self.company = company

    async def ask(self, question: Question[AnswerT], *, besides: Collection[str] = ()) -> Answer[AnswerT]:
        """The answer, noted."""
        self._last_email = question.email if isinstance(question, VerifyAddress | ProbeMailbox) else None
        if type(question) in _OF_COMPANY:
            return await self.company.ask(question, besides=besides)
        answer = await self._ctx.ask(question, besides=besides)
        if type(question) in _CALLED:
            self._answers.append((type(question), answer))
        return answer

    def found_out(self, verified: Verified) -> None:
        """What mail servers themselves said of an address, in so far as they told anything."""
        if verified.by_servers:
            told = AddressVerdict(email=verified.email, status=verified.verdict.status)
            answer: Answer[Any] = Answer(
                provider="mailbox",
                content=told,
                evidence="; ".join(verified.verdict.reasons),
                quotes={"email_status": "\n".join(verified.transcript)[-_MOST_QUOTED:]},
                confidence=verified.verdict.confidence,
                licence="what mail servers say to anybody",
                keeps_for_days=verified.verdict.keeps_for_days,
            )
            self._answers.append((VerifyAddress, answer))

    def findings(self, contact: Contact) -> tuple[Finding, ...]:
        """All that came of this contact. What the contact has stands, if it came from there first."""
        found: list[Finding] = []
        standing: set[str] = set()
        for kind, answer in self._answers:
            for one in findings_in(answer, contact.id, self._ctx.now, _CALLED[kind]):
                stands = one.value is not None and getattr(contact, one.field, None) == one.value
                is_current = stands and one.field not in standing
                standing |= {one.field} if is_current else set()
                found.append(one.model_copy(update={"is_current": is_current}))
        return added_up(found)

    def objected(self, objection: OptedOut) -> tuple[Exclusion, ...]:
        """The address that was asked about when somebody told of the objection, to be left alone; none: not known."""
        if self._last_email is None:
            return ()
        return (
            Exclusion(
                kind=ExclusionKind.EMAIL,
                value=as_address(self._last_email),
                reason=DO_NOT_CONTACT,
                source=objection.provider or "objection",
            ),
        )

    def paid_for_nothing(self, account_id: UUID) -> tuple[Finding, ...]:
        """What was paid, without what came: of who is left alone nothing else is kept."""
        return added_up(
            one
            for _, answer in self._answers
            for one in findings_in(
                answer.model_copy(update={"content": None, "evidence": "withheld"}), account_id, self._ctx.now
            )
        )


def added_up(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each kind once: what one provider said twice of one field cost what both have cost.

    Of what was said of several addresses, that of the contact's own is kept.
    """
    kept: dict[tuple[UUID, str, str], Finding] = {}
    for one in found:
        place = one.subject_id, one.field, one.provider
        before = kept.get(place)
        cost = one.cost_usd + (before.cost_usd if before is not None else 0)
        best = one if before is None or (one.is_current and not before.is_current) else before
        kept[place] = best.model_copy(update={"cost_usd": cost})
    return tuple(kept.values())
