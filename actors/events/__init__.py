"""The words: what is said, as CloudEvents.

Lives here: the envelope, and one class for each kind of event; `event_types()` finds them all.
May import: `tenants.records` and `tenants.identity`. May be imported by: the rest of `actors`.
"""

from actors.events.contact import ContactVerified
from actors.events.engagement import EngagementRecorded
from actors.events.envelope import Payload
from actors.events.lead import LeadEnriched, LeadScored, LeadSourced
from actors.events.mail import EmailBounced
from actors.events.signals import SignalsFound, SignalsRequested
from actors.events.source import SourceRequested

PUBLIC: tuple[type[Payload], ...] = (LeadSourced, LeadEnriched, ContactVerified, LeadScored)
INTERNAL: tuple[type[Payload], ...] = (
    SourceRequested,
    EngagementRecorded,
    EmailBounced,
    SignalsRequested,
    SignalsFound,
)


def event_types() -> dict[str, type[Payload]]:
    """Each kind of event by its type, which is also the topic it travels on."""
    return {payload.type: payload for payload in PUBLIC + INTERNAL}
