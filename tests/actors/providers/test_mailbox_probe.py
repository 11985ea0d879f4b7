"""What is made up, and whose server it is; how servers are asked is tried in test_mailbox on a fake Internet."""

import pytest

from actors.core.questions import ServerReply
from actors.core.verification.replies import MailHost, Meaning
from actors.providers.mailbox_probe import mail_host_of, random_locals
from tests.internet.internet import SENDER


def test_made_up_addresses_stay_the_same_for_one_domain_and_sender() -> None:
    assert random_locals("acme.example", SENDER) == random_locals("acme.example", SENDER)
    others = {
        random_locals("acme.example", SENDER),
        random_locals("b.example", SENDER),
        random_locals("acme.example", "x@y.z"),
    }
    assert len({local for made_up in others for local in made_up}) == 6


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("aspmx.l.google.com", MailHost.GOOGLE),
        ("acme-com.mail.protection.outlook.com", MailHost.MICROSOFT_365),
        ("outlook-com.olc.protection.outlook.com", MailHost.OUTLOOK),
        ("mta5.am0.yahoodns.net", MailHost.YAHOO),
        ("eu-smtp-inbound-1.mimecast.com", MailHost.MIMECAST),
        ("mxa-00123.gslb.pphosted.com", MailHost.PROOFPOINT),
        ("google.com.evil.example", MailHost.OTHER),
        ("notgoogle.com", MailHost.OTHER),
        ("mx", MailHost.OTHER),
    ],
)
def test_whose_server_it_is(host: str, kind: MailHost) -> None:
    assert mail_host_of(host) is kind


def test_meanings_are_kept_as_words() -> None:
    reply = ServerReply(code=250, text="Ok", enhanced=None, meaning=Meaning.ACCEPTED)
    assert ServerReply.model_validate(reply.model_dump(mode="json")) == reply
