"""Events as Kafka records: ours read by others, others' read by us, and whatever else may come."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_binary_event,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent
from hypothesis import example, given
from hypothesis import strategies as st

from actors.bus.cloudevents import to_delivery, to_record
from actors.events import event_types
from actors.events.envelope import Event, UnreadableEvent
from tenants.identity import stable_id
from tenants.records import LogEntry

TYPES = event_types()
TENANT = uuid4()
WRITTEN = datetime(2026, 5, 6, tzinfo=UTC)
DATA = {
    "lead_id": str(uuid4()),
    "account_id": str(uuid4()),
    "account": {"name": "Harbour Textiles"},
    "source": "test",
    "icp_version": 1,
    "of_tomorrow": {"deep": [1, None, "x"]},
}


def read(value, headers, topic="lead.sourced", max_bytes=100_000):
    return to_delivery(TYPES, topic, 7, value, headers, written_at=WRITTEN, max_bytes=max_bytes)


def attributes(**other):
    told = {
        "specversion": "1.0",
        "id": "a-1",
        "source": "/billing",
        "type": "lead.sourced",
        "tenantid": str(TENANT),
    }
    return {name: value for name, value in (told | other).items() if value is not None}


def binary(value=None, content_type=b"application/json", **other):
    headers = [("content-type", content_type)] if content_type is not None else []
    headers += [(f"ce_{name}", text.encode()) for name, text in attributes(**other).items()]
    return (json.dumps(DATA).encode() if value is None else value), headers


def structured(content_type=b"application/cloudevents+json; charset=UTF-8", **other):
    return json.dumps({"data": DATA} | attributes() | other).encode(), [("content-type", content_type)]


def why(value, headers, **how):
    """The reason, and nothing lost."""
    delivery = read(value, headers, **how)
    assert isinstance(delivery.event, UnreadableEvent), delivery
    assert delivery.raw == (value or b"")
    assert delivery.headers == tuple(headers)
    return str(delivery.event)


# Printable in any script, as the specification wants text.
text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text, lambda inner: st.lists(inner, max_size=3)
)
times = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))  # noqa: DTZ001
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@st.composite
def entries(draw):
    data = DATA | {"x_more": draw(st.dictionaries(text, json_values, max_size=3))}
    data["account"] = {"name": draw(text)}
    return LogEntry(
        "lead.sourced",
        draw(st.integers(0, 50)),
        draw(st.uuids()),
        draw(st.uuids()),
        draw(st.sampled_from(["lead.sourced", "lead.sourced.v1"])),
        draw(st.just("/leadmill") | text),
        draw(st.none() | text),
        draw(times).astimezone(draw(zones)),
        draw(st.none() | st.just("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")),
        json.dumps(data, ensure_ascii=draw(st.booleans())),
    )


@given(entries())
def test_what_is_written_is_read_back_as_it_was(entry):
    record = to_record(entry)
    event = read(record.value, record.headers).event
    assert isinstance(event, Event), event
    assert event.id == entry.event_id
    assert (event.tenant_id, event.type, event.source) == (entry.tenant_id, "lead.sourced", entry.source)
    assert (event.subject, event.time, event.traceparent) == (entry.subject, entry.time, entry.traceparent)
    assert json.loads(event.data.model_dump_json())["x_more"] == json.loads(entry.data)["x_more"]
    assert record.key == (entry.subject.encode() if entry.subject else None)


@given(entries())
def test_the_official_sdk_reads_what_we_write(entry):
    record = to_record(entry)
    event = from_binary_event(KafkaMessage(dict(record.headers), None, record.value))
    assert event.get_id() == str(entry.event_id)
    assert event.get_source() == entry.source
    assert event.get_type() == entry.type
    assert event.get_subject() == entry.subject
    assert event.get_time() == entry.time
    assert event.get_specversion() == "1.0"
    assert event.get_extension("tenantid") == str(entry.tenant_id)
    assert event.get_extension("traceparent") == entry.traceparent
    assert event.get_data() == json.loads(entry.data)


@pytest.mark.parametrize("written", [to_binary_event, to_structured_event])
@given(st.uuids(), text, st.none() | text, times, zones)
def test_we_read_what_the_official_sdk_writes(written, tenant, source, subject, time, zone):
    told = {"id": "x/1 %20", "source": source, "type": "lead.sourced", "time": time.astimezone(zone)}
    told |= {"tenantid": str(tenant), "datacontenttype": "application/json"}
    told |= {"subject": subject} if subject is not None else {}
    message = written(CloudEvent(told, DATA))
    event = read(message.value, list(message.headers.items())).event
    assert isinstance(event, Event), event
    assert event.id == stable_id(source, "x/1 %20")
    assert (event.tenant_id, event.source, event.subject, event.time) == (tenant, source, subject, time)
    assert event.data.model_dump(mode="json")["of_tomorrow"] == DATA["of_tomorrow"]


@given(
    st.none() | st.binary(max_size=200),
    st.lists(
        st.tuples(
            st.sampled_from(["content-type", "Content-Type", "ce_id", "CE_ID", "ce_type", "ce_tenantid"])
            | st.text(max_size=9),
            st.none()
            | st.binary(max_size=40)
            | st.sampled_from([b"application/cloudevents+json", b"lead.sourced", b"1.0"]),
        ),
        max_size=8,
    ),
)
@example(b"[" * 100_000, [("content-type", b"application/cloudevents+json")])
@example(b'{"specversion": "1.0", "id": "\\ud800"}', [("content-type", b"application/cloudevents+json")])
def test_no_bytes_stop_the_reader(value, headers):
    delivery = read(value, headers, max_bytes=10**6)
    assert isinstance(delivery.event, UnreadableEvent)
    assert str(delivery.event)
    assert (delivery.offset, delivery.raw, delivery.headers) == (7, value or b"", tuple(headers))


def test_names_of_headers_may_be_in_capitals_and_the_media_type_too():
    value, headers = binary()
    assert isinstance(read(value, [(name.upper(), text) for name, text in headers]).event, Event)
    assert isinstance(read(*structured(b"Application/CloudEvents+JSON")).event, Event)


def test_nothing_is_percent_decoded():
    event = read(*binary(source="/a%20b", subject="100%25")).event
    assert (event.source, event.subject) == ("/a%20b", "100%25")


def test_in_structured_mode_only_the_value_counts():
    value, headers = structured()
    assert read(value, [*headers, ("ce_id", b"another"), ("ce_specversion", b"9")]).event.id == stable_id(
        "/billing", "a-1"
    )


def test_data_may_come_in_base64():
    told = attributes() | {"data_base64": base64.b64encode(json.dumps(DATA).encode()).decode()}
    event = read(json.dumps(told).encode(), [("content-type", b"application/cloudevents+json")]).event
    assert event.data.lead_id == UUID(DATA["lead_id"])


def test_an_event_without_a_time_was_said_when_it_was_written():
    assert read(*binary()).event.time == WRITTEN
    assert read(*binary(time="2026-01-02T03:04:05.678901z")).event.time == datetime(
        2026, 1, 2, 3, 4, 5, 678_901, UTC
    )


def test_an_event_of_others_that_we_send_on_keeps_the_id_by_which_we_know_it():
    value, headers = binary()
    event = read(value, headers).event
    sent_on = LogEntry(
        "lead.sourced", 0, event.id, TENANT, event.type, event.source, None, event.time, None, value.decode()
    )
    record = to_record(sent_on)
    assert read(record.value, record.headers).event.id == event.id


def test_an_event_of_our_own_keeps_its_id():
    ours = uuid4()
    assert read(*binary(source="/leadmill", id=str(ours))).event.id == ours


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ((b"hello", []), "it is not a CloudEvent: it has no specversion"),
        ((None, []), "it is not a CloudEvent"),
        ((b"\x00\xff\xfe", [("x", None)]), "it is not a CloudEvent"),
        (binary(specversion="0.3"), "specversion is '0.3', and ours is 1.0"),
        (binary(type=None), "it has no type"),
        (binary(id=None), "it has no id"),
        (binary(id=""), "it has no id"),
        (binary(source=None), "it has no source"),
        (binary(tenantid=None), "it has no tenantid"),
        (binary(leadmillid="7"), "leadmillid '7' is not a UUID"),
        (binary(tenantid="acme"), "tenantid 'acme' is not a UUID"),
        (binary(type="lead.sourced.v2"), "understood in version 1, and this is version 2"),
        (binary(type="lead.lost"), "no event is called 'lead.lost'"),
        (binary(value=b'{"lead_id": 7}'), "lead_id"),
        (binary(value=b""), "lead.sourced: content"),
        (binary(value=b"\xff\xfe"), "lead.sourced: content"),
        (binary(time="yesterday"), "time 'yesterday' is not a time as in RFC 3339"),
        (binary(time="2026-01-02T03:04:05"), "is not a time as in RFC 3339"),
        (binary(source="/leadmill", id="7"), "'7' is not an event id of ours"),
        (binary(subject="a\0b"), "ce_subject contains control characters"),
        (binary(content_type=b"application/avro"), "its data is application/avro, and not JSON"),
        (structured(b"application/cloudevents+avro"), "application/cloudevents+avro is no format of ours"),
        (structured(subject=7), "subject is not text"),
        (structured(source="a\u0000"), "source contains control characters"),
        (structured(data_base64="e30="), "it has data and data_base64"),
        (structured(data=None), "lead.sourced: content"),
        (structured(specversion=None), "it has no specversion"),
        (structured(datacontenttype="text/xml"), "its data is text/xml, and not JSON"),
        ((b"nonsense", structured()[1]), "it is not JSON"),
        ((b"[]", structured()[1]), "it is JSON, but not an object"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_is_wrong_is_told(record, reason):
    assert reason in why(*record)


def test_headers_that_contradict_one_another_are_told_and_repeats_are_not():
    value, headers = binary()
    assert isinstance(read(value, [*headers, ("ce_id", b"a-1")]).event, Event)
    assert "header ce_id stands there twice" in why(value, [*headers, ("ce_id", b"a-2")])


def test_a_header_that_is_not_text_is_told_if_it_is_one_of_ours():
    value, headers = binary()
    assert isinstance(read(value, [*headers, ("x-trace", b"\xff")]).event, Event)
    assert "header ce_subject is not UTF-8" in why(value, [*headers, ("ce_subject", b"\xff")])


def test_an_event_on_another_topic_than_its_own_is_told():
    assert "lead.sourced does not belong into lead.scored" in why(*binary(), topic="lead.scored")


def test_what_is_too_large_is_told_and_kept():
    value, headers = binary()
    assert "are the most" in why(value, headers, max_bytes=len(value) - 1)
    assert isinstance(read(value, headers, max_bytes=len(value)).event, Event)
