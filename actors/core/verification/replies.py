"""What a mail server's reply to a recipient means: its codes first, its words after."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class MailHost(StrEnum):
    """Whose mail server it is, as far as that changes what its replies mean."""

    GOOGLE = "google"
    MICROSOFT_365 = "microsoft 365"
    OUTLOOK = "outlook"
    YAHOO = "yahoo"
    MIMECAST = "mimecast"
    PROOFPOINT = "proofpoint"
    OTHER = "other"


class Meaning(StrEnum):
    """What a reply says of the mailbox, or of us."""

    ACCEPTED = "accepted"
    NO_SUCH_MAILBOX = "no such mailbox"
    DISABLED = "mailbox disabled"
    FULL = "mailbox full"
    NO_MAIL_HERE = "the domain takes no mail"
    GREYLISTED = "greylisted"
    TRY_LATER = "busy"
    TOO_MANY = "too many at once"
    BLOCKED = "we are blocked"
    NOT_RELAYED = "not for this server"
    CANNOT_TELL = "no telling"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply means, by which of its codes, and whether a later try may get another."""

    meaning: Meaning
    code: int
    enhanced: str | None
    is_soft: bool


def read_reply(code: int, text: str, host: MailHost = MailHost.OTHER) -> Reading:
    """The meaning of a reply to RCPT (or to what went before it), from a mail server of this kind."""
    found = _ENHANCED.search(text)
    enhanced = found.group() if found is not None and found.group(1) == str(code)[0] else None
    is_soft = code // 100 == 4
    return Reading(_meaning(code, enhanced, text.lower(), host), code, enhanced, is_soft)


def _meaning(code: int, enhanced: str | None, words: str, host: MailHost) -> Meaning:
    if code in {250, 251}:
        return Meaning.ACCEPTED
    if code // 100 == 4:
        if "greylist" in words or "graylist" in words:
            return Meaning.GREYLISTED
        return Meaning.TRY_LATER
    if enhanced in {"5.1.1", "5.1.10"} or (enhanced == "5.4.1" and host is MailHost.MICROSOFT_365):
        return Meaning.NO_SUCH_MAILBOX
    if enhanced is not None and enhanced.startswith("5.7."):
        return Meaning.BLOCKED
    return Meaning.CANNOT_TELL
