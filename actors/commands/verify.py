"""The verifier on the command line, as a tool of its own: `leadmill verify`."""

import asyncio
import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actors.commands.frame import Json
from actors.core.provider import Link
from actors.core.verification.ladder import Verified
from actors.engine.http import open_web
from actors.engine.settings import VerifySettings
from actors.engine.verifying import Ways, verify_each
from actors.providers import all_providers
from tenants.store.columns import to_json

errors_out = Console(stderr=True)
_COLUMNS = ("email", "e-mail", "mail", "address", "email_address")
_ADDED = ("status", "reasons", "confidence", "is_role", "is_free", "suggestion", "keeps_for_days")


def verify(
    what: Annotated[str, typer.Argument(help="An address, or a file: CSV with a head, or one on each line.")],
    column: Annotated[str | None, typer.Option(help="The CSV's column with the address.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where the CSV goes; standard output else.")] = None,
    transcript: Annotated[
        bool, typer.Option("--transcript", help="What was said to and by mail servers, too.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Don't wait for mail servers that ask to come back.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell whether addresses take mail, and why. Nothing is sent to them.

    First their letters are read, then their domain's name servers are asked, then its mail servers, where
    LEADMILL_MAILBOX says as whom. Vendors who charge for it are not asked here. Some mail servers ask strangers to
    come back after five minutes or more; that is waited for, which --no-wait spares.

    Statuses: deliverable, accept_all (the server takes every name), risky, disposable, undeliverable, unknown, and
    pending (not waited for).
    """
    settings = VerifySettings()
    if not settings.mailbox:
        errors_out.print(
            "Mail servers are not asked: LEADMILL_MAILBOX does not say as whom, such as "
            "smtp://{host}:25?ehlo=mail.acme.com&from=probe@acme.com.",
            markup=False,
        )
    if Path(what).is_file():
        rows, key = _read(Path(what), column)
    elif "@" in what:
        rows, key = [{"email": what}], "email"
    else:
        raise typer.BadParameter(f"{what!r} is neither an address nor a file")
    found = asyncio.run(_verified([row[key] or "" for row in rows], settings, waits=not no_wait))
    if as_json:
        for one in found:
            typer.echo(to_json(_told(one, transcript=transcript)))
    elif len(rows) == 1 and not Path(what).is_file():
        _show(found[0], transcript=transcript)
    else:
        _write(rows, found, output)
        counts = Counter(str(one.verdict.status) for one in found)
        told = ", ".join(f"{count:,} {status}" for status, count in counts.most_common())
        errors_out.print(f"{len(found):,} addresses: {told}")


async def _verified(told: Sequence[str], settings: VerifySettings, *, waits: bool) -> list[Verified]:
    found: dict[int, Verified] = {}
    async with open_web(connections=0) as http:
        ways = Ways(
            Link(http, settings.resolver or "", None),
            Link(http, settings.mailbox, None) if settings.mailbox else None,
        )
        with _progress(len(told)) as advance:
            async for place, verified in verify_each(told, ways, all_providers(), waits=waits):
                found[place] = verified
                advance()
    return [found[place] for place in range(len(told))]


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar on standard error, where there is more than one to wait for."""
    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors_out, disable=total < 2, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _read(file: Path, column: str | None) -> tuple[list[dict[str, str]], str]:
    """The rows of a file, and under what they have the address. A file without a head has one on each line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not UTF-8 text: {error}") from None
    lines = text.splitlines()
    if not lines:
        raise ValueError(f"{file} is empty")
    if "@" in lines[0] and column is None:
        return [{"email": line.strip()} for line in lines if line.strip()], "email"
    reader = csv.DictReader(io.StringIO(text), strict=True)
    names = list(reader.fieldnames or ())
    key = column or next((name for name in names if name.strip().lower() in _COLUMNS), None)
    if key is None or key not in names:
        raise ValueError(
            f"{file} has no column {column or 'called email'!r}; it has {', '.join(names)}. --column names one"
        )
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ValueError(f"{file}, line {reader.line_num}: {error}") from None
    return [{name: row.get(name) or "" for name in names} for row in rows], key


def _write(rows: Sequence[dict[str, str]], found: Sequence[Verified], output: Path | None) -> None:
    """The rows as they were read, each with its verdict beside it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*(name for name in rows[0] if name not in _ADDED), *_ADDED])
    writer.writeheader()
    for row, one in zip(rows, found, strict=True):
        told = _told(one, transcript=False)
        verdict = {name: told[name] for name in _ADDED} | {"reasons": "; ".join(told["reasons"])}
        writer.writerow({**row, **verdict})
    if output is None:
        sys.stdout.write(text.getvalue())
    else:
        output.write_text(text.getvalue(), encoding="utf-8", newline="")


def _told(one: Verified, *, transcript: bool) -> dict[str, Any]:
    verdict = one.verdict
    told = {
        "email": one.email,
        "status": str(verdict.status),
        "reasons": list(verdict.reasons),
        "confidence": round(verdict.confidence, 4),
        "is_role": verdict.is_role,
        "is_free": verdict.is_free,
        "suggestion": verdict.suggestion,
        "keeps_for_days": verdict.keeps_for_days,
        "retry_after_s": verdict.retry_after_s,
    }
    return told | ({"transcript": list(one.transcript)} if transcript else {})


def _show(one: Verified, *, transcript: bool) -> None:
    verdict = one.verdict
    sure = f" ({verdict.confidence:.0%} sure)" if verdict.confidence else ""
    typer.echo(f"{one.email}: {verdict.status}{sure}")
    for reason in verdict.reasons:
        typer.echo(f"  {reason}")
    if verdict.is_role:
        typer.echo("  a desk and not a person")
    if verdict.is_free:
        typer.echo("  a mailbox of a free provider")
    if verdict.suggestion is not None:
        typer.echo(f"  did you mean {verdict.suggestion}?")
    if verdict.retry_after_s is not None:
        typer.echo(f"  asking again after {verdict.retry_after_s // 60} minutes may tell more")
    if transcript:
        for line in one.transcript or ("no mail server was asked",):
            typer.echo(f"    {line}")
