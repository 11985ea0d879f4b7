"""A page: what each file in `pages` offers, and what it is given to show."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dash import Dash

from console.acts import Acts
from console.cursors import Key
from console.reads import Reads
from tenants.records import Tenant

Component = Any
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown: whose, with which filters (the address's query), and where from."""

    reads: Reads
    tenant: Tenant
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A long list: its rows behind a key, how many there are, and what became of it since it was drawn."""

    rows: Callable[[View, Key | None, int, int], Awaitable[list[Row]]]
    count: Callable[[View], Awaitable[int]]
    news: Callable[[View, datetime], Awaitable[int]]
    again: Callable[[View, Sequence[UUID]], Awaitable[list[Row]]] | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """What the drawer shows of one row."""

    title: Component
    body: Component


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the console. `parts` are kept fresh while it is open; `frame` puts them in place once."""

    slug: str
    title: str
    icon: str
    order: int
    frame: Callable[[View, Mapping[str, Component]], Component]
    parts: Callable[[View], Awaitable[Mapping[str, Component]]]
    table: Table | None = None
    detail: Callable[[View, UUID], Awaitable[Detail]] | None = None
    wire: Callable[[Dash, Reads, Acts], None] | None = None
