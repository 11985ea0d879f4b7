"""What is said of whatever happens at companies."""

from typing import ClassVar
from uuid import UUID

from actors.events.envelope import Payload


class SignalsRequested(Payload):
    """It is time to ask once more what has happened at a scored lead's company."""

    type: ClassVar[str] = "signals.requested"

    lead_id: UUID
    account_id: UUID
    contact_id: UUID


class SignalsFound(Payload):
    """Something has happened at a scored lead's company that was not known when it was scored."""

    type: ClassVar[str] = "signals.found"

    lead_id: UUID
    account_id: UUID
    contact_id: UUID
    count: int
