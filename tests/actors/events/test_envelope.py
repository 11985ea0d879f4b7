import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from actors.events import INTERNAL, PUBLIC, event_types
from actors.events.envelope import (
    SOURCE,
    UnreadableEvent,
    Withdrawn,
    event_key,
    json_schema,
    read_payload,
    say,
)
from actors.events.lead import Company, LeadSourced
from actors.events.source import SourceRequested
from tenants.records import WITHDRAWN

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TYPES = event_types()


def sourced(**fields):
    given = {
        "lead_id": uuid4(),
        "account_id": uuid4(),
        "account": Company(name="Acme", domain="acme.com"),
        "source": "list.csv",
        "icp_version": 1,
    }
    return LeadSourced(**given | fields)


def said(payload, **fields):
    given = {"tenant_id": UUID(int=1), "cause": "run/0", "time": NOW, "traceparent": None}
    return say(payload, **given | fields)


def test_what_is_said_again_has_the_same_id_whenever_it_is_said():
    payload = sourced()
    again = said(payload, time=datetime(2027, 1, 1, tzinfo=UTC), traceparent="00-1-2-01")
    assert said(payload).id == again.id
    assert said(payload).id == said(payload.model_copy(update={"source": "other.csv"})).id


def test_events_of_another_tenant_cause_kind_or_lead_have_ids_of_their_own():
    payload = sourced()
    other_kind = TYPES["lead.enriched"](
        lead_id=payload.lead_id, account_id=payload.account_id, account=payload.account, providers=()
    )
    ids = {
        said(payload).id,
        said(payload, tenant_id=UUID(int=2)).id,
        said(payload, cause="run/1").id,
        said(sourced()).id,
        said(other_kind).id,
    }
    assert len(ids) == 5


def test_an_event_tells_who_said_what_about_whom():
    payload = sourced()
    event = said(payload, traceparent="00-1-2-01")
    assert (event.source, event.type, event.subject) == (SOURCE, "lead.sourced", str(payload.lead_id))
    assert (event.tenant_id, event.time, event.traceparent, event.data) == (
        UUID(int=1),
        NOW,
        "00-1-2-01",
        payload,
    )
    about_nobody = SourceRequested(request_id=uuid4(), part=0, source="list.csv")
    assert said(about_nobody).subject is None


def test_our_own_ids_are_kept_and_an_id_that_is_none_is_refused():
    event = said(sourced())
    assert event_key(SOURCE, str(event.id)) == event.id
    with pytest.raises(UnreadableEvent, match="'17' is not an event id of ours"):
        event_key(SOURCE, "17")


def test_foreign_events_are_the_same_if_source_and_id_are():
    one = event_key("/crm", "17")
    assert one == event_key("/crm", "17")
    ours = uuid4()
    assert (
        len({one, event_key("/crm", "18"), event_key("/mail", "17"), event_key("/crm", str(ours)), ours}) == 5
    )


@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_payload_is_read_as_it_was_written(as_bytes):
    payload = sourced()
    text = payload.model_dump_json()
    assert read_payload(TYPES, "lead.sourced", text.encode() if as_bytes else text) == payload


def test_fields_that_we_do_not_know_survive_a_round_trip():
    content = json.loads(sourced().model_dump_json())
    content |= {"campaign": {"id": 7, "tags": ["a", None]}, "major": 9}
    content["account"] |= {"vat_id": "DE123", "sub": {"n": 1.5}}
    read = read_payload(TYPES, "lead.sourced", json.dumps(content))
    assert json.loads(read.model_dump_json()) == content


@pytest.mark.parametrize("kind", ["lead.lost", "", "LEAD.SOURCED", "lead.sourced "])
def test_an_unknown_kind_of_event_is_unreadable_and_named(kind):
    with pytest.raises(UnreadableEvent, match=f"no event is called '{kind}'"):
        read_payload(TYPES, kind, "{}")


def test_a_kind_may_name_its_version_and_another_major_one_is_not_understood():
    payload = sourced()
    for kind in ("lead.sourced", "lead.sourced.v1"):
        assert read_payload(TYPES, kind, payload.model_dump_json()) == payload
    with pytest.raises(UnreadableEvent, match="understood in version 1, and this is version 2"):
        read_payload(TYPES, "lead.sourced.v2", payload.model_dump_json())
    with pytest.raises(UnreadableEvent, match=r"no event is called 'lead.imagined.v1'"):
        read_payload(TYPES, "lead.imagined.v1", "{}")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "content"),
        ("{", "content"),
        ("[]", "content"),
        ("null", "content"),
        (b"\xff\xfe", "content"),
        ("{}", "lead_id"),
        ('{"account":{"domain":5}}', "account.domain"),
        ('{"lead_id":"no"}', "lead_id"),
    ],
)
def test_content_that_does_not_fit_is_unreadable_and_its_place_is_named(content, place):
    with pytest.raises(UnreadableEvent) as fault:
        read_payload(TYPES, "lead.sourced", content)
    assert str(fault.value).startswith("lead.sourced: ")
    assert f"{place}: " in str(fault.value)
    assert not isinstance(fault.value, Withdrawn)


def test_an_event_of_a_removed_tenant_is_told_apart_from_one_that_nobody_can_read():
    with pytest.raises(Withdrawn):
        read_payload(TYPES, WITHDRAWN, "{}")


def test_what_an_event_concerns_is_a_lead_or_nothing_whatever_strangers_add():
    payload = sourced()
    assert payload.concerns == payload.lead_id
    content = {"request_id": str(uuid4()), "part": 0, "source": "list.csv", "lead_id": "none of ours"}
    read = read_payload(TYPES, "source.requested", json.dumps(content))
    assert read.concerns is None or isinstance(read.concerns, UUID)


def test_every_kind_of_event_is_found_by_its_topic():
    assert list(TYPES) == [
        "lead.sourced",
        "lead.enriched",
        "contact.verified",
        "lead.scored",
        "source.requested",
        "engagement.recorded",
        "email.bounced",
        "signals.requested",
        "signals.found",
    ]
    assert all(TYPES[payload.type] is payload for payload in PUBLIC + INTERNAL)


@pytest.mark.parametrize("payload", PUBLIC, ids=lambda payload: payload.type)
def test_a_public_contract_names_itself_its_version_and_each_field(payload):
    schema = json_schema(payload)
    assert schema["$id"] == f"urn:leadmill:event:{payload.type}:{payload.major}"
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["title"] == payload.type
    assert schema["description"]
    assert set(schema["required"]) <= schema["properties"].keys() == payload.model_fields.keys()
    assert schema["additionalProperties"] is True
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("payload", PUBLIC, ids=lambda payload: payload.type)
def test_public_events_carry_nothing_personal(payload):
    fields = set(payload.model_fields) | set(Company.model_fields)
    assert not fields & {"full_name", "first_name", "last_name", "email", "linkedin_url", "phone", "title"}
