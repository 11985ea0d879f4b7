"""What is written as an address, read: its two halves, or why it is none that business mail is sent to."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

_LONGEST = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_LONGEST_LOCAL = 64


class Fault(StrEnum):
    """Why a text is no address, or none of the forms that business mail is sent to."""

    EMPTY = "nothing is written"
    NO_AT = "there is no @"
    NO_LOCAL = "nothing is before the @"
    NO_DOMAIN = "nothing is after the @"
    UNSEEN = "it has white space or letters that nobody sees"
    QUOTED = "it is in quotes"
    COMMENT = "it has a comment"
    LITERAL = "it has an IP address instead of a domain"
    LONG_LOCAL = "what is before the @ is longer than 64 letters"
    LONG = "it is longer than 254 letters"
    LETTERS = "it has letters that no name has"
    SYNTAX = "it is not written as addresses are"


class Unfit(StrEnum):
    """Why no business mail is sent to an address, although it is one."""

    ONE_LABEL = "its domain has no dot"
    NUMBERED = "its domain ends in a number"
    INTERNATIONAL = "before its @ are letters that few mail servers take"


@dataclass(frozen=True, slots=True)
class Address:
    """An address by RFC 5321: what is before the @, as it was written, and the domain as it is registered.

    The domain is in small letters, and in ASCII (A-labels) whatever its script. Dots and capitals before the @ are
    kept: only the server there knows whether they matter. `unfit` is why no business mail is sent there, if so:
    a question of its own, since test@io is an address by every standard.
    """

    local: str
    domain: str
    unfit: Unfit | None = None

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A text that is no address, or one in a form that only tests and robots use, and what is wrong with it."""

    fault: Fault
    detail: str = ""


def read_address(text: str) -> Address | Malformed:
    """The address that a text is, without blanks around it.

    Quotes, comments and IP addresses for a domain are allowed by RFC 5322 and are refused here, each for its reason:
    nobody has such an address on a business card, and many servers get them wrong. White space inside is refused too.
    """
    text = text.strip(" ")
    local, _, domain = text.rpartition("@")
    fault = _fault(text, local, domain)
    if fault is not None:
        return Malformed(fault)
    try:
        found = validate_email(
            text,
            check_deliverability=False,
            globally_deliverable=False,  # whether the domain is any good is asked below, and of name servers
            test_environment=True,
            strict=True,
        )
    except EmailNotValidError as error:
        return Malformed(Fault.SYNTAX, str(error))
    # as it was written, but for letters that have two spellings: é may be one letter or two
    local = unicodedata.normalize("NFC", local)
    return Address(local, found.ascii_domain, _unfit(local, found.ascii_domain))


def _fault(text: str, local: str, domain: str) -> Fault | None:
    checks = (
        (not text, Fault.EMPTY),
        (any(letter.isspace() or unicodedata.category(letter)[0] == "C" for letter in text), Fault.UNSEEN),
        ("@" not in text, Fault.NO_AT),
        ('"' in text, Fault.QUOTED),
        ("(" in text or ")" in text, Fault.COMMENT),
        ("[" in domain or "]" in domain, Fault.LITERAL),
        (not local, Fault.NO_LOCAL),
        (not domain, Fault.NO_DOMAIN),
        (any(not _is_of_a_name(letter) for letter in text), Fault.LETTERS),
    )
    fault = next((fault for holds, fault in checks if holds), None)
    if fault is None and len(local.encode()) > _LONGEST_LOCAL:
        return Fault.LONG_LOCAL
    return Fault.LONG if fault is None and len(text.encode()) > _LONGEST else fault


def _is_of_a_name(letter: str) -> bool:
    """Whether a letter beyond ASCII is a letter, an accent or a digit, and no picture."""
    return letter.isascii() or unicodedata.category(letter)[0] in "LMN"


def _unfit(local: str, domain: str) -> Unfit | None:
    if "." not in domain:
        return Unfit.ONE_LABEL
    if domain.rpartition(".")[2].isdigit():
        return Unfit.NUMBERED
    return None if local.isascii() else Unfit.INTERNATIONAL
