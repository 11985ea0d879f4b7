from typing import get_args

import pytest

from actors.core import errors
from actors.core.errors import (
    AgentError,
    BudgetUsedUp,
    DatabaseAway,
    KeyRefused,
    LeftAlone,
    MaybeSent,
    ProviderDown,
    ProviderOutcome,
    QuotaExhausted,
    ScorerAway,
    SlowedDown,
    UnderWay,
    outcome_of,
)
from actors.core.provider import Reply
from actors.core.questions import Answer, CompanyFacts

# An error that is added is entered here: it is one of these, or none of a provider's.
OUTCOMES = {
    "pending": {"AnswerPending"},
    "invalid_input": {"FieldMissing", "QuestionRefused"},
    "auth": {"KeyRefused", "NotConnected"},
    "rate_limited": {"RateLimited", "SlowedDown"},
    "quota_exhausted": {"QuotaExhausted"},
    "provider_down": {"AnswerGarbled", "DomainSilent", "LeftAlone", "ProviderDown"},
    "blocked_by_policy": {"BlockedByPolicy", "BudgetUsedUp", "CeilingReached"},
    "opted_out": {"OptedOut"},
    None: {
        "ApprovalBroken",
        "CannotTell",
        "DatabaseAway",
        "MaybeSent",
        "ProcessDied",
        "ScorerAway",
        "SequenceUnknown",
        "TookTooLong",
        "UnderWay",
    },
}

KINDS = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, AgentError)} - {
    AgentError
}


def test_there_are_kinds_of_errors_to_look_at():
    assert len(KINDS) > 8


@pytest.mark.parametrize("kind", sorted(KINDS, key=lambda kind: kind.__name__))
def test_each_kind_says_in_one_sentence_what_went_wrong_and_whether_waiting_helps(kind):
    assert kind.__doc__
    message = str(kind())
    assert message == kind.__doc__.splitlines()[0].removesuffix(".")
    assert str(kind("acme.com")) == f"{message}: acme.com"
    assert kind.kind in {"transient", "configuration", "data", "permanent"}
    assert kind.kind == "transient" or not kind.patient
    assert kind.max_attempts > 1


def test_parts_of_ours_that_are_away_quotas_budgets_and_doubts_are_waited_for_without_end():
    assert {kind for kind in KINDS if kind.patient} == {
        BudgetUsedUp,
        DatabaseAway,
        LeftAlone,
        MaybeSent,
        QuotaExhausted,
        ScorerAway,
        SlowedDown,
        UnderWay,
    }


def test_an_error_knows_whose_it_is_once_it_is_told():
    error = KeyRefused(provider="apollo")
    assert (error.provider, error.retry_at) == ("apollo", None)
    assert ProviderDown("503").provider is None


def test_each_outcome_of_a_question_has_its_errors_and_each_error_its_outcome_or_none():
    found = {}
    for kind in KINDS:
        found.setdefault(outcome_of(kind("acme.com")), set()).add(kind.__name__)
    assert found == OUTCOMES
    assert set(get_args(ProviderOutcome)) == {*found, "hit", "miss"} - {None}


def test_what_says_something_is_a_hit_and_what_says_nothing_a_miss():
    facts = CompanyFacts(name="Acme")
    assert (outcome_of(Reply(facts)), outcome_of(Answer(provider="apollo", content=facts))) == ("hit", "hit")
    assert (outcome_of(Reply(None)), outcome_of(Answer(provider="apollo", content=None))) == ("miss", "miss")
