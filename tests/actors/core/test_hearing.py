from datetime import UTC, date, datetime
from uuid import uuid4

from actors.core.hearing import heard_of
from actors.core.questions import Answer, Answers, Signal, SignalsFound

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACCOUNT = uuid4()


def news(on, title):
    return Signal(kind="news", on=on, title=title, url="https://a.com/1")


def test_each_source_is_named_and_nothing_happens_later_than_today():
    told = SignalsFound(signals=(news(date(2025, 12, 1), "Moved"), news(date(2030, 1, 1), "Grew")))
    answers = Answers(
        answers=(Answer(provider="website", content=told), Answer(provider="edgar", content=None)),
        unanswered=("another",),
    )
    heard = heard_of(ACCOUNT, answers, NOW)
    assert [(one.account_id, one.title, one.on, one.source, one.seen_at) for one in heard] == [
        (ACCOUNT, "Moved", date(2025, 12, 1), "website", NOW),
        (ACCOUNT, "Grew", NOW.date(), "website", NOW),
    ]
