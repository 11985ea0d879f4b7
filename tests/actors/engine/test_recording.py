"""Recordings: what became of each question stands beside what was told, and is no part of what is read again."""

import json
from datetime import UTC, datetime

import pytest

from actors.core.errors import BudgetUsedUp, DatabaseAway, KeyRefused, QuotaExhausted
from actors.core.outcome import Skip
from actors.core.questions import Answer, CompanyFacts, EnrichCompany, FindPattern
from actors.engine.recording import Recording, Told, in_words

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PATTERN = FindPattern(domain="acme.example")
COMPANY = EnrichCompany(domain="acme.example")
FACTS = CompanyFacts(name="Acme")


def recorded():
    """What was written of a run in which each provider told something else."""
    recording = Recording(NOW)
    recording.asked(PATTERN, ["hunter", "other", "last"])
    recording.refused(PATTERN, "hunter", QuotaExhausted("429", provider="hunter", retry_at=NOW))
    recording.refused(PATTERN, "other", DatabaseAway())
    recording.answered(PATTERN, Answer(provider="last", content=None))
    recording.enriched(COMPANY, {"apollo": ["name"], "gleif": ["name"]}, paid=False)
    recording.answered(COMPANY, Answer(provider="apollo", content=FACTS), paid=False)
    recording.refused(COMPANY, "gleif", KeyRefused(), paid=False)
    recording.enriched(COMPANY, {"paid": ["name"]}, paid=True)
    recording.refused(COMPANY, "paid", BudgetUsedUp(), paid=True)
    return json.loads(recording.written(Skip("nothing found")))


def test_what_became_of_each_question_stands_beside_what_was_told():
    outcomes = {
        words: {provider: told["outcome"] for provider, told in put["told"].items()}
        for words, put in recorded()["asked"].items()
    }
    assert outcomes == {
        in_words(PATTERN): {"hunter": "quota_exhausted", "other": None, "last": "miss"},
        f"{in_words(COMPANY)} free": {"apollo": "hit", "gleif": "auth"},
        f"{in_words(COMPANY)} paid": {"paid": "blocked_by_policy"},
    }


def without_outcomes(document):
    """A recording from before there were outcomes in it."""
    for put in document["asked"].values():
        for told in put["told"].values():
            del told["outcome"]
    return document


@pytest.mark.parametrize("document", [recorded(), without_outcomes(recorded())], ids=["new", "older"])
def test_it_is_read_again_as_it_was_told(document):
    told = Told(document)
    assert told.answers == 6
    assert told.answer(COMPANY, "apollo", paid=False) == Answer(provider="apollo", content=FACTS)
    assert told.answer(PATTERN, "last") == Answer(provider="last", content=None)
    with pytest.raises(QuotaExhausted) as caught:
        told.answer(PATTERN, "hunter")
    assert (caught.value.provider, caught.value.retry_at) == ("hunter", NOW)
