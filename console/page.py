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
from tenants.people import Actor, Right, refusal
from tenants.records import Tenant
from tenants.store.session import Session

Component = Any
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown: whose, with which filters (the address's query), where from, and to whom."""

    reads: Reads
    tenant: Tenant
    query: Mapping[str, str]
    actor: Actor

    def may(self, right: Right) -> bool:
        """Whether the one who looks may do something here."""
        return right in self.actor.rights_in(self.tenant.id)

    def refusal(self, right: Right) -> str | None:
        """Why the one who looks may not do something here, and whom to ask; None where they may."""
        roles = self.actor.roles_in(self.tenant.id)
        return None if self.may(right) else refusal(roles, right)

    @property
    def sees_everybody(self) -> bool:
        """Whether the one who looks may see what is not only this tenant's."""
        return self.may(Right.PLATFORM)

    def session(self) -> AbstractAsyncContextManager[Session]:
        """A session that reads this tenant's rows, and nobody else's."""
        return self.reads.database.tenant(self.tenant.id)


@dataclass(frozen=True, slots=True)
class Table:
    """A long list: its rows behind a key, how many there are, and what became of it since it was drawn.

    With `file` it can be had as a file, with these of a row's values under these names. With `measure` it can be
    jumped in, however long it is: that gives its true length, and the keys of rows at such distances, by how many rows
    stand up to each.
    """

    rows: Callable[[View, Key | None, int, int], Awaitable[list[Row]]]
    count: Callable[[View], Awaitable[int]]
    news: Callable[[View, datetime], Awaitable[int]]
    again: Callable[[View, Sequence[UUID]], Awaitable[list[Row]]] | None = None
    file: Mapping[str, str] | None = None
    measure: Callable[[View], Awaitable[tuple[int, Mapping[int, Key]]]] | None = None


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


@dataclass(frozen=True, slots=True)
class Deed:
    """What a button does, and the right that it needs; where that depends on what it is pressed on, who tells it."""

    needs: Right | Callable[[str], Right]
    does: Callable[[View, Acts, Press], Awaitable[Said]]

    def right_on(self, on: str) -> Right:
        """The right that is needed to do it to this."""
        return self.needs if isinstance(self.needs, Right) else self.needs(on)


def deeds(needs: Right, **does: Callable[[View, Acts, Press], Awaitable[Said]]) -> dict[str, Deed]:
    """Deeds that all need one right, by the names of their buttons, in which a dash stands for each underscore."""
    return {name.replace("_", "-"): Deed(needs, one) for name, one in does.items()}


Asked = Callable[[Any], Awaitable[tuple["Page", View]]]
"""Looks up the page that a browser says it shows, and for whom. Raises BadRequest or NotFound."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the console. `parts` are kept fresh while it is open; `frame` puts them in place once.

    Whoever looks at it must have the right that it `needs`. A row that is opened is shown in the drawer (`detail`),
    or beside the list (`panel`). `deeds` are what its buttons do, by their names.
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
    wire: Callable[[Dash, Asked, Acts], None] | None = None
    needs: Right = Right.SEE
