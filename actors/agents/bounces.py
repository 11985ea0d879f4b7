"""Learns from mail that came back."""

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.outcome import Done, Outcome
from actors.core.people.proof import is_of_older_address, shown
from actors.core.verification.bounces import what_bounced_says
from actors.core.verification.status import Status
from actors.events.mail import EmailBounced
from tenants.records import BOUNCE


@agent(on=EmailBounced)
async def bounces(event: EmailBounced, ctx: Context) -> Outcome:
    """Takes an address out of use whose mail came back for good, and remembers who had said that it takes mail.

    What is said of us, of the message, or of a server that is busy changes nothing: the address may be as good as
    before.
    """
    contact = await ctx.contact(event.contact_id)
    if contact is None or contact.email is None:
        return Done(output={"changed": None, "why": "the contact is gone, or has no address any more"})
    if is_of_older_address(await ctx.findings(contact.id), event.occurred_at):
        return Done(output={"changed": None, "why": "the contact's address was found after that mail"})
    meaning, status = what_bounced_says(event.meaning, event.code, event.enhanced, is_final=event.is_final)
    if status is None:
        return Done(output={"changed": None, "why": meaning})
    codes = " ".join(str(one) for one in (event.code, event.enhanced) if one is not None)
    evidence = f"mail came back: {meaning}" + (f" ({codes})" if codes else "")
    arrived = False if status is Status.UNDELIVERABLE else None
    saved = shown(contact, status, BOUNCE, evidence, arrived=arrived, at=event.occurred_at, now=ctx.now)
    return Done(save=saved, output={"changed": status, "why": meaning})
