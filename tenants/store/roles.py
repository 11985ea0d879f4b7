"""Roles that only one process may have at a time, such as the supervisor's, fenced by an epoch."""

from datetime import datetime

from tenants.store.session import Session


async def claim(session: Session, name: str, owner: str, ttl_s: float) -> int | None:
    """The epoch of the role, if it was free or ours; None where somebody else holds it."""
    epoch: int | None = await session.value(
        """
        INSERT INTO role_lease AS r (name, epoch, owner, expires_at, since)
        VALUES (:name, 1, :owner, now() + make_interval(secs => :ttl), now())
        ON CONFLICT (name) DO UPDATE
        SET epoch = CASE WHEN r.owner = EXCLUDED.owner THEN r.epoch ELSE r.epoch + 1 END,
            since = CASE WHEN r.owner = EXCLUDED.owner AND isfinite(r.expires_at) THEN r.since ELSE now() END,
            owner = EXCLUDED.owner, expires_at = EXCLUDED.expires_at
        WHERE r.owner = EXCLUDED.owner OR r.expires_at < now()
        RETURNING epoch
        """,
        name=name,
        owner=owner,
        ttl=ttl_s,
    )
    return epoch


async def resign(session: Session, name: str, owner: str) -> None:
    """The role given back."""
    await session.run(
        "UPDATE role_lease SET expires_at = '-infinity' WHERE name = :name AND owner = :owner",
        name=name,
        owner=owner,
    )


async def take_away(session: Session, name: str, installation: str) -> None:
    """The role free again, if it was held by a process of this installation, all of which have ended."""
    await session.run(
        "UPDATE role_lease SET expires_at = '-infinity' WHERE name = :name AND owner LIKE :prefix",
        name=name,
        prefix=f"{installation}:%",
    )


async def is_held(session: Session, name: str) -> bool:
    """Whether somebody has the role now."""
    return bool(
        await session.value("SELECT expires_at > now() FROM role_lease WHERE name = :name", name=name)
    )


async def held_until(session: Session, name: str) -> datetime | None:
    """Until when the role is held unless it is renewed; None where nobody has held it."""
    until: datetime | None = await session.value(
        "SELECT expires_at FROM role_lease WHERE name = :name AND isfinite(expires_at)", name=name
    )
    return until
