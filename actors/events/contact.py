"""What is said of contacts."""

from typing import ClassVar
from uuid import UUID

from actors.events.envelope import Payload


class ContactVerified(Payload):
    """The right person was found, with an address that takes mail.

    `place` is 1 for the person that the lead goes by, and more for others at the same company.
    """

    type: ClassVar[str] = "contact.verified"

    lead_id: UUID
    account_id: UUID
    contact_id: UUID
    email_status: str
    email_source: str
    place: int = 1
