"""What is said of prospects who react."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from actors.events.envelope import Payload


class EngagementRecorded(Payload):
    """A prospect replied, met, clicked or visited, or wants to hear no more.

    Where it is not told which contact did, it is the one that the lead goes by.
    """

    type: ClassVar[str] = "engagement.recorded"

    lead_id: UUID
    contact_id: UUID | None = None
    kind: Literal["reply", "meeting", "click", "visit", "open", "opt_out"]
    occurred_at: datetime
