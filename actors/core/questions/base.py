"""What a question and an answer are."""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that agents and providers exchange."""

    model_config = ConfigDict(frozen=True)


AnswerT = TypeVar("AnswerT", bound=BaseModel)


class Question(Value, Generic[AnswerT]):
    """Something that a provider may know.

    An answer is good for `fresh_days`, and where that is None for as long as its provider says: whoever asks the
    same within that time pays nothing.
    """

    answer: ClassVar[type[BaseModel]]
    fresh_days: ClassVar[int | None] = None


class Answer(Value, Generic[AnswerT]):
    """What came back: the content, or None for a miss, from whom, at what price.

    `cost_usd` is what was billed for it now, `paid_before_usd` what an earlier try of the same run has paid. How far
    it is trusted, under which licence it may be kept, and for how many days it is taken for true.
    """

    provider: str
    content: AnswerT | None
    cost_usd: Decimal = Decimal(0)
    paid_before_usd: Decimal = Decimal(0)
    evidence: str = ""
    quotes: Mapping[str, str] = {}
    confidence: float = 0.5
    licence: str = ""
    keeps_for_days: int = 90


class Answers(Value, Generic[AnswerT]):
    """What each of several providers said, and the names of those that could not answer."""

    answers: tuple[Answer[AnswerT], ...] = ()
    unanswered: tuple[str, ...] = ()
