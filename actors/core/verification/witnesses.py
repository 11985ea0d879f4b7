"""How likely a mailbox takes mail by what witnesses say of it, each weighed by how often it has been right.

Witnesses are taken to be independent of each other: their log-odds are added (naive Bayes, with even odds before
anybody has spoken).
"""

import math
from collections.abc import Iterable

from actors.core.verification.facts import VendorVerdict
from actors.core.verification.status import Status
from tenants.records import TrackRecord

# A vendor nobody knows is as good as one that was right nine times of ten; twenty answers weigh as much as that.
_IMAGINED_RIGHT, _IMAGINED_WRONG = 18, 2
# Nobody is believed more than this, and nobody is believed the opposite of what they say.
_MOST, _LEAST = 0.99, 0.5
#: what witnesses say together is a verdict from here on, and below 1 - this
SURE = 0.85
#: a server that took the address and refused names that nobody has
TOOK_THIS_ONE = 0.97


def reliability(right: int, wrong: int) -> float:
    """How likely a vendor's word is true, by how often it was."""
    share = (right + _IMAGINED_RIGHT) / (right + wrong + _IMAGINED_RIGHT + _IMAGINED_WRONG)
    return min(_MOST, max(_LEAST, share))


def is_reliable(record: TrackRecord | None) -> bool:
    """Whether what a source with this record says is taken for true without asking anybody else."""
    return record is None or reliability(record.right, record.wrong) >= SURE


def log_odds(chance: float) -> float:
    """The weight of a witness that is right with this chance."""
    return math.log(chance / (1 - chance))


def chance(weight: float) -> float:
    """The chance that a sum of weights stands for."""
    return 1 / (1 + math.exp(-weight))


def weight_of(vendors: Iterable[VendorVerdict]) -> float:
    """What vendors' words weigh together: above 0 the mailbox takes mail, below it is dead, at 0 nobody knows.

    Only those who say the one or the other are heard, and each vendor once, at its last word.
    """
    said = {vendor.provider: vendor for vendor in vendors}.values()
    for_it = sum(
        log_odds(reliability(one.right, one.wrong)) for one in said if one.status is Status.DELIVERABLE
    )
    against = sum(
        log_odds(reliability(one.right, one.wrong)) for one in said if one.status is Status.UNDELIVERABLE
    )
    return for_it - against
