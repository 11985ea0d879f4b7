"""What people decide about companies on the command line: accounts review, decide, merges, undo, aliases, disown."""

import getpass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, Limit, TenantName, in_tenant
from tenants.countries import country_code
from tenants.directory import Directory
from tenants.identifiers import IdentifierKind
from tenants.matching import Company
from tenants.store import identifiers, identity
from tenants.store.columns import to_json

app = typer.Typer(help="Accounts: which of them are one company.", no_args_is_help=True)


class Word(StrEnum):
    """What a person may say of two accounts."""

    SAME = "same"
    DIFFERENT = "different"


@app.command()
def review(tenant: TenantName, limit: Limit = 50, as_json: Json = False) -> None:
    """List accounts that may be one company, the most alike first, and why. Nothing is merged by itself."""
    found = in_tenant(tenant, lambda session: identity.open_reviews(session, limit=limit))
    if as_json:
        for row in found:
            typer.echo(to_json(dict(row)))
        return
    if not found:
        typer.echo("Nothing waits for you.")
        return
    table = _table(f"{tenant}: may be one company", "companies", "score", "why")
    for row in found:
        table.add_row(
            str(row["id"]),
            f"{_company(row['name'], row['domain'], row['country'])}\n"
            f"{_company(row['other_name'], row['other_domain'], row['other_country'])}",
            f"{row['score']:.2f}",
            "\n".join(row["evidence"]),
        )
    Console().print(table)


@app.command()
def decide(
    tenant: TenantName,
    review_id: Annotated[UUID, typer.Argument(metavar="REVIEW_ID", help="As `accounts review` shows it.")],
    word: Annotated[Word, typer.Argument(metavar="same|different", help="What the two accounts are.")],
) -> None:
    """Say whether two accounts are one company. If so they are merged, and the older pursuit goes on."""
    same = word is Word.SAME
    merge_id = in_tenant(
        tenant, lambda session: identity.decide_review(session, review_id, same=same, by=getpass.getuser())
    )
    if not same:
        typer.echo("They are different, and nobody is asked again.")
    elif merge_id is None:
        typer.echo("They are one already.")
    else:
        typer.echo(f"Merged; `leadmill accounts undo {tenant} {merge_id}` takes it back.")


@app.command()
def merges(tenant: TenantName, limit: Limit = 50, as_json: Json = False) -> None:
    """List merges, the newest first: what was moved, who said so and why, and which were undone."""
    found = in_tenant(tenant, lambda session: identity.merges(session, limit=limit))
    if as_json:
        for row in found:
            typer.echo(to_json(dict(row)))
        return
    if not found:
        typer.echo("Nothing was merged.")
        return
    table = _table(f"{tenant}: merges", "when", "kept, merged", "moved", "by")
    for row in found:
        undone = f"\nundone by {row['undone_by']}" if row["undone_at"] is not None else ""
        table.add_row(
            str(row["id"]),
            f"{row['at']:%Y-%m-%d %H:%M}",
            f"{_company(row['kept'], row['kept_domain'])}\n{_company(row['merged'], row['merged_domain'])}",
            f"contacts: {row['contacts']:,}\nfindings: {row['findings']:,}",
            row["by"] + undone,
        )
    Console().print(table)


@app.command()
def undo(
    tenant: TenantName,
    merge_id: Annotated[UUID, typer.Argument(metavar="MERGE_ID", help="As `accounts merges` shows it.")],
) -> None:
    """Take a merge back: both accounts have again what they had, and whether they are one is open again."""
    in_tenant(tenant, lambda session: identity.undo_merge(session, merge_id, by=getpass.getuser()))
    typer.echo("They stand apart again, as before.")


@app.command()
def aliases(tenant: TenantName, limit: Limit = 50, as_json: Json = False) -> None:
    """List what only one company has, the newest first: domains to which its website leads, numbers in registers."""
    found = in_tenant(tenant, lambda session: identifiers.of_tenant(session, limit=limit))
    if as_json:
        for row in found:
            typer.echo(to_json(dict(row)))
        return
    if not found:
        typer.echo("No account has any.")
        return
    table = _table(f"{tenant}: what only one company has", "company", "kind", "value", "told by")
    for row in found:
        standing = (
            f"\ndisowned by {row['disowned_by']}"
            if row["disowned_by"] is not None
            else "\nrows with it are this company"
            if row["is_alias"]
            else ""
        )
        table.add_row(
            str(row["account_id"]),
            _company(row["name"], row["domain"]),
            row["kind"],
            row["value"] + standing,
            f"{row['source']}\n{row['evidence']}",
        )
    Console().print(table)


@app.command()
def disown(
    tenant: TenantName,
    account_id: Annotated[UUID, typer.Argument(metavar="ACCOUNT_ID", help="As `accounts aliases` shows it.")],
    kind: Annotated[IdentifierKind, typer.Argument(help="What it is.")],
    value: Annotated[str, typer.Argument(help="The domain or the number.")],
) -> None:
    """Say that this is not the account's, whoever says so again. Rows with that domain come in by themselves then."""
    in_tenant(
        tenant,
        lambda session: identifiers.disown(session, account_id, kind, value, by=getpass.getuser()),
    )
    typer.echo("It is not its own.")


@app.command()
def match(
    tenant: TenantName,
    name: Annotated[str, typer.Argument(help="A company's name, as anybody may have written it.")],
    country: Annotated[str | None, typer.Option(help="Where it is, if that is known.")] = None,
    limit: Limit = 5,
    as_json: Json = False,
) -> None:
    """Find the accounts that a name most likely means, with the score and the reasons for each."""
    code = country_code(country) if country is not None else None
    if country is not None and code is None:
        raise typer.BadParameter(f"{country!r} is no country")
    found = Directory(in_tenant(tenant, identity.companies)).best(Company(name, country=code), limit)
    if as_json:
        for one in found:
            typer.echo(
                to_json(
                    {
                        "account_id": one.key,
                        "name": one.company.name,
                        "domain": one.company.domain,
                        "country": one.company.country,
                        "score": one.likeness.score,
                        "verdict": one.likeness.verdict,
                        "evidence": one.likeness.evidence,
                    }
                )
            )
        return
    if not found:
        typer.echo("No account is called anything like it.")
        return
    table = _table(f"{tenant}: {name}", "company", "score", "why")
    for one in found:
        company = one.company
        table.add_row(
            str(one.key),
            _company(company.name, company.domain, company.country),
            f"{one.likeness.score:.2f}, {one.likeness.verdict}",
            "\n".join(one.likeness.evidence),
        )
    Console().print(table)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    table.add_column("id", no_wrap=True)  # it is to be copied
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _company(name: str, *more: str | None) -> str:
    return ", ".join(word for word in (name, *more) if word)
