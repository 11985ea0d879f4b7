"""How an agent works for a tenant: as usual, or held back in one of three ways."""

from enum import StrEnum

#: in place of an agent's name: all agents of the tenant
EVERY_AGENT = "*"


class Mode(StrEnum):
    """How an agent works for a tenant, from the mildest to the strictest."""

    #: what comes is done
    ON = "on"
    #: what was begun is brought to its end, retries included; what comes is held
    DRAINING = "draining"
    #: what is being done is brought to its end; everything else is held
    PAUSED = "paused"
    #: what is being done is given up and held, like everything else
    STOPPED = "stopped"


#: the modes in which an event that comes is held
HOLD_EVENTS = (Mode.DRAINING, Mode.PAUSED, Mode.STOPPED)
#: the modes in which a run that was begun earlier, and is due again, is held
HOLD_RETRIES = (Mode.PAUSED, Mode.STOPPED)
#: the modes in which a run is held in the middle of its work
HOLD_WORK = (Mode.STOPPED,)


def strictest(*modes: Mode) -> Mode:
    """The mode that counts where several are set."""
    order = list(Mode)
    return max(modes, key=order.index, default=Mode.ON)
