"""Bounces: mail about mail that did not arrive, as mail servers write it (RFC 3464), and as older ones do.

A report names each recipient with what became of the mail. Where a message is no such report but says by its sender
that it is about mail that failed, the addresses that it names as failed are taken, and its words read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.utils import parseaddr

from actors.core.verification.replies import DEAD, MailHost, Meaning, Reading, read_reply
from actors.core.verification.status import Status

_MOST_LETTERS = 100_000  # of the words of one that is no report
_REPLY = re.compile(r"\b([245]\d\d)(?:[ \-]|$)(?:#?([245]\.\d{1,3}\.\d{1,3}))?")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_NAMED = re.compile(r"<([^<>\s@]+@[^<>\s@]+)>:?")
_FAILED = "failed"
_ACTIONS = frozenset({_FAILED, "delayed"})  # what was delivered, relayed or expanded is no bounce


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient whose mail has not arrived: to whom it was sent, what that means, and in whose words.

    `is_final` is whether nobody tries any more. `sent_as` is the id of the message that bounced, where it is told.
    """

    email: str
    reading: Reading
    words: str
    is_final: bool
    sent_as: str | None = None


def read_bounces(message: bytes) -> tuple[Bounce, ...]:
    """The recipients that a message reports as not reached; none where it is no bounce at all."""
    try:
        mail = message_from_bytes(message, policy=policy.default)
    except (MessageError, ValueError, LookupError):
        return ()
    sent_as = _sent_as(mail)
    reports = [part for part in mail.walk() if part.get_content_type() == "message/delivery-status"]
    if reports:
        found = [bounce for report in reports for bounce in _of_report(report, sent_as)]
    elif _is_from_a_machine(mail):
        found = list(_of_words(mail, sent_as))
    else:
        found = []
    return tuple({bounce.email: bounce for bounce in found}.values())


def what_bounced_says(
    meaning: str | None, code: int | None, enhanced: str | None, *, is_final: bool
) -> tuple[str, Status | None]:
    """What a bounce means, in words, and how the address stands from now on; None: as before.

    `meaning` is what its words say, where somebody has read them; else its codes are read, where it has any.
    """
    if meaning is not None and meaning in set(Meaning):
        read = Meaning(meaning)
    elif code is not None:
        read = read_reply(code, enhanced or "").meaning
    elif enhanced is not None and enhanced[:1] in {"4", "5"}:
        read = read_reply(int(enhanced[0]) * 100 + 50, enhanced).meaning
    else:
        read = Meaning.CANNOT_TELL
    if not is_final:
        return f"{read}, and it is tried again", None
    if read in DEAD:
        return read, Status.UNDELIVERABLE
    return read, Status.RISKY if read in {Meaning.FULL, Meaning.RESTRICTED} else None


def _of_report(report: Message, sent_as: str | None) -> Iterator[Bounce]:
    """The recipients of a delivery status report. It is a list of blocks of fields; the first is about the message."""
    blocks = report.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, Message):
            continue
        # who it was first sent to is whom we know; where it was sent on to, we do not
        told = _field(block, "Original-Recipient") or _field(block, "Final-Recipient")
        action = (_field(block, "Action") or "").lower()
        email = _address(told)
        if email is None or action not in _ACTIONS:
            continue
        words = _typed(_field(block, "Diagnostic-Code") or "")
        status = _STATUS.search(_field(block, "Status") or "")
        yield Bounce(
            email, _reading(words, status.group() if status else None), words, action == _FAILED, sent_as
        )


def _of_words(mail: Message, sent_as: str | None) -> Iterator[Bounce]:
    """The recipients that a message without a report names as failed."""
    words = _text(mail)
    named = str(mail.get("X-Failed-Recipients", "")).split(",")
    emails = [email for one in named if (email := _address(one))] or list(_named(words))
    for email in emails:
        about = _about(words, email)
        yield Bounce(email, _reading(about, None), about, is_final=True, sent_as=sent_as)


def _reading(words: str, status: str | None) -> Reading:
    """What the words mean; where they have no code of their own, by the status that stands beside them."""
    found = _REPLY.search(words)
    if found is not None:
        code, own = int(found.group(1)), found.group(2)
        told = (
            words if own is not None or status is None or status[0] != str(code)[0] else f"{status} {words}"
        )
        return read_reply(code, told, MailHost.OTHER)
    if status is None:
        return Reading(Meaning.CANNOT_TELL, 0, None, is_soft=False)
    return read_reply(int(status[0]) * 100 + 50, f"{status} {words}", MailHost.OTHER)


def _is_from_a_machine(mail: Message) -> bool:
    """Whether a mail system wrote it: nobody answers such mail, so it has no sender, or the one for such mail."""
    if "X-Failed-Recipients" in mail:
        return True
    sender = parseaddr(str(mail.get("From", "")))[1].partition("@")[0].lower()
    return str(mail.get("Return-Path", "")).strip() == "<>" or sender in {"mailer-daemon", "postmaster"}


def _sent_as(mail: Message) -> str | None:
    """The id of the message that bounced, from what the bounce brings back of it."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0) if isinstance(part.get_payload(), list) else None
            if isinstance(inner, Message) and inner.get("Message-ID"):
                return str(inner["Message-ID"]).strip()
        elif part.get_content_type() == "text/rfc822-headers":
            told = message_from_bytes(_bytes(part), policy=policy.default)
            if told.get("Message-ID"):
                return str(told["Message-ID"]).strip()
    return None


def _field(block: Message, name: str) -> str | None:
    value = block.get(name)
    return " ".join(str(value).split()) if value is not None else None


def _typed(value: str) -> str:
    """The value of a field that begins with its type, as in `smtp; 550 no such user`."""
    kind, found, rest = value.partition(";")
    return rest.strip() if found and " " not in kind.strip() else value


def _address(told: str | None) -> str | None:
    email = parseaddr(_typed(told or ""))[1].strip().lower()
    return email if email.count("@") == 1 and not email.startswith("@") and not email.endswith("@") else None


def _text(mail: Message) -> str:
    body = mail.get_body(("plain", "html")) if isinstance(mail, EmailMessage) else None
    return _bytes(body)[:_MOST_LETTERS].decode("utf-8", "replace") if body is not None else ""


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _named(words: str) -> Iterator[str]:
    """Addresses in angle brackets at the beginning of a line, above what is brought back of the message."""
    for line in _own_words(words):
        found = _NAMED.match(line.strip())
        if found is not None:
            yield found.group(1).lower()


def _about(words: str, email: str) -> str:
    """What is said after an address, up to the next blank line or address."""
    lines = [line.strip() for line in _own_words(words)]
    start = next((place for place, line in enumerate(lines) if email in line.lower()), None)
    if start is None:
        return ""
    said = [lines[start]]
    for line in lines[start + 1 :]:
        if (not line and len(said) > 1) or _NAMED.match(line):
            break
        said.append(line)
    return " ".join(filter(None, said))


def _own_words(words: str) -> Iterator[str]:
    for line in words.splitlines():
        if line.startswith("---") and "copy of" in line.lower():
            return
        yield line
