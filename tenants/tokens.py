"""Tokens: what a program shows to be let in for one tenant. Only their hashes are kept."""

import hashlib
import re
import secrets
from datetime import datetime
from uuid import UUID

from tenants.identity import TenantId
from tenants.records import Record

_PREFIX = "leadmill_"
_FORM = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)


class Holder(Record):
    """For whom a token speaks, and which one it is."""

    token_id: UUID
    tenant_id: TenantId


class Token(Record):
    """What is told of a token to those who look after it."""

    id: UUID
    name: str
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    is_good: bool
    """Whether it lets anybody in now, by the database's clock."""


def new_token() -> str:
    """A token that nobody can guess: 256 random bits, behind a word by which whoever finds it knows what it is."""
    return _PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes | None:
    """The SHA-256 of a token, or None for what can't be one of ours."""
    if not _FORM.fullmatch(token):
        return None
    return hashlib.sha256(token.encode()).digest()
