"""Asking each: all free providers at once, and whoever can't answer is named and holds nobody up."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.core.errors import KeyRefused, ProviderDown
from actors.core.outcome import Skip
from actors.core.provider import Provider, Reply
from actors.core.questions import FindSignals, Signal, SignalsFound
from actors.engine.asking import Asking
from actors.engine.recording import NotRecorded, Recording, Told
from tests.actors.engine.mills import add_tenant
from tests.fakes.works import open_fake_works

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUESTION = FindSignals(domain="acme.com")
FOUND = SignalsFound(signals=(Signal(kind="news", on=date(2025, 12, 31), title="Moved"),))


def provider(name, says, *, billed=False):
    async def answer(link, question):
        if isinstance(says, Exception):
            raise says
        return Reply(says, evidence=f"{name} on {question.domain}")

    return Provider(
        name=name, title=name.title(), base_url="", needs_key=False, credit_price_usd=Decimal(1),
        answers={FindSignals: answer}, billed=frozenset({FindSignals} if billed else ()),
    )  # fmt: skip


@pytest.fixture
async def ask_each(database, vault):
    """What each of these providers says to a tenant that is connected to all of them, and the recording of it."""

    async def asked(*providers, **config):
        by_name = {one.name: one for one in providers}
        tenant = await add_tenant(database, vault, connections={name: {} for name in by_name}, **config)
        async with open_fake_works(database, vault) as works:
            profile = (await works.profiles.of([tenant.id]))[tenant.id]
        recording = Recording(NOW)
        asking = Asking(database, None, by_name, calls_in_flight=8)
        answers = await asking.ask_each(profile, uuid4(), QUESTION, lead_id=None, recording=recording)
        return answers, json.loads(recording.written(Skip("so")))

    return asked


async def test_each_that_is_free_is_asked_in_the_tenants_order_and_who_cannot_answer_is_named(ask_each):
    answers, document = await ask_each(
        provider("a", None), provider("b", FOUND), provider("c", FOUND), provider("d", ProviderDown()),
        provider("e", KeyRefused()), provider("dear", FOUND, billed=True), order=["c"],
    )  # fmt: skip
    assert [(one.provider, one.content, one.evidence, one.cost_usd) for one in answers.answers] == [
        ("c", FOUND, "c on acme.com", 0),
        ("a", None, "a on acme.com", 0),
        ("b", FOUND, "b on acme.com", 0),
    ]
    assert answers.unanswered == ("d", "e")
    told = Told(document)
    assert sorted(told.each(QUESTION)) == ["a", "b", "c", "d", "e"]
    assert told.answer(QUESTION, "b") == answers.answers[2]
    with pytest.raises(ProviderDown):
        told.answer(QUESTION, "d")


async def test_where_there_is_nobody_to_ask_nothing_is_said(ask_each):
    answers, document = await ask_each(provider("dear", FOUND, billed=True))
    assert (answers.answers, answers.unanswered) == ((), ())
    assert Told(document).each(QUESTION) == []
    with pytest.raises(NotRecorded):
        Told(document).each(FindSignals(domain="other.com"))


async def test_in_recordings_from_before_there_were_signals_nobody_was_asked(ask_each):
    _, document = await ask_each(provider("a", FOUND))
    del document["signals"]
    document["asked"] = {}
    assert Told(document).each(QUESTION) == []
    assert Told(document).signals(uuid4()) == ()
