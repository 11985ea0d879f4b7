"""Learns from prospects who react."""

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.outcome import Done, Outcome
from actors.core.people.proof import is_of_older_address, shown
from actors.core.verification.status import Status
from actors.events.engagement import EngagementRecorded
from tenants.exclusions import DO_NOT_CONTACT, Exclusion, ExclusionKind, as_address
from tenants.records import REPLY


@agent(on=EngagementRecorded)
async def engagement(event: EngagementRecorded, ctx: Context) -> Outcome:
    """Takes a reply as the proof that an address takes mail, and leaves alone whoever wants to hear no more."""
    if event.contact_id is not None:
        contact = await ctx.contact(event.contact_id)
    else:
        contact = await ctx.contact_of(event.lead_id)
    if contact is None or contact.email is None:
        # no skip: that would hold a lead that is on its way still
        return Done(output={"kind": event.kind, "why": "there is no contact with an address"})
    if event.kind == "opt_out":
        left = Exclusion(
            kind=ExclusionKind.EMAIL,
            value=as_address(contact.email),
            reason=DO_NOT_CONTACT,
            source=engagement.name,
        )
        return Done(save=(left,), output={"kind": event.kind, "left_alone": True})
    if event.kind != "reply" or is_of_older_address(await ctx.findings(contact.id), event.occurred_at):
        return Done(output={"kind": event.kind})
    saved = shown(
        contact,
        Status.DELIVERABLE,
        REPLY,
        "somebody replied",
        arrived=True,
        at=event.occurred_at,
        now=ctx.now,
    )
    return Done(save=saved, output={"kind": event.kind, "changed": Status.DELIVERABLE})
