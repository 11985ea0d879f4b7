"""What an agent is: a name, the event that it answers, the events that it may say, and one function."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from actors.core.context import Context
from actors.core.effects import Effect
from actors.core.outcome import Outcome
from actors.events.envelope import Payload

Work = Callable[[Any, Context], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Agent:
    """One kind of work. With an `effect` it works only for tenants with a service that can carry that out."""

    name: str
    title: str
    description: str
    on: type[Payload]
    emits: tuple[type[Payload], ...]
    deadline_s: float
    concurrency: int
    work: Work
    effect: type[Effect] | None = None

    @property
    def topic(self) -> str:
        """The topic that the agent reads."""
        return self.on.type


def agent(
    *,
    on: type[Payload],
    emits: tuple[type[Payload], ...] = (),
    deadline_s: float = 60.0,
    concurrency: int = 128,
    effect: type[Effect] | None = None,
) -> Callable[[Work], Agent]:
    """The decorator that makes an async function an agent. It is named after the function.

    `deadline_s` is how long one run may take, `concurrency` how many runs a desk works on at a time,
    `effect` what it may want done in a service that is not ours.
    """

    def decorate(work: Work) -> Agent:
        name = getattr(work, "__name__", "")
        description = (work.__doc__ or "").strip()
        if not description:
            raise TypeError(f"agent {name} needs a docstring that says what it does")
        return Agent(
            name=name,
            title=name.replace("_", " ").capitalize(),
            description=description.split("\n", 1)[0],
            on=on,
            emits=emits,
            deadline_s=deadline_s,
            concurrency=concurrency,
            work=work,
            effect=effect,
        )

    return decorate
