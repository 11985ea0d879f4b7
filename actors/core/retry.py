"""When to try again, or never."""

from datetime import datetime, timedelta

from actors.core.errors import AgentError

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 300.0
_LONGEST_PATIENT_WAIT_S = 15.0


def retry_at(error: Exception, *, attempt: int, now: datetime, jitter: float) -> datetime | None:
    """The time of the next attempt, or None where waiting does not help.

    Waits double from one second up to five minutes. `jitter`, from 0 to 1, spreads them over half their
    length, so that many failures do not come back as one. A provider's own time is never undercut. What is
    waited for with patience is asked for again every 15 seconds or so, without end.
    """
    if not isinstance(error, AgentError) or error.kind != "transient":
        return None
    if attempt >= error.max_attempts and not error.patient:
        return None
    longest_s = _LONGEST_PATIENT_WAIT_S if error.patient else _LONGEST_WAIT_S
    wait_s = min(_FIRST_WAIT_S * 2.0 ** min(attempt - 1, 30), longest_s) * (0.75 + jitter / 2)
    earliest = now + timedelta(seconds=wait_s)
    return max(earliest, error.retry_at) if error.retry_at is not None else earliest
