"""A prospect written into a CRM: what is to be changed in each record, and what stays as people edited it."""

from collections.abc import Mapping
from typing import Any, Protocol

from actors.core.effects import Receipt, WriteProspect
from actors.core.errors import AgentError, ProviderDown
from actors.core.questions import RecordOnFile

_ROUNDS = 3


class Records(Protocol):
    """The records of one prospect in one CRM."""

    provider: str
    """Whose errors these are."""

    kinds: tuple[str, ...]
    """The records in the order in which they are written, such as `account` and `contact`."""

    def wanted(self, kind: str) -> Mapping[str, Any]:
        """The fields that a record should have. Asked for when the records before it are there."""
        ...

    async def find(self, kind: str) -> RecordOnFile | None:
        """The record as it is now, None where there is none. Changes nothing."""
        ...

    async def put(self, kind: str, record: RecordOnFile | None, changes: Mapping[str, Any]) -> bool:
        """Whether the changes were made, by one request; not where the record is another than the one found."""
        ...


async def write_records(effect: WriteProspect, records: Records) -> list[str]:
    """The prospect written, each record read first; the fields that stay as people edited them.

    An error says truthfully whether anything was done: reading changes nothing, whatever goes wrong, and where
    half was written, a refusal does not undo it.
    """
    is_written = is_writing = False
    left: list[str] = []
    try:
        for kind in records.kinds:
            for round_left in reversed(range(_ROUNDS)):
                record = await records.find(kind)
                changes, left_alone = _changes(effect, kind, records.wanted(kind), record)
                if not changes:
                    break
                is_writing = True
                done = await records.put(kind, record, changes)
                is_writing, is_written = False, is_written or done
                if done:
                    break
                if not round_left:
                    raise ProviderDown("the record keeps changing", provider=records.provider)
            left += left_alone
    except AgentError as error:
        error.nothing_done = not is_written and (error.nothing_done or not is_writing)
        raise
    return left


async def nothing_left(effect: WriteProspect, records: Records) -> list[str] | None:
    """The fields that stay as people edited them, or None where something is left to be written."""
    left: list[str] = []
    for kind in records.kinds:
        record = await records.find(kind)
        changes, left_alone = _changes(effect, kind, records.wanted(kind), record)
        if changes:
            return None
        left += left_alone
    return left


def written(title: str, reference: str, left: list[str], homeless: list[str] | None = None) -> Receipt:
    """The receipt: which fields stay as people edited them, and which have no place in this CRM."""
    stays = f"; as people edited it stays {', '.join(left)}" if left else ""
    nowhere = f"; there is no place for {', '.join(homeless)}" if homeless else ""
    return Receipt(reference=reference, evidence=f"{title}: written{stays}{nowhere}")


def two_names(name: str) -> tuple[str | None, str]:
    """A person's name as first and last name, as most CRMs keep it: the last word is the last name."""
    first, _, last = " ".join(name.split()).rpartition(" ")
    return first or None, last


def _changes(
    effect: WriteProspect, kind: str, wanted: Mapping[str, Any], record: RecordOnFile | None
) -> tuple[dict[str, Any], list[str]]:
    """What is to be written of one record, and which fields stay as a person has edited them."""
    if record is None:
        return dict(wanted), []
    others = {name: value for name, value in wanted.items() if record.values.get(name) != value}
    is_as_seen = effect.seen.get(kind) == record.etag
    kept = [
        name
        for name in others
        if name in record.edited and not (is_as_seen and f"{kind}.{name}" in effect.replaces)
    ]
    return {name: value for name, value in others.items() if name not in kept}, [f"{kind}.{n}" for n in kept]
