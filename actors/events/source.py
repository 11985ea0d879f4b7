"""What is asked of the lead source."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import model_validator

from actors.events.envelope import Payload
from tenants.slices import Slice


class SourceRequested(Payload):
    """One part of a list to bring in: rows of a file, or a page of a provider's search.

    `asked_for` is how many companies the whole list has, or were wanted of the search. `as_lead` is the id that
    others have given the lead of a single row. A search may be for a slice of the ideal customer only.
    """

    type: ClassVar[str] = "source.requested"

    request_id: UUID
    part: int
    source: str
    first_row: int = 1
    rows: tuple[Mapping[str, Any], ...] | None = None
    page: int | None = None
    per_page: int | None = None
    slice: Slice | None = None
    limit: int | None = None
    asked_for: int | None = None
    requested_by: str | None = None
    as_lead: UUID | None = None

    @model_validator(mode="after")
    def _one_row_is_one_lead(self) -> Self:
        if self.as_lead is not None and len(self.rows or ()) != 1:
            raise ValueError("as_lead needs exactly one row")
        return self
