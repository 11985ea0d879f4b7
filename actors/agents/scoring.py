"""Judges how well a lead fits and how much it wants, and says what to do with it."""

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.outcome import Done, Outcome, Skip
from actors.core.value import as_known, happenings
from actors.events.contact import ContactVerified
from actors.events.lead import LeadScored, ScoreReason
from scoring_models.schema import Happening, ScoreRequest
from tenants.records import Account, Contact, LeadProgress, LeadScore, Stage


@agent(on=ContactVerified, emits=(LeadScored,), concurrency=512)
async def scoring(event: ContactVerified, ctx: Context) -> Outcome:
    """Gives the lead a score with its reasons, a tier, and the sequence that the tenant has for that tier."""
    account = await ctx.account(event.account_id)
    contact = await ctx.contact(event.contact_id)
    if account is None or contact is None:
        return Skip("the account or the contact is gone", missing="contact")
    signals = happenings(await ctx.signals(account.id), ctx.now.date())
    score = await ctx.score(request_for(event, account, contact, signals))
    sequence = ctx.config.sequences.get(score.tier)
    reasons = tuple(
        ScoreReason(text=reason.text, contribution=reason.contribution) for reason in score.reasons
    )
    standing = LeadScore(
        lead_id=event.lead_id,
        fit=score.fit,
        intent=score.intent,
        score=score.score,
        tier=score.tier,
        sequence=sequence,
        model=score.model,
        reasons=tuple(reason.model_dump() for reason in reasons),
    )
    said = LeadScored(
        lead_id=event.lead_id,
        account_id=account.id,
        contact_id=contact.id,
        fit=score.fit,
        intent=score.intent,
        score=score.score,
        tier=score.tier,
        sequence=sequence,
        model=score.model,
        reasons=reasons,
        place=event.place,
    )
    if event.place > 1:  # of the lead's own standing the person decides whom it goes by
        return Done(say=(said,), output={"score": score.score, "tier": score.tier, "place": event.place})
    progress = LeadProgress(lead_id=event.lead_id, stage=Stage.SCORED)
    output = {"score": score.score, "tier": score.tier, "model": score.model}
    return Done(save=(progress, standing), say=(said,), output=output)


def request_for(
    event: ContactVerified,
    account: Account,
    contact: Contact,
    signals: tuple[Happening, ...],
) -> ScoreRequest:
    """The lead as the model is asked about it."""
    about_contact = {
        "seniority": contact.seniority,
        "department": contact.department,
        "email_status": contact.email_status,
    }
    return as_known(account, event.lead_id, signals).model_copy(update=about_contact)
