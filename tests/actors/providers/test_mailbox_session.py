"""One connection to a mail server that says whatever it likes."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.questions import ServerReply
from actors.core.verification.replies import MailHost
from actors.providers.mailbox_session import Broken, Line, Patience, Session, open_session

PATIENCE = Patience(connect_s=5.0, reply_s=5.0, all_s=10.0)


async def greeted(wire: bytes, patience: Patience = PATIENCE) -> tuple[ServerReply | str, list[Line]]:
    """What is made of these bytes as a greeting: the reply, or what was wrong; and the transcript."""
    transcript: list[Line] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(wire)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        session = await open_session("127.0.0.1", port, MailHost.OTHER, transcript, patience)
        try:
            return await session.greeting(), transcript
        except Broken as error:
            return str(error), transcript
        finally:
            await session.close(politely=False)


@pytest.mark.parametrize(
    ("wire", "code", "text", "enhanced"),
    [
        (b"220 mx ESMTP\r\n", 220, "mx ESMTP", None),
        (b"220 mx ESMTP\n", 220, "mx ESMTP", None),
        (b"220\r\n", 220, "", None),
        (b"220-one\r\n220-two\r\n220 three\r\n", 220, "one two three", None),
        (b"554-5.7.1 go\r\n554 5.7.1  away\r\n", 554, "5.7.1 go away", "5.7.1"),
        (b"220-one\r\n220\r\n", 220, "one", None),
        (b"220 caf\xc3\xa9 \xff\r\n", 220, "caf\u00e9 \ufffd", None),
        (b"220 \x1b[31mred\r\n", 220, "\ufffd[31mred", None),
    ],
)
async def test_a_reply_is_read(wire: bytes, code: int, text: str, enhanced: str | None) -> None:
    reply, transcript = await greeted(wire)
    assert isinstance(reply, ServerReply)
    assert (reply.code, reply.text, reply.enhanced) == (code, text, enhanced)
    assert len(transcript) == wire.count(b"\n")


@pytest.mark.parametrize(
    ("wire", "trouble"),
    [
        (b"", "the server closed the connection"),
        (b"220-one\r\n", "the server closed the connection"),
        (b"220 no end", "the server closed the connection"),
        (b"hello\r\n", "this is no mail server's reply"),
        (b"099 what\r\n", "this is no mail server's reply"),
        (b"600 what\r\n", "this is no mail server's reply"),
        (b"2200 what\r\n", "this is no mail server's reply"),
        (b"\xd9\xa2\xd9\xa2\xd9\xa0 what\r\n", "this is no mail server's reply"),
        (b"220-on\r\n" * 500, "this is no mail server's reply"),
        (b"220 " + b"x" * 100_000 + b"\r\n", "a line without end"),
    ],
)
async def test_what_is_no_reply_is_the_end(wire: bytes, trouble: str) -> None:
    told, transcript = await greeted(wire)
    assert told == trouble
    assert len(transcript) <= 101
    assert all(len(line.text) <= 500 for line in transcript)


@given(
    st.lists(st.sampled_from([b"220", b"250", b"-", b" ", b"\r\n", b"\n", b"\0", b"5.1.1", b"\xff", b"x"]))
)
def test_whatever_comes_it_is_a_reply_or_the_end(pieces: list[bytes]) -> None:
    told, transcript = asyncio.run(greeted(b"".join(pieces)))
    assert isinstance(told, ServerReply | str)
    assert all(line.text.isprintable() for line in transcript)


async def test_where_nobody_listens_there_is_no_connection() -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    with pytest.raises(Broken, match="no connection: ConnectionRefusedError"):
        await open_session("127.0.0.1", port, MailHost.OTHER, [], PATIENCE)


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    reader = asyncio.StreamReader()

    class Writer:
        async def drain(self) -> None: ...

    session = Session(reader, Writer(), MailHost.OTHER, [], Patience(1.0, 0.01, 1.0))  # type: ignore[arg-type]
    with pytest.raises(Broken, match="no reply in time"):
        await session.greeting()
