"""What is said of mail that went out."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from actors.events.envelope import Payload


class EmailBounced(Payload):
    """Mail to a contact came back.

    Whose it was is told by ids, and what was said by codes: the words of a mail server quote the address. `meaning` is
    what the words say, where somebody has read them (`leadmill bounces` has). `is_final` is whether nobody tries any
    more.
    """

    type: ClassVar[str] = "email.bounced"

    lead_id: UUID
    contact_id: UUID
    occurred_at: datetime
    is_final: bool
    meaning: str | None = None
    code: int | None = None
    enhanced: str | None = None
