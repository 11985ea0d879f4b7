"""Judges how well a lead fits and how much it wants, and says what to do with it."""

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.judging import judged
from actors.core.outcome import Done, Outcome, Skip
from actors.events.contact import ContactVerified
from actors.events.lead import LeadScored, ScoreReason
from tenants.records import LeadProgress, Stage


@agent(on=ContactVerified, emits=(LeadScored,), concurrency=512)
async def scoring(event: ContactVerified, ctx: Context) -> Outcome:
    """Gives the lead a score with its reasons, a tier, and the sequence that the tenant has for that tier."""
    account = await ctx.account(event.account_id)
    contact = await ctx.contact(event.contact_id)
    if account is None or contact is None:
        return Skip("the account or the contact is gone", missing="contact")
    standing = await judged(event.lead_id, account, contact, ctx)
    said = LeadScored(
        lead_id=event.lead_id,
        account_id=account.id,
        contact_id=contact.id,
        fit=standing.fit,
        intent=standing.intent,
        score=standing.score,
        tier=standing.tier,
        sequence=standing.sequence,
        model=standing.model,
        reasons=tuple(ScoreReason.model_validate(reason) for reason in standing.reasons),
        place=event.place,
    )
    if event.place > 1:  # of the lead's own standing the person decides whom it goes by
        return Done(
            say=(said,), output={"score": standing.score, "tier": standing.tier, "place": event.place}
        )
    progress = LeadProgress(lead_id=event.lead_id, stage=Stage.SCORED)
    output = {"score": standing.score, "tier": standing.tier, "model": standing.model}
    if standing.sequence_share is not None:
        output |= {"sequence": standing.sequence, "sequence_share": standing.sequence_share}
    return Done(save=(progress, standing), say=(said,), output=output)
