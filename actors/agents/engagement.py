"""Learns from prospects who react."""

from typing import Any

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.judging import judged
from actors.core.outcome import Done, Outcome
from actors.core.people.proof import is_of_older_address, shown
from actors.core.verification.status import Status
from actors.events.engagement import EngagementRecorded
from scoring_models.intent import SIGNALS
from tenants.exclusions import DO_NOT_CONTACT, Exclusion, ExclusionKind, as_address
from tenants.identity import stable_id
from tenants.records import REPLY, Contact, LeadEngagement, Stage
from tenants.saved import Saved


@agent(on=EngagementRecorded)
async def engagement(event: EngagementRecorded, ctx: Context) -> Outcome:
    """Keeps what a prospect did, and judges a scored lead anew by it.

    A reply is the proof that an address takes mail, and who wants to hear no more is left alone.
    """
    stage = await ctx.stage(event.lead_id)
    if stage is None:
        return Done(output={"kind": event.kind, "why": "there is no such lead"})
    if event.contact_id is not None:
        contact = await ctx.contact(event.contact_id)
    else:
        contact = await ctx.contact_of(event.lead_id)
    account = await ctx.account_of(event.lead_id)
    if contact is not None and (account is None or contact.account_id != account.id):
        return Done(output={"kind": event.kind, "why": "the contact is not at the lead's company"})
    done = LeadEngagement(
        id=stable_id(event.lead_id, event.contact_id, event.kind, event.occurred_at.isoformat()),
        lead_id=event.lead_id,
        contact_id=contact.id if contact is not None else event.contact_id,
        kind=event.kind,
        at=event.occurred_at,
    )
    saved: list[Saved] = [done]
    output: dict[str, Any] = {"kind": event.kind}
    if contact is None:
        return Done(save=tuple(saved), output=output)
    if event.kind == "opt_out" and contact.email is not None:
        saved.append(_left_alone(contact.email))
        output["left_alone"] = True
    if event.kind == "reply" and await _proves(contact, event, ctx):
        told = shown(
            contact, Status.DELIVERABLE, REPLY, "somebody replied", arrived=True, at=event.occurred_at, now=ctx.now
        )  # fmt: skip
        contact = contact.model_copy(update={"email_status": Status.DELIVERABLE})
        saved += told
        output["changed"] = Status.DELIVERABLE
    # one that is not scored yet is judged with all that is known when its turn comes
    if stage is Stage.SCORED and event.kind in SIGNALS and account is not None:
        standing = await judged(event.lead_id, account, contact, ctx, [done])
        saved.append(standing)
        output |= {"score": standing.score, "tier": standing.tier, "model": standing.model}
    return Done(save=tuple(saved), output=output)


def _left_alone(email: str) -> Exclusion:
    return Exclusion(
        kind=ExclusionKind.EMAIL, value=as_address(email), reason=DO_NOT_CONTACT, source="engagement"
    )


async def _proves(contact: Contact, event: EngagementRecorded, ctx: Context) -> bool:
    """Whether a reply is to mail to the address that the contact has by now."""
    return contact.email is not None and not is_of_older_address(
        await ctx.findings(contact.id), event.occurred_at
    )
