"""The public event contracts, on the command line."""

from typing import Annotated

import typer

from actors.events import PUBLIC
from actors.events.envelope import json_schema
from tenants.store.columns import to_json

app = typer.Typer(help="Events: the public contracts.", no_args_is_help=True)


@app.command()
def schema(
    kind: Annotated[str | None, typer.Argument(help="One event, such as lead.sourced; absent: all.")] = None,
) -> None:
    """Print the public event contracts as JSON Schema."""
    schemas = {payload.type: json_schema(payload) for payload in PUBLIC}
    if kind is not None and kind not in schemas:
        raise typer.BadParameter(f"no public event is called {kind!r}; there are {', '.join(schemas)}")
    typer.echo(to_json(schemas[kind] if kind is not None else schemas))
