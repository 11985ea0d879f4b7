"""Messages of the Domain Name System: a question as it goes on the wire, and what an answer says.

They are written and read by hand (RFC 1035): the few kinds that are needed here are a page of code, and
dnspython's message classes cost more than a whole HTTP request.
"""

import secrets
import struct
from ipaddress import ip_address
from typing import NamedTuple

A, MX, TXT, AAAA = 1, 15, 16, 28
NOERROR, NXDOMAIN = 0, 3

_IN = 1
_RECURSION_WANTED, _RESPONSE, _CUT_SHORT, _CODE = 0x0100, 0x8000, 0x0200, 0x000F
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_MOST_LABELS = 200  # pointers among them; a name has at most 127
# An empty OPT record (RFC 6891): up to 1,232 bytes are welcome, which no network cuts into pieces.
_ROOM = b"\0" + _RECORD.pack(41, 1232, 0, 0)


class Query(NamedTuple):
    """A question for one kind of record at a name, under a number of its own."""

    ident: int
    kind: int
    section: bytes
    message: bytes


class Answer(NamedTuple):
    """What a resolver says: a response code, mail exchangers with their preference, texts, addresses."""

    code: int
    exchangers: list[tuple[int, str]]
    texts: list[str]
    addresses: list[str]


def query(name: str, kind: int) -> Query:
    """A question that wants recursion, with a number that nobody can guess."""
    section = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    section += b"\0" + struct.pack("!HH", kind, _IN)
    ident = secrets.randbits(16)
    return Query(ident, kind, section, _HEADER.pack(ident, _RECURSION_WANTED, 1, 0, 0, 1) + section + _ROOM)


def is_answer(data: bytes, asked: Query) -> bool:
    """Whether this answers the question. Some resolvers give the name back in capitals."""
    if len(data) < _HEADER.size:
        return False
    given, flags, questions, *_ = _HEADER.unpack_from(data)
    if given != asked.ident or not flags & _RESPONSE:
        return False
    end = _HEADER.size + len(asked.section)
    # A refusal may leave the question out. lower() changes no length: none is as large as a letter's code.
    return data[_HEADER.size : end].lower() == asked.section if questions else bool(flags & _CODE)


def is_cut_short(answer: bytes) -> bool:
    """Whether there was more than a datagram takes."""
    return bool(_HEADER.unpack_from(answer)[1] & _CUT_SHORT)


def read(answer: bytes, asked: Query) -> Answer:
    """What an answer on the wire says. Raises struct.error, IndexError or ValueError where it is cut or garbled."""
    _, flags, questions, answers, *_ = _HEADER.unpack_from(answer)
    place = _HEADER.size + (len(asked.section) if questions else 0)
    exchangers: list[tuple[int, str]] = []
    texts: list[str] = []
    addresses: list[str] = []
    for _ in range(answers):
        _, place = _name(answer, place)
        kind, _, _, length = _RECORD.unpack_from(answer, place)
        place += _RECORD.size
        # Other kinds are aliases on the way, or signatures.
        if kind != asked.kind:
            pass
        elif kind == MX:
            host, _ = _name(answer, place + 2)
            exchangers.append((int.from_bytes(answer[place : place + 2]), host))
        elif kind == TXT:
            texts.append(_text(answer, place, place + length))
        else:
            addresses.append(str(ip_address(answer[place : place + length])))
        place += length
    return Answer(flags & _CODE, exchangers, texts, addresses)


def _text(message: bytes, place: int, end: int) -> str:
    """The text of a record, which comes in pieces of up to 255 bytes that are one (RFC 7208, section 3.3)."""
    if end > len(message):
        raise ValueError("a text is cut short")
    pieces = bytearray()
    while place < end:
        piece = message[place + 1 : min(place + 1 + message[place], end)]
        if len(piece) < message[place]:
            raise ValueError("a piece of a text is longer than the text")
        pieces += piece
        place += 1 + len(piece)
    return pieces.decode("utf-8", "replace")


def _name(message: bytes, place: int) -> tuple[str, int]:
    """The name at a place, and the place after it; empty for the root. Pointers may lead in circles."""
    labels: list[str] = []
    after = 0
    for _ in range(_MOST_LABELS):
        length = message[place]
        if length == 0:
            return ".".join(labels), after or place + 1
        if length < 64:
            label = message[place + 1 : place + 1 + length]
            if len(label) < length:
                raise ValueError("a label is cut short")
            labels.append(label.decode("ascii").lower())
            place += 1 + length
        else:
            if length < 0xC0:
                raise ValueError("neither a label nor a pointer")
            after = after or place + 2
            place = (length & 0x3F) << 8 | message[place + 1]
    raise ValueError("a name without end")
