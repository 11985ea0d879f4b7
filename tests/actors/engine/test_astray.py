"""Dead letters: what nobody can read, kept with all its bytes and where it came from."""

import base64
import json
from datetime import UTC, datetime
from uuid import uuid4

from actors.bus.base import Delivery
from actors.engine.astray import bury
from actors.events.contact import ContactVerified
from actors.events.envelope import Event, UnreadableEvent, Withdrawn
from tenants.store import tenants


async def letters(database):
    async with database.system() as session:
        rows = await session.rows(
            'SELECT topic, lane, "offset", reason, headers, raw FROM dead_letter ORDER BY "offset"'
        )
    for row in rows:
        headers = row["headers"]
        yield dict(row) | {"headers": json.loads(headers) if isinstance(headers, str) else headers}


async def test_bytes_and_headers_are_kept_as_they_came(database):
    headers = (
        ("ce_id", b"a-1"),
        ("ce_id", b"a-2"),
        ("x", b"\xff\x00"),
        ("y", b"a\0"),
        ("z", None),
        ("n\0", b""),
    )
    bad = Delivery(7, UnreadableEvent("it can't be read"), b"\xfe\x00raw", headers)
    await bury(database, "enrichment", "lead.sourced", 3, [bad])
    (letter,) = [one async for one in letters(database)]
    assert letter["raw"] == b"\xfe\x00raw"
    assert letter["headers"] == {
        "agent": "enrichment",
        "topic": "lead.sourced",
        "partition": 3,
        "offset": 7,
        "headers": [
            ["ce_id", "a-1"],
            ["ce_id", "a-2"],
            ["x", {"base64": base64.b64encode(b"\xff\x00").decode()}],
            ["y", {"base64": base64.b64encode(b"a\0").decode()}],
            ["z", None],
            ["n\\0", ""],
        ],
    }


async def test_a_reason_that_postgresql_could_not_keep_is_kept_all_the_same(database):
    await bury(database, "enrichment", "lead.sourced", 0, [Delivery(1, UnreadableEvent("a\0b"), b"")])
    (letter,) = [one async for one in letters(database)]
    assert letter["reason"] == "a\\0b"
    assert letter["headers"] == {"agent": "enrichment"}


async def test_a_tenant_that_nobody_knows_is_the_reason_and_what_was_withdrawn_is_no_letter(database):
    stranger = uuid4()
    payload = ContactVerified.model_construct()
    event = Event(uuid4(), stranger, "contact.verified", "/crm", None, datetime.now(UTC), None, payload)
    given = [Delivery(1, Withdrawn("gone")), Delivery(2, event)]
    for _ in range(2):  # read again after a crash, it is one letter still
        await bury(database, "scoring", "contact.verified", 0, given)
    (letter,) = [one async for one in letters(database)]
    assert (letter["offset"], letter["reason"]) == (2, f"no tenant {stranger}")


async def test_what_is_said_of_a_removed_tenant_is_passed_over(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await tenants.remove(database, "acme")
    stranger = uuid4()
    payload = ContactVerified.model_construct()
    events = [
        Event(uuid4(), whose, "contact.verified", "/crm", None, datetime.now(UTC), None, payload)
        for whose in (acme.id, stranger)
    ]
    given = [Delivery(number, event, b"{}", (("ce_id", b"7"),)) for number, event in enumerate(events)]
    await bury(database, "scoring", "contact.verified", 0, given)
    (letter,) = [one async for one in letters(database)]
    assert (letter["offset"], letter["reason"], letter["raw"]) == (1, f"no tenant {stranger}", b"{}")
    assert letter["headers"]["headers"] == [["ce_id", "7"]]
