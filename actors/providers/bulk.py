"""Many questions in one request: what became of each, and which of them bears what the vendor billed for all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from actors.core.errors import AgentError
from actors.core.provider import Reply
from actors.core.questions import EnrichCompany, RevealPerson, VerifyAddress

QuestionT = TypeVar("QuestionT", EnrichCompany, RevealPerson, VerifyAddress)

_NOTHING = Decimal(0)
_ONE = Decimal(1)


def in_their_order(
    questions: Sequence[QuestionT], outcomes: Mapping[QuestionT, Reply | AgentError]
) -> list[Reply | AgentError]:
    """The outcome of each question. One that was not put is a miss; one that stands there twice is billed once."""
    told: list[Reply | AgentError] = []
    seen: set[QuestionT] = set()
    for question in questions:
        outcome = outcomes.get(question, Reply(None))
        if question in seen and isinstance(outcome, Reply):
            outcome = replace(outcome, credits=_NOTHING)
        seen.add(question)
        told.append(outcome)
    return told


def shared(
    outcomes: Mapping[QuestionT, Reply | AgentError], billed: Decimal | None
) -> dict[QuestionT, Reply | AgentError]:
    """The same outcomes, whose credits add up to what the vendor says that it billed; None: it does not say.

    Where that is another sum than expected, those that were to cost something bear a credit each as far as it
    goes, and the last of them the rest; where none was, the hits do; where there is no hit, the misses.
    """
    replies = {question: outcome for question, outcome in outcomes.items() if isinstance(outcome, Reply)}
    if billed is None or not replies or billed == sum(reply.credits for reply in replies.values()):
        return dict(outcomes)
    costly = [question for question, reply in replies.items() if reply.credits]
    hits = [question for question, reply in replies.items() if reply.content is not None]
    bearers = costly or hits or list(replies)
    own = dict.fromkeys(replies, _NOTHING)
    for question in bearers:
        own[question] = min(_ONE, billed - sum(own.values()))
    own[bearers[-1]] += billed - sum(own.values())
    return {
        **outcomes,
        **{question: replace(reply, credits=own[question]) for question, reply in replies.items()},
    }
