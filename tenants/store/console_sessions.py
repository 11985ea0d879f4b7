"""Sessions of people in the console: opened, looked up, ended. Only the hash of what a browser shows is kept.

A session ends when it is ended, when nobody has asked by it for a while, and in any case after some hours; all of
a person's end when they are disabled, or when their password or roles change (`tenants/store/people.py`). All of it
needs a system session.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.identity import TenantId
from tenants.people import Actor, Given, Role
from tenants.records import Record
from tenants.store.session import Session

IDLE_HOURS, LONGEST_HOURS = 2, 12
_SEEN_EVERY = "1 minute"
"""How exactly the last request is kept: a row is not written for every one."""
_LIVES = f"s.ends_at > now() AND s.seen_at > now() - interval '{IDLE_HOURS} hours'"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that lives: by which hash it is known, what its forms must bring along, and whose it is."""

    sha256: bytes
    csrf: str
    actor: Actor
    has_password: bool
    must_change_password: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of somebody at the door: whether anybody has to sign in at all, and who has."""

    is_guarded: bool
    signed_in: SignedIn | None


class Listed(Record):
    """A session as it is told to those who look after people."""

    created_at: datetime
    seen_at: datetime
    ends_at: datetime


async def enter(session: Session, sha256: bytes | None) -> Entry:
    """Whoever shows what has this hash, looked up by one statement, which notes now and then when that was."""
    (row,) = await session.rows(
        f"""
        WITH found AS (
            SELECT s.sha256, s.csrf, s.seen_at, p.id, p.login, p.name, p.password_is_temporary,
                   p.password_hash IS NOT NULL AS has_password
            FROM console_session s JOIN person p ON p.id = s.person_id
            WHERE s.sha256 = CAST(:sha256 AS bytea) AND {_LIVES} AND p.disabled_at IS NULL
        ), seen AS (
            UPDATE console_session s SET seen_at = now() FROM found
            WHERE s.sha256 = found.sha256 AND s.seen_at < now() - interval '{_SEEN_EVERY}'
        )
        SELECT EXISTS (SELECT FROM person) AS is_guarded, found.*, (
            SELECT json_agg(json_build_object('role', role, 'tenant_id', tenant_id))
            FROM person_role g WHERE g.person_id = found.id
        ) AS given
        FROM (SELECT) AS one LEFT JOIN found ON true
        """,
        sha256=sha256,
    )
    return Entry(row["is_guarded"], None if row["sha256"] is None else _signed_in(row))


async def begin(
    session: Session, person_id: UUID, *, sha256: bytes, csrf: str, password_hash: str | None
) -> bool:
    """Whether a session has begun: not where the person was disabled, or got another password, a moment ago."""
    is_as_seen = await session.value(
        "SELECT true FROM person WHERE id = :id AND disabled_at IS NULL "
        "AND (CAST(:hash AS text) IS NULL OR password_hash = :hash) FOR SHARE",
        id=person_id,
        hash=password_hash,
    )
    if not is_as_seen:
        return False
    await session.run("DELETE FROM console_session WHERE person_id = :id AND ends_at < now()", id=person_id)
    await session.run(
        "INSERT INTO console_session (sha256, person_id, csrf, ends_at) "
        "VALUES (:sha256, :id, :csrf, now() + make_interval(hours => :hours))",
        sha256=sha256,
        id=person_id,
        csrf=csrf,
        hours=LONGEST_HOURS,
    )
    return True


async def end(session: Session, sha256: bytes) -> bool:
    """Whether there was such a session; there is none any more."""
    return bool(await session.run("DELETE FROM console_session WHERE sha256 = :sha256", sha256=sha256))


async def listed(session: Session, login: str) -> list[Listed]:
    """The sessions of a person that live, the one that was seen last first."""
    rows = await session.rows(
        f"SELECT s.created_at, s.seen_at, s.ends_at FROM console_session s JOIN person p ON p.id = s.person_id "
        f"WHERE p.login = :login AND {_LIVES} ORDER BY s.seen_at DESC",
        login=login,
    )
    return [Listed(**row) for row in rows]


def _signed_in(row: Any) -> SignedIn:
    given = frozenset(
        Given(Role(one["role"]), TenantId(UUID(one["tenant_id"])) if one["tenant_id"] else None)
        for one in row["given"] or ()
    )
    return SignedIn(
        sha256=row["sha256"],
        csrf=row["csrf"],
        actor=Actor(row["login"], row["name"], given),
        has_password=row["has_password"],
        must_change_password=row["password_is_temporary"],
    )
