"""Finds the right person at a company, and an address that takes mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from actors.core.address_patterns.candidates import candidates
from actors.core.address_patterns.posterior import AddressPatterns
from actors.core.agent import agent
from actors.core.context import Context
from actors.core.errors import OptedOut
from actors.core.ledger import findings_in
from actors.core.outcome import Act, Done, Outcome, Skip, Snooze
from actors.core.people.ranking import wanted
from actors.core.questions import (
    AddressVerdict,
    Answer,
    FindMailExchangers,
    FindPattern,
    FindPeople,
    PersonFound,
    ProbeMailbox,
    Question,
    RevealPerson,
    VerifyAddress,
)
from actors.core.verification.address import Address as WellFormed
from actors.core.verification.address import read_address
from actors.core.verification.ladder import Verified, verify
from actors.core.verification.status import Status
from actors.events.contact import ContactVerified
from actors.events.lead import Company, LeadEnriched
from tenants.approvals import ActKind
from tenants.exclusions import DO_NOT_CONTACT, Exclusion, ExclusionKind, as_address
from tenants.icp import Persona
from tenants.identity import stable_id
from tenants.records import Contact, Finding, LeadProgress, Stage
from tenants.saved import Saved

AnswerT = TypeVar("AnswerT", bound=BaseModel)

DELIVERABLE = Status.DELIVERABLE
# What cannot be told from outside: mail may arrive or not. What is known to be wrong is never used.
_DOUBTFUL = frozenset({Status.ACCEPT_ALL, Status.RISKY, Status.UNKNOWN})
# A server that still asks us to come back after so many tries does so for ever.
_MOST_TRIES = 4
# Assumed: how often the pattern that a vendor names is the company's.
_TRUST_IN_PATTERN = 0.85
_MOST_CHECKS = 3
_WORTH_A_CHECK = 0.1

# What the values of an answer are called in the ledger; None: not kept.
_MOST_QUOTED = 400
_CALLED: dict[type[Question[Any]], dict[str, str | None]] = {
    # what whoever found the address claims of it; what a verifier says is another finding
    RevealPerson: {"provider_id": None, "has_email": None, "email_status": "claimed_email_status"},
    FindPattern: {"pattern": "email_pattern", "accept_all": "accepts_all_addresses"},
    VerifyAddress: {"email": None, "status": "email_status", "sub_status": "email_sub_status"},
    FindPeople: {"people": None},  # whom we do not pursue is not ours to keep: what they cost is
}
_OF_COMPANY = frozenset({FindPattern, FindPeople})


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address, how it stands, from whom it is, why, and when asking again will tell more, if it will."""

    email: str
    status: str
    source: str
    reasons: tuple[str, ...] = ()
    again_s: int | None = None


@agent(on=LeadEnriched, emits=(ContactVerified,))
async def contact_finder(event: LeadEnriched, ctx: Context) -> Outcome:
    """Finds the person that the tenant wants at this company, with an address that is known to take mail.

    Where its mail server asks to come back in a few minutes, that is what it does.
    """
    domain = event.account.domain
    if domain is None:
        return Skip("no domain is known for this company", missing="domain")
    notes = _Notes(ctx)
    mail = await notes.ask(FindMailExchangers(domain=domain))
    if mail.content is None or not mail.content.hosts:
        return Skip("the domain takes no mail", missing="mail exchanger")
    person = await _best_person(domain, notes, ctx.config.personas)
    if person is None:
        paid = notes.paid_for_nothing(event.account_id)
        return Skip("nobody there matches the persona", missing="person", save=paid)
    try:
        revealed, address = await _with_address(person, event.account, domain, notes)
    except OptedOut as objection:
        # of who objected nothing is kept but what was paid, and that the address is to be left alone
        kept: tuple[Saved, ...] = (*notes.paid_for_nothing(event.account_id), *notes.objected(objection))
        return Skip("the person objected to being processed", save=kept)
    if address is not None and (reason := await _reason_against(address.email, ctx)) is not None:
        return Skip(reason, save=notes.paid_for_nothing(event.account_id))
    if address is not None and address.again_s is not None and ctx.attempt < _MOST_TRIES:
        return Snooze(ctx.now + timedelta(seconds=address.again_s), "its mail server asks to come back")
    contact = _contact(revealed, address, event, ctx)
    findings = notes.findings(contact)
    acts: tuple[Act, ...] = ()
    if address is not None and address.status in _DOUBTFUL and _may_use_doubtful(ctx):
        acts = (Act(ActKind.UNVERIFIED_ADDRESS, f"the address is {address.status.replace('_', ' ')}"),)
    elif address is None or address.status != DELIVERABLE:
        status = address.status if address is not None else "none"
        why = f": {'; '.join(address.reasons)}" if address is not None and address.reasons else ""
        return Skip(
            f"no deliverable address (best: {status}){why}", missing="email", save=(contact, *findings)
        )
    said = ContactVerified(
        lead_id=event.lead_id,
        account_id=event.account_id,
        contact_id=contact.id,
        email_status=address.status,
        email_source=address.source,
    )
    progress = LeadProgress(lead_id=event.lead_id, stage=Stage.CONTACTABLE, contact_id=contact.id)
    return Done(
        save=(contact, progress, *findings),
        say=(said,),
        output={"title": contact.title, "email_status": address.status},
        acts=acts,
    )


def _may_use_doubtful(ctx: Context) -> bool:
    """Whether the tenant wants to hear of addresses that nobody could verify."""
    return ctx.config.approvals.unverified_address != "never"


async def _reason_against(email: str, ctx: Context) -> str | None:
    """Why the tenant leaves this person alone, or None where it does not."""
    excluded = await ctx.excluded(emails=[as_address(email)])
    return next(iter(excluded.values()), None)


async def _best_person(domain: str, notes: "_Notes", personas: Sequence[Persona]) -> PersonFound | None:
    for persona in personas:
        found = await notes.ask(FindPeople(domain=domain, persona=persona))
        if found.content is not None and (people := wanted(found.content.people, persona)):
            return people[0]
    return None


async def _with_address(
    person: PersonFound, company: Company, domain: str, notes: "_Notes"
) -> tuple[PersonFound, Address | None]:
    """The person in full, with the address that a provider gives, else the likeliest that takes mail."""
    question = RevealPerson(
        domain=domain,
        provider_id=person.provider_id,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    answer = await notes.ask(question)
    revealed = answer.content or person
    if revealed.email is not None and is_well_formed(revealed.email):
        if revealed.email_status == DELIVERABLE:
            return revealed, Address(revealed.email, DELIVERABLE, answer.provider)
        return revealed, await _verified(revealed.email, answer.provider, notes)
    return revealed, await _guessed(revealed, company, domain, notes)


async def _guessed(person: PersonFound, company: Company, domain: str, notes: "_Notes") -> Address | None:
    """The likeliest addresses, checked one after the other until one takes mail or no check can tell."""
    answer = await notes.ask(FindPattern(domain=domain))
    said = answer.content.pattern if answer.content is not None else None
    best: Address | None = None
    for guess in guesses(said, answer.provider, person, company, domain):
        address = await _verified(guess, "pattern", notes)
        # a server that takes every name, or wants us to come back, says the same of the next guess
        if address.status in {DELIVERABLE, Status.ACCEPT_ALL} or address.again_s is not None:
            return address
        if best is None or (address.status in _DOUBTFUL and best.status not in _DOUBTFUL):
            best = address
    return best


def guesses(
    pattern: str | None, vendor: str, person: PersonFound, company: Company, domain: str
) -> tuple[str, ...]:
    """The addresses worth a check, the likeliest first; none where a name is missing or shown in part.

    Each check is billed. Without its likeliest address nobody is reached, so that one is always worth it.
    """
    known = AddressPatterns(company.employees, company.country or "")
    if pattern is not None:
        known = known.stated(pattern, _TRUST_IN_PATTERN, vendor)
    listed = candidates(known, person.first_name or "", person.last_name or "", known.country, domain)
    formed = [one for one in listed if is_well_formed(one.email)]
    return tuple(
        one.email
        for place, one in enumerate(formed[:_MOST_CHECKS])
        if place == 0 or one.probability >= _WORTH_A_CHECK
    )


async def _verified(email: str, source: str, notes: "_Notes") -> Address:
    verified = await verify(email, notes.ask)
    notes.found_out(verified)
    verdict = verified.verdict
    if verdict.status is Status.PENDING:
        return Address(email, Status.UNKNOWN, source, verdict.reasons, verdict.retry_after_s)
    return Address(email, verdict.status, source, verdict.reasons)


class _Notes:
    """What was asked about a person, and what came: each value with its source and price."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._answers: list[tuple[type[Question[Any]], Answer[Any]]] = []
        self._mail: dict[Question[Any], Answer[Any]] = {}
        self._last_email: str | None = None

    async def ask(self, question: Question[AnswerT]) -> Answer[AnswerT]:
        """The answer, noted. Name servers are asked once for each domain."""
        if isinstance(question, FindMailExchangers) and question in self._mail:
            return self._mail[question]
        self._last_email = question.email if isinstance(question, VerifyAddress | ProbeMailbox) else None
        answer = await self._ctx.ask(question)
        if isinstance(question, FindMailExchangers):
            self._mail[question] = answer
        elif type(question) in _CALLED:
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
        """All that came, of the contact or its company. What the contact has stands, if it came from there first."""
        found: list[Finding] = []
        standing: set[str] = set()
        for kind, answer in self._answers:
            of_company = kind in _OF_COMPANY
            subject_id = contact.account_id if of_company else contact.id
            for one in findings_in(answer, subject_id, self._ctx.now, _CALLED[kind]):
                stands = of_company or getattr(contact, one.field, None) == one.value
                is_current = stands and one.value is not None and one.field not in standing
                standing |= {one.field} if is_current else set()
                found.append(one.model_copy(update={"is_current": is_current}))
        return _added_up(found)

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
        """What was paid, without what came."""
        return _added_up(
            one
            for _, answer in self._answers
            for one in findings_in(
                answer.model_copy(update={"content": None, "evidence": "withheld"}), account_id, self._ctx.now
            )
        )


def _added_up(found: Iterable[Finding]) -> tuple[Finding, ...]:
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


def is_well_formed(email: str) -> bool:
    """Whether the text is an address that business mail can be sent to."""
    address = read_address(email)
    return isinstance(address, WellFormed) and address.unfit is None


def _contact(person: PersonFound, address: Address | None, event: LeadEnriched, ctx: Context) -> Contact:
    full_name = " ".join(filter(None, (person.first_name, person.last_name))) or "unknown"
    return Contact(
        id=stable_id(ctx.tenant_id, "contact", event.account_id, person.provider_id or full_name.lower()),
        account_id=event.account_id,
        full_name=full_name,
        first_name=person.first_name,
        last_name=person.last_name,
        title=person.title,
        seniority=person.seniority,
        department=person.department,
        country=person.country,
        email=address.email if address is not None else None,
        email_status=address.status if address is not None else None,
        email_source=address.source if address is not None else None,
        linkedin_url=person.linkedin_url,
        source="people search",
    )
