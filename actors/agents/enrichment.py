"""Adds firmographics and signals to a freshly sourced lead."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.errors import AgentError
from actors.core.outcome import Done, Outcome, Skip
from actors.core.questions import Answer, CompanyFacts, EnrichCompany, ReadSite
from actors.events.lead import Company, LeadEnriched, LeadSourced
from actors.events.source import SourceRequested
from tenants.icp import mismatch
from tenants.identity import lead_id_of, stable_id
from tenants.records import Account, Finding, Firmographics, LeadProgress, Stage

# How far we trust what a company says of itself, and what a provider says of it.
_CONFIDENCE = {"website": 0.7}
_PROVIDER_CONFIDENCE = 0.85
_MILLIONTH = Decimal("0.000001")


@agent(on=LeadSourced, emits=(LeadEnriched, SourceRequested))
async def enrichment(event: LeadSourced, ctx: Context) -> Outcome:
    """Asks a data provider and the company's own website what they know, and keeps each value with its source.

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
    answers: list[Answer[CompanyFacts]] = [await ctx.ask(EnrichCompany(domain=account.domain))]
    answers += await _own_words(account.domain, ctx)
    richer = merge(account, answers)
    findings = tuple(finding for answer in answers for finding in findings_in(answer, account, ctx))
    if not findings:
        return Skip("nobody knows this company", missing="firmographics")
    reason = mismatch(ctx.config.icp, richer)
    if reason is not None:
        return Skip(reason, missing="ideal customer", save=(richer, *findings))
    company = Company(
        name=richer.name,
        domain=richer.domain,
        industry=richer.industry,
        country=richer.country,
        employees=richer.employees,
    )
    said = LeadEnriched(
        lead_id=event.lead_id,
        account_id=account.id,
        account=company,
        providers=tuple(answer.provider for answer in answers if answer.content is not None),
    )
    progress = LeadProgress(lead_id=event.lead_id, stage=Stage.ENRICHED)
    return Done(save=(richer, progress, *findings), say=(said,), output={"findings": len(findings)})


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


async def _own_words(domain: str, ctx: Context) -> list[Answer[CompanyFacts]]:
    """What the company's website says; nothing where it can't be read. No lead is lost over a broken website."""
    try:
        return [await ctx.ask(ReadSite(domain=domain))]
    except AgentError:
        return []


def merge(account: Account, answers: Sequence[Answer[CompanyFacts]]) -> Account:
    """The account with each gap filled by the first provider that knew; what was known stays."""
    for answer in answers:
        if answer.content is not None:
            account = account.learned(_firmographics(answer.content))
    return account


def findings_in(answer: Answer[CompanyFacts], account: Account, ctx: Context) -> list[Finding]:
    """Each value of an answer as a finding. The price of the answer is shared among its values to the last cent."""
    if answer.content is None:
        return []
    values = _firmographics(answer.content)
    shares = split_cost(answer.cost_usd, len(values))
    return [
        Finding(
            subject_id=account.id,
            field=name,
            value=value,
            provider=answer.provider,
            evidence=answer.evidence,
            confidence=_CONFIDENCE.get(answer.provider, _PROVIDER_CONFIDENCE),
            cost_usd=share,
            found_at=ctx.now,
        )
        for (name, value), share in zip(values.items(), shares, strict=True)
    ]


def split_cost(cost: Decimal, parts: int) -> list[Decimal]:
    """The cost in so many parts of at most a millionth of a dollar's difference, which add up to it exactly."""
    if parts == 0:
        return []
    share = (cost / parts).quantize(_MILLIONTH, ROUND_DOWN)
    left = cost - share * parts
    more = int(left / _MILLIONTH)
    shares = [share + _MILLIONTH] * more + [share] * (parts - more)
    shares[0] += left - more * _MILLIONTH  # a price of more than six decimal places
    return shares


def _firmographics(facts: CompanyFacts) -> dict[str, object]:
    return {name: value for name in Firmographics.model_fields if (value := getattr(facts, name)) is not None}
