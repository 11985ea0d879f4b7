"""How a person is reached: the address that a source gives, else the likeliest by how the company writes them."""

from collections.abc import Iterable
from dataclasses import dataclass

from actors.core.address_patterns.candidates import candidates
from actors.core.address_patterns.posterior import AddressPatterns
from actors.core.people.notes import PersonNotes
from actors.core.questions import FindPattern, PersonFound, RevealPerson
from actors.core.verification.address import Address as WellFormed
from actors.core.verification.address import read_address
from actors.core.verification.ladder import verify
from actors.core.verification.status import Status
from actors.core.verification.witnesses import is_reliable
from actors.events.lead import Company
from tenants.records import Contact

#: what cannot be told from outside: mail may arrive or not. What is known to be wrong is never used
DOUBTFUL = frozenset({Status.ACCEPT_ALL, Status.RISKY, Status.UNKNOWN})
# Assumed: how often the pattern that a vendor names is the company's.
_TRUST_IN_PATTERN = 0.85
_MOST_CHECKS = 3
_WORTH_A_CHECK = 0.1


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address, how it stands, from whom it is, why, and when asking again will tell more, if it will."""

    email: str
    status: str
    source: str
    reasons: tuple[str, ...] = ()
    again_s: int | None = None


async def reach(
    person: PersonFound, company: Company, domain: str, notes: PersonNotes, others: Iterable[Contact]
) -> tuple[PersonFound, Address | None]:
    """The person in full, with the address that a provider gives, else the likeliest that takes mail.

    `others` are the contacts with an address that are known there already. Raises OptedOut where somebody tells that
    the person objected.
    """
    question = RevealPerson(
        domain=domain,
        provider_id=person.provider_id,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    answer = await notes.ask(question)
    revealed = answer.content or person
    if revealed.email is not None and is_well_formed(revealed.email):
        claims = [await notes.company.record_of(answer.provider, one) for one in ("email", "email_status")]
        if revealed.email_status == Status.DELIVERABLE and all(map(is_reliable, claims)):
            return revealed, Address(revealed.email, Status.DELIVERABLE, answer.provider)
        return revealed, await _verified(revealed.email, answer.provider, notes)
    return revealed, await _guessed(revealed, company, domain, notes, tuple(others))


async def _guessed(
    person: PersonFound, company: Company, domain: str, notes: PersonNotes, others: tuple[Contact, ...]
) -> Address | None:
    """The likeliest addresses, checked one after the other until one takes mail or no check can tell."""
    answer = await notes.ask(FindPattern(domain=domain))
    said = answer.content.pattern if answer.content is not None else None
    best: Address | None = None
    for guess in guesses(said, answer.provider, person, company, domain, others):
        address = await _verified(guess, "pattern", notes)
        # a server that takes every name, or wants us to come back, says the same of the next guess
        if address.status in {Status.DELIVERABLE, Status.ACCEPT_ALL} or address.again_s is not None:
            return address
        if best is None or (address.status in DOUBTFUL and best.status not in DOUBTFUL):
            best = address
    return best


def guesses(
    pattern: str | None,
    vendor: str,
    person: PersonFound,
    company: Company,
    domain: str,
    others: Iterable[Contact] = (),
) -> tuple[str, ...]:
    """The addresses worth a check, the likeliest first; none where a name is missing or shown in part.

    Each check is billed. Without its likeliest address nobody is reached, so that one is always worth it. What is
    known to be dead, or to be somebody else's, is none of them.
    """
    known = AddressPatterns(company.employees, company.country or "")
    if pattern is not None:
        known = known.stated(pattern, _TRUST_IN_PATTERN, vendor)
    taken = set()
    for other in others:
        if other.email is not None and other.email_status in {Status.DELIVERABLE, Status.UNDELIVERABLE}:
            taken.add(other.email.lower())
            seen = known.observed if other.email_status == Status.DELIVERABLE else known.bounced
            known = seen(other.email, other.first_name or "", other.last_name or "")
    listed = candidates(known, person.first_name or "", person.last_name or "", known.country, domain)
    formed = [one for one in listed if is_well_formed(one.email) and one.email.lower() not in taken]
    return tuple(
        one.email
        for place, one in enumerate(formed[:_MOST_CHECKS])
        if place == 0 or one.probability >= _WORTH_A_CHECK
    )


def is_well_formed(email: str) -> bool:
    """Whether the text is an address that business mail can be sent to."""
    address = read_address(email)
    return isinstance(address, WellFormed) and address.unfit is None


async def _verified(email: str, source: str, notes: PersonNotes) -> Address:
    verified = await verify(email, notes.ask, notes.company.record_of)
    notes.found_out(verified)
    verdict = verified.verdict
    if verdict.status is Status.PENDING:
        return Address(email, Status.UNKNOWN, source, verdict.reasons, verdict.retry_after_s)
    return Address(email, verdict.status, source, verdict.reasons)
