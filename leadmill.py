"""The one command line. It only gathers the rooms' own commands."""

import json
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

import actors.commands.accounts
import actors.commands.agents
import actors.commands.approvals
import actors.commands.bounces
import actors.commands.budgets
import actors.commands.effects
import actors.commands.errors
import actors.commands.events
import actors.commands.exclusions
import actors.commands.findings
import actors.commands.leads
import actors.commands.letters
import actors.commands.lookalikes
import actors.commands.runs
import actors.commands.signals
import actors.commands.source
import actors.commands.sources
import actors.commands.tokens
import actors.commands.topics
import actors.commands.trust
import actors.commands.verify
import actors.shell.commands
import actors.shell.retraining
import scoring_models.commands
import tenants.commands
import tenants.person_commands
from actors.bus.base import CarrierAway
from actors.bus.settings import WrongSettings
from actors.engine.excluding import NotSynced
from actors.engine.lists import ListFault
from actors.engine.previewing import NoSearch
from actors.engine.replay import NotReplayable
from actors.engine.working_off import ListFailed, ListWaits
from actors.shell.demonstration import NotOurs
from actors.shell.installation import PartFailed
from actors.shell.parts import NotMigrated
from tenants.secrets import SecretsError
from tenants.store.approvals import NotDecidable
from tenants.store.session import DatabaseError
from tenants.store.tenants import NoSuchTenant

app = typer.Typer(
    name="leadmill",
    help="Multi-tenant prospecting: agents source, enrich, verify and score leads; people watch and decide.",
    epilog="First steps: `leadmill demo`. State lies in LEADMILL_HOME, ./.leadmill if it is not set.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(actors.shell.commands.demo)
app.command()(actors.shell.commands.up)
app.command()(actors.shell.commands.down)
app.command()(actors.shell.commands.status)
app.command()(actors.shell.commands.doctor)
app.command("stop")(actors.commands.agents.stop_everything)
app.command("resume")(actors.commands.agents.resume_everything)
app.command()(tenants.commands.migrate)
app.command()(actors.commands.source.source)
app.command()(actors.commands.lookalikes.lookalike)
app.command("sources")(actors.commands.sources.list_sources)
app.command()(actors.commands.verify.verify)
app.command()(actors.commands.bounces.bounces)
app.command()(actors.commands.trust.trust)
app.command()(actors.commands.leads.pipeline)
app.command()(actors.commands.findings.why)
app.command("signals")(actors.commands.signals.list_signals)
app.command("runs")(actors.commands.runs.list_runs)
app.command()(actors.commands.runs.replay)
app.command("errors")(actors.commands.errors.list_errors)
app.command()(actors.commands.errors.retry)
app.command()(actors.commands.errors.resolve)
app.command()(actors.commands.errors.mute)
app.command()(actors.commands.errors.assign)
app.command()(actors.commands.budgets.budget)
app.command("effects")(actors.commands.effects.list_effects)
app.command("letters")(actors.commands.letters.list_letters)
app.command("approvals")(actors.commands.approvals.list_approvals)
app.command()(actors.commands.approvals.approve)
app.command()(actors.commands.approvals.reject)
app.command()(actors.commands.approvals.withdraw)
app.command()(actors.commands.approvals.complain)
app.command("autonomy")(actors.commands.approvals.show_autonomy)
actors.commands.leads.lead_app.command("set")(actors.commands.findings.set_field)
actors.commands.leads.lead_app.command("accept")(actors.commands.findings.accept)
tenants.commands.app.command("scale")(actors.commands.agents.scale)
scoring_models.commands.app.command()(actors.shell.retraining.retrain)
app.add_typer(tenants.commands.app, name="tenant")
app.add_typer(actors.commands.agents.app, name="agent")
app.add_typer(actors.commands.accounts.app, name="accounts")
app.add_typer(actors.commands.leads.lead_app, name="lead")
app.add_typer(actors.commands.exclusions.app, name="exclusions")
app.add_typer(scoring_models.commands.app, name="model")
app.add_typer(actors.commands.events.app, name="events")
app.add_typer(actors.commands.topics.app, name="topics")
app.add_typer(actors.commands.tokens.app, name="token")
app.add_typer(tenants.person_commands.app, name="person")

# What can go wrong in use, as against a fault of ours: one sentence each, and no traceback.
_EXPECTED = (
    CarrierAway,
    WrongSettings,
    ListFault,
    NoSearch,
    ListFailed,
    ListWaits,
    NotDecidable,
    NotOurs,
    PartFailed,
    NotMigrated,
    NotReplayable,
    NotSynced,
    SecretsError,
    NoSuchTenant,
    DatabaseError,
    DBAPIError,  # of a migration
    ValueError,
    OSError,
)


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="One benchmark; absent: all of them.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each.")] = False,
) -> None:
    """Measure, each time beside a named peer in the same run: the ratio counts, not the number."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    try:
        from tests.bench import all_benchmarks
    except ImportError:
        raise ValueError("the benchmarks are part of the source, and this is not a checkout of it") from None
    known = all_benchmarks()
    if name is not None and name not in known:
        raise typer.BadParameter(f"no benchmark is called {name!r}; there are {', '.join(known)}")
    for one in [name] if name is not None else known:
        answer = known[one].run(lambda line: typer.echo(line, err=True)).answer()
        if as_json:
            typer.echo(json.dumps(answer))
        else:
            typer.echo(
                f"{answer['name']}: {answer['ours']:,} {answer['unit']}; {answer['peer_name']}: {answer['peer']:,}; "
                f"ratio {answer['ratio']} (median of {answer['runs']} pairs)"
            )


@app.command(hidden=True)
def keep(
    inline: Annotated[bool, typer.Option("--inline/--ray", help="Without Ray, or with it.")] = False,
) -> None:
    """Hold the mill until asked to end: what `up` starts in the background."""
    from actors.shell.keeper import keep_inline, keep_ray
    from actors.shell.settings import ShellSettings
    from tenants.settings import StoreSettings

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if inline:
        uvloop.run(keep_inline())
        return

    def deploy() -> dict[str, str]:
        from serve.app import deploy  # it loads Ray, which reads its own settings then

        return deploy()

    def undeploy() -> None:
        from ray import serve as ray_serve

        ray_serve.shutdown()

    raise typer.Exit(
        keep_ray(StoreSettings(), address=ShellSettings().ray_address, deploy=deploy, undeploy=undeploy)
    )


def main() -> None:
    """The command line, with one clear sentence for what can go wrong in use."""
    try:
        app()
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"LEADMILL_{fault['loc'][0]}".upper() if fault["loc"] else error.title
        typer.secho(f"leadmill: {name}: {fault['msg']} (it is {fault['input']!r})", err=True, fg="red")
        sys.exit(1)
    except _EXPECTED as error:
        sentence = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        typer.secho(f"leadmill: {sentence}", err=True, fg="red")
        sys.exit(1)


if __name__ == "__main__":
    main()
