"""Experience: how providers did for each tenant so far, by segment, read from its calls now and then."""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from actors.core.waterfall import Track
from actors.engine.profiles import Profile
from tenants.identity import TenantId
from tenants.store import calls
from tenants.store.calls import Experience
from tenants.store.session import Database

_NEWEST = 5_000
_FRESH_S = 15.0
#: the segment that stands for all
ANYWHERE = ""


@dataclass(frozen=True, slots=True)
class _Read:
    at_s: float
    frozen_at: object
    tracks: Mapping[tuple[str, str], Track]


class Experiences:
    """What the tenants of one process know of their providers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[TenantId, _Read] = {}

    async def of(self, profile: Profile) -> Mapping[tuple[str, str], Track]:
        """How each provider did in each segment, and in ANYWHERE, by (provider, segment). A few seconds old."""
        tenant_id, frozen_at = profile.tenant.id, profile.config.waterfall.frozen_at
        known = self._read.get(tenant_id)
        now_s = time.monotonic()
        if known is None or known.frozen_at != frozen_at or now_s - known.at_s > _FRESH_S:
            # whoever comes meanwhile goes by what was known
            if known is not None and known.frozen_at == frozen_at:
                self._read[tenant_id] = _Read(now_s, frozen_at, known.tracks)
            async with self._database.tenant(tenant_id) as session:
                rows = await calls.experience(session, newest=_NEWEST, before=frozen_at)
            known = self._read[tenant_id] = _Read(now_s, frozen_at, tracks_of(rows))
        return known.tracks


def tracks_of(rows: list[Experience]) -> dict[tuple[str, str], Track]:
    """The experience of each segment, and of all together."""
    tracks: dict[tuple[str, str], Track] = {}
    of_all: dict[str, list[Experience]] = defaultdict(list)
    for row in rows:
        tracks[row.provider, row.segment] = Track(row.asked, row.hits, float(row.spent_usd), row.found)
        of_all[row.provider].append(row)
    for provider, parts in of_all.items():
        names = {name for part in parts for name in part.found}
        tracks[provider, ANYWHERE] = Track(
            sum(part.asked for part in parts),
            sum(part.hits for part in parts),
            float(sum(part.spent_usd for part in parts)),
            {name: sum(part.found.get(name, 0) for part in parts) for name in names},
        )
    return tracks
