"""What is asked of the lead source."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from actors.events.envelope import Payload


class SourceRequested(Payload):
    """One part of a list to bring in: rows of a file, or a page of a provider's search.

    `asked_for` is how many companies the whole list has, or were wanted of the search.
    """

    type: ClassVar[str] = "source.requested"

    request_id: UUID
    part: int
    source: str
    first_row: int = 1
    rows: tuple[Mapping[str, Any], ...] | None = None
    page: int | None = None
    limit: int | None = None
    asked_for: int | None = None
    requested_by: str | None = None
