"""People who may sign in: added, given roles, kept out. All of it needs a system session.

Each act ends the person's sessions where it takes something from them, and is written down: for the whole
installation in `system_audit`, and in the audit of each tenant that it concerns.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.identity import TenantId
from tenants.people import Given, Role, checked_given, checked_login
from tenants.records import Record
from tenants.store import audit
from tenants.store.columns import to_json
from tenants.store.session import Session

_LONGEST_NAME = 100


class NoSuchPerson(ValueError):
    """Nobody has this login."""


class Place(Record):
    """A role as it is told: in which tenant, or with None in all."""

    role: Role
    tenant: str | None


class Person(Record):
    """Somebody who was added, as they are told to those who look after people."""

    id: UUID
    login: str
    name: str
    is_disabled: bool
    has_password: bool
    must_change_password: bool
    is_linked: bool
    created_at: datetime
    created_by: str
    seen_at: datetime | None
    sessions: int
    roles: tuple[Place, ...]


async def is_anybody(session: Session) -> bool:
    """Whether anybody was ever added: from then on everybody signs in."""
    return bool(await session.value("SELECT EXISTS (SELECT FROM person)"))


async def add(
    session: Session,
    *,
    login: str,
    name: str = "",
    password_hash: str | None,
    is_temporary: bool = False,
    given: Given | None = None,
    by: str,
) -> str:
    """The login of a new person, as it is kept. Raises ValueError where it is taken, or is none."""
    login, name = checked_login(login), name.strip() or login.strip()
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"a name has at most {_LONGEST_NAME} letters")
    person_id = await session.value(
        "INSERT INTO person (login, name, password_hash, password_is_temporary, created_by) "
        "VALUES (:login, :name, :hash, :is_temporary, :by) ON CONFLICT (login) DO NOTHING RETURNING id",
        login=login,
        name=name,
        hash=password_hash,
        is_temporary=is_temporary,
        by=by,
    )
    if person_id is None:
        raise ValueError(f"there is somebody with the login {login} already")
    await write(session, by, "add person", login, (), name=name)
    if given is not None:
        await give(session, login, given, by=by)
    return login


async def give(session: Session, login: str, given: Given, *, by: str) -> bool:
    """Whether the person did not have the role before. Raises NoSuchPerson, or ValueError for a role in no place."""
    checked_given(given.role, given.tenant_id)
    person_id = await _id(session, login)
    added = await session.run(
        "INSERT INTO person_role (person_id, role, tenant_id, given_by) VALUES (:id, :role, :tenant_id, :by) "
        "ON CONFLICT DO NOTHING",
        id=person_id,
        role=given.role,
        tenant_id=given.tenant_id,
        by=by,
    )
    if added:
        await _changed(session, person_id, by, "give role", login, given)
    return bool(added)


async def take(session: Session, login: str, given: Given, *, by: str) -> bool:
    """Whether the person had the role, and has it no more. Raises NoSuchPerson."""
    person_id = await _id(session, login)
    gone = await session.run(
        "DELETE FROM person_role WHERE person_id = :id AND role = :role AND tenant_id IS NOT DISTINCT FROM :tenant_id",
        id=person_id,
        role=given.role,
        tenant_id=given.tenant_id,
    )
    if gone:
        await _changed(session, person_id, by, "take role", login, given)
    return bool(gone)


async def disable(session: Session, login: str, *, by: str) -> bool:
    """Whether the person could sign in before, and can't any more; whoever is signed in is out at once."""
    return await _switch(session, login, by, is_disabled=True)


async def enable(session: Session, login: str, *, by: str) -> bool:
    """Whether the person could not sign in, and can again."""
    return await _switch(session, login, by, is_disabled=False)


async def set_password(
    session: Session, login: str, password_hash: str, *, by: str, is_temporary: bool = False
) -> None:
    """Another password, and an end to all sessions that an earlier one has opened. Raises NoSuchPerson."""
    person_id = await _id(session, login)
    await session.run(
        "UPDATE person SET password_hash = :hash, password_is_temporary = :is_temporary WHERE id = :id",
        id=person_id,
        hash=password_hash,
        is_temporary=is_temporary,
    )
    await _end_sessions(session, person_id)
    await write(session, by, "set password", login, await _tenants_of(session, person_id))


async def end_sessions(session: Session, login: str, *, by: str) -> int:
    """How many sessions of the person have ended. Raises NoSuchPerson."""
    person_id = await _id(session, login)
    ended = await _end_sessions(session, person_id)
    await write(session, by, "end sessions", login, await _tenants_of(session, person_id), sessions=ended)
    return ended


async def listed(session: Session, *, of: TenantId | None = None) -> list[Person]:
    """Everybody by login; or only those who have a role of this tenant's own, with no other."""
    rows = await session.rows(
        """
        SELECT p.id, p.login, p.name, p.disabled_at IS NOT NULL AS is_disabled,
               p.password_hash IS NOT NULL AS has_password, p.password_is_temporary AS must_change_password,
               p.oidc_subject IS NOT NULL AS is_linked, p.created_at, p.created_by,
               (SELECT max(seen_at) FROM console_session s WHERE s.person_id = p.id) AS seen_at,
               (SELECT count(*) FROM console_session s WHERE s.person_id = p.id AND s.ends_at > now()) AS sessions,
               COALESCE(r.roles, '[]') AS roles
        FROM person p LEFT JOIN (
            SELECT g.person_id, json_agg(json_build_object('role', g.role, 'tenant', t.name)
                                         ORDER BY t.name NULLS FIRST, g.role) AS roles
            FROM person_role g LEFT JOIN tenant t ON t.id = g.tenant_id
            WHERE CAST(:of AS uuid) IS NULL OR g.tenant_id = :of GROUP BY g.person_id
        ) r ON r.person_id = p.id
        WHERE CAST(:of AS uuid) IS NULL OR r.person_id IS NOT NULL ORDER BY p.login
        """,
        of=of,
    )
    return [Person(**row) for row in rows]


async def history(session: Session, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """What was done about people in the whole installation, the newest first."""
    return await session.rows(
        "SELECT at, by, act, subject, detail FROM system_audit ORDER BY id DESC LIMIT :limit", limit=limit
    )


async def _id(session: Session, login: str) -> UUID:
    """The person of this login, held until the transaction ends: two who change one wait for each other."""
    person_id: UUID | None = await session.value(
        "SELECT id FROM person WHERE login = :login FOR UPDATE", login=login.strip().lower()
    )
    if person_id is None:
        raise NoSuchPerson(f"nobody has the login {login!r}; `leadmill person list` shows who there is")
    return person_id


async def _switch(session: Session, login: str, by: str, *, is_disabled: bool) -> bool:
    person_id = await _id(session, login)
    changed = await session.run(
        "UPDATE person SET disabled_at = CASE WHEN :is_disabled THEN now() END "
        "WHERE id = :id AND (disabled_at IS NOT NULL) <> :is_disabled",
        id=person_id,
        is_disabled=is_disabled,
    )
    if changed:
        await _end_sessions(session, person_id)
        act = "disable person" if is_disabled else "enable person"
        await write(session, by, act, login, await _tenants_of(session, person_id))
    return bool(changed)


async def _changed(session: Session, person_id: UUID, by: str, act: str, login: str, given: Given) -> None:
    """What follows when somebody's roles are others: their sessions end, and it is written down."""
    await _end_sessions(session, person_id)
    concerned = () if given.tenant_id is None else (given.tenant_id,)
    await write(session, by, act, login, concerned, role=given.role)


async def _end_sessions(session: Session, person_id: UUID) -> int:
    return await session.run("DELETE FROM console_session WHERE person_id = :id", id=person_id)


async def _tenants_of(session: Session, person_id: UUID) -> list[TenantId]:
    rows = await session.rows(
        "SELECT DISTINCT tenant_id FROM person_role WHERE person_id = :id AND tenant_id IS NOT NULL",
        id=person_id,
    )
    return [row["tenant_id"] for row in rows]


async def write(
    session: Session, by: str, act: str, login: str, concerned: Collection[TenantId], **detail: Any
) -> None:
    """One act about a person, in the system's audit and in those of the tenants concerned."""
    subject = f"person {login.strip().lower()}"
    await session.run(
        "INSERT INTO system_audit (by, act, subject, detail) VALUES (:by, :act, :subject, CAST(:detail AS jsonb))",
        by=by,
        act=act,
        subject=subject,
        detail=to_json({**detail, "tenants": list(concerned)}),
    )
    for tenant_id in concerned:
        await audit.write_for(session, tenant_id, by=by, act=act, subject=subject, detail=detail)
