"""Passwords: hashed with Argon2id, so that whoever steals the hashes has years of work with each."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
# more than OWASP's least (19 MiB, two passes): about a tenth of a second and 64 MiB for each try
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)


def checked_password(password: str, *, login: str) -> str:
    """A password that may be one. Raises ValueError with the rule."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} letters; several words are a good one")
    if login in password.lower() and len(password) < len(login) + SHORTEST:
        raise ValueError("a password is not the login with a few letters more")
    return password


def new_password() -> str:
    """A password that nobody has guessed, to be used once: 120 random bits."""
    return secrets.token_urlsafe(15)


def hash_of(password: str) -> str:
    """The Argon2id hash of a password, with its salt and its parameters. It takes a tenth of a second on purpose."""
    return _HASHER.hash(_written(password))


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password of this hash. Without a hash it takes as long, and never is."""
    try:
        _HASHER.verify(kept or _nobodys(), _written(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_weak(kept: str) -> bool:
    """Whether a hash was made with less work than hashes are made with now."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    """The hash of a password that nobody knows."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _written(password: str) -> str:
    """The same letters in one spelling, whatever keyboard they come from."""
    return unicodedata.normalize("NFKC", password[: LONGEST + 1])
