"""Many questions in one request: their outcomes in order, and the bill shared among them."""

from decimal import Decimal

import pytest

from actors.core.errors import AgentError, ProviderDown
from actors.core.provider import Reply
from actors.core.questions import CompanyFacts, EnrichCompany
from actors.providers.bulk import in_their_order, shared

ONE = Decimal(1)


def about(domain: str) -> EnrichCompany:
    return EnrichCompany(domain=domain)


def hit(credits_billed: int = 1) -> Reply:
    return Reply(CompanyFacts(name="Acme"), Decimal(credits_billed), "told")


def credits_of(outcomes: dict[EnrichCompany, Reply | AgentError]) -> list[Decimal | None]:
    return [outcome.credits if isinstance(outcome, Reply) else None for outcome in outcomes.values()]


def test_each_question_has_its_outcome_whatever_the_order_of_the_answers() -> None:
    down = ProviderDown()
    outcomes = {about("c.com"): down, about("a.com"): hit()}
    told = in_their_order([about("a.com"), about("b.com"), about("c.com")], outcomes)
    assert told == [hit(), Reply(None), down]


def test_who_is_asked_for_twice_is_told_twice_and_billed_once() -> None:
    told = in_their_order([about("a.com"), about("a.com")], {about("a.com"): hit()})
    assert told == [hit(1), hit(0)]


@pytest.mark.parametrize(
    ("expected", "billed", "own"),
    [
        ((1, 1, 0), None, (1, 1, 0)),
        ((1, 1, 0), 2, (1, 1, 0)),
        ((1, 1, 0), 1, (1, 0, 0)),
        ((1, 1, 0), 0, (0, 0, 0)),
        ((1, 1, 0), 5, (1, 4, 0)),
        ((0, 0, 0), 2, (1, 1, 0)),
    ],
)
def test_the_credits_add_up_to_what_was_billed(
    expected: tuple[int, ...], billed: int | None, own: tuple[int, ...]
) -> None:
    contents = (CompanyFacts(name="A"), CompanyFacts(name="B"), None)
    outcomes: dict[EnrichCompany, Reply | AgentError] = {
        about(f"{place}.com"): Reply(content, Decimal(cost))
        for place, (content, cost) in enumerate(zip(contents, expected, strict=True))
    }
    result = shared(outcomes, None if billed is None else Decimal(billed))
    assert credits_of(result) == list(own)
    assert [outcome.content for outcome in result.values() if isinstance(outcome, Reply)] == list(contents)


def test_where_all_missed_the_misses_bear_it() -> None:
    misses: dict[EnrichCompany, Reply | AgentError] = {
        about("a.com"): Reply(None),
        about("b.com"): Reply(None),
    }
    assert credits_of(shared(misses, Decimal(1))) == [1, 0]


def test_an_error_bears_nothing() -> None:
    outcomes: dict[EnrichCompany, Reply | AgentError] = {
        about("a.com"): ProviderDown(),
        about("b.com"): hit(0),
    }
    assert credits_of(shared(outcomes, ONE)) == [None, 1]
    alone: dict[EnrichCompany, Reply | AgentError] = {about("a.com"): ProviderDown()}
    assert credits_of(shared(alone, ONE)) == [None]
