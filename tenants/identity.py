"""Identities: who a tenant is, and ids that come out the same each time they are asked for."""

import re
import uuid
from typing import NewType

TenantId = NewType("TenantId", uuid.UUID)

_NAMESPACE = uuid.UUID("6c656164-6d69-4c6c-8000-000000000001")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def stable_id(*parts: object) -> uuid.UUID:
    """The id that belongs to these parts, the same in every process and on every try.

    Work that is done again after a crash names its results as before, so that a repeat is seen as one.
    """
    return uuid.uuid5(_NAMESPACE, "\x1f".join(map(str, parts)))


def lead_id_of(tenant_id: TenantId, account_id: uuid.UUID) -> uuid.UUID:
    """The id of the lead that we make of an account ourselves; others may give theirs another."""
    return stable_id(tenant_id, "lead", account_id)


def checked_name(name: str) -> str:
    """A tenant's name, if it can stand in an address and on a command line.

    Raises ValueError with the rule where it can't.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a tenant name: lower-case letters, digits and dashes, a letter first, at most 40"
        )
    return name
