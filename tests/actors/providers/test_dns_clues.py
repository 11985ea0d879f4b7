"""What DNS records give away, in words of ours for what is known of such records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.dns_clues import mail_host, technologies


@pytest.mark.parametrize(
    ("exchanger", "host"),
    [
        ("aspmx.l.google.com", "Google Workspace"),
        ("aspmx2.googlemail.com", "Google Workspace"),
        ("smtp.google.com", "Google Workspace"),
        ("acme-com.mail.protection.outlook.com", "Microsoft 365"),
        ("acme-com.a-v1.mx.microsoft", "Microsoft 365"),
        ("mx0a-00123456.pphosted.com", "Proofpoint"),
        ("eu-smtp-inbound-1.mimecast.com", "Mimecast"),
        ("mx.zoho.eu", "Zoho Mail"),
        ("mx2.emailsrvr.com", "Rackspace Email"),
        ("mx1.acme.co.uk", "acme.co.uk"),
        ("mail.notgoogle.com", "notgoogle.com"),
        ("google.com.acme.de", "acme.de"),
        ("outlook.com.acme.de", "acme.de"),
        ("mail", None),
        ("", None),
    ],
)
def test_who_takes_the_mail(exchanger: str, host: str | None) -> None:
    assert mail_host(exchanger) == host


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1 include:sendgrid.net ~all", ["SendGrid"]),
        ("v=spf1 include:u123.wl.sendgrid.net -all", ["SendGrid"]),
        (
            "V=SPF1 mx Include:MAILGUN.org include:1234.spf04.hubspotemail.net. +include:_spf.salesforce.com -all",
            ["Mailgun", "HubSpot", "Salesforce"],
        ),
        (
            "v=spf1 exists:%{i}._spf.mta.salesforce.com ?include:mail.zendesk.com ~all",
            ["Salesforce", "Zendesk"],
        ),
        ("v=spf1 redirect=amazonses.com", ["Amazon SES"]),
        ("v=spf1 include:servers.mcsv.net include:mktomail.com ?all", ["Mailchimp", "Marketo"]),
        ("v=spf1 include:%{i}._ip.%{h}._ehlo.%{d}._spf.vali.email ~all", ["Valimail"]),
        # what is turned away, only looks alike, or is no policy
        ("v=spf1 -include:sendgrid.net ~all", []),
        ("v=spf1 include:notsendgrid.net include:sendgrid.net.evil.example a:sendgrid.net", []),
        ("v=spf10 include:sendgrid.net", []),
        ("v=spf1include:sendgrid.net", []),
        ("spf2.0/pra include:sendgrid.net", []),
        (" v=spf1 include:sendgrid.net", []),
        ("v=spf1 include: include redirect= :::= ~all", []),
        ("google-site-verification=abc", ["Google Search Console"]),
        ("MS=ms12345678", ["Microsoft 365"]),
        ("MS=12345678", []),
        ("facebook-domain-verification=abc", ["Meta Business Suite"]),
        ("atlassian-domain-verification=abc", ["Atlassian"]),
        ("docusign=05958488-4752-4ef2-95eb-aa7ba8a3bd0e", ["DocuSign"]),
        ("stripe-verification=abc", ["Stripe"]),
        ("hubspot-developer-verification=abc", ["HubSpot"]),
        ("ZOOM_verify_abc", ["Zoom"]),
        ("adobe-idp-site-verification=abc", ["Adobe Creative Cloud"]),
        ("apple-domain-verification=abc", ["Apple Business Manager"]),
        ("1password-site-verification=abc", ["1Password"]),
        ("we use slack-domain-verification=abc", []),
        ("", []),
    ],
)
def test_what_one_text_gives_away(text: str, expected: list[str]) -> None:
    assert list(technologies([text])) == expected


def test_of_two_sender_policies_none_counts() -> None:
    policies = ["v=spf1 include:sendgrid.net ~all", "v=spf1 include:mailgun.org ~all", "docusign=abc"]
    assert technologies(policies) == {"DocuSign": "docusign=abc"}
    assert technologies(policies[1:]) == {"Mailgun": policies[1], "DocuSign": "docusign=abc"}
    assert technologies(["v=spf1", policies[0]]) == {}


def test_each_service_is_told_once_with_the_first_text_that_gives_it_away() -> None:
    policy = "v=spf1 include:_spf.salesforce.com include:spf.protection.outlook.com ~all"
    found = technologies(["MS=ms1", policy, "MS=ms2"])
    assert found == {"Salesforce": policy, "Microsoft 365": policy}


def test_a_text_comes_out_in_one_line() -> None:
    assert technologies(["docusign=a\0b\r\nc\x1b[0m"]) == {"DocuSign": "docusign=abc[0m"}


@given(st.lists(st.text(max_size=60) | st.text("v=spf1 inclde:+-~?%{}.=a", max_size=60), max_size=8))
def test_any_texts_can_be_read(texts: list[str]) -> None:
    for service, text in technologies(texts).items():
        assert service
        assert "\n" not in text
