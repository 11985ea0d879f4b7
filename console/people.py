"""What is done about people in the console: as the command line does it, for whoever may."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console.acts import Acts, Refused
from tenants.identity import TenantId
from tenants.people import Given, Role
from tenants.store import people
from tenants.store.session import Session


async def add(
    acts: Acts, tenant_id: TenantId, login: str, name: str, role: Role, kept: str, *, by: str
) -> str:
    """The login of a new person with a role of this tenant, and a password for the first time. Raises Refused."""
    async with _session(acts) as session:
        if not await people.is_anybody(session):
            raise Refused(
                "The first person is of the platform, and added at this machine: "
                "leadmill person add LOGIN --role platform"
            )
        return await people.add(
            session,
            login=login,
            name=name,
            password_hash=kept,
            is_temporary=True,
            given=Given(role, tenant_id),
            by=by,
        )


async def give(acts: Acts, tenant_id: TenantId, login: str, role: Role, *, by: str, to_anybody: bool) -> bool:
    """Whether somebody of this tenant, or with `to_anybody` somebody, got a role that they had not. Raises Refused."""
    async with _session(acts) as session:
        if not to_anybody:
            await _check_is_one_of(session, tenant_id, login)
        return await people.give(session, login, Given(role, tenant_id), by=by)


async def take(acts: Acts, tenant_id: TenantId, login: str, role: Role, *, by: str) -> bool:
    """Whether somebody had a role of this tenant, and has it no more. Raises Refused."""
    async with _session(acts) as session:
        await _check_is_one_of(session, tenant_id, login)
        return await people.take(session, login, Given(role, tenant_id), by=by)


async def end_sessions(acts: Acts, tenant_id: TenantId, login: str, *, by: str) -> int:
    """How many sessions of somebody of this tenant have ended. Raises Refused."""
    async with _session(acts) as session:
        await _check_is_one_of(session, tenant_id, login)
        return await people.end_sessions(session, login, by=by)


async def let_in(acts: Acts, login: str, *, is_disabled: bool, by: str) -> bool:
    """Whether somebody could sign in and can't any more, or the other way round. Raises Refused."""
    async with _session(acts) as session:
        change = people.disable if is_disabled else people.enable
        return await change(session, login, by=by)


async def set_password(acts: Acts, login: str, kept: str, *, by: str) -> None:
    """A password for the next time, in place of the one so far. Raises Refused."""
    async with _session(acts) as session:
        await people.set_password(session, login, kept, by=by, is_temporary=True)


async def _check_is_one_of(session: Session, tenant_id: TenantId, login: str) -> None:
    """Raises Refused where somebody has no role in the tenant: whether there is such a person is not told."""
    if login not in {one.login for one in await people.listed(session, of=tenant_id)}:
        raise Refused("Nobody of this tenant has that login; whom to bring in, the platform decides")


@asynccontextmanager
async def _session(acts: Acts) -> AsyncIterator[Session]:
    """The system's session, in which what can't be is told to the person who wanted it."""
    try:
        async with acts.database.system() as session:
            yield session
    except ValueError as wrong:
        words = str(wrong)
        raise Refused(f"{words[:1].upper()}{words[1:]}") from None
