"""Rank: a desk with much to do stands back for those with little, where a machine has not enough for all.

A tenant that has a thousand companies enriched is in no hurry over any one of them; its neighbour's single lead is
waited for. On Linux a thread has a niceness of its own, so what is niced is the thread that works, and not what tells
Ray that the process lives.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

MANY, FEW = 32, 8
"""Runs in flight from which on a desk has much to do, and down to which it has little again."""
_STEP = 10
_WORST = 19
_LOOKS = 5


def rank_of_this_thread() -> "Rank | None":
    """The rank of the thread that asks; None where a thread has none of its own."""
    return Rank() if sys.platform == "linux" else None


class Rank:
    """How this thread stands among others that want the processor."""

    def __init__(
        self,
        *,
        read: Callable[[], int] | None = None,
        write: Callable[[int], None] | None = None,
    ) -> None:
        """Of the thread that makes it, unless told how a niceness is read and written."""
        thread = threading.get_native_id()
        self._write = write or (lambda niceness: os.setpriority(os.PRIO_PROCESS, thread, niceness))
        self._usual = (read or (lambda: os.getpriority(os.PRIO_PROCESS, thread)))()
        self._quiet_looks = 0
        self.stands_back = False

    def see(self, in_flight: int) -> None:
        """One look at how much is in flight. Back from the second row it is only after some quiet looks in a row."""
        if in_flight >= MANY and not self.stands_back:
            self.stands_back = self._take(min(self._usual + _STEP, _WORST))
        self._quiet_looks = self._quiet_looks + 1 if in_flight <= FEW else 0
        if self.stands_back and self._quiet_looks == _LOOKS:
            self.stands_back = not self._take(self._usual)

    def _take(self, niceness: int) -> bool:
        try:
            self._write(niceness)
        except OSError as refusal:  # who is not privileged comes back only as a new process: after its sleep
            logger.debug("niceness %d: %s", niceness, refusal)
            return False
        return True
