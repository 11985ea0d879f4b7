"""Pins: scores that a person has given a lead, by which everything goes from then on.

What models say is kept beside it with each judgement, so that the pin can be taken off again at any time.
"""

from uuid import UUID

from tenants.store import audit, judgements, tenants
from tenants.store.session import Session

#: the points at the top of each tier: a pinned lead comes before the others in it
POINTS = {"A": 100, "B": 74, "C": 49, "D": 24}


class NotScored(ValueError):
    """The lead has no score yet that somebody could pin."""


def tier_of(points: int) -> str:
    """The tier of so many points: each has a quarter. Raises ValueError for what is no score."""
    if not 0 <= points <= 100:
        raise ValueError(f"{points} is not between 0 and 100")
    return "DCBA"[min(points // 25, 3)]


async def pin(session: Session, lead_id: UUID, points: int, *, by: str, reason: str) -> None:
    """The lead has these points and their tier from now on, whatever models say.

    Nobody is told: `lead.scored` is said once of each lead. Raises NotScored, and ValueError for points that are none
    or where no reason is given.
    """
    tier = tier_of(points)
    if not reason.strip():
        raise ValueError("a pin wants a reason: it is kept with your name")
    sequences = (await tenants.configuration(session)).sequences
    if not await session.run(
        """
        UPDATE lead SET score = :points, tier = :tier, sequence = :sequence,
               pinned_by = :by, pinned_at = now(), pinned_reason = :reason
        WHERE tenant_id = :tenant_id AND id = :id AND score IS NOT NULL AND duplicate_of IS NULL
        """,
        tenant_id=session.tenant_id,
        id=lead_id,
        points=points,
        tier=tier,
        sequence=sequences.get(tier),
        by=by,
        reason=reason,
    ):
        raise NotScored(f"there is no lead {lead_id} with a score")
    await audit.write(
        session,
        by=by,
        act="pin",
        subject=f"lead {lead_id}",
        detail={"score": points, "tier": tier, "reason": reason},
    )


async def unpin(session: Session, lead_id: UUID, *, by: str) -> bool:
    """Whether the lead was pinned; it has again what the model says that judged it last."""
    is_pinned = await session.run(
        "UPDATE lead SET pinned_by = NULL, pinned_at = NULL, pinned_reason = NULL "
        "WHERE tenant_id = :tenant_id AND id = :id AND pinned_at IS NOT NULL",
        tenant_id=session.tenant_id,
        id=lead_id,
    )
    if not is_pinned:
        return False
    said = await judgements.newest(session, lead_id)
    if said is not None:
        await judgements.restore(session, [lead_id], model=said.model)
    await audit.write(session, by=by, act="unpin", subject=f"lead {lead_id}", detail={})
    return True
