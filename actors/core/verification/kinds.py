"""What kind of address it is: thrown away, free mail, a role, or a person's at a company."""

import re
from enum import StrEnum

from disposable_email_domains import blocklist

from actors.core.verification.address import Address
from actors.core.verification.free_mail import FREE_MAIL
from actors.core.verification.role_names import BESIDE, ROLES
from tenants.companies import base_domain

_TOKENS = re.compile(r"[a-z]+")
_SHORTEST_GLUED = 4
_MACHINES = frozenset({"noreply", "donotreply", "mailerdaemon"})


class Kind(StrEnum):
    """What an address is to a sales team."""

    DISPOSABLE = "disposable"
    FREE = "free mail"
    ROLE = "role"
    BUSINESS = "a person at a company"


def kind_of(address: Address) -> Kind:
    """The kind of an address: the first that it is of disposable, free and role, in this order.

    A disposable domain is on every list of free ones, and whoever reads sales@ of a free domain is no company.
    """
    if is_disposable(address.domain):
        return Kind.DISPOSABLE
    if is_free_mail(address.domain):
        return Kind.FREE
    return Kind.ROLE if is_role(address.local) else Kind.BUSINESS


def is_disposable(domain: str) -> bool:
    """Whether mailboxes at this domain, or at one above it that somebody registered, are made to be thrown away."""
    return any(one in blocklist for one in _with_those_above(domain))


def is_free_mail(domain: str) -> bool:
    """Whether everybody may have a mailbox at this domain."""
    return any(one in FREE_MAIL for one in _with_those_above(domain))


def is_role(local: str) -> bool:
    """Whether what is before the @ names a desk or a machine, and nobody: info, sales-emea, no_reply, buchhaltung2."""
    tokens = _TOKENS.findall(local.lower().partition("+")[0])
    whole = "".join(tokens)
    if whole in ROLES or any(machine in whole for machine in _MACHINES):
        return True
    if not any(token in ROLES for token in tokens):
        return _is_glued(whole)
    return all(token in ROLES or token in BESIDE for token in tokens)


def _is_glued(word: str) -> bool:
    """Whether a word is two names of desks in one: marketingteam, schooloffice. Short ones are in names, too."""
    cuts = range(_SHORTEST_GLUED, len(word) - _SHORTEST_GLUED + 1)
    return any(word[:cut] in ROLES and word[cut:] in ROLES for cut in cuts)


def _with_those_above(domain: str) -> list[str]:
    """The domain, and each above it down to the one that was registered."""
    base = base_domain(domain)
    found = [domain]
    while base is not None and domain != base:
        domain = domain.partition(".")[2]
        found.append(domain)
    return found
