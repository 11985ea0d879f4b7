"""Others who want scores: python -m tests.chaos.crowd ADDRESS MODEL CALLERS.

Each asks for a full batch, again as soon as it is answered, and a second later where it is not. It ends when it is
asked to, or when whoever started it is gone.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from actors.core.errors import ScorerAway
from scoring_models.schema import ScoreRequest
from tenants.settings import StoreSettings
from tests.chaos.answers import Timed, answers_of
from tests.chaos.worker import joined, say
from tests.scoring_models import world

NAME = "crowd"
_BATCH = 512
_AFTER_TROUBLE_S = 1.0
_LOOK_EVERY_S = 0.1


async def _ask_on(scoring: Timed, model: str, requests: Sequence[ScoreRequest]) -> None:
    while True:
        try:
            await scoring.score_many(model, requests)
        except ScorerAway:
            await asyncio.sleep(_AFTER_TROUBLE_S)


async def _ask(address: str, model: str, callers: int) -> None:
    stop = asyncio.Event()
    scoring = Timed(joined(address), answers_of(StoreSettings().home, NAME))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    parent = os.getppid()
    requests = world.requests(_BATCH)
    asking = [asyncio.create_task(_ask_on(scoring, model, requests)) for _ in range(callers)]
    say("{}")
    while not stop.is_set() and os.getppid() == parent:  # noqa: ASYNC110 - nobody tells of a parent's end
        await asyncio.sleep(_LOOK_EVERY_S)
    for one in asking:
        one.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_ask(sys.argv[1], sys.argv[2], int(sys.argv[3])))
