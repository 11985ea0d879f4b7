"""Running the mill: `leadmill up`, `down`, `status`, `demo`."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from actors.shell import demonstration
from actors.shell.demonstration import Standing
from actors.shell.doctor import examine
from actors.shell.parts import CONSOLE, MILL, SIMULATOR, Parts
from actors.shell.result import BAD, GOOD, NOTE, Result
from actors.shell.settings import ShellSettings
from tenants.settings import StoreSettings
from tenants.store import embedded, funnel, heartbeats, switches, tenants
from tenants.store.columns import to_json
from tenants.store.rls import APP
from tenants.store.session import Database

Json = Annotated[bool, typer.Option("--json", help="Answer for programs, on standard output.")]
Inline = Annotated[bool, typer.Option("--inline", help="One process without Ray: for development and tests.")]

_COLUMNS = ("sourced", "enriched", "contactable", "scored", "skipped", "failed", "snoozed", "in_flight")
_LOOK_EVERY_S = 5.0
told = Console(stderr=True)


def up(
    inline: Inline = False,
    simulate: Annotated[bool, typer.Option("--simulate", help="With a simulator of the providers.")] = False,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay, and stop everything on Ctrl-C.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the mill: database, Ray with supervisor and models, console. What runs already is left alone.

    Returns when everything answers; `leadmill down` stops it. What was killed is started again.
    """
    parts = Parts(StoreSettings(), ShellSettings())
    answer = asyncio.run(_up(parts, inline=inline, simulate=simulate))
    if as_json:
        typer.echo(to_json(answer))
    else:
        typer.echo(f"The mill runs ({answer['mill']}). Console: {answer['console']}")
        if "api" in answer:
            typer.echo(f"Scoring API: {answer['api']}")
    if foreground:
        _wait_for_end()
        parts.down(told.print)


async def _up(parts: Parts, *, inline: bool, simulate: bool) -> dict[str, Any]:
    with told.status("Waking the database …") as status:
        address = await parts.database()
        answer: dict[str, Any] = {}
        if simulate:
            status.update("Making up a world …")
            simulator = parts.simulator()
            answer["simulator"] = simulator["http"]
            database = Database.at(address, role=APP, pool_size=2)
            try:
                answer["model"] = await demonstration.ensure_model(database, parts.store, simulator)
            finally:
                await database.close()
        status.update("Starting the mill …")
        mill = await parts.mill(address, inline=inline)
        answer |= {part: mill[part] for part in ("mill", "api") if part in mill}
        status.update("Opening the console …")
        answer["console"] = parts.console(address)["console"]
    return answer


def down() -> None:
    """Stop the mill, its console and its embedded database, in good order."""
    parts = Parts(StoreSettings(), ShellSettings())
    stopped: list[str] = []
    with told.status("Stopping …"):
        parts.down(stopped.append)
    typer.echo("\n".join(stopped) or "Nothing was running.")


def status(as_json: Json = False) -> None:
    """Say how the mill is: its parts, its desks, and how far each tenant's leads have come."""
    parts = Parts(StoreSettings(), ShellSettings())
    answer = asyncio.run(_status(parts))
    if as_json:
        typer.echo(to_json(answer))
        return
    for part, state in answer["parts"].items():
        typer.echo(f"{part:<10} {state or 'not running'}")
    if (halted := answer["stopped"]) is not None:
        typer.secho(f"everything is stopped by {halted['stopped_by']}: {halted['reason']}", fg="red")
    table = Table("desk", "lanes", "process", "seen", "in flight", "done", "failed")
    for desk in answer["desks"]:
        health, lanes = desk["health"], ", ".join(map(str, desk["lanes"]))
        numbers = [str(health[name]) for name in ("in_flight", "done", "failed")]
        table.add_row(desk["desk"], lanes, str(desk["pid"]), f"{desk['age_s']:.0f} s ago", *numbers)
    Console().print(table)
    Console().print(_funnel_table(answer["tenants"]))


def doctor(as_json: Json = False) -> None:
    """Look whether everything is as it must be, and say what to do where it is not.

    Database, roles and row-level security, clock, bus, secrets, model, mill, Ray and scoring service. Nothing is
    changed. The exit status is 1 if something is wrong; a note (○) is no fault.
    """
    parts = Parts(StoreSettings(), ShellSettings())
    results = asyncio.run(_examined(parts, tell=not as_json))
    if as_json:
        for result in results:
            typer.echo(to_json(asdict(result)))
    if any(result.state == BAD for result in results):
        raise typer.Exit(1)


async def _examined(parts: Parts, *, tell: bool) -> list[Result]:
    signs = {GOOD: "[green]✓[/]", NOTE: "[yellow]○[/]", BAD: "[red]✗[/]"}
    results = []
    screen = Console()
    with told.status("Looking …"):
        async for result in examine(parts):
            results.append(result)
            if tell:
                screen.print(
                    f"{signs[result.state]} {result.subject:<19}{escape(result.found)}",
                    highlight=False,
                    soft_wrap=True,
                )
                if result.remedy is not None:
                    screen.print(f"  {'':<19}→ {escape(result.remedy)}", highlight=False, soft_wrap=True)
    return results


async def _status(parts: Parts) -> dict[str, Any]:
    mill, console, simulator = map(parts.installation.running, (MILL, CONSOLE, SIMULATOR))
    states: dict[str, Any] = {
        "mill": mill and f"running ({mill['mill']}), process {mill['pid']}",
        "console": console and console["console"],
        "simulator": simulator and simulator["http"],
    }
    if parts.store.database_url is None and embedded.running_pid(parts.store.home / "postgres") is None:
        return {"parts": {"database": None, **states}, "stopped": None, "desks": [], "tenants": {}}
    database = Database.at(embedded.database_address(parts.store), role=APP, pool_size=1)
    try:
        async with database.system() as session:
            desks = await heartbeats.seen(session)
            everyone = await tenants.everyone(session)
            halted = await switches.halted(session)
        funnels = {}
        for tenant in everyone:
            async with database.tenant(tenant.id) as session:
                funnels[tenant.name] = await funnel.counts(session)
    finally:
        await database.close()
    parts_told = {"database": "running", **states}
    return {"parts": parts_told, "stopped": halted, "desks": desks, "tenants": funnels}


def demo(
    leads: Annotated[int, typer.Option(min=1, help="Leads to bring in, over all tenants.")] = 300,
    count: Annotated[int, typer.Option("--tenants", min=1, help="Tenants.")] = 3,
    leave: Annotated[
        bool, typer.Option("--exit", help="End when the mill is empty, and print the funnel.")
    ] = False,
    inline: Inline = False,
    kafka: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Carry events over this Kafka broker, whose topics are made; absent: the configured bus.",
        ),
    ] = None,
    latency_ms: Annotated[str, typer.Option(help="The providers' latency: 80, or 80±40.")] = "80±40",
    rate_429: Annotated[
        float, typer.Option(min=0, max=1, help="Share of calls answered 'slow down'.")
    ] = 0.01,
    rate_500: Annotated[
        float, typer.Option(min=0, max=1, help="Share of calls answered with a fault.")
    ] = 0.01,
    as_json: Json = False,
) -> None:
    """Show everything on this machine: a simulated world, some tenants, and leads that go all the way."""
    if kafka is not None:
        os.environ["LEADMILL_KAFKA_BOOTSTRAP"] = kafka  # every part that is started from here reads it there
    parts = Parts(StoreSettings(), ShellSettings())
    signal.signal(signal.SIGTERM, _interrupt)
    options = (f"--latency-ms={latency_ms}", f"--rate-429={rate_429}", f"--rate-500={rate_500}")
    try:
        answer, console = asyncio.run(_demo(parts, leads, count, options, inline=inline))
        if as_json:
            typer.echo(to_json(answer))
        else:
            Console().print(_funnel_table(answer["tenants"]))
            Console().print(
                f"{answer['leads']:,} leads in {answer['seconds']:.1f} s, {answer['billed_calls']:,} billed calls, "
                f"{answer['spent']:.2f} US dollars (simulated)"
            )
        if not leave:
            told.print(f"\nThe console: [bold]{console}[/bold]   Ctrl-C ends everything.")
            _wait_for_end()
    except KeyboardInterrupt:
        told.print("Ending …")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C shall not leave processes behind
        parts.down(lambda _: None)


async def _demo(
    parts: Parts, leads: int, count: int, options: tuple[str, ...], *, inline: bool
) -> tuple[dict[str, Any], str]:
    with told.status("Waking the database …") as status:
        address = await parts.database()
        await parts.topics(address)
        status.update("Making up a world …")
        simulator = parts.simulator(*options)
        database = Database.at(address, role=APP, pool_size=2)
        try:
            status.update("Training a model on the world's history …")
            await demonstration.ensure_model(database, parts.store, simulator)
            who = await demonstration.prepare(
                database, parts.store, simulator, count=count, reaching_out=True
            )
            status.update("Starting the mill and the console …")
            await parts.mill(address, inline=inline)
            console = parts.console(address)["console"]
            status.stop()

            looked = time.monotonic()

            async def keep_up() -> None:
                nonlocal looked
                if parts.installation.running(MILL) is None or time.monotonic() - looked > _LOOK_EVERY_S:
                    await parts.mill(address, inline=inline)  # a mill that was killed is started again
                    looked = time.monotonic()

            await demonstration.ask_for_leads(database, parts.store, who, leads)
            with Live(console=told, refresh_per_second=4, transient=True) as live:
                started = time.monotonic()

                def tell(now: Standing) -> None:
                    live.update(_progress(now, leads, console, time.monotonic() - started))

                final, seconds = await demonstration.follow(database, who, leads, tell, keep_up)
        finally:
            await database.close()
    return demonstration.summary(final, seconds), console


def _progress(now: Standing, leads: int, console: str, seconds: float) -> Group:
    ended = now.total("sourced") - now.total("in_flight")
    rate = ended / seconds if seconds else 0
    head = f"[bold]{ended:,} of {leads:,} leads[/bold] through the mill, {rate:,.0f} a second"
    money = f"{now.billed_calls:,} billed calls, {now.spent:,.2f} US dollars (simulated)   console: {console}"
    return Group(head, ProgressBar(total=leads, completed=ended, width=72), _funnel_table(now.funnels), money)


def _funnel_table(funnels: Any) -> Table:
    table = Table("tenant", *(name.replace("_", " ") for name in _COLUMNS))
    for name, counts in funnels.items():
        table.add_row(name, *(f"{counts[column]:,}" for column in _COLUMNS))
    return table


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_for_end() -> None:
    """Until Ctrl-C, or until somebody ends us."""
    previous: Callable[..., Any] | int | None = signal.signal(signal.SIGTERM, _interrupt)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, previous)
