"""Words for figures: how long ago, how long, how much."""

from datetime import UTC, datetime
from typing import Any

from dash import html

_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"))


def ago(age_s: float | None) -> str:
    """An age in words: `3 min ago`."""
    if age_s is None:
        return "never"
    for size, unit in _UNITS:
        if age_s >= size:
            return f"{int(age_s // size)} {unit} ago"
    return f"{int(age_s)} s ago" if age_s >= 5 else "just now"


def left(seconds: float) -> str:
    """How long something may still take, in its two largest units: `2 h 14 min`."""
    if seconds <= 0:
        return "over"
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds_left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes >= 10 else f"{minutes} min {seconds_left} s"


def roughly(seconds: float) -> str:
    """How long something takes, in its largest unit: `4 min`."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds)} s"


def stamp(moment: datetime | None) -> str:
    """A moment as it stands in logs: UTC, to the second."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_ago(moment: datetime | None, age_s: float | None) -> html.Time:
    """An age that shows the exact moment to whoever points at it."""
    return html.Time(ago(age_s), dateTime=stamp(moment), title=stamp(moment))


def duration(seconds: float | None) -> str:
    """A duration in two or three digits: `84 ms`, `1.25 s`, `2 min 5 s`."""
    if seconds is None:
        return "\N{EN DASH}"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def dollars(amount: Any) -> str:
    """An amount in US dollars, with more digits where it is small."""
    value = float(amount or 0)
    if value == 0:
        return "$0"
    return f"${value:,.4f}" if value < 0.1 else f"${value:,.2f}"


def large(amount: float | None) -> str:
    """A large figure in short: `1.2 M`."""
    if amount is None:
        return "\N{EN DASH}"
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(amount) >= size:
            return f"{amount / size:.3g} {unit}"
    return f"{amount:.0f}"


def percent(share: float | None) -> str:
    """A share of one as a whole percentage."""
    return "\N{EN DASH}" if share is None else f"{share:.0%}"
