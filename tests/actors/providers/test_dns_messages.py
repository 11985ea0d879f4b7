"""Messages of ours, and dnspython's reading and writing of the same."""

import struct

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers import dns_messages as messages
from actors.providers.dns_messages import MX, NOERROR, NXDOMAIN, TXT, A, Answer, Query

KINDS = {A: "A", MX: "MX", TXT: "TXT", messages.AAAA: "AAAA"}


def answered(asked: Query, *records: str, code: int = dns.rcode.NOERROR) -> bytes:
    """The answer with these records, such as "MX 10 mx.acme.com.", as dnspython writes it."""
    response = dns.message.make_response(dns.message.from_wire(asked.message))
    response.set_rcode(code)
    for record in records:
        kind, value = record.split(" ", 1)
        response.answer.append(dns.rrset.from_text("acme.com.", 300, "IN", kind, value))
    return response.to_wire(max_size=65_535)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question(kind: int) -> None:
    asked = messages.query("acme.com", kind)
    read = dns.message.from_wire(asked.message)
    assert read.question == dns.message.make_query("acme.com", KINDS[kind]).question
    assert (read.id, read.flags, read.payload) == (asked.ident, dns.flags.RD, 1232)


def test_what_each_kind_of_record_says() -> None:
    mail = messages.query("acme.com", MX)
    assert messages.read(
        answered(mail, "MX 10 b.Acme.com.", "MX 5 a.example.", "A 192.0.2.1"), mail
    ) == Answer(NOERROR, [(10, "b.acme.com"), (5, "a.example")], [], addresses=[])
    texts = messages.query("acme.com", TXT)
    assert messages.read(answered(texts, 'TXT "one" " and the same"', 'TXT "two"'), texts).texts == [
        "one and the same",
        "two",
    ]
    for kind, record in ((A, "A 192.0.2.1"), (messages.AAAA, "AAAA 2001:db8::1")):
        asked = messages.query("acme.com", kind)
        assert messages.read(answered(asked, record), asked).addresses == [record.split()[1]]
        assert messages.read(answered(asked, "MX 10 mx.acme.com."), asked).addresses == []


def test_no_such_name() -> None:
    asked = messages.query("acme.com", TXT)
    assert messages.read(answered(asked, code=dns.rcode.NXDOMAIN), asked) == Answer(NXDOMAIN, [], [], [])


def test_which_message_is_the_answer() -> None:
    asked, other = messages.query("acme.com", MX), messages.query("other.com", MX)
    wire = answered(asked)
    assert messages.is_answer(wire, asked)
    assert not messages.is_answer(wire, other._replace(ident=asked.ident))
    assert not messages.is_answer(struct.pack("!H", asked.ident ^ 1) + wire[2:], asked)
    assert not messages.is_answer(asked.message, asked)
    assert not messages.is_answer(wire[:11], asked)


def test_an_answer_may_be_cut_short() -> None:
    asked = messages.query("acme.com", MX)
    response = dns.message.make_response(dns.message.from_wire(asked.message))
    assert not messages.is_cut_short(response.to_wire())
    response.flags |= dns.flags.TC
    assert messages.is_cut_short(response.to_wire())


@given(st.lists(st.binary(max_size=255), min_size=1, max_size=6))
def test_a_text_is_all_its_pieces_in_one(pieces: list[bytes]) -> None:
    asked = messages.query("acme.com", TXT)
    data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    record = dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.TXT, data, 0, len(data))
    response = dns.message.make_response(dns.message.from_wire(asked.message))
    response.answer.append(dns.rrset.from_rdata("acme.com.", 300, record))
    wire = response.to_wire(max_size=65_535)
    assert messages.read(wire, asked).texts == [b"".join(pieces).decode("utf-8", "replace")]


@given(st.integers(0, 400), st.integers(12, 400), st.integers(0, 255))
def test_whatever_comes_is_read_or_refused(length: int, place: int, value: int) -> None:
    asked = messages.query("acme.com", TXT)
    wire = bytearray(answered(asked, f'TXT "{"x" * 200}" "{"y" * 50}"', "CNAME x.example.", 'TXT "z"'))
    wire[place % len(wire)] = value
    try:
        read = messages.read(bytes(wire[: 12 + length]), asked)
    except (struct.error, IndexError, ValueError):
        return
    assert all(isinstance(text, str) for text in read.texts)
