"""People who sign in to the console, on the command line: person add, list, grant, revoke, password and so on."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tenants.passwords import checked_password, hash_of
from tenants.people import Given, Role, checked_given, checked_login
from tenants.store import console_sessions, people, tenants
from tenants.store.columns import to_json
from tenants.store.people import Person
from tenants.store.session import Database, Session, open_database

AnswerT = TypeVar("AnswerT")

app = typer.Typer(
    help="People who sign in to the console, and what each may do. As long as nobody was added, the console is open "
    "to the person at this machine; from the first one on everybody signs in, so let that one have the role platform.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Answer for programs, on standard output.")]
Login = Annotated[str, typer.Argument(help="What the person signs in with, such as ada or ada@example.com.")]
RoleName = Annotated[
    Role,
    typer.Argument(
        help="viewer sees; operator also switches agents, retries, resolves, mutes, assigns and pins; approver also "
        "decides on approvals; ml also moves models; admin does all of that; platform does everything in all tenants."
    ),
]
InTenant = Annotated[
    str | None, typer.Argument(help="The tenant in which the role holds; none for platform.")
]


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="What people call them; absent: the login.")] = "",
    role: Annotated[Role | None, typer.Option(help="A first role; `person grant` gives more.")] = None,
    tenant: Annotated[str | None, typer.Option(help="The tenant in which that role holds.")] = None,
    no_password: Annotated[
        bool,
        typer.Option(
            "--no-password", help="They sign in by OpenID Connect only, with this verified address."
        ),
    ] = False,
) -> None:
    """Add a person. The password is asked for twice, or read from standard input where that is no terminal.

    The first one: leadmill person add ada --role platform
    """
    login = checked_login(login)
    if role is not None:
        checked_given(role, tenant)
    elif tenant is not None:
        raise typer.BadParameter("say with --role what they are in this tenant")
    password_hash = None if no_password else _new_password(login)

    async def work(database: Database, session: Session) -> bool:
        is_first = not await people.is_anybody(session)
        given = await _given(database, role, tenant) if role is not None else None
        await people.add(
            session, login=login, name=name, password_hash=password_hash, given=given, by=getpass.getuser()
        )
        return is_first

    is_first = _run(work)
    typer.echo(f"{login} is added{_as(role, tenant)}.")
    if role is None:
        typer.echo("Without a role they see nothing: `leadmill person grant` gives one.", err=True)
    if is_first:
        typer.echo("From now on the console asks everybody to sign in.", err=True)
        if role is not Role.PLATFORM:
            hint = "Nobody is of the platform yet, and could add others there: `person grant LOGIN platform`."
            typer.echo(hint, err=True)


@app.command("list")
def list_people(
    tenant: Annotated[
        str | None, typer.Option(help="Only who has a role of this tenant; absent: all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List people with their roles, whether they can sign in, and when they were last seen."""

    async def work(database: Database, session: Session) -> list[Person]:
        of = (await tenants.named(database, tenant)).id if tenant is not None else None
        return await people.listed(session, of=of)

    found = _run(work)
    if as_json:
        for person in found:
            typer.echo(person.model_dump_json())
        return
    if not found:
        typer.echo("There is nobody: the console is open to the person at its machine.")
        return
    table = Table("login", "name", "roles", "signs in", "last seen")
    for person in found:
        roles = ", ".join(f"{one.role} of {one.tenant}" if one.tenant else one.role for one in person.roles)
        seen = f"{person.seen_at:%Y-%m-%d %H:%M}" if person.seen_at is not None else ""
        table.add_row(person.login, escape(person.name), roles or "none", _signs_in(person), seen)
    Console().print(table)


@app.command()
def grant(login: Login, role: RoleName, tenant: InTenant = None) -> None:
    """Give a person a role: in one tenant, or platform in all. Their sessions end, and they sign in anew."""

    async def work(database: Database, session: Session) -> bool:
        given = await _given(database, role, tenant)
        return await people.give(session, login, given, by=getpass.getuser())

    done = _run(work)
    typer.echo(f"{login} is {role}{_of(tenant)}{'' if done else ' already'}.")


@app.command()
def revoke(login: Login, role: RoleName, tenant: InTenant = None) -> None:
    """Take a role from a person. Their sessions end at once."""

    async def work(database: Database, session: Session) -> bool:
        given = await _given(database, role, tenant)
        return await people.take(session, login, given, by=getpass.getuser())

    if not _run(work):
        raise ValueError(f"{login} is not {role}{_of(tenant)}; `leadmill person list` shows who is what")
    typer.echo(f"{login} is no longer {role}{_of(tenant)}.")


@app.command()
def disable(login: Login) -> None:
    """Keep a person out: their sessions end at once, and they can't sign in. Their roles stay for `enable`."""
    done = _run(lambda _, session: people.disable(session, login, by=getpass.getuser()))
    typer.echo(f"{login} {'can no longer sign in' if done else 'could not sign in before'}.")


@app.command()
def enable(login: Login) -> None:
    """Let a person in again who was disabled."""
    done = _run(lambda _, session: people.enable(session, login, by=getpass.getuser()))
    typer.echo(f"{login} can sign in{' again' if done else ', as before'}.")


@app.command()
def password(login: Login) -> None:
    """Give a person another password, and end their sessions. It is asked for twice, or read from standard input."""
    password_hash = _new_password(checked_login(login))
    _run(lambda _, session: people.set_password(session, login, password_hash, by=getpass.getuser()))
    typer.echo(f"{login} has another password.")


@app.command()
def sessions(
    login: Login,
    end: Annotated[
        bool, typer.Option("--end", help="End them all: wherever they are, they sign in anew.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show where a person is signed in: since when, when last seen, until when; or end it."""
    if end:
        ended = _run(lambda _, session: people.end_sessions(session, login, by=getpass.getuser()))
        typer.echo(to_json({"ended": ended}) if as_json else f"{ended} sessions of {login} have ended.")
        return
    found = _run(lambda _, session: console_sessions.listed(session, checked_login(login)))
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json())
        return
    table = Table("since", "last seen", "ends at the latest", title=f"{len(found)} sessions of {login}")
    for one in found:
        table.add_row(*(f"{moment:%Y-%m-%d %H:%M}" for moment in (one.created_at, one.seen_at, one.ends_at)))
    Console().print(table)


@app.command()
def history(
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50, as_json: Json = False
) -> None:
    """Show what was done about people in the whole installation, newest first: each act, by whom, to whom."""
    found = _run(lambda _, session: people.history(session, limit=limit))
    if as_json:
        for act in found:
            typer.echo(to_json(act))
        return
    table = Table("time", "who", "act", "to whom", "details")
    for act in found:
        detail = "; ".join(f"{name}: {value}" for name, value in act["detail"].items() if value)
        table.add_row(
            f"{act['at']:%Y-%m-%d %H:%M}", escape(act["by"]), act["act"], act["subject"], escape(detail)
        )
    Console().print(table)


def _run(work: Callable[[Database, Session], Awaitable[AnswerT]]) -> AnswerT:
    """What came of work in a system session: who may sign in belongs to no tenant."""

    async def run() -> AnswerT:
        async with open_database() as database, database.system() as session:
            return await work(database, session)

    return asyncio.run(run())


async def _given(database: Database, role: Role, tenant: str | None) -> Given:
    checked_given(role, tenant)
    return Given(role, (await tenants.named(database, tenant)).id if tenant is not None else None)


def _new_password(login: str) -> str:
    """The hash of a password that somebody types twice, or of the first line of standard input."""
    if sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    return hash_of(checked_password(given, login=login))


def _signs_in(person: Person) -> str:
    if person.is_disabled:
        return "no, disabled"
    ways = [("password", person.has_password), ("OpenID Connect", person.is_linked)]
    return " or ".join(way for way, has in ways if has) or "not yet, by OpenID Connect"


def _as(role: Role | None, tenant: str | None) -> str:
    return f" as {role}{_of(tenant)}" if role is not None else ""


def _of(tenant: str | None) -> str:
    return f" of {tenant}" if tenant is not None else ""
