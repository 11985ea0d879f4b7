"""What agents may want done in other companies' services: one class for each effect."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Effect(BaseModel):
    """Something to be done for a lead in a service that is not ours, once.

    A person who approves it may change what is `editable`. Each `generation` is another key to the service: a
    new one is begun only where nobody can tell what became of the one before, and a person wants it all the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    editable: ClassVar[frozenset[str]] = frozenset()

    lead_id: UUID
    contact_id: UUID
    email: str
    generation: int = 0

    @property
    def same(self) -> tuple[object, ...] | None:
        """What makes two of them one and the same; None: each run wants one of its own."""
        return None

    @property
    def told(self) -> str:
        """What is done, in a few words that name nobody."""
        raise NotImplementedError

    def again(self) -> "Effect":
        """The same once more, under another key."""
        return self.model_copy(update={"generation": self.generation + 1})


class EnrolContact(Effect):
    """A contact put into a sequence of messages."""

    editable: ClassVar[frozenset[str]] = frozenset({"sequence", "name", "title"})

    sequence: str
    name: str
    title: str | None = None
    company: str
    domain: str | None = None
    score: int
    tier: str
    place: int = 1

    @property
    def same(self) -> tuple[object, ...]:
        """One lead is put into one sequence once, by whichever contact; so is each further person there."""
        return (
            (self.lead_id, self.sequence)
            if self.place == 1
            else (self.lead_id, self.sequence, self.contact_id)
        )

    @property
    def told(self) -> str:
        """The sequence, and nobody's name."""
        return f"enrol in {self.sequence}"


class WriteProspect(Effect):
    """A company, a person there and the lead's score, written into the customer's own records.

    What a person has edited there stays, but for the fields in `replaces` (such as `account.name`), as long as
    the record is still the one that was `seen`.
    """

    editable: ClassVar[frozenset[str]] = frozenset({"account", "contact", "replaces"})

    domain: str
    account: Mapping[str, str | int | float]
    contact: Mapping[str, str | int | float]
    replaces: tuple[str, ...] = ()
    seen: Mapping[str, str] = {}

    @property
    def told(self) -> str:
        """What is written, and nobody's name."""
        return "write the prospect into the CRM"


class Receipt(BaseModel):
    """What a service says of an effect that it has carried out: its own name for it, and where that is written."""

    model_config = ConfigDict(frozen=True)

    reference: str
    evidence: str = ""
