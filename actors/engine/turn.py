"""One at a time: what must not happen on two lanes of a process side by side."""


class Turn:
    """Whose suspects are under way in this process: those of one lane at a time.

    Two lanes that began theirs together would see an innocent one blamed for what the other lane's did.
    """

    def __init__(self) -> None:
        self._whose: object | None = None

    def take(self, who: object) -> bool:
        """Whether it is theirs now."""
        if self._whose is None:
            self._whose = who
        return self._whose is who

    def give_back(self, who: object) -> None:
        """The turn is over, if it was theirs."""
        if self._whose is who:
            self._whose = None
