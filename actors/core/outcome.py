"""How an agent's work may end. Anything else is an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actors.core.effects import Effect
from actors.events.envelope import Payload
from tenants.approvals import ActKind
from tenants.records import Account, Lead
from tenants.saved import Saved


@dataclass(frozen=True, slots=True)
class Act:
    """Something in an outcome that a tenant may want to be asked about first."""

    kind: ActKind
    why: str
    amount: float = 1


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done: what is new, what is to be saved, what is to be said.

    `new` holds what must not exist yet; if somebody else was quicker, the work is done again from fresh facts.
    `acts` names what may be risky in it. Whether anybody is asked is the tenant's policy, and not the agent's
    business. `effect` is to be done outside first: what is saved and said counts once it was.
    """

    new: tuple[Account | Lead, ...] = ()
    save: tuple[Saved, ...] = ()
    say: tuple[Payload, ...] = ()
    output: Mapping[str, Any] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()
    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """There is nothing to do, for a reason that names the missing fact.

    What was found on the way is saved all the same.
    """

    reason: str
    missing: str | None = None
    save: tuple[Saved, ...] = ()


@dataclass(frozen=True, slots=True)
class Snooze:
    """Not now: the work is to be taken up again at this time."""

    until: datetime
    reason: str


Outcome = Done | Skip | Snooze
