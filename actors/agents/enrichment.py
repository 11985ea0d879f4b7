"""Adds firmographics and signals to a freshly sourced lead."""

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.hearing import heard_of
from actors.core.ledger import Ledger, identifiers_of
from actors.core.outcome import Done, Outcome, Skip
from actors.core.questions import EnrichCompany, Enrichment, FindSignals
from actors.core.value import Trial, as_known, deciding_for, happenings
from actors.core.waterfall import segment
from actors.events.lead import Company, LeadEnriched, LeadSourced
from actors.events.source import SourceRequested
from tenants.icp import Persona, mismatch
from tenants.identity import lead_id_of, stable_id
from tenants.records import Account, AccountIdentifier, AccountSignal, Firmographics, LeadProgress, Stage
from tenants.saved import Saved
from tenants.signals import changes, merged

_BoughtT = TypeVar("_BoughtT")
_HeardT = TypeVar("_HeardT")


@agent(on=LeadSourced, emits=(LeadEnriched, SourceRequested))
async def enrichment(event: LeadSourced, ctx: Context) -> Outcome:
    """Asks free sources first, then buys what is still missing and wanted, and keeps each value with its source.

    At the same time free sources are asked what happened at the company of late; no lead is lost over that.

    A lead that others have sourced is handed to the lead source first, from where it comes back as one of ours.
    """
    is_ours = event.lead_id == lead_id_of(ctx.tenant_id, event.account_id)
    account = await (ctx.account(event.account_id) if is_ours else ctx.account_of(event.lead_id))
    if account is None:
        if is_ours:
            return Skip("the account is gone", missing="account")
        return Done(say=(_request(event, ctx),))
    if account.domain is None:
        return Skip("no domain is known for this company", missing="domain")
    standing, known = await ctx.findings(account.id), await ctx.signals(account.id)
    ledger = Ledger(account, standing, ctx.config.fields, ctx.now)
    wanted = ctx.config.waterfall.fields or tuple(Firmographics.model_fields)
    question = EnrichCompany(domain=account.domain, name=account.name, country=account.country)
    rounds = [await _ask(question, ledger, ledger.missing(wanted), ctx, paid=False)]
    reason = mismatch(ctx.config.icp, ledger.account)
    learned: tuple[Saved, ...] = (*ledger.found, *_identifiers(account, rounds))
    if reason is not None:  # it is not the customer that we look for, and nothing more is asked of it
        return Skip(reason, missing="ideal customer", save=(ledger.account, *learned))
    (bought, left), heard = await _both(
        _buy(event.lead_id, question, ledger, wanted, ctx, known),
        ctx.ask_each(FindSignals(domain=account.domain, name=account.name, country=ledger.account.country)),
    )
    rounds += bought
    findings = ledger.found
    happened = merged(
        known, [*heard_of(account.id, heard, ctx.now), *changes(account.id, standing, findings, ctx.now)]
    )
    learned = (*findings, *_identifiers(account, rounds), *happened)
    reason = mismatch(ctx.config.icp, ledger.account)
    if reason is not None:
        return Skip(reason, missing="ideal customer", save=(ledger.account, *learned))
    if not any(one.field in Firmographics.model_fields for one in findings):
        return Skip("nobody knows this company", missing="firmographics", save=learned)
    answers = [answer for round_ in rounds for answer in round_.answers]
    unanswered = list(
        dict.fromkeys([*(name for round_ in rounds for name in round_.unanswered), *heard.unanswered])
    )
    said = _enriched(event, ledger.account, [one.provider for one in answers if one.content is not None])
    progress = LeadProgress(lead_id=event.lead_id, stage=Stage.ENRICHED)
    output = {"findings": len(findings), "cost_usd": sum((one.cost_usd for one in answers), Decimal(0))}
    missing = [name for name in ledger.missing(wanted) if name not in left]
    output |= {"signals": len(happened)} if happened else {}
    output |= {"missing": missing} if missing else {}
    output |= {"not_bought": left} if left else {}
    output |= {"unanswered": unanswered} if unanswered else {}
    return Done(save=(ledger.account, progress, *learned), say=(said,), output=output)


async def _ask(
    question: EnrichCompany,
    ledger: Ledger,
    wanted: Collection[str],
    ctx: Context,
    *,
    paid: bool,
    besides: Collection[str] = (),
    until_hit: bool = False,
) -> Enrichment:
    """What came of asking for these fields. No lead is lost over a source that is free and can't answer."""
    if not wanted:
        return Enrichment(answers=())
    where = segment(country=ledger.account.country, employees=ledger.account.employees)
    enrichment = await ctx.enrich(
        question, wanted, paid=paid, segment=where, besides=besides, until_hit=until_hit
    )
    for answer in enrichment.answers:
        ledger.take(answer)
    return enrichment


async def _buy(
    lead_id: UUID,
    question: EnrichCompany,
    ledger: Ledger,
    wanted: Collection[str],
    ctx: Context,
    known: Sequence[AccountSignal],
) -> tuple[list[Enrichment], list[str]]:
    """What came of buying what is missing, and what was left since it could change nothing.

    With `buy: decisive` that is judged anew after each provider who knew the company.
    """
    if ctx.config.waterfall.buy == "everything":
        return [await _ask(question, ledger, ledger.missing(wanted), ctx, paid=True)], []
    rounds: list[Enrichment] = []
    asked: set[str] = set()
    while worth := await _decisive(lead_id, ledger, wanted, ctx, known):
        round_ = await _ask(question, ledger, worth, ctx, paid=True, besides=asked, until_hit=True)
        rounds.append(round_)
        asked |= {one.provider for one in round_.answers} | set(round_.unanswered)
        if all(one.content is None for one in round_.answers):
            break  # nobody is left who knows it
    return rounds, [name for name in ledger.missing(wanted) if name not in worth]


async def _decisive(
    lead_id: UUID, ledger: Ledger, wanted: Collection[str], ctx: Context, known: Sequence[AccountSignal]
) -> list[str]:
    """The missing fields that could change the lead's tier, or rule its company out."""
    missing = ledger.missing(wanted)
    persona = next(iter(ctx.config.personas), Persona())
    lead = as_known(ledger.account, lead_id, happenings(known, ctx.now.date()))
    trial = Trial(lead, missing, ctx.config.icp, persona)
    scores = await asyncio.gather(*(ctx.score(request) for request in trial.requests))
    decisive = trial.decisive(dict(zip(trial.requests, scores, strict=True)))
    decisive |= deciding_for(ctx.config.icp, missing)
    return [name for name in missing if name in decisive]


async def _both(
    buying: Coroutine[Any, Any, _BoughtT], hearing: Coroutine[Any, Any, _HeardT]
) -> tuple[_BoughtT, _HeardT]:
    """What was bought and what was heard, at the same time. Where nothing can be bought, nobody is listened to."""
    listening = asyncio.ensure_future(hearing)
    try:
        return await buying, await listening
    finally:
        listening.cancel()


def _identifiers(account: Account, rounds: Sequence[Enrichment]) -> list[AccountIdentifier]:
    """What providers told that only this company has, each with who told it first."""
    found: dict[tuple[str, str], AccountIdentifier] = {}
    for answer in (answer for round_ in rounds for answer in round_.answers):
        if answer.content is not None:
            for one in identifiers_of(account, answer.content.model_dump(), answer):
                found.setdefault((one.kind, one.value), one)
    return list(found.values())


def _enriched(event: LeadSourced, account: Account, providers: Collection[str]) -> LeadEnriched:
    company = Company(
        name=account.name,
        domain=account.domain,
        industry=account.industry,
        country=account.country,
        employees=account.employees,
    )
    return LeadEnriched(
        lead_id=event.lead_id, account_id=account.id, account=company, providers=tuple(providers)
    )


def _request(event: LeadSourced, ctx: Context) -> SourceRequested:
    """A lead that others have sourced, as a list of one row: it comes in as every lead does, under their id."""
    return SourceRequested(
        # others may tell of the same lead again: then it is asked for again
        request_id=stable_id(ctx.tenant_id, "sourced by others", event.lead_id, ctx.now),
        part=0,
        source=event.source,
        rows=(event.account.model_dump(mode="json", exclude_none=True),),
        requested_by=event.source,
        as_lead=event.lead_id,
    )
