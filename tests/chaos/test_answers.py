"""What is kept of questions to the scoring service."""

import math
import time

import pytest

from actors.core.errors import ScorerAway
from tests.chaos.answers import Answer, Timed, p99_s, read, troubles
from tests.fakes.works import Judge
from tests.scoring_models import world


def answers(*seconds, trouble=None):
    return [Answer(at=float(number), seconds=one, trouble=trouble) for number, one in enumerate(seconds)]


@pytest.mark.parametrize(
    ("taken", "within"),
    [([0.2], 0.2), ([0.1] * 99 + [5.0], 0.1), ([0.1] * 98 + [4.0, 5.0], 4.0), ([3.0, 1.0, 2.0], 3.0)],
)
def test_99_of_a_hundred_came_within(taken, within):
    assert p99_s(answers(*taken)) == within


def test_a_question_without_an_answer_took_for_ever_and_so_did_none_at_all():
    assert p99_s([*answers(0.1, 0.1), *answers(0.1, trouble="TimeoutError")]) == math.inf
    assert p99_s([]) == math.inf


async def test_who_asks_gets_what_the_service_says_and_it_is_noted(tmp_path):
    judge, file = Judge(), tmp_path / "me.answers"
    timed = Timed(judge, file)
    began = time.monotonic()
    assert await timed.score_many("fit-1", world.requests(2)) == await judge.score_many(
        "fit-1", world.requests(2)
    )
    judge.away = ScorerAway("BackPressureError: Request dropped due to backpressure")
    with pytest.raises(ScorerAway):
        await timed.score_many("fit-1", world.requests(2))
    noted = read(file, began)
    assert [one.trouble for one in noted] == [None, "BackPressureError"]
    assert troubles(noted) == {"BackPressureError": 1}
    assert all(one.seconds >= 0 for one in noted)


def test_what_came_at_another_time_and_a_line_that_is_still_written_are_left_out(tmp_path):
    file = tmp_path / "me.answers"
    file.write_text("[1.0, 0.1, null]\n[2.0, 0.1, null]\n[3.0, 0.1, null]\n[4.0, 0.")
    assert [one.at for one in read(file, 2.0)] == [2.0, 3.0]
    assert [one.at for one in read(file, 0.0, 3.0)] == [1.0, 2.0]
