"""The window: which offsets of a lane are under way, and up to where everything is settled."""


class Window:
    """Offsets that were read and are not all settled. Work may end in any order; the frontier moves in order."""

    def __init__(self, next_offset: int) -> None:
        self._open: dict[int, bool] = {}  # in the order of offsets
        self.read_to = next_offset

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, offset: int) -> None:
        """An offset that was read. Offsets come in order."""
        self._open[offset] = False
        self.read_to = offset + 1

    def frontier_after(self, settled: set[int]) -> int:
        """The first offset that is not settled, once these are."""
        for offset, is_settled in self._open.items():
            if not is_settled and offset not in settled:
                return offset
        return self.read_to

    def settle(self, settled: set[int]) -> None:
        """These offsets need not be read again once everything before them is settled too."""
        for offset in settled:
            self._open[offset] = True
        for offset in list(self._open):
            if not self._open[offset]:
                break
            del self._open[offset]
