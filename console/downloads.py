"""Downloads: a page's whole list as a file, `/t/<tenant>/<page>.csv?<filters>`, row by row as it is read."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from console.answers import Answers
from console.cursors import Key
from console.faults import BadRequest, NotFound
from console.page import Table, View

_ENDING = ".csv"
_ROWS_AT_A_TIME = 1_000
# A spreadsheet takes what begins so for a formula, and a formula may send what stands beside it elsewhere:
# https://owasp.org/www-community/attacks/CSV_Injection
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Downloads:
    """The way to files; whatever else is asked for goes on to the pages."""

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self.app = app
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path.startswith("/t/") and path.endswith(_ENDING)):
            await self.app(scope, receive, send)
            return
        await (await self._answer(path, scope["query_string"].decode("latin-1")))(scope, receive, send)

    async def _answer(self, path: str, query: str) -> PlainTextResponse | StreamingResponse:
        try:
            page, view = await self.answers.asked(
                {"pathname": path.removesuffix(_ENDING), "search": f"?{query}"}
            )
            if page.table is None or page.table.file is None:
                return PlainTextResponse("This page has no list to be had as a file.\n", 404)
            await page.table.count(view)  # filters that do not exist are told before the file begins
        except NotFound as missing:
            return PlainTextResponse(f"{missing}\n", 404)
        except BadRequest as wrong:
            return PlainTextResponse(f"{wrong}\n", 400)
        name = f"{view.tenant.name}-{page.slug}-{datetime.now(UTC):%Y%m%d-%H%M%S}{_ENDING}"
        return StreamingResponse(
            _lines(page.table, page.table.file, view),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


async def _lines(table: Table, names: Mapping[str, str], view: View) -> AsyncIterator[str]:
    """The heads and then the rows, some at a time. What comes in meanwhile would stand above, and is left out.

    A prospect whose score changes meanwhile may stand there twice, or not at all.
    """
    yield _written([list(names.values())])
    after: Key | None = None
    while rows := await table.rows(view, after, 0, _ROWS_AT_A_TIME):
        yield _written([[plain(row.get(name)) for name in names] for row in rows])
        after = Key.read(rows[-1]["key"])


def plain(value: Any) -> str:
    """A value as a spreadsheet shows it and does not run it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _written(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
