"""A page: what each file in `pages` offers, and what it is given to show."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from dash import Dash

from console.acts import Acts
from console.cursors import Key
from console.reads import Reads
from tenants.records import Tenant
from tenants.store.session import Session

Component = Any
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown: whose, with which filters (the address's query), and where from.

    Whoever `sees_everybody` is shown the whole installation as well: the person at this machine may.
    """

    reads: Reads
    tenant: Tenant
    query: Mapping[str, str]
    sees_everybody: bool = True

    def session(self) -> AbstractAsyncContextManager[Session]:
        """A session that reads this tenant's rows, and nobody else's."""
        return self.reads.database.tenant(self.tenant.id)


@dataclass(frozen=True, slots=True)
class Table:
    """A long list: its rows behind a key, how many there are, and what became of it since it was drawn.

    With `file` it can be had as a file, with these of a row's values under these names.
    """

    rows: Callable[[View, Key | None, int, int], Awaitable[list[Row]]]
    count: Callable[[View], Awaitable[int]]
    news: Callable[[View, datetime], Awaitable[int]]
    again: Callable[[View, Sequence[UUID]], Awaitable[list[Row]]] | None = None
    file: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """What the drawer shows of one row, or what a person is asked before something is done."""

    title: Component
    body: Component


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed: on what, as what that was `seen`, what stands in the fields beside it, and by whom."""

    on: str
    seen: str
    fields: Mapping[str, Any]
    by: str

    def words(self, name: str, *, most: int = 500) -> str:
        """What a person wrote into a field, without the blanks around it."""
        value = self.fields.get(name)
        return value.strip()[:most] if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Said:
    """What comes of a press: what is told, and what the page does next.

    It may stay as it is, have its rows read again, be drawn anew, go on to the next row, or shut what is open.
    With `ask` nothing is done yet.
    """

    title: str = ""
    text: str = ""
    then: Literal["stay", "again", "redraw", "next", "shut"] = "again"
    ask: Detail | None = None


Deed = Callable[[View, Acts, Press], Awaitable[Said]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the console. `parts` are kept fresh while it is open; `frame` puts them in place once.

    A row that is opened is shown in the drawer (`detail`), or beside the list (`panel`). `deeds` are what its
    buttons do, by their names.
    """

    slug: str
    title: str
    icon: str
    order: int
    frame: Callable[[View, Mapping[str, Component]], Component]
    parts: Callable[[View], Awaitable[Mapping[str, Component]]]
    table: Table | None = None
    detail: Callable[[View, UUID], Awaitable[Detail]] | None = None
    panel: Callable[[View], Awaitable[Component]] | None = None
    deeds: Mapping[str, Deed] = field(default_factory=dict)
    wire: Callable[[Dash, Reads, Acts], None] | None = None
