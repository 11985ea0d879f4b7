"""Cursors: how a long list is read on from the last row seen, although the browser asks by row number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from console.faults import BadRequest

SKIP_LIMIT = 20_000
TRAIL_LIMIT = 400
STONES_APART = 5_000
"""Rows between two milestones of a long list; of a very long one more, so that there are a hundred of them."""
_MOST_STONES = 100


def apart(total: int) -> int:
    """How many rows lie between two milestones of a list of so many."""
    return max(STONES_APART, -(-total // _MOST_STONES))


@dataclass(frozen=True, slots=True)
class Key:
    """A row's place in a list: what the list is ordered by, and the row's id."""

    order: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.order}~{self.id}"

    @property
    def just_before(self) -> "Key":
        """The key that no row has, and after which this row comes first."""
        return Key(self.order, UUID(int=max(self.id.int - 1, 0)))

    @classmethod
    def read(cls, text: object) -> "Key":
        """The key that a browser sent back.

        Raises BadRequest where it is none.
        """
        order, _, name = str(text).partition("~")
        return cls(order, uuid_of(name))


@dataclass(slots=True)
class Trail:
    """The keys at which a browser has passed through a list so far, by row number, and when it began."""

    since: datetime | None = None
    total: int | None = None
    is_measured: bool = False
    keys: dict[int, Key] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: object) -> "Trail":
        """The trail that a browser sent back.

        Raises BadRequest where it is none.
        """
        if not isinstance(sent, Mapping):
            return cls()
        try:
            total = sent.get("total")
            return cls(
                since=moment_of(sent["since"]),
                total=None if total is None else int(total),
                is_measured=sent.get("measured") is True,
                keys={int(row): Key.read(key) for row, key in list(sent["keys"])[:TRAIL_LIMIT]},
            )
        except (KeyError, TypeError, ValueError):
            raise BadRequest("The table asked for rows in a way that can't be understood.") from None

    def nearest(self, start: int) -> tuple[Key | None, int]:
        """The known key that is nearest before this row, and how many rows lie between."""
        row = max((known for known in self.keys if known <= start), default=0)
        if start - row > SKIP_LIMIT:
            raise BadRequest("That row is too far away; scroll there in smaller steps.")
        return self.keys.get(row), start - row

    def passed(self, start: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """The trail goes on over these rows, the first of which has the number `start`."""
        if not rows:
            return
        if start == 0:
            self.keys.setdefault(0, Key.read(rows[0]["key"]).just_before)
        if len(self.keys) < TRAIL_LIMIT:
            self.keys[start + len(rows)] = Key.read(rows[-1]["key"])

    def measured(self, total: int, stones: Mapping[int, Key]) -> None:
        """The trail of a list of which it is known by now how long it is, and which rows stand at its milestones."""
        self.is_measured, self.total = True, total
        for row, key in stones.items():
            self.keys.setdefault(row, key)

    def sent(self) -> dict[str, Any]:
        """The trail as the browser keeps it."""
        return {
            "since": self.since.isoformat() if self.since else None,
            "total": self.total,
            "measured": self.is_measured,
            "keys": [[row, str(key)] for row, key in self.keys.items()],
        }


def uuid_of(text: object) -> UUID:
    """The id that a browser sent.

    Raises BadRequest where it is none.
    """
    try:
        return UUID(str(text))
    except ValueError:
        raise BadRequest("That is not the id of anything.") from None


def moment_of(text: object) -> datetime:
    """The moment that a browser sent.

    Raises BadRequest where it is none.
    """
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        raise BadRequest("The table asked for rows in a way that can't be understood.") from None
