"""What is said of prospects who react."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from actors.events.envelope import Payload


class EngagementRecorded(Payload):
    """A prospect replied, met, clicked or visited."""

    type: ClassVar[str] = "engagement.recorded"

    lead_id: UUID
    kind: Literal["reply", "meeting", "click", "visit", "open"]
    occurred_at: datetime
