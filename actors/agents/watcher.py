"""Asks once more what has happened at the company of a scored lead."""

from typing import Any

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.hearing import heard_of
from actors.core.outcome import Done, Outcome, Skip
from actors.core.questions import FindSignals
from actors.events.signals import SignalsFound, SignalsRequested
from tenants.icp import mismatch
from tenants.names import normal_name
from tenants.signals import merged


@agent(on=SignalsRequested, emits=(SignalsFound,))
async def watcher(event: SignalsRequested, ctx: Context) -> Outcome:
    """Asks free sources what has happened at a scored lead's company of late, and keeps what is new.

    Who can't say is asked again when the company's turn comes next. Of a company that the tenant does not look for
    any more, or leaves alone, nobody is asked.
    """
    account = await ctx.account(event.account_id)
    if account is None or account.domain is None:
        return Skip("the account is gone, or has no domain")
    excluded = await ctx.excluded(domains=[account.domain], names=[normal_name(account.name)])
    reason = next(iter(excluded.values()), None) or mismatch(ctx.config.icp, account)
    if reason is not None:
        return Skip(reason)
    known = await ctx.signals(account.id)
    heard = await ctx.ask_each(FindSignals(domain=account.domain, name=account.name, country=account.country))
    happened = merged(known, heard_of(account.id, heard, ctx.now))
    output: dict[str, Any] = {"signals": len(happened)}
    output |= {"unanswered": list(heard.unanswered)} if heard.unanswered else {}
    if not happened:
        return Done(output=output)
    said = SignalsFound(
        lead_id=event.lead_id,
        account_id=account.id,
        contact_id=event.contact_id,
        count=len(happened),
    )
    return Done(save=happened, say=(said,), output=output)
