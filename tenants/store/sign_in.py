"""Signing in: who is meant by a login, how often it was guessed at, and from which browsers it has succeeded.

Wrong guesses are counted here so that the count survives a restart and is shared by all workers. Each try counts
before the password is looked at, so that many at once are many. All of it needs a system session.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from tenants.store import people
from tenants.store.session import Session

FREE_GUESSES = 5
"""So many tries are looked at without a wait; from then on the wait doubles, from a second to 17 minutes."""
_LONGEST_DOUBLING = 10
_FORGOTTEN_AFTER = "1 day"
_BROWSER_KNOWN_FOR = "180 days"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may be meant by a login. Without an id nobody is."""

    id: UUID | None
    password_hash: str | None
    is_disabled: bool
    knows_browser: bool


_NOBODY = Candidate(None, None, False, False)


async def candidate(session: Session, login: str, browser: bytes) -> Candidate:
    """Who has this login, and whether they have signed in from the browser with this hash before."""
    rows = await session.rows(
        """
        SELECT p.id, p.password_hash, p.disabled_at IS NOT NULL AS is_disabled,
               EXISTS (SELECT FROM known_browser b WHERE b.person_id = p.id AND b.sha256 = :browser) AS knows_browser
        FROM person p WHERE p.login = :login
        """,
        login=login,
        browser=browser,
    )
    return Candidate(**rows[0]) if rows else _NOBODY


async def vouched(session: Session, issuer: str, subject: str, email: str | None) -> Candidate:
    """Who is meant by a provider's name for somebody; or, the first time, by an address of which it is sure.

    From then on it is the provider's name that counts: whoever has the address later is somebody else.
    """
    rows = await session.rows(
        """
        UPDATE person SET oidc_issuer = :issuer, oidc_subject = :subject
        WHERE login = CAST(:email AS text) AND oidc_subject IS NULL AND disabled_at IS NULL
          AND NOT EXISTS (SELECT FROM person WHERE oidc_issuer = :issuer AND oidc_subject = :subject)
        RETURNING login
        """,
        issuer=issuer,
        subject=subject,
        email=email,
    )
    for row in rows:
        await people.write(session, row["login"], "link person", row["login"], (), issuer=issuer)
    found = await session.rows(
        "SELECT id, password_hash, disabled_at IS NOT NULL AS is_disabled, false AS knows_browser "
        "FROM person WHERE oidc_issuer = :issuer AND oidc_subject = :subject",
        issuer=issuer,
        subject=subject,
    )
    return Candidate(**found[0]) if found else _NOBODY


def guesses_at(login: str, browser: bytes | None) -> bytes:
    """Under what the guesses at a login are counted, whether anybody has it or not.

    A browser that has signed in before has a count of its own: nobody can lock it out by guessing elsewhere.
    """
    return hashlib.sha256(b"\0".join((login.encode(), browser or b""))).digest()


async def may_try(session: Session, guesses: bytes) -> bool:
    """Whether a password may be looked at now. If so, the try is counted as wrong until it is forgotten."""
    await session.run(
        "DELETE FROM sign_in_guess WHERE sha256 IN (SELECT sha256 FROM sign_in_guess "
        f"WHERE guessed_at < now() - interval '{_FORGOTTEN_AFTER}' LIMIT 100 FOR UPDATE SKIP LOCKED)"
    )
    return bool(
        await session.value(
            """
            INSERT INTO sign_in_guess AS g (sha256, guesses, free_at) VALUES (:sha256, 1, clock_timestamp())
            ON CONFLICT (sha256) DO UPDATE SET guesses = g.guesses + 1, guessed_at = clock_timestamp(),
                free_at = clock_timestamp() + make_interval(secs => CASE
                    WHEN g.guesses + 1 < :free THEN 0
                    ELSE power(2, LEAST(g.guesses + 1 - :free, :longest)) END)
            WHERE g.free_at <= clock_timestamp()
            RETURNING true
            """,
            sha256=guesses,
            free=FREE_GUESSES,
            longest=_LONGEST_DOUBLING,
        )
    )


async def forget_guesses(session: Session, guesses: bytes) -> None:
    """The count at its beginning again: one of the guesses was right."""
    await session.run("DELETE FROM sign_in_guess WHERE sha256 = :sha256", sha256=guesses)


async def know_browser(session: Session, person_id: UUID, browser: bytes) -> None:
    """The person has signed in from the browser with this hash."""
    await session.run(
        f"DELETE FROM known_browser WHERE person_id = :id AND used_at < now() - interval '{_BROWSER_KNOWN_FOR}'",
        id=person_id,
    )
    await session.run(
        "INSERT INTO known_browser (person_id, sha256) VALUES (:id, :sha256) "
        "ON CONFLICT (person_id, sha256) DO UPDATE SET used_at = now()",
        id=person_id,
        sha256=browser,
    )


async def rehash(session: Session, person_id: UUID, *, before: str, after: str) -> None:
    """The same password, kept with more work than before; not where it is another one by now."""
    await session.run(
        "UPDATE person SET password_hash = :after WHERE id = :id AND password_hash = :before",
        id=person_id,
        before=before,
        after=after,
    )
