"""Puts the right person at a scored company into the sequence that was recommended."""

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.effects import EnrolContact
from actors.core.outcome import Act, Done, Outcome, Skip
from actors.events.lead import LeadScored
from tenants.approvals import ActKind
from tenants.exclusions import as_address

# What is known not to take mail. What nobody could verify came this far only because the tenant allows it.
_NO_USE = frozenset({None, "undeliverable", "disposable"})


@agent(on=LeadScored, effect=EnrolContact)
async def campaign(event: LeadScored, ctx: Context) -> Outcome:
    """Enrols the contact of a scored lead in the sequence that the tenant has for its tier."""
    if event.sequence is None:
        return Skip(f"there is no sequence for tier {event.tier}", missing="sequence")
    account = await ctx.account(event.account_id)
    contact = await ctx.contact(event.contact_id)
    if account is None or contact is None:
        return Skip("the account or the contact is gone", missing="contact")
    if contact.email is None or contact.email_status in _NO_USE:
        return Skip("the contact has no address that takes mail", missing="email")
    # whoever objected after the address was found, or has become a customer since, is left alone all the same
    domains = [account.domain] if account.domain is not None else []
    excluded = await ctx.excluded(emails=[as_address(contact.email)], domains=domains)
    if excluded:
        return Skip(next(iter(excluded.values())))
    enrolment = EnrolContact(
        lead_id=event.lead_id,
        contact_id=contact.id,
        email=contact.email,
        sequence=event.sequence,
        name=contact.full_name,
        title=contact.title,
        company=account.name,
        domain=account.domain,
        score=event.score,
        tier=event.tier,
        place=event.place,
    )
    why = f"enrol in {event.sequence}: tier {event.tier}, {event.score} points"
    return Done(
        effect=enrolment,
        output={"sequence": event.sequence, "tier": event.tier, "score": event.score},
        acts=(Act(ActKind.ENROL, why),),
    )
