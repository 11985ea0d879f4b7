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
        "UPDATE role_lease SET expires_at = '-infinity' WHERE name = :name AND owner = :owner", name=name, owner=owner
    )
