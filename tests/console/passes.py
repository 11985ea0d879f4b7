"""People of a test, and what their browsers show at the door: as a browser would, without its rules for cookies."""

import secrets
from dataclasses import dataclass

from console import sessions
from console.auth import CSRF_HEADER
from tenants.people import Given
from tenants.store import console_sessions, people
from tenants.store.session import Database


@dataclass(frozen=True)
class Pass:
    """A session of somebody: its token, and what its forms must bring along."""

    login: str
    token: str
    csrf: str

    @property
    def headers(self) -> dict[str, str]:
        """What a browser and Dash's script send with each request."""
        return {
            "Cookie": f"{sessions.SESSION}={self.token}; {sessions.CSRF}={self.csrf}",
            CSRF_HEADER: self.csrf,
        }


async def add(database: Database, login: str, *given: Given, password_hash: str | None = None) -> None:
    """Somebody with these roles."""
    async with database.system() as session:
        await people.add(session, login=login, password_hash=password_hash, by="root")
        for one in given:
            await people.give(session, login, one, by="root")


async def begin(database: Database, login: str) -> Pass:
    """A session of somebody, as if they had signed in."""
    mine = Pass(login, sessions.new_token(), secrets.token_urlsafe(16))
    sha256 = sessions.hashed(mine.token)
    async with database.system() as session:
        (person_id,) = [one.id for one in await people.listed(session) if one.login == login]
        assert await console_sessions.begin(
            session, person_id, sha256=sha256, csrf=mine.csrf, password_hash=None
        )
    return mine


async def end(database: Database, shown: Pass) -> None:
    """The session ended, as its owner ends it."""
    async with database.system() as session:
        assert await console_sessions.end(session, sessions.hashed(shown.token))
