"""What the doctor says of one thing."""

from dataclasses import dataclass

GOOD, NOTE, BAD = "good", "note", "bad"


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was looked at: how it is, what was found, and what to do where it is not good."""

    subject: str
    state: str
    found: str
    remedy: str | None = None
