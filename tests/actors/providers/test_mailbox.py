"""Mail servers on a fake Internet: what each says, and what the prober makes of it."""

from collections.abc import AsyncIterator

import pytest

from actors.core.provider import Link
from actors.core.questions import MailboxProbe, ProbeMailbox
from actors.core.verification.replies import Meaning
from actors.providers.mailbox import probe_mailbox
from tests.internet.internet import Domain, Internet, open_internet


@pytest.fixture
async def internet() -> AsyncIterator[Internet]:
    async with open_internet({"acme.example": Domain("google", {"ann"})}) as internet:
        yield internet


async def probed(internet: Internet, email: str) -> MailboxProbe:
    question = ProbeMailbox(email=email, hosts=internet.hosts[email.partition("@")[2]])
    content = (await probe_mailbox(Link(None, internet.base_url, None), question)).content
    assert isinstance(content, MailboxProbe)
    return content


async def test_google_knows_who_is_there(internet: Internet) -> None:
    there, nobody = await probed(internet, "ann@acme.example"), await probed(internet, "bob@acme.example")
    assert there.wanted is not None
    assert there.wanted.meaning is Meaning.ACCEPTED
    assert there.is_catch_all is False
    assert nobody.wanted is not None
    assert nobody.wanted.meaning is Meaning.NO_SUCH_MAILBOX
    assert (nobody.wanted.code, nobody.wanted.enhanced) == (550, "5.1.1")
