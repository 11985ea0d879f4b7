"""The topics of the Kafka broker on the command line: what is wrong with them, and putting it right."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from actors.bus.connection import client_options
from actors.bus.settings import KafkaSettings
from actors.bus.topics import RETENTION_H, Difference, WantedTopic, apply_topics, check_topics, wanted_topics
from actors.commands.frame import Json
from tenants.store import lanes
from tenants.store.columns import to_json
from tenants.store.session import open_database

app = typer.Typer(
    help="Topics: one at the Kafka broker for each kind of event, with as many partitions as there are lanes.",
    no_args_is_help=True,
)

Retention = Annotated[int, typer.Option(min=1, help="For how many hours the broker keeps an event.")]
Replication = Annotated[
    int | None,
    typer.Option(min=1, help="Brokers that keep each event; absent: three, or all if there are fewer."),
]
InSync = Annotated[
    int | None,
    typer.Option(min=1, help="Brokers that must have an event before it counts; absent: all but one."),
]


@app.command()
def check(
    retention_h: Retention = RETENTION_H,
    replication: Replication = None,
    min_insync: InSync = None,
    as_json: Json = False,
) -> None:
    """Say what is missing or different at the broker, and change nothing; the exit status is 1 if anything is.

    The broker is the one that LEADMILL_KAFKA_BOOTSTRAP names. A program may ask before it starts:

        leadmill topics check && leadmill up
    """
    found = asyncio.run(_with_topics(check_topics, retention_h, replication, min_insync))
    _tell(found, as_json=as_json, nothing="All topics are as they must be.")
    raise typer.Exit(1 if found else 0)


@app.command("apply")
def apply(
    retention_h: Retention = RETENTION_H,
    replication: Replication = None,
    min_insync: InSync = None,
    lanes: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Give this installation so many lanes from now on: never fewer."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the topics that are missing and change those that differ; doing it again is safe.

    Nothing is ever deleted, and settings of a topic that are not ours stay. A topic can be given more lanes but
    never fewer, and its replication is for the broker's own tools: such differences are left, and the exit
    status is 1.

    An installation gets more lanes while it runs:

        leadmill topics apply --lanes 24
    """
    found = asyncio.run(_with_topics(apply_topics, retention_h, replication, min_insync, grow_to=lanes))
    _tell(found, as_json=as_json, nothing="All topics are as they must be; nothing was changed.")
    raise typer.Exit(0 if all(one.is_mended for one in found) else 1)


async def _with_topics(
    work: Callable[[KafkaSettings, Sequence[WantedTopic]], Awaitable[list[Difference]]],
    retention_h: int,
    replication: int | None,
    min_insync: int | None,
    *,
    grow_to: int | None = None,
) -> list[Difference]:
    """What this work finds, for every topic of ours."""
    settings = KafkaSettings()
    client_options(settings)  # before a database is started only to hear that no broker is named
    async with open_database() as database:
        async with database.glance() as session:
            number = grow_to or await lanes.lane_count(session)
        wanted = wanted_topics(
            settings, number, retention_h=retention_h, replication=replication, min_insync=min_insync
        )
        found = await work(settings, wanted)
        if grow_to is not None:  # only now: nothing is said on a lane that the broker does not have
            async with database.system() as session:
                await lanes.grow(session, grow_to)
    return found


def _tell(found: Sequence[Difference], *, as_json: bool, nothing: str) -> None:
    if as_json:
        for one in found:
            typer.echo(
                to_json(
                    {
                        "topic": one.topic,
                        "what": one.what,
                        "wanted": one.wanted,
                        "found": one.found,
                        "is_mended": one.is_mended,
                    }
                )
            )
        return
    if not found:
        typer.echo(nothing)
        return
    table = Table("topic", "what", "wanted", "found", "")
    for one in found:
        table.add_row(one.topic, one.what, one.wanted, one.found, "put right" if one.is_mended else "differs")
    Console().print(table)
