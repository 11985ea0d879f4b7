"""When to try again, or never."""

from datetime import datetime, timedelta

from actors.core.errors import AgentError


def retry_at(error: Exception, *, attempt: int, waits: int, now: datetime, jitter: float) -> datetime | None:
    """The time of the next attempt, or None where waiting does not help.

    Waits double from the error's first up to its longest. `jitter`, from 0 to 1, spreads them over half their
    length, so that many failures do not come back as one. A provider's own time is never undercut. What is
    waited for with patience is asked for again without end, counts as no attempt, and is asked for more rarely
    the more often it was waited for in a row before (`waits`).
    """
    if not isinstance(error, AgentError) or error.kind != "transient":
        return None
    if attempt >= error.max_attempts and not error.patient:
        return None
    times = waits + 1 if error.patient else attempt
    wait_s = min(error.first_wait_s * 2.0 ** min(times - 1, 30), error.longest_wait_s) * (0.75 + jitter / 2)
    earliest = now + timedelta(seconds=wait_s)
    return max(earliest, error.retry_at) if error.retry_at is not None else earliest
