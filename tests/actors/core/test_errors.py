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
    QuotaExhausted,
    ScorerAway,
    SlowedDown,
    UnderWay,
)

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
