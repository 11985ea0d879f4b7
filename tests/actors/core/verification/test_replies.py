import pytest

from actors.core.verification.replies import MailHost, Meaning, read_reply


@pytest.mark.parametrize(
    ("code", "text", "host", "meaning"),
    [
        (250, "2.1.5 OK", MailHost.OTHER, Meaning.ACCEPTED),
        (550, "5.1.1 no such user", MailHost.GOOGLE, Meaning.NO_SUCH_MAILBOX),
        (450, "4.7.1 Recipient address rejected: Greylisted", MailHost.OTHER, Meaning.GREYLISTED),
        (550, "5.7.1 blocked", MailHost.OTHER, Meaning.BLOCKED),
        (550, "5.4.1 Access denied", MailHost.MICROSOFT_365, Meaning.NO_SUCH_MAILBOX),
        (550, "5.4.1 Access denied", MailHost.OTHER, Meaning.CANNOT_TELL),
    ],
)
def test_a_reply_means(code, text, host, meaning):
    assert read_reply(code, text, host).meaning is meaning
