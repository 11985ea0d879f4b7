"""What providers tell of a company, as signals of its account."""

from datetime import datetime
from uuid import UUID

from actors.core.questions import Answers, SignalsFound
from tenants.records import AccountSignal
from tenants.signals import signal


def heard_of(account_id: UUID, heard: Answers[SignalsFound], now: datetime) -> list[AccountSignal]:
    """What providers told of the company. Nothing happens later than today."""
    return [
        signal(account_id, one.kind, min(one.on, now.date()), one.title, one.url, answer.provider, now)
        for answer in heard.answers
        if answer.content is not None
        for one in answer.content.signals
    ]
