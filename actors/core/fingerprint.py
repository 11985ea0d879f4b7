"""What failures have in common: the same fault of many runs has one fingerprint."""

import hashlib
import re

# From the most telling to the least: an address holds domains, a domain holds numbers.
_VARIABLE = (
    (re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), "<address>"),
    (re.compile(r"[\w.+-]+@[\w.-]+\.\w+"), "<mail>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»|“[^”]*”"), "<text>"),
    (re.compile(r"\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\b", re.IGNORECASE), "<name>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\d+(?:[.,:]\d+)*"), "<n>"),
)
_LONGEST = 300
# The patterns take time with the square of a message's length, and somebody else may have written the message.
_READ_AT_MOST = 2_000


def normalised(message: str) -> str:
    """The message without what differs from one failure to the next: addresses, names, ids, quotes and numbers."""
    message = message[:_READ_AT_MOST]
    for pattern, word in _VARIABLE:
        message = pattern.sub(word, message)
    return " ".join(message.split())[:_LONGEST]


def fingerprint(*, error_class: str, message: str, agent: str, provider: str | None) -> str:
    """Twelve hexadecimal digits, the same for failures of one kind."""
    told = "\n".join((error_class, agent, provider or "", normalised(message)))
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()[:12]
