"""Tokens of programs that ask over HTTP: who has been given one, and for whom each speaks."""

from tenants.store import audit
from tenants.store.session import Session
from tenants.tokens import Holder, Token

_COLUMNS = "id, name, created_at, created_by, last_used_at, expires_at, revoked_at"
_IS_GOOD = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
_LONGEST_NAME = 80
_USED_EVERY = "1 minute"
"""How exactly the last use is kept: a row is not written for every request."""


async def add(session: Session, *, name: str, sha256: bytes, by: str, days: int | None) -> Token:
    """A new token of the session's tenant, known by its hash; good for so many days, or until it is revoked.

    Raises ValueError where another one that is not revoked has the name, or it is none.
    """
    if not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise ValueError(f"a token's name has at most {_LONGEST_NAME} letters, and is not blank")
    rows = await session.rows(
        f"""
        INSERT INTO api_token (tenant_id, name, sha256, created_by, expires_at)
        VALUES (:tenant_id, :name, :sha256, :by, now() + make_interval(days => CAST(:days AS int)))
        ON CONFLICT (tenant_id, name) WHERE revoked_at IS NULL DO NOTHING
        RETURNING {_COLUMNS}, {_IS_GOOD} AS is_good
        """,
        tenant_id=session.tenant_id,
        name=name,
        sha256=sha256,
        by=by,
        days=days,
    )
    if not rows:
        raise ValueError(f"there is a token {name!r} already: take another name, or revoke that one first")
    token = Token(**rows[0])
    await audit.write(
        session,
        by=by,
        act="create token",
        subject=f"token {name}",
        detail={"id": token.id, "expires_at": token.expires_at},
    )
    return token


async def listed(session: Session) -> list[Token]:
    """All tokens that the session's tenant was ever given, the newest first."""
    rows = await session.rows(
        f"SELECT {_COLUMNS}, {_IS_GOOD} AS is_good FROM api_token WHERE tenant_id = :tenant_id "
        "ORDER BY created_at DESC, id",
        tenant_id=session.tenant_id,
    )
    return [Token(**row) for row in rows]


async def revoke(session: Session, name: str, *, by: str) -> None:
    """The token of this name lets nobody in any more. Raises ValueError where none has the name."""
    token_id = await session.value(
        "UPDATE api_token SET revoked_at = now() "
        "WHERE tenant_id = :tenant_id AND name = :name AND revoked_at IS NULL RETURNING id",
        tenant_id=session.tenant_id,
        name=name,
    )
    if token_id is None:
        raise ValueError(f"there is no token {name!r} that is not revoked; `leadmill token list` shows them")
    await audit.write(session, by=by, act="revoke token", subject=f"token {name}", detail={"id": token_id})


async def holder(session: Session, sha256: bytes) -> Holder | None:
    """For whom the token with this hash speaks; None where nobody may come in with it. Needs a system session."""
    rows = await session.rows(
        f"""
        WITH found AS (SELECT tenant_id, id FROM api_token WHERE sha256 = :sha256 AND {_IS_GOOD}),
        used AS (
            UPDATE api_token t SET last_used_at = now() FROM found
            WHERE t.tenant_id = found.tenant_id AND t.id = found.id
              AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '{_USED_EVERY}')
        )
        SELECT id AS token_id, tenant_id FROM found
        """,
        sha256=sha256,
    )
    return Holder(**rows[0]) if rows else None
