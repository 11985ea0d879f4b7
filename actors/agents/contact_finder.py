"""Finds the right people at a company, and addresses that take mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.errors import AgentError, NotConnected, OptedOut
from actors.core.outcome import Act, Done, Outcome, Skip, Snooze
from actors.core.people.merging import Sourced, merge
from actors.core.people.notes import CompanyNotes, PersonNotes, added_up
from actors.core.people.ranking import wanted
from actors.core.people.reaching import DOUBTFUL, Address, reach
from actors.core.questions import FindMailExchangers, FindPeople, PersonFound
from actors.core.verification.status import Status
from actors.events.contact import ContactVerified
from actors.events.lead import LeadEnriched
from tenants.approvals import ActKind
from tenants.exclusions import Exclusion, as_address
from tenants.icp import Persona
from tenants.identity import stable_id
from tenants.records import Contact, Finding, LeadProgress, Stage

# A server that still asks us to come back after so many tries does so for ever.
_MOST_TRIES = 4


@dataclass(frozen=True, slots=True)
class _Pursued:
    """What came of one person: what is kept of it, and why nobody writes to them, or the address that one writes to."""

    findings: tuple[Finding, ...]
    contact: Contact | None = None
    address: Address | None = None
    exclusions: tuple[Exclusion, ...] = ()
    reason: str | None = None
    missing: str | None = None


@agent(on=LeadEnriched, emits=(ContactVerified,))
async def contact_finder(event: LeadEnriched, ctx: Context) -> Outcome:
    """Finds the people that the tenant wants at this company, with addresses that are known to take mail.

    Where a mail server asks to come back in a few minutes, that is what it does.
    """
    domain = event.account.domain
    if domain is None:
        return Skip("no domain is known for this company", missing="domain")
    notes = CompanyNotes(ctx)
    mail = await notes.ask(FindMailExchangers(domain=domain))
    if mail.content is None or not mail.content.hosts:
        return Skip("the domain takes no mail", missing="mail exchanger")
    people = await _wanted_people(domain, notes, ctx.config.personas)
    if not people:
        paid = notes.findings(event.account_id)
        return Skip("nobody there matches the persona", missing="person", save=paid)
    pursued = []
    for person in people:
        one = await _pursue(person, domain, event, ctx, notes)
        if isinstance(one, Snooze):
            return one
        pursued.append(one)
    return _outcome(pursued, event, notes)


async def _wanted_people(
    domain: str, notes: CompanyNotes, personas: Sequence[Persona]
) -> Sequence[PersonFound]:
    """Those of the first persona that anybody matches, the most wanted first, as many as are wanted."""
    for persona in personas:
        people = await _matching(domain, notes, persona)
        if people:
            return people[: persona.per_account]
    return ()


async def _matching(domain: str, notes: CompanyNotes, persona: Persona) -> Sequence[PersonFound]:
    """Who matches, as several sources have it together: the next one is asked while there are too few.

    Raises what kept the first one from answering.
    """
    found: list[Sourced] = []
    people: list[PersonFound] = []
    asked: list[str] = []
    while len(people) < persona.per_account:
        try:
            answer = await notes.ask(FindPeople(domain=domain, persona=persona), besides=asked)
        except AgentError as error:
            if asked and (isinstance(error, NotConnected) or people):
                break  # nobody is left who could be asked, or those who are can't say now: there are some already
            raise
        if answer.content is None:
            break
        asked.append(answer.provider)
        found += [Sourced(one, answer.provider, answer.confidence) for one in answer.content.people]
        people = wanted([one.person for one in merge(found)], persona)
    return people


async def _pursue(
    person: PersonFound, domain: str, event: LeadEnriched, ctx: Context, company: CompanyNotes
) -> _Pursued | Snooze:
    notes = PersonNotes(ctx, company)
    others = await ctx.contacts_at(event.account_id)
    try:
        revealed, address = await reach(person, event.account, domain, notes, others)
    except OptedOut as objection:
        # of who objected nothing is kept but what was paid, and that the address is to be left alone
        paid, left = notes.paid_for_nothing(event.account_id), notes.objected(objection)
        return _Pursued(paid, exclusions=left, reason="the person objected to being processed")
    if address is not None and (reason := await _reason_against(address.email, ctx)) is not None:
        return _Pursued(notes.paid_for_nothing(event.account_id), reason=reason)
    if address is not None and address.again_s is not None and ctx.attempt < _MOST_TRIES:
        return Snooze(ctx.now + timedelta(seconds=address.again_s), "its mail server asks to come back")
    contact = _contact(revealed, address, event, ctx)
    reason = _unfit(address, ctx)
    missing = "email" if reason is not None else None
    return _Pursued(notes.findings(contact), contact, address, reason=reason, missing=missing)


async def _reason_against(email: str, ctx: Context) -> str | None:
    """Why the tenant leaves this person alone, or None where it does not."""
    excluded = await ctx.excluded(emails=[as_address(email)])
    return next(iter(excluded.values()), None)


def _unfit(address: Address | None, ctx: Context) -> str | None:
    """Why nobody writes to this address; None where somebody may."""
    if address is not None and address.status == Status.DELIVERABLE:
        return None
    # the tenant may want to hear of addresses that nobody could verify
    may_doubt = ctx.config.approvals.unverified_address != "never"
    if address is not None and address.status in DOUBTFUL and may_doubt:
        return None
    status = address.status if address is not None else "none"
    why = f": {'; '.join(address.reasons)}" if address is not None and address.reasons else ""
    return f"no deliverable address (best: {status}){why}"


def _outcome(pursued: Sequence[_Pursued], event: LeadEnriched, notes: CompanyNotes) -> Done | Skip:
    """What all of them come to: the lead goes by the first who can be written to, the others stand beside."""
    contacts = tuple(one.contact for one in pursued if one.contact is not None)
    exclusions = tuple(left for one in pursued for left in one.exclusions)
    told = (*notes.findings(event.account_id), *(found for one in pursued for found in one.findings))
    findings = added_up(told)
    fit = [one for one in pursued if one.reason is None]
    if not fit:
        first = pursued[0]
        return Skip(first.reason or "", missing=first.missing, save=(*contacts, *findings, *exclusions))
    said, acts, titles = [], [], []
    for place, one in enumerate(fit, start=1):
        assert one.contact is not None
        assert one.address is not None
        titles.append({"title": one.contact.title, "email_status": one.address.status})
        if one.address.status in DOUBTFUL:
            why = f"the address is {one.address.status.replace('_', ' ')}"
            acts.append(Act(ActKind.UNVERIFIED_ADDRESS, why))
        said.append(
            ContactVerified(
                lead_id=event.lead_id,
                account_id=event.account_id,
                contact_id=one.contact.id,
                email_status=one.address.status,
                email_source=one.address.source,
                place=place,
            )
        )
    progress = LeadProgress(lead_id=event.lead_id, stage=Stage.CONTACTABLE, contact_id=said[0].contact_id)
    output = dict(titles[0]) | ({"others": titles[1:]} if len(titles) > 1 else {})
    return Done(
        save=(*contacts, progress, *findings, *exclusions),
        say=tuple(said),
        output=output,
        acts=tuple(acts),
    )


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
