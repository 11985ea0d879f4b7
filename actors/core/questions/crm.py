"""Questions about the customer's own records."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel

from actors.core.questions.base import Question, Value


class Excluded(Value):
    """A company or person whom the customer's own records exclude, for one of these reasons.

    Reasons: customer, open deal, competitor, do not contact.
    """

    reason: str
    domain: str | None = None
    name: str | None = None
    email: str | None = None
    owner: str | None = None


class ExclusionPage(Value):
    """A page of those whom the customer's own records exclude; `next` is where the next page begins."""

    excluded: tuple[Excluded, ...]
    next: str | None = None


class RecordOnFile(Value):
    """One of the customer's own records: its version, its fields, and which of them a person has edited."""

    etag: str
    values: Mapping[str, str | int | float]
    edited: tuple[str, ...] = ()


class ProspectOnFile(Value):
    """What the customer's own records have of a company and of a person there."""

    account: RecordOnFile | None = None
    contact: RecordOnFile | None = None


class ReadExclusions(Question[ExclusionPage]):
    """Whom do the customer's own records exclude? `cursor` is where the page begins; None: at the front."""

    answer: ClassVar[type[BaseModel]] = ExclusionPage
    cursor: str | None = None


class ReadProspect(Question[ProspectOnFile]):
    """What do the customer's own records say of this company and this person?"""

    answer: ClassVar[type[BaseModel]] = ProspectOnFile
    domain: str
    email: str
