"""What came of each question to the scoring service, and when: kept by those who ask, read by a scenario."""

import json
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from actors.core.errors import ScorerAway
from actors.engine.lookups import ScoringService
from scoring_models.schema import Score, ScoreRequest


@dataclass(frozen=True)
class Answer:
    """An answer, or why there was none: when it came, by the clock that processes share, and how long it took."""

    at: float
    seconds: float
    trouble: str | None


def answers_of(home: Path, name: str) -> Path:
    """The file of whoever has this name."""
    return home / f"{name}.answers"


class Timed:
    """A scoring service, and a line in a file for each question that was put to it."""

    def __init__(self, scoring: ScoringService, file: Path) -> None:
        self._scoring = scoring
        self._file = file

    async def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads, as the service gives them."""
        began = time.monotonic()
        trouble = None
        try:
            return await self._scoring.score_many(model, requests)
        except ScorerAway as away:
            trouble = str(away).split(": ")[1]  # behind what it says of itself: the error that it came of
            raise
        finally:
            now = time.monotonic()
            with self._file.open("a") as file:
                file.write(json.dumps(astuple(Answer(now, now - began, trouble))) + "\n")


def read(file: Path, since: float, until: float = math.inf) -> list[Answer]:
    """What came between these two times."""
    # the last line may be on its way still
    lines = file.read_text().rpartition("\n")[0].splitlines()
    found = [Answer(*json.loads(line)) for line in lines]
    return [one for one in found if since <= one.at < until]


def p99_s(answers: Sequence[Answer]) -> float:
    """The seconds within which 99 of a hundred answers came; infinite where any did not come at all."""
    if not answers or any(one.trouble for one in answers):
        return math.inf
    ordered = sorted(one.seconds for one in answers)
    return ordered[math.ceil(0.99 * len(ordered)) - 1]


def troubles(answers: Sequence[Answer]) -> dict[str, int]:
    """How often there was none for which reason."""
    return dict(Counter(one.trouble for one in answers if one.trouble))
