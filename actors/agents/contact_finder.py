"""Finds the right person at a company, and an address that takes mail."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.errors import OptedOut
from actors.core.outcome import Act, Done, Outcome, Skip
from actors.core.questions import (
    FindMailExchangers,
    FindPattern,
    FindPeople,
    PersonFound,
    RevealPerson,
    VerifyAddress,
)
from actors.events.contact import ContactVerified
from actors.events.lead import LeadEnriched
from tenants.approvals import ActKind
from tenants.icp import Persona, has_words
from tenants.identity import stable_id
from tenants.records import Contact, LeadProgress, Stage

DELIVERABLE = "deliverable"
# What cannot be told from outside: mail may arrive or not. What is known to be wrong is never used.
_DOUBTFUL = frozenset({"accept_all", "risky", "unknown"})
_MOST_LIKELY_PATTERN = "{first}.{last}"
# Letters that are no accented ones, as addresses write them.
_AS_IN_ADDRESSES = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\u0131": "i",
    }
)
_SENIORITY = (
    "founder",
    "owner",
    "c_suite",
    "partner",
    "vp",
    "head",
    "director",
    "manager",
    "senior",
    "entry",
    "intern",
)


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address, what is known of it, and from whom."""

    email: str
    status: str
    source: str


@agent(on=LeadEnriched, emits=(ContactVerified,))
async def contact_finder(event: LeadEnriched, ctx: Context) -> Outcome:
    """Finds the person that the tenant wants at this company, with an address that is known to take mail."""
    domain = event.account.domain
    if domain is None:
        return Skip("no domain is known for this company", missing="domain")
    mail = await ctx.ask(FindMailExchangers(domain=domain))
    if mail.content is None or not mail.content.hosts:
        return Skip("the domain takes no mail", missing="mail exchanger")
    person = await _best_person(domain, ctx)
    if person is None:
        return Skip("nobody there matches the persona", missing="person")
    try:
        revealed, address = await _with_address(person, domain, ctx)
    except OptedOut:
        return Skip("the person objected to being processed")
    contact = _contact(revealed, address, event, ctx)
    acts: tuple[Act, ...] = ()
    if address is not None and address.status in _DOUBTFUL and _may_use_doubtful(ctx):
        acts = (Act(ActKind.UNVERIFIED_ADDRESS, f"the address is {address.status.replace('_', ' ')}"),)
    elif address is None or address.status != DELIVERABLE:
        status = address.status if address is not None else "none"
        return Skip(f"no deliverable address (best: {status})", missing="email", save=(contact,))
    said = ContactVerified(
        lead_id=event.lead_id,
        account_id=event.account_id,
        contact_id=contact.id,
        email_status=address.status,
        email_source=address.source,
    )
    progress = LeadProgress(lead_id=event.lead_id, stage=Stage.CONTACTABLE, contact_id=contact.id)
    return Done(
        save=(contact, progress),
        say=(said,),
        output={"title": contact.title, "email_status": address.status},
        acts=acts,
    )


def _may_use_doubtful(ctx: Context) -> bool:
    """Whether the tenant wants to hear of addresses that nobody could verify."""
    return ctx.config.approvals.unverified_address != "never"


async def _best_person(domain: str, ctx: Context) -> PersonFound | None:
    for persona in ctx.config.personas:
        found = await ctx.ask(FindPeople(domain=domain, persona=persona))
        if found.content is not None and found.content.people:
            return rank(found.content.people, persona)[0]
    return None


def rank(people: Sequence[PersonFound], persona: Persona) -> list[PersonFound]:
    """The people, the most wanted first: title as asked for, then department, seniority, and an address known."""

    def standing(person: PersonFound) -> tuple[int, int, int, int, str]:
        title = person.title or ""
        by_title = next(
            (n for n, wanted in enumerate(persona.titles) if has_words(title, wanted)), len(persona.titles)
        )
        in_department = not persona.departments or person.department in persona.departments
        seniority = person.seniority or ""
        senior = _SENIORITY.index(seniority) if seniority in _SENIORITY else len(_SENIORITY)
        return by_title, not in_department, senior, not person.has_email, person.provider_id or ""

    return sorted(people, key=standing)


async def _with_address(person: PersonFound, domain: str, ctx: Context) -> tuple[PersonFound, Address | None]:
    """The person in full, with the address that a provider gives, else the likeliest one, checked."""
    question = RevealPerson(
        domain=domain,
        provider_id=person.provider_id,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    answer = await ctx.ask(question)
    revealed = answer.content or person
    if revealed.email is not None and is_well_formed(revealed.email):
        if revealed.email_status == DELIVERABLE:
            return revealed, Address(revealed.email, DELIVERABLE, answer.provider)
        return revealed, await _verified(revealed.email, answer.provider, ctx)
    pattern = await ctx.ask(FindPattern(domain=domain))
    shape = (pattern.content.pattern if pattern.content is not None else None) or _MOST_LIKELY_PATTERN
    guess = guessed_address(shape, revealed.first_name, revealed.last_name, domain)
    return revealed, await _verified(guess, "pattern", ctx) if guess is not None else None


async def _verified(email: str, source: str, ctx: Context) -> Address:
    verdict = await ctx.ask(VerifyAddress(email=email))
    return Address(email, verdict.content.status if verdict.content is not None else "unknown", source)


def is_well_formed(email: str) -> bool:
    """Whether the text is an address that business mail can be sent to."""
    try:
        validate_email(email, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


def guessed_address(pattern: str, first_name: str | None, last_name: str | None, domain: str) -> str | None:
    """The address that the pattern gives for this name, or None where a name is missing or shown in part."""
    first, last = _letters(first_name), _letters(last_name)
    if not first or not last:
        return None
    local = (
        pattern.replace("{first}", first)
        .replace("{last}", last)
        .replace("{f}", first[0])
        .replace("{l}", last[0])
    )
    email = f"{local}@{domain}"
    return email if "{" not in local and is_well_formed(email) else None


def _letters(name: str | None) -> str:
    if name is None or "*" in name:
        return ""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_AS_IN_ADDRESSES))
    letters = "".join(letter for letter in plain if letter.isalpha())
    # with a letter left out it would be somebody else's name
    return letters if letters.isascii() else ""


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
