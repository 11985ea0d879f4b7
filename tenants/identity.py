"""Identities: who a tenant is, and ids that come out the same each time they are asked for."""

import re
import uuid
from hashlib import sha1
from typing import NewType

TenantId = NewType("TenantId", uuid.UUID)

# the namespace of all our ids: 6c656164-6d69-4c6c-8000-000000000001
_HASHED = sha1(bytes.fromhex("6c6561646d694c6c8000000000000001"), usedforsecurity=False)
_VERSION_5 = 0x5000_8000_0000_0000_0000
_ALL_BUT_VERSION = ~0xF000_C000_0000_0000_0000
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def stable_id(*parts: object) -> uuid.UUID:
    """The id that belongs to these parts, the same in every process and on every try.

    Work that is done again after a crash names its results as before, so that a repeat is seen as one.
    """
    hashed = _HASHED.copy()
    hashed.update("\x1f".join(map(str, parts)).encode())
    # as uuid.uuid5 does it, in half the time: several for each event
    return uuid.UUID(int=int.from_bytes(hashed.digest()[:16]) & _ALL_BUT_VERSION | _VERSION_5)


def lead_id_of(tenant_id: TenantId, account_id: uuid.UUID) -> uuid.UUID:
    """The id of the lead that we make of an account ourselves; others may give theirs another."""
    return stable_id(tenant_id, "lead", account_id)


def review_id_of(tenant_id: TenantId, one: uuid.UUID, other: uuid.UUID) -> uuid.UUID:
    """The id of the question whether these two accounts are one company, whichever comes first."""
    return stable_id(tenant_id, "review", *sorted((one, other)))


def checked_name(name: str) -> str:
    """A tenant's name, if it can stand in an address and on a command line.

    Raises ValueError with the rule where it can't.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a tenant name: lower-case letters, digits and dashes, a letter first, at most 40"
        )
    return name
