"""Look-alikes of companies that were won, on the command line: lookalike."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml

from actors.agents.lead_source import read_account
from actors.commands.frame import Json, TenantName, in_tenant
from actors.engine.lists import read_rows
from tenants.lookalikes import Proposal, propose
from tenants.records import Account, Firmographics
from tenants.store import leads
from tenants.store.columns import to_json
from tenants.store.session import Session


def lookalike(
    tenant: TenantName,
    won: Annotated[
        Path | None, typer.Option("--of", help="CSV or JSON Lines, a company that was won on each line.")
    ] = None,
    best: Annotated[
        int, typer.Option("--leads", min=3, help="Without --of: so many leads, best first.")
    ] = 100,
    as_json: Json = False,
) -> None:
    """Propose an ideal customer like the companies that were won, or like the leads that are scored best.

    What the tenant knows of a company counts where the file does not say it. Nothing is applied: it is yours to paste.
    """
    accounts = in_tenant(tenant, lambda session: _accounts(session, won, best))
    if not accounts:
        raise ValueError(
            f"{won} names no company" if won is not None else f"{tenant} has no scored leads yet"
        )
    proposal = propose(accounts)
    if as_json:
        typer.echo(to_json(proposal.model_dump(mode="json", exclude_defaults=True)))
        return
    typer.echo(as_yaml(proposal), nl=False)


async def _accounts(session: Session, won: Path | None, best: int) -> Sequence[Account]:
    """The companies of a file as far as they are known, or of the best leads."""
    if won is None:
        ranked = await leads.ranked(session, limit=best)
        return list((await leads.accounts_of(session, [one["lead_id"] for one in ranked])).values())
    assert session.tenant_id is not None
    named: dict[str, Account] = {}
    for row in read_rows(won):
        account, _ = read_account(row, source=won.name, tenant_id=session.tenant_id)
        if account is not None:
            named.setdefault(account.identity_key, account)
    known = await leads.accounts(session, [account.id for account in named.values()])
    return [
        account.learned({name: getattr(known[account.id], name) for name in Firmographics.model_fields})
        if account.id in known
        else account
        for account in named.values()
    ]


def as_yaml(proposal: Proposal) -> str:
    """The proposal as a piece of a tenant's configuration, with the share that each criterion covers."""
    lines = [
        f"# Of {proposal.companies:,} companies {_share(proposal.covered, proposal.companies)} match all of this.",
        "icp:" if proposal.criteria else "icp: {}  # they have nothing in common that is known",
    ]
    for criterion in proposal.criteria:
        share = f"{_share(criterion.covered, criterion.known)} of {criterion.known:,} of whom it is known"
        for name in criterion.fields:
            value = getattr(proposal.icp, name)
            told = list(value) if isinstance(value, tuple) else value
            text = yaml.safe_dump(told, default_flow_style=True, width=10_000, allow_unicode=True)
            lines.append(f"  {name}: {text.splitlines()[0]}  # {share}")
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}"
