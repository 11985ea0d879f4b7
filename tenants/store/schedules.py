"""Searches on a schedule: how far each has come. Whoever reads one in order to go on has it alone until the end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tenants.slices import Slice
from tenants.store.columns import to_json
from tenants.store.session import Session


@dataclass(frozen=True, slots=True)
class Schedule:
    """How far a search has come.

    `slices` are yet to be asked for, the first from `place` on; of it there are `total` companies, None: not known
    yet. In this run `left_in_run` may still be asked for, and `request_id` is under way. `trouble` is why it stands
    still.
    """

    provider: str
    icp_hash: str
    slices: tuple[Slice, ...]
    next_at: datetime
    place: int = 0
    total: int | None = None
    left_in_run: int = 0
    day: date | None = None
    taken_today: int = 0
    request_id: UUID | None = None
    trouble: str | None = None


_COLUMNS = (
    "provider, icp_hash, slices, next_at, place, total, left_in_run, day, taken_today, request_id, trouble"
)


async def taken(session: Session, provider: str) -> Schedule | None:
    """The schedule, or None where there is none yet; nobody else takes it before this transaction ends."""
    await session.run(
        "SELECT pg_advisory_xact_lock(hashtextextended(:place, 1))",
        place=f"{session.tenant_id}:{provider}",
    )
    return next((one for one in await listed(session) if one.provider == provider), None)


async def save(session: Session, schedule: Schedule) -> None:
    """The schedule as it is from now on."""
    names = _COLUMNS.split(", ")
    values = ", ".join("CAST(:slices AS json)" if name == "slices" else f":{name}" for name in names)
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in names[1:])
    await session.run(
        f"INSERT INTO source_schedule (tenant_id, {_COLUMNS}) VALUES (:tenant_id, {values}) "
        f"ON CONFLICT (tenant_id, provider) DO UPDATE SET {changes}",
        tenant_id=session.tenant_id,
        **{name: getattr(schedule, name) for name in names if name != "slices"},
        slices=to_json([one.model_dump(mode="json") for one in schedule.slices]),
    )


async def listed(session: Session) -> list[Schedule]:
    """The tenant's schedules, by provider."""
    rows = await session.rows(
        f"SELECT {_COLUMNS} FROM source_schedule WHERE tenant_id = :tenant_id ORDER BY provider",
        tenant_id=session.tenant_id,
    )
    return [
        Schedule(**{**row, "slices": tuple(Slice.model_validate(one) for one in row["slices"])})
        for row in rows
    ]


async def forget_others(session: Session, providers: Collection[str]) -> int:
    """How many schedules were forgotten, since their providers are not among these."""
    return await session.run(
        "DELETE FROM source_schedule WHERE tenant_id = :tenant_id AND NOT provider = ANY(CAST(:kept AS text[]))",
        tenant_id=session.tenant_id,
        kept=list(providers),
    )
