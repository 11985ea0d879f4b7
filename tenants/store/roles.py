"""Roles that only one process may have at a time, such as the supervisor's, fenced by an epoch."""

from tenants.store.session import Session


async def claim(session: Session, name: str, owner: str, ttl_s: float) -> int | None:
    """The epoch of the role, if it was free or ours; None where somebody else holds it."""
    epoch: int | None = await session.value(
        """
        INSERT INTO role_lease AS r (name, epoch, owner, expires_at)
        VALUES (:name, 1, :owner, now() + make_interval(secs => :ttl))
        ON CONFLICT (name) DO UPDATE
        SET epoch = CASE WHEN r.owner = EXCLUDED.owner THEN r.epoch ELSE r.epoch + 1 END,
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


async def silent_s(session: Session, name: str, ttl_s: float) -> float | None:
    """For how many seconds the holder of the role has not renewed it, or None where nobody ever held it."""
    age: float | None = await session.value(
        "SELECT CAST(extract(epoch FROM now() - expires_at + make_interval(secs => :ttl)) AS float8) FROM role_lease "
        "WHERE name = :name AND expires_at <> '-infinity'",
        name=name,
        ttl=ttl_s,
    )
    return age
