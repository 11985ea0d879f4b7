"""What prospects did, as far as it was people who did it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from scoring_models.schema import Engagement
from tenants.records import LeadEngagement

#: kinds of acts that machines do as well as people: scanners of mail follow every link of a message at once
_BY_MACHINES = frozenset({"click", "visit"})
_BURST, _BURST_WITHIN = 3, timedelta(seconds=10)
_DAY_S = 86_400.0


def done_by_people(acts: Iterable[LeadEngagement], now: datetime) -> tuple[Engagement, ...]:
    """The acts, the newest first, as the model is told them, without those that a machine has done.

    Three clicks or visits within ten seconds are a scanner's: a person reads between two.
    """
    once = {one.id: one for one in acts}
    told = sorted(once.values(), key=lambda one: (one.at, one.id), reverse=True)
    kept = [one for one in told if one.kind not in _BY_MACHINES or not _is_in_burst(one, told)]
    return tuple(
        Engagement(kind=one.kind, days_ago=max((now - one.at).total_seconds() / _DAY_S, 0.0)) for one in kept
    )


def _is_in_burst(one: LeadEngagement, told: Iterable[LeadEngagement]) -> bool:
    near = sum(
        other.kind in _BY_MACHINES and abs(other.at - one.at) <= _BURST_WITHIN
        for other in told
        if other.contact_id == one.contact_id
    )
    return near >= _BURST
