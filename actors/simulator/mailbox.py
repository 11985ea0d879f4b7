"""Whether an address of the world receives mail, which is the truth that verifiers try to find out."""

from enum import StrEnum

from actors.simulator.chance import fraction
from actors.simulator.company import DISPOSABLE, WEBMAIL, Company, Mail
from actors.simulator.person import Person
from actors.simulator.world import World

_SHARED = ("info", "sales", "hello")
_UNANSWERED_SHARE = 0.03


class Verdict(StrEnum):
    """What is true of an address; all but the last are Hunter's own words."""

    VALID = "valid"
    INVALID = "invalid"
    ACCEPT_ALL = "accept_all"
    WEBMAIL = "webmail"
    DISPOSABLE = "disposable"
    UNKNOWN = "unknown"
    OBJECTED = "objected"


def verdict(world: World, email: str) -> Verdict:
    """The truth about an address in small letters; foreign domains are companies like any other."""
    domain = email.rpartition("@")[2]
    if domain in DISPOSABLE:
        return Verdict.DISPOSABLE
    if domain in WEBMAIL:
        return Verdict.WEBMAIL
    company = world.company_by_domain(domain)
    owner = next((person for person in world.people(company) if person.email == email), None)
    return verdict_at(company, email, owner)


def verdict_at(company: Company, email: str, owner: Person | None) -> Verdict:
    """The truth about an address at a company; an owner of None makes it nobody's or a shared one."""
    if owner and owner.objected:
        return Verdict.OBJECTED
    if company.mail in {Mail.NULL_MX, Mail.NXDOMAIN}:
        return Verdict.INVALID
    if company.mail is Mail.SERVFAIL or fraction("unanswered", email) < _UNANSWERED_SHARE:
        return Verdict.UNKNOWN
    if company.accept_all:
        return Verdict.ACCEPT_ALL
    is_alive = not owner.email_is_stale if owner else email in shared_addresses(company.domain)
    return Verdict.VALID if is_alive else Verdict.INVALID


def shared_addresses(domain: str) -> list[str]:
    """The shared mailboxes of a domain: one to three of the usual."""
    return [f"{local}@{domain}" for local in _SHARED[: 1 + int(3 * fraction("shared", domain))]]
