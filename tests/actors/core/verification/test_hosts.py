import pytest

from actors.core.verification.hosts import MailHost, mail_host, name_ends, operator


@pytest.mark.parametrize(
    ("exchanger", "host"),
    [
        ("aspmx.l.google.com", MailHost.GOOGLE),
        ("ALT1.ASPMX.L.GOOGLE.COM.", MailHost.GOOGLE),
        ("gmail-smtp-in.l.google.com", MailHost.GOOGLE),
        ("acme-com.mail.protection.outlook.com", MailHost.MICROSOFT_365),
        ("acme-com.v-v1.mx.microsoft", MailHost.MICROSOFT_365),
        ("outlook-com.olc.protection.outlook.com", MailHost.OUTLOOK),
        ("mx1.hotmail.com", MailHost.OUTLOOK),
        ("mta5.am0.yahoodns.net", MailHost.YAHOO),
        ("eu-smtp-inbound-1.mimecast.com", MailHost.MIMECAST),
        ("mxa-00123456.gslb.pphosted.com", MailHost.PROOFPOINT),
        ("mx1-eu1.ppe-hosted.com", MailHost.PROOFPOINT),
        ("esa1.hc123-45.iphmx.com", MailHost.CISCO),
        ("d1234.ess.barracudanetworks.com", MailHost.GATEWAY),
        ("cluster5.eu.messagelabs.com", MailHost.GATEWAY),
        ("mx00.gmx.net", MailHost.UNITED_INTERNET),
        ("mx-ha02.web.de", MailHost.UNITED_INTERNET),
        ("mx00.kundenserver.de", MailHost.UNITED_INTERNET),
        ("mx3.qq.com", MailHost.QQ),
        ("mx.yandex.net", MailHost.YANDEX),
        ("mail.acme.example", MailHost.OTHER),
        ("notgoogle.com", MailHost.OTHER),
        ("google.com.evil.example", MailHost.OTHER),
        ("", MailHost.OTHER),
        (".", MailHost.OTHER),
    ],
)
def test_whose_server_an_exchanger_is(exchanger, host):
    assert mail_host(exchanger) is host


def test_an_operator_is_named_even_where_its_replies_are_like_any_others():
    assert operator("in1-smtp.messagingengine.com") == "Fastmail"
    assert operator("mail.acme.example") is None


def test_ends_of_a_name():
    assert list(name_ends("a.b.c")) == ["a.b.c", "b.c", "c"]
