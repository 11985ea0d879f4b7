"""Tokens for the scoring API, on the command line: token create, list, revoke."""

import getpass
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant
from tenants.store import tokens
from tenants.store.columns import to_json
from tenants.tokens import Token, hash_of, new_token

app = typer.Typer(
    help="Tokens with which programs ask for scores over HTTP, each for one tenant.", no_args_is_help=True
)
TokenName = Annotated[str, typer.Argument(help="What the token is called, such as the program that has it.")]


@app.command()
def create(
    tenant: TenantName,
    name: TokenName,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="How long it is good; absent: until it is revoked."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a token that lets a program in for one tenant. It is shown once; only its SHA-256 is kept.

    The program sends it with each request: `Authorization: Bearer TOKEN`.
    """
    secret = new_token()
    sha256 = hash_of(secret)
    assert sha256 is not None
    made = in_tenant(
        tenant,
        lambda session: tokens.add(session, name=name, sha256=sha256, by=getpass.getuser(), days=days),
    )
    if as_json:
        typer.echo(to_json({"name": made.name, "token": secret, "expires_at": made.expires_at}))
        return
    typer.echo(secret)
    good = f"until {made.expires_at:%Y-%m-%d %H:%M}" if made.expires_at is not None else "until it is revoked"
    typer.echo(f"Keep it, it is not shown again. It is good {good}.", err=True)


@app.command("list")
def list_tokens(tenant: TenantName, as_json: Json = False) -> None:
    """List a tenant's tokens: who made each, when it was last used, and whether it is still good."""
    found = in_tenant(tenant, tokens.listed)
    if as_json:
        for token in found:
            typer.echo(token.model_dump_json())
        return
    if not found:
        typer.echo("There is no token.")
        return
    table = Table("token", "made", "by", "last used", "good", title=f"{tenant}: tokens")
    for token in found:
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at is not None else "never"
        made = f"{token.created_at:%Y-%m-%d %H:%M}"
        table.add_row(escape(token.name), made, token.created_by, used, _standing(token))
    Console().print(table)


def _standing(token: Token) -> str:
    """Whether a token is good, and until when, in words."""
    if token.revoked_at is not None:
        return f"no, revoked {token.revoked_at:%Y-%m-%d %H:%M}"
    if token.expires_at is None:
        return "until it is revoked"
    day = f"{token.expires_at:%Y-%m-%d %H:%M}"
    return f"until {day}" if token.is_good else f"no, expired {day}"


@app.command()
def revoke(tenant: TenantName, name: TokenName) -> None:
    """Take a token back: within a second or so it lets nobody in any more."""
    in_tenant(tenant, lambda session: tokens.revoke(session, name, by=getpass.getuser()))
    typer.echo(f"{name} is revoked.")
