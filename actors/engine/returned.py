"""Returned mail taken in: what each message says came back, of which contact, as events for the mill."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from uuid import UUID

from actors.core.verification.bounces import Bounce, read_bounces, what_bounced_says
from actors.engine.committing import to_entry
from actors.engine.profiles import Profile
from actors.events.envelope import say
from actors.events.mail import EmailBounced
from tenants.store import audit, log, mail
from tenants.store.session import Database

_ADDRESSES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Returned:
    """One recipient whose mail came back: in which message that was told, what it means, whose contacts have it."""

    message: str
    email: str
    meaning: str
    is_final: bool
    contact_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    message: str
    key: str
    bounce: Bounce
    occurred_at: datetime


async def take_in_returned(
    database: Database, profile: Profile, messages: Iterable[tuple[str, bytes]], *, by: str
) -> list[Returned]:
    """What came back by these messages, each given with its name, and said to the mill all at once or not at all.

    A message that is no bounce tells of nothing. One that is taken in again says the same events, and changes
    nothing.
    """
    now = database.now()
    read = [one for name, message in messages for one in _read(name, message, now)]
    told: list[Returned] = []
    async with database.tenant(profile.tenant.id) as session:
        owners: dict[str, list[tuple[UUID, UUID | None]]] = {}
        emails = sorted({one.bounce.email for one in read})
        for start in range(0, len(emails), _ADDRESSES_AT_ONCE):
            for row in await mail.contacts_of(session, emails[start : start + _ADDRESSES_AT_ONCE]):
                owners.setdefault(row["email"], []).append((row["contact_id"], row["lead_id"]))
        entries = []
        for one in read:
            found = owners.get(one.bounce.email, [])
            for contact_id, lead_id in found:
                if lead_id is not None:
                    payload = _said(one, lead_id, contact_id)
                    event = say(
                        payload,
                        tenant_id=profile.tenant.id,
                        cause=f"{one.key}/{contact_id}",
                        time=now,
                        traceparent=None,
                    )
                    entries.append(to_entry(event, profile))
            reading = one.bounce.reading
            meaning, _ = what_bounced_says(
                reading.meaning, reading.code, reading.enhanced, is_final=one.bounce.is_final
            )
            ids = tuple(contact_id for contact_id, _ in found)
            told.append(Returned(one.message, one.bounce.email, meaning, one.bounce.is_final, ids))
        await log.append(session, entries)
        if entries:
            detail = {"recipients": len(told), "contacts": len(entries)}
            await audit.write(session, by=by, act="take in returned mail", subject="mail", detail=detail)
    return told


def _read(name: str, message: bytes, now: datetime) -> Iterable[_Read]:
    bounces = read_bounces(message)
    if not bounces:
        return
    mail_ = message_from_bytes(message, policy=policy.default)
    key = hashlib.sha256(message).hexdigest()
    try:
        written = parsedate_to_datetime(str(mail_["Date"]))
    except ValueError:  # none, or one that nobody can read
        written = now
    if written.tzinfo is None:
        written = written.replace(tzinfo=UTC)
    for bounce in bounces:
        yield _Read(name, key, bounce, min(written, now))


def _said(one: _Read, lead_id: UUID, contact_id: UUID) -> EmailBounced:
    reading = one.bounce.reading
    return EmailBounced(
        lead_id=lead_id,
        contact_id=contact_id,
        occurred_at=one.occurred_at,
        is_final=one.bounce.is_final,
        meaning=reading.meaning,
        code=reading.code or None,
        enhanced=reading.enhanced,
    )
