"""Bounces, as mail servers really lay them out."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.verification.bounces import read_bounces, what_bounced_says
from actors.core.verification.replies import Meaning
from actors.core.verification.status import Status


def lines(*told):
    return "\r\n".join(told).encode()


def report(*recipients, original=("Message-ID: <4711@acme.example>",)):
    """A report as RFC 3464 has it: words for people, one block for the message and one for each recipient."""
    return lines(
        "Return-Path: <>",
        "From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>",
        "To: seller@acme.example",
        "Subject: Undelivered Mail Returned to Sender",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
        "",
        "--part",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "Your message did not arrive. 550 5.7.1 is only mentioned here.",
        "",
        "--part",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.acme.example",
        "Arrival-Date: Thu, 26 Nov 2026 10:00:00 +0000",
        "",
        *recipients,
        "--part",
        "Content-Type: message/rfc822",
        "",
        *original,
        "From: seller@acme.example",
        "Subject: Hello",
        "",
        "Hello",
        "",
        "--part--",
        "",
    )


def recipient(email, *, action="failed", status="5.1.1", said="smtp; 550 5.1.1 no such user", original=None):
    return (
        *((f"Original-Recipient: rfc822;{original}",) if original else ()),
        f"Final-Recipient: rfc822; {email}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {said}",
        "",
    )


def test_a_report_names_who_was_not_reached_why_and_which_mail_it_was():
    (bounce,) = read_bounces(report(*recipient("Ann.Lee@Buyer.example")))
    assert bounce.email == "ann.lee@buyer.example"
    assert bounce.reading.meaning is Meaning.NO_SUCH_MAILBOX
    assert (bounce.reading.code, bounce.reading.enhanced) == (550, "5.1.1")
    assert (bounce.is_final, bounce.sent_as) == (True, "<4711@acme.example>")


def test_each_recipient_has_its_own_ending_and_who_was_reached_is_none():
    found = read_bounces(
        report(
            *recipient("a@buyer.example"),
            *recipient("b@buyer.example", status="5.7.1", said="smtp; 554 5.7.1 rejected by policy"),
            *recipient("c@buyer.example", action="delayed", status="4.4.1", said="smtp; 421 4.4.1 busy"),
            *recipient("d@buyer.example", action="delivered", status="2.0.0", said="smtp; 250 2.0.0 ok"),
        )
    )
    assert [(one.email[0], one.reading.meaning, one.is_final) for one in found] == [
        ("a", Meaning.NO_SUCH_MAILBOX, True),
        ("b", Meaning.BLOCKED, True),
        ("c", Meaning.TRY_LATER, False),
    ]


def test_where_mail_was_sent_on_it_is_about_whom_we_wrote_to():
    (bounce,) = read_bounces(report(*recipient("new@elsewhere.example", original="ann@buyer.example")))
    assert bounce.email == "ann@buyer.example"


def test_the_words_of_a_server_may_have_no_code_of_their_own():
    (bounce,) = read_bounces(report(*recipient("a@buyer.example", said="X-Postfix; unknown user")))
    assert (bounce.reading.meaning, bounce.reading.enhanced) == (Meaning.NO_SUCH_MAILBOX, "5.1.1")


def test_a_line_that_is_folded_is_read_as_one():
    folded = "smtp; 550-5.1.1 The email account that you tried to reach does\r\n    not exist."
    (bounce,) = read_bounces(report(*recipient("a@buyer.example", said=folded)))
    assert bounce.words.endswith("does not exist.")
    assert bounce.reading.meaning is Meaning.NO_SUCH_MAILBOX


def test_one_that_brings_back_headers_only_tells_the_mail_too():
    told = report(*recipient("a@buyer.example")).replace(b"message/rfc822", b"text/rfc822-headers")
    assert read_bounces(told)[0].sent_as == "<4711@acme.example>"


def test_older_servers_name_whom_they_failed_in_a_line_of_the_head():
    told = lines(
        "From: Mail Delivery System <Mailer-Daemon@mail.acme.example>",
        "X-Failed-Recipients: ann@buyer.example",
        "Subject: Mail delivery failed",
        "",
        "This message could not be delivered:",
        "",
        "  ann@buyer.example",
        "    host mx.buyer.example said: 550 5.1.1 <ann@buyer.example>: no such user",
        "",
        "------ This is a copy of the message ------",
        "  <bob@buyer.example>: 550 5.1.1",
    )
    (bounce,) = read_bounces(told)
    assert (bounce.email, bounce.reading.meaning) == ("ann@buyer.example", Meaning.NO_SUCH_MAILBOX)


def test_the_oldest_have_nothing_but_words():
    told = lines(
        "Return-Path: <>",
        "From: MAILER-DAEMON@mail.acme.example",
        "Subject: failure notice",
        "",
        "Hi. This is the mail program at mail.acme.example.",
        "",
        "<ann@buyer.example>:",
        "Remote host said: 550 5.1.1 no such user",
        "",
        "<bob@buyer.example>:",
        "Remote host said: 452 4.2.2 mailbox full",
        "",
        "--- Below this line is a copy of the message.",
        "",
        "<carl@buyer.example>:",
    )
    found = read_bounces(told)
    assert [one.email for one in found] == ["ann@buyer.example", "bob@buyer.example"]
    assert [one.reading.code for one in found] == [550, 452]


@pytest.mark.parametrize("sender", ["ann@buyer.example", "Ann <ann@buyer.example>"])
def test_what_a_person_writes_is_no_bounce(sender):
    reply = EmailMessage()
    reply["From"], reply["Subject"] = sender, "Re: 550 5.1.1 no such user"
    reply.set_content("<bob@buyer.example>: 550 5.1.1 no such user, says your colleague")
    assert read_bounces(reply.as_bytes()) == ()


@pytest.mark.parametrize(
    "told", [b"", b"\0\xff" * 50, b"Content-Type: multipart/report; boundary=", b"From: a@b\n\n<"]
)
def test_what_is_no_mail_is_no_bounce(told):
    assert read_bounces(told) == ()


@given(st.binary(max_size=400), st.integers(0, 900))
def test_whatever_comes_is_read_or_left(junk, place):
    whole = report(*recipient("a@buyer.example"))
    for bounce in read_bounces(whole[:place] + junk + whole[place:]):
        assert bounce.email.count("@") == 1


@pytest.mark.parametrize(
    ("told", "meaning", "status"),
    [
        (
            ("no such mailbox", 550, "5.7.1"),
            "no such mailbox",
            Status.UNDELIVERABLE,
        ),  # whoever read the words knows
        ((None, 550, "5.1.1"), "no such mailbox", Status.UNDELIVERABLE),
        ((None, None, "5.1.1"), "no such mailbox", Status.UNDELIVERABLE),
        ((None, 552, "5.2.2"), "mailbox full", Status.RISKY),
        ((None, 550, "5.7.1"), "we are blocked", None),
        ((None, 550, None), "no telling", None),
        (("words of somebody else's", None, None), "no telling", None),
        ((None, None, "2.0.0"), "no telling", None),
    ],
)
def test_what_a_bounce_says_of_the_address(told, meaning, status):
    assert what_bounced_says(*told, is_final=True) == (meaning, status)
    assert what_bounced_says(*told, is_final=False)[1] is None
