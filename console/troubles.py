"""Troubles: what is wrong with the mill, in plain words, and what to do about it; and when what waits is worked off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from console.components.words import percent, roughly
from console.reads import QUIET_AFTER_S, SILENT_AFTER_S, Record
from console.vitals import Vitals, Whole
from tenants.modes import Mode
from tenants.store.health import LATELY_S

#: desks that sleep are woken within seconds: until then nothing is wrong
WOKEN_WITHIN_S = 30.0
#: what is due is taken up within a second or so
_OVERDUE_S = 60.0
_MANY_FAIL, _FEW_RUNS = 0.2, 20
SUPERVISOR, RELAY = "supervisor", "relay"
_OFF = {Mode.PAUSED: "is paused", Mode.STOPPED: "is stopped", Mode.DRAINING: "drains"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, or soon may be, what to do, and the page or command that does it."""

    kind: Literal["bad", "doubtful"]
    text: str
    remedy: str
    page: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When what waits is worked off, in seconds from now; None: not at this rate.

    `at_least`: more waits than is known.
    """

    seconds: float | None
    at_least: bool = False

    def __str__(self) -> str:
        """The forecast in words."""
        if self.seconds is None:
            return "not at this rate"
        if self.seconds == 0:
            return "nothing waits"
        about = "in less than a minute" if self.seconds < 60 else f"in about {roughly(self.seconds)}"
        return f"{about}, or more" if self.at_least else about


def forecast(one: Vitals) -> Forecast:
    """When what waits for an agent is worked off, if it goes on as in the last ten minutes.

    What has waited longer than those, while more came than was done, does not get less. In a shorter time a burst
    looks like that as well, and is over soon. Without a desk nothing is.
    """
    if not one.waiting:
        return Forecast(0.0)
    if not one.alive:
        return Forecast(None)
    done_a_second = one.hour.done_lately / LATELY_S
    is_growing = one.hour.came_a_second >= done_a_second and (one.event_age_s or 0.0) > LATELY_S
    if not done_a_second or is_growing:
        return Forecast(None)
    return Forecast(one.waiting / done_a_second, at_least=one.is_more)


def troubles(agents: Sequence[Vitals], whole: Whole | None, *, tenant: str) -> list[Trouble]:
    """All that is wrong, the worst first."""
    found = [*_of_installation(whole)] if whole is not None else []
    for one in agents:
        found += _of_agent(one, tenant)
    return sorted(found, key=lambda trouble: trouble.kind != "bad")


def _of_installation(whole: Whole) -> Iterator[Trouble]:
    if not is_held(whole.roles, SUPERVISOR):
        yield Trouble(
            "bad",
            "Nobody supervises the mill: desks that die are not replaced, and those that sleep are not woken.",
            "Start it again; what waits is kept.",
            command="leadmill up",
        )
    unpublished = whole.bus["unpublished"]
    if unpublished and not is_held(whole.roles, RELAY):
        yield Trouble(
            "bad",
            f"Nobody carries events to Kafka, and {unpublished:,} wait for it.",
            "The doctor says what is in the way.",
            command="leadmill doctor",
        )


def _of_agent(one: Vitals, tenant: str) -> Iterator[Trouble]:
    title = one.face.title
    if one.mode is not Mode.ON:
        yield _switched_off(one)
        return
    yield from _of_desks(one)
    hour = one.hour
    if hour.ended >= _FEW_RUNS and hour.failed >= _MANY_FAIL * hour.ended:
        share = percent(hour.failed / hour.ended)
        yield Trouble(
            "bad",
            f"{title}: {hour.failed:,} of the last hour's {hour.ended:,} runs failed for good, {share}.",
            "Errors shows them by their cause, and tries them again when it is gone.",
            page="errors",
        )
    if one.overdue_s is not None and one.overdue_s > _OVERDUE_S:
        yield Trouble(
            "doubtful",
            f"{title}: runs that were to be tried again {roughly(one.overdue_s)} ago still wait.",
            "Its desks have too much to do, or none is awake; the doctor tells which.",
            command="leadmill doctor",
        )
    if one.alive and forecast(one).seconds is None and (one.oldest_s or 0.0) > LATELY_S:
        yield Trouble(
            "doubtful",
            f"{title} does not keep up: {_waiting(one)}, and that does not get less.",
            "More lanes let more desks work side by side.",
            command=f"leadmill tenant scale {tenant} {one.face.name} --lanes {len(one.lanes) + 1}",
        )


def _of_desks(one: Vitals) -> Iterator[Trouble]:
    title = one.face.title
    if not one.alive and one.waiting and (one.oldest_s or 0.0) > WOKEN_WITHIN_S:
        yield Trouble(
            "bad",
            f"{title}: {_waiting(one)}, and no desk works on it.",
            "The doctor says what keeps desks from their work.",
            command="leadmill doctor",
        )
        return
    for desk in one.desks:
        if desk["age_s"] >= SILENT_AFTER_S:
            yield Trouble(
                "bad" if not one.alive else "doubtful",
                f"{title}: nothing was heard of its desk {desk['desk']} for {roughly(desk['age_s'])}.",
                "Supervision puts another one in its place; if it does not, ask the doctor.",
                command="leadmill doctor",
            )
        elif desk["age_s"] >= QUIET_AFTER_S:
            yield Trouble(
                "doubtful",
                f"{title}: its desk {desk['desk']} has been quiet for {roughly(desk['age_s'])}.",
                "It may be busy, or stuck: look again in a moment.",
            )


def _switched_off(one: Vitals) -> Trouble:
    switched = one.switched
    whose = " ".join(filter(None, (_OFF[one.mode], switched.get("whose"))))
    held = switched.get("held", 0)
    reason = f": {switched['reason']}" if switched.get("reason") else ""
    said = f"{one.face.title} {whose} by {switched.get('changed_by')}{reason}."
    waits = f" {held:,} runs are held." if held else ""
    return Trouble(
        "doubtful", f"{said}{waits}", "What is held goes on when it is switched on.", page="agents"
    )


def _waiting(one: Vitals) -> str:
    more = "more than " if one.is_more else ""
    return f"{more}{one.waiting:,} wait, the oldest for {roughly(one.oldest_s or 0.0)}"


def is_held(roles: Mapping[str, Record], name: str) -> bool:
    """Whether somebody has this role now."""
    role = roles.get(name)
    return role is not None and role["left_s"] is not None and role["left_s"] > 0
