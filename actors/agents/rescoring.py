"""Judges a lead anew, since something happened at its company."""

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.judging import judged
from actors.core.outcome import Done, Outcome, Skip
from actors.events.signals import SignalsFound


@agent(on=SignalsFound, concurrency=512)
async def rescoring(event: SignalsFound, ctx: Context) -> Outcome:
    """Gives a scored lead the score that it has by what has happened at its company since.

    It says nothing of it: whoever answers `lead.scored` has a new prospect before them, and this is none. The contact
    stays in the sequence that it was put into, and the record in the CRM as it was written.
    """
    account = await ctx.account(event.account_id)
    contact = await ctx.contact(event.contact_id)
    if account is None or contact is None:
        return Skip("the account or the contact is gone")
    standing = await judged(event.lead_id, account, contact, ctx)
    output = {"score": standing.score, "tier": standing.tier, "model": standing.model}
    return Done(save=(standing,), output=output)
