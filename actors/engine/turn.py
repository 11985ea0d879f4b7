"""One at a time: what must not happen on two lanes of a process side by side."""

from collections.abc import Callable


class Turn:
    """Whose suspects are under way in this process: those of one lane at a time, and nothing else beside them.

    Otherwise an innocent one would be blamed for what another lane did meanwhile.
    """

    def __init__(self) -> None:
        self._is_busy: dict[object, Callable[[], bool]] = {}
        self._waiting: list[object] = []

    def join(self, who: object, is_busy: Callable[[], bool]) -> None:
        """A lane of this process, and whether it works on anything."""
        self._is_busy[who] = is_busy

    def leave(self, who: object) -> None:
        """A lane that this process has no longer."""
        self._is_busy.pop(who, None)
        self.give_back(who)

    def take(self, who: object) -> bool:
        """Whether it is theirs now: those before them are through, and no other lane works on anything."""
        if who not in self._waiting:
            self._waiting.append(who)
        return self._waiting[0] is who and not any(
            is_busy() for other, is_busy in self._is_busy.items() if other is not who
        )

    def is_wanted(self, who: object) -> bool:
        """Whether another lane waits for its turn, or has it: then nothing new is begun here."""
        return any(other is not who for other in self._waiting)

    def give_back(self, who: object) -> None:
        """The turn is over, if it was theirs."""
        if who in self._waiting:
            self._waiting.remove(who)
