"""What verifiers say of an address, against what is true of it: the table of how often each is right.

What one vendor says of one address follows from both alone, so that asking again brings nothing new, and what one
says is no clue to the other. The rates are invented, after what users tell of such vendors: ZeroBounce knows traps
and shared mailboxes, NeverBounce leaves more open and takes traps for people. Hunter says what is true.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from actors.simulator.chance import fraction
from actors.simulator.company import DISPOSABLE, WEBMAIL, Mail, is_domain, normalise_domain
from actors.simulator.mailbox import Verdict, shared_addresses, verdict_at
from actors.simulator.world import World

_TRAP_SHARE = (
    0.10  # of the mailboxes that somebody has left: what was given up is watched for senders of spam
)
_WEBMAIL_ALIVE_SHARE = 0.8


class Kind(StrEnum):
    """What is true of an address, in finer words than a verdict."""

    PERSON = "person"
    SHARED = "shared"
    NOBODY = "nobody"
    TRAP = "trap"
    NO_MAIL = "no mail"
    ACCEPT_ALL = "accept all"
    DISPOSABLE = "disposable"
    UNANSWERED = "unanswered"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Saying:
    """A status and the reason for it, in the vendor's words, and its share of the addresses of a kind."""

    share: float
    status: str
    reason: str = ""


def _sayings(*told: tuple[float, str, str]) -> tuple[Saying, ...]:
    return tuple(Saying(*one) for one in told)


#: for each vendor and kind what it says, and of which share of the addresses
TRUTH: dict[str, dict[Kind, tuple[Saying, ...]]] = {
    "zerobounce": {
        Kind.PERSON: _sayings(
            (0.93, "valid", ""),
            (0.02, "unknown", "mail_server_temporary_error"),
            (0.01, "unknown", "antispam_system"),
            (0.015, "invalid", "mailbox_not_found"),
            (0.01, "catch-all", ""),
            (0.01, "do_not_mail", "global_suppression"),
            (0.005, "abuse", ""),
        ),
        Kind.SHARED: _sayings(
            (0.96, "do_not_mail", "role_based"),
            (0.02, "valid", ""),
            (0.02, "unknown", "timeout_exceeded"),
        ),
        Kind.NOBODY: _sayings(
            (0.90, "invalid", "mailbox_not_found"),
            (0.02, "invalid", "mailbox_quota_exceeded"),
            (0.04, "unknown", "failed_smtp_connection"),
            (0.03, "valid", ""),
            (0.01, "do_not_mail", "toxic"),
        ),
        Kind.TRAP: _sayings(
            (0.75, "spamtrap", ""),
            (0.15, "do_not_mail", "possible_trap"),
            (0.10, "valid", ""),
        ),
        Kind.NO_MAIL: _sayings(
            (0.98, "invalid", "does_not_accept_mail"),
            (0.02, "unknown", "timeout_exceeded"),
        ),
        Kind.ACCEPT_ALL: _sayings(
            (0.92, "catch-all", ""),
            (0.04, "valid", "accept_all"),
            (0.04, "unknown", "antispam_system"),
        ),
        Kind.DISPOSABLE: _sayings((0.98, "do_not_mail", "disposable"), (0.02, "valid", "")),
        Kind.UNANSWERED: _sayings(
            (0.94, "unknown", "mail_server_did_not_respond"),
            (0.04, "invalid", "no_dns_entries"),
            (0.02, "valid", ""),
        ),
        Kind.MALFORMED: _sayings((1.0, "invalid", "failed_syntax_check")),
    },
    "neverbounce": {
        Kind.PERSON: _sayings(
            (0.87, "valid", ""),
            (0.10, "unknown", ""),
            (0.02, "invalid", ""),
            (0.01, "catchall", ""),
        ),
        Kind.SHARED: _sayings(
            (0.90, "valid", "role_account"),
            (0.08, "unknown", "role_account"),
            (0.02, "invalid", "role_account"),
        ),
        Kind.NOBODY: _sayings(
            (0.89, "invalid", ""),
            (0.08, "unknown", ""),
            (0.03, "valid", ""),
        ),
        Kind.TRAP: _sayings(
            (0.60, "valid", ""),
            (0.10, "valid", "spamtrap_network"),
            (0.15, "invalid", ""),
            (0.15, "unknown", ""),
        ),
        Kind.NO_MAIL: _sayings((0.97, "invalid", "connect_fails"), (0.03, "unknown", "connect_fails")),
        Kind.ACCEPT_ALL: _sayings((0.84, "catchall", ""), (0.13, "unknown", ""), (0.03, "valid", "")),
        Kind.DISPOSABLE: _sayings(
            (0.95, "disposable", "disposable_email"),
            (0.03, "valid", ""),
            (0.02, "unknown", ""),
        ),
        Kind.UNANSWERED: _sayings((0.97, "unknown", ""), (0.03, "invalid", "connect_fails")),
        Kind.MALFORMED: _sayings((1.0, "invalid", "bad_syntax")),
    },
}
#: which statuses of a vendor are right for a kind; what it leaves open is no error, and not right either
RIGHT: dict[str, dict[Kind, frozenset[str]]] = {
    "zerobounce": {
        Kind.PERSON: frozenset({"valid"}),
        Kind.SHARED: frozenset({"do_not_mail", "valid"}),
        Kind.NOBODY: frozenset({"invalid"}),
        Kind.TRAP: frozenset({"spamtrap", "do_not_mail", "invalid"}),
        Kind.NO_MAIL: frozenset({"invalid"}),
        Kind.ACCEPT_ALL: frozenset({"catch-all"}),
        Kind.DISPOSABLE: frozenset({"do_not_mail"}),
        Kind.UNANSWERED: frozenset({"unknown"}),
        Kind.MALFORMED: frozenset({"invalid"}),
    },
    "neverbounce": {
        Kind.PERSON: frozenset({"valid"}),
        Kind.SHARED: frozenset({"valid"}),
        Kind.NOBODY: frozenset({"invalid"}),
        Kind.TRAP: frozenset({"invalid"}),
        Kind.NO_MAIL: frozenset({"invalid"}),
        Kind.ACCEPT_ALL: frozenset({"catchall"}),
        Kind.DISPOSABLE: frozenset({"disposable"}),
        Kind.UNANSWERED: frozenset({"unknown"}),
        Kind.MALFORMED: frozenset({"invalid"}),
    },
}
_KINDS = {
    Verdict.VALID: Kind.PERSON,
    Verdict.INVALID: Kind.NOBODY,
    Verdict.ACCEPT_ALL: Kind.ACCEPT_ALL,
    Verdict.UNKNOWN: Kind.UNANSWERED,
}


def kind(world: World, email: str) -> Kind:
    """The truth about an address in small letters: Hunter's, but for those who objected, whom only it knows."""
    local, _, domain = email.rpartition("@")
    if not local or " " in email or not is_domain(normalise_domain(domain)):
        return Kind.MALFORMED
    if domain in DISPOSABLE:
        return Kind.DISPOSABLE
    if domain in WEBMAIL:
        return Kind.PERSON if fraction("webmail", email) < _WEBMAIL_ALIVE_SHARE else Kind.NOBODY
    company = world.company_by_domain(domain)
    owner = next((person for person in world.people(company) if person.email == email), None)
    found = verdict_at(company, email, replace(owner, objected=False) if owner else None)
    if found is Verdict.INVALID and company.mail in {Mail.NULL_MX, Mail.NXDOMAIN}:
        return Kind.NO_MAIL
    if found is Verdict.INVALID and owner and fraction("trap", email) < _TRAP_SHARE:
        return Kind.TRAP
    if found is Verdict.VALID and email in shared_addresses(company.domain):
        return Kind.SHARED
    return _KINDS[found]


def said(vendor: str, world: World, email: str) -> Saying:
    """What a vendor says of an address in small letters."""
    luck = fraction("verifier", vendor, email)
    sayings = TRUTH[vendor][kind(world, email)]
    for saying in sayings:
        luck -= saying.share
        if luck < 0:
            return saying
    return sayings[0]


def is_right(vendor: str, truth: Kind, saying: Saying) -> bool:
    """Whether a vendor that says this of an address of that kind has found it out."""
    is_warned_of = truth is Kind.TRAP and saying.reason == "spamtrap_network"
    return is_warned_of or saying.status in RIGHT[vendor][truth]
