"""Paces: how often each key of a provider may be used, shared by all processes that use it.

A pace belongs to a key and not to a tenant: two tenants with the same key share what the vendor allows. What is
kept of a key is a hash.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tenants.store.session import Session

#: what we leave to the vendor's counting: its clock and its windows are not ours
_MARGIN = 0.9
_BURST = 0.1
_SLOWER, _SLOWEST = 0.7, 0.1
_BACK_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Window:
    """At most so many calls in any so many seconds."""

    calls: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Slots:
    """When calls may begin, in seconds from now: those that are granted, and when to ask again for the others."""

    granted: tuple[float, ...]
    refused: tuple[float, ...]


async def take(
    session: Session, key: str, windows: Sequence[Window], count: int, *, horizon_s: float
) -> Slots:
    """Places for so many calls by this key. One that would be further off than the horizon is not given.

    Needs a system session.
    """
    await session.run(
        "INSERT INTO provider_pace (key, next_at) VALUES (:key, '{}') ON CONFLICT DO NOTHING", key=key
    )
    row = (
        await session.rows(
            "SELECT next_at, promised_at, quiet_until, share, slowed_at, clock_timestamp() AS now "
            "FROM provider_pace WHERE key = :key FOR UPDATE",
            key=key,
        )
    )[0]
    now: datetime = row["now"]
    share = _share(row["share"], row["slowed_at"], now)
    next_at = list(row["next_at"]) if len(row["next_at"]) == len(windows) else [now] * len(windows)
    earliest = max(now, row["quiet_until"] or now)
    granted: list[float] = []
    for _ in range(count):
        start = max(
            earliest, *(at - _tolerance(one, share) for at, one in zip(next_at, windows, strict=True))
        )
        wait_s = (start - now).total_seconds()
        if wait_s > horizon_s:
            break
        granted.append(wait_s)
        next_at = [max(start, at) + _interval(one, share) for at, one in zip(next_at, windows, strict=True)]
    # the others are told different times, behind those who were sent away before: else all would come back at once
    slowest = max(_interval(one, share) for one in windows)
    promised = max(earliest, *next_at, row["promised_at"] or now)
    refused = []
    for _ in range(count - len(granted)):
        promised += slowest
        refused.append((promised - now).total_seconds())
    await session.run(
        "UPDATE provider_pace SET next_at = :next_at, promised_at = :promised, share = :share WHERE key = :key",
        key=key,
        next_at=next_at,
        promised=promised if refused else row["promised_at"],
        share=share,
    )
    return Slots(tuple(granted), tuple(refused))


async def slow_down(session: Session, key: str, seconds: float) -> None:
    """The vendor has asked for it: nobody uses the key for so long, and then more slowly for some minutes.

    Needs a system session.
    """
    await session.run(
        """
        INSERT INTO provider_pace AS p (key, next_at, quiet_until, share, slowed_at)
        VALUES (:key, '{}', now() + :wait, CAST(:slower AS real), now())
        ON CONFLICT (key) DO UPDATE SET quiet_until = greatest(p.quiet_until, EXCLUDED.quiet_until),
            share = greatest(CAST(:slowest AS real), p.share * CAST(:slower AS real)), slowed_at = now()
        """,
        key=key,
        wait=timedelta(seconds=seconds),
        slower=_SLOWER,
        slowest=_SLOWEST,
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """How a key stands with its vendor: which share of the allowed rate is used, and for how long it is left alone."""

    share: float
    quiet_s: float


async def standing(session: Session, keys: Mapping[str, str]) -> dict[str, Pace]:
    """How these keys stand that were ever used, given by any name as what stands for them. Needs a system session."""
    rows = await session.rows(
        "SELECT key, share, slowed_at, quiet_until, clock_timestamp() AS now FROM provider_pace "
        "WHERE key = ANY(CAST(:keys AS text[]))",
        keys=list(keys.values()),
    )
    paces = {
        row["key"]: Pace(
            _share(row["share"], row["slowed_at"], row["now"]),
            max(0.0, ((row["quiet_until"] or row["now"]) - row["now"]).total_seconds()),
        )
        for row in rows
    }
    return {name: paces[key] for name, key in keys.items() if key in paces}


def key_of(provider: str, base_url: str, api_key: str | None) -> str:
    """What stands for a key where it is counted: nobody can tell the key from it."""
    return hashlib.sha256("\x1f".join((provider, base_url, api_key or "")).encode()).hexdigest()


def _share(share: float, slowed_at: datetime | None, now: datetime) -> float:
    """How much of the allowed rate is used: all of it again some minutes after the vendor last complained."""
    if slowed_at is None or share >= 1:
        return 1.0
    gone = min(1.0, max(0.0, (now - slowed_at) / _BACK_WITHIN))
    return share + (1.0 - share) * gone


def _interval(window: Window, share: float) -> timedelta:
    return timedelta(seconds=window.per_s / (_MARGIN * window.calls * share))


def _tolerance(window: Window, share: float) -> timedelta:
    """How much earlier than its turn a call may begin: a tenth of the window's calls may come at once."""
    return (max(1, int(_BURST * window.calls)) - 1) * _interval(window, share)
