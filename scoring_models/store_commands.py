"""The commands that look at the mill's own leads: scores held against what happened, and one lead explained."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from scoring_models.errors import LeadUnknownError
from scoring_models.frame import Json, told, whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring_models.counterfactuals import Counterfactual
    from scoring_models.outcomes import Backtest
    from scoring_models.schema import Score, ScoreRequest
    from tenants.policies import TierBounds
    from tenants.records import Judged

TenantName = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's name.")]


def backtest(
    tenant: TenantName,
    days: Annotated[
        int, typer.Option(min=1, help="How many days ago the last of the scores were given.")
    ] = 90,
    span: Annotated[
        int, typer.Option(min=1, help="Over how many days before that scores are looked at.")
    ] = 90,
    within: Annotated[
        int | None,
        typer.Option(min=1, help="Days within which an answer counts; absent: as many as `--days`."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a report there (HTML), and JSON beside it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold scores as they were stored some time ago against what has happened since.

    A lead is won if somebody replied or met us in time. Only leads count that somebody was written to of. Nothing is
    scored anew: a model that has learned from these outcomes would know them.
    """
    from scoring_models.outcomes import backtest as backtest_of
    from scoring_models.outcomes import known_outcomes

    until = datetime.now(UTC) - timedelta(days=days)
    since, within = until - timedelta(days=span), within or days

    async def run() -> "Backtest":
        async with whose(tenant) as (database, _, tenant_id):
            assert tenant_id is not None
            found = await known_outcomes(database, tenant_id, since=since, until=until, within_days=within)
        return backtest_of(found, since=since, until=until, within_days=within)

    with told():
        done = asyncio.run(run())
        if report is not None:
            _write_report(done, tenant, report)
    if as_json:
        typer.echo(done.model_dump_json())
        return
    measured = done.evaluation
    typer.echo(
        f"{measured.rows:,} leads, first scored from {since:%Y-%m-%d} to {until:%Y-%m-%d} by {', '.join(done.models)}; "
        f"{measured.positives:,} answered within {within} days"
    )
    for name, one in measured.measures.items():
        typer.echo(f"  {name:<20} {one.value:.4f}   ({one.low:.4f} to {one.high:.4f})")
    table = Table("tier", "leads", "answered", "share")
    for tier in done.tiers:
        table.add_row(tier.tier, f"{tier.rows:,}", f"{tier.won:,}", f"{tier.won / tier.rows:.1%}")
    Console().print(table)
    if report is not None:
        typer.echo(f"The report is {report}.")


def explain(
    tenant: TenantName,
    lead: Annotated[UUID, typer.Argument(help="The lead's id, as `leadmill pipeline` shows it.")],
    as_json: Json = False,
) -> None:
    """Explain a lead's score: what each thing that is known adds to it, and what would bring a better tier.

    By the model that has judged the lead. What is added is in log-odds of being won, and sums to the fit.
    """

    async def run() -> "tuple[Judged, Score, tuple[Counterfactual, ...]]":
        from scoring_models.counterfactuals import counterfactuals
        from scoring_models.scorer import Scorer
        from scoring_models.standing import placed, request_of
        from tenants.identity import TenantId
        from tenants.store import judgements, tenants

        async with whose(tenant) as (database, folder, tenant_id):
            assert tenant_id is not None
            async with database.tenant(TenantId(tenant_id)) as session:
                judged = await judgements.newest(session, lead)
                bounds = (await tenants.configuration(session)).tiers
            if judged is None:
                raise LeadUnknownError(str(lead), tenant)
            scorer = Scorer(folder.path_of, open_models=1)

            def ask(asked: "Sequence[ScoreRequest]") -> "list[Score]":
                return [placed(one, bounds) for one in scorer.score_many(judged.model, asked)]

            request = request_of(judged, judged.judged_at)
            (score,) = ask([request])
            ways = counterfactuals(request, score, ask)
        return judged, score, ways

    with told():
        judged, score, ways = asyncio.run(run())
    if as_json:
        answer: dict[str, Any] = score.model_dump(mode="json")
        answer["judged_at"] = judged.judged_at.isoformat()
        answer["counterfactuals"] = [way.model_dump(mode="json") for way in ways]
        typer.echo(json.dumps(answer))
        return
    typer.echo(
        f"Tier {score.tier}, {score.score} points: fit {score.fit:.0%}, intent {score.intent:.0%}, "
        f"by {score.model} on {judged.judged_at:%Y-%m-%d %H:%M}"
    )
    for reason in score.reasons:
        typer.echo(f"  {reason.contribution:+.2f}  {reason.text}")
    for way in ways:
        typer.echo(f"It would be {way.text} ({way.score} points).")
    if not ways:
        typer.echo("Nothing that people can do about it would bring a better tier.")


def cutoffs(
    tenant: TenantName,
    per_week: Annotated[int, typer.Option(min=1, help="Leads of tier A that the team can work in a week.")],
    weeks: Annotated[int, typer.Option(min=1, help="Weeks to look back.")] = 4,
    as_json: Json = False,
) -> None:
    """Propose bounds of tiers by what a team can work, from the leads of the last weeks.

    The bounds of fit are put where as many leads would have been in tier A as the team can work, three times as many
    in A and B, and nine times as many in A to C. They are put into the configuration by you: `leadmill tenant apply`.
    """
    from scoring_models.cutoffs import bounds_for

    async def run() -> "tuple[list[Judged], TierBounds]":
        from tenants.identity import TenantId
        from tenants.store import judgements, tenants

        async with whose(tenant) as (database, _, tenant_id):
            assert tenant_id is not None
            async with database.tenant(TenantId(tenant_id)) as session:
                now = datetime.now(UTC)
                found = await judgements.between(session, since=now - timedelta(weeks=weeks), until=now)
                return found, (await tenants.configuration(session)).tiers

    with told():
        found, bounds = asyncio.run(run())
        proposed, counts = bounds_for([(one.fit, one.intent) for one in found], per_week * weeks, bounds)
    if as_json:
        answer = {"leads": len(found), "weeks": weeks, "tiers": proposed.model_dump(), "counts": counts}
        typer.echo(json.dumps(answer))
        return
    told_ = ", ".join(f"{count:,} {tier}" for tier, count in counts.items())
    typer.echo(f"By these bounds the {len(found):,} leads of {weeks} weeks would have been {told_}:")
    typer.echo(f"tiers:\n  fit: {list(proposed.fit)}\n  intent: {list(proposed.intent)}")


COMMANDS = (backtest, explain, cutoffs)


def _write_report(done: "Backtest", tenant: str, report: Path) -> None:
    from scoring_models.tables.report import Report, write_report

    verdict = f"Scores as they were given from {done.since:%Y-%m-%d} to {done.until:%Y-%m-%d}."
    title = f"Scores of {tenant} against what happened within {done.within_days} days"
    models = ", ".join(done.models)
    write_report(Report(model=models, title=title, verdict=verdict, evaluation=done.evaluation), report)
