"""What every CRM has in common: what is changed, what stays, and whether an error says that nothing was done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from actors.core.effects import WriteProspect
from actors.core.errors import ProviderDown, QuestionRefused
from actors.core.questions import RecordOnFile
from actors.providers.prospect import nothing_left, two_names, write_records, written

EFFECT = WriteProspect(
    lead_id=UUID(int=1), contact_id=UUID(int=2), email="a@b.example", domain="b.example",
    account={"name": "B", "city": "Oslo"}, contact={"name": "A"},
)  # fmt: skip


class Crm:
    """A CRM in memory, which can say that a record has changed, or break."""

    provider = "crm"
    kinds = ("account", "contact")

    def __init__(self, **records: RecordOnFile) -> None:
        self.records: dict[str, RecordOnFile] = dict(records)
        self.puts: list[tuple[str, dict[str, Any]]] = []
        self.changes_meanwhile = 0
        self.breaks: dict[tuple[str, str], Exception] = {}

    def wanted(self, kind: str) -> Mapping[str, Any]:
        return EFFECT.account if kind == "account" else EFFECT.contact

    async def find(self, kind: str) -> RecordOnFile | None:
        if error := self.breaks.get(("find", kind)):
            raise error
        return self.records.get(kind)

    async def put(self, kind: str, record: RecordOnFile | None, changes: Mapping[str, Any]) -> bool:
        if error := self.breaks.get(("put", kind)):
            raise error
        if self.changes_meanwhile:
            self.changes_meanwhile -= 1
            return False
        self.puts.append((kind, dict(changes)))
        values = {**(record.values if record else {}), **changes}
        self.records[kind] = RecordOnFile(etag="2", values=values)
        return True


async def test_only_what_differs_is_written_and_then_nothing_is_left() -> None:
    crm = Crm(account=RecordOnFile(etag="1", values={"name": "B"}))
    assert await nothing_left(EFFECT, crm) is None
    assert await write_records(EFFECT, crm) == []
    assert crm.puts == [("account", {"city": "Oslo"}), ("contact", {"name": "A"})]
    assert await nothing_left(EFFECT, crm) == []
    await write_records(EFFECT, crm)
    assert len(crm.puts) == 2


@pytest.mark.parametrize(
    ("replaces", "seen", "is_replaced"),
    [((), {}, False), (("account.city",), {}, False), (("account.city",), {"account": "0"}, False),
     ((), {"account": "1"}, False), (("account.city",), {"account": "1"}, True)],
)  # fmt: skip
async def test_what_a_person_edited_stays_unless_it_was_allowed_for_this_version(
    replaces: tuple[str, ...], seen: dict[str, str], is_replaced: bool
) -> None:
    crm = Crm(account=RecordOnFile(etag="1", values={"name": "B", "city": "Bergen"}, edited=("city",)))
    effect = EFFECT.model_copy(update={"replaces": replaces, "seen": seen})
    assert await write_records(effect, crm) == ([] if is_replaced else ["account.city"])
    assert crm.records["account"].values["city"] == ("Oslo" if is_replaced else "Bergen")


async def test_a_record_that_changes_meanwhile_is_read_again_and_not_without_end() -> None:
    crm = Crm()
    crm.changes_meanwhile = 2
    await write_records(EFFECT, crm)
    assert [kind for kind, _ in crm.puts] == ["account", "contact"]
    crm = Crm()
    crm.changes_meanwhile = 99
    with pytest.raises(ProviderDown) as caught:
        await write_records(EFFECT, crm)
    assert (caught.value.nothing_done, caught.value.provider, crm.puts) == (True, "crm", [])


@pytest.mark.parametrize("error", [QuestionRefused, ProviderDown])
@pytest.mark.parametrize(
    ("at", "nothing_done"),
    [(("find", "account"), True), (("put", "account"), None), (("find", "contact"), False),
     (("put", "contact"), False)],
)  # fmt: skip
async def test_an_error_says_truthfully_whether_anything_was_done(
    at: tuple[str, str], nothing_done: bool | None, error: type[ProviderDown]
) -> None:
    crm = Crm()
    crm.breaks[at] = error()
    with pytest.raises(error) as caught:
        await write_records(EFFECT, crm)
    # of a change that was asked for, only the service knows
    assert caught.value.nothing_done == (error.nothing_done if nothing_done is None else nothing_done)


def test_a_receipt_says_what_stays_and_what_has_no_place() -> None:
    assert written("CRM", "r", []).evidence == "CRM: written"
    assert written("CRM", "r", ["account.name"], ["account.x"]).evidence == (
        "CRM: written; as people edited it stays account.name; there is no place for account.x"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Ann Lee", ("Ann", "Lee")), (" Ann  van  Dijk", ("Ann van", "Dijk")), ("Cher", (None, "Cher"))],
)
def test_two_names(name: str, expected: tuple[str | None, str]) -> None:
    assert two_names(name) == expected
