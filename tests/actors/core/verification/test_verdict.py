"""The ladder's verdict: the faults of other verifiers, each by name, then what follows from what."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.verification.address import Address, Unfit, read_address
from actors.core.verification.facts import DomainMail, Facts, HostProbe, VendorVerdict
from actors.core.verification.replies import MailHost, read_reply
from actors.core.verification.status import Status
from actors.core.verification.verdict import Verdict, judge

PAT = Address("pat.doe", "acme.example")
INFO = Address("info", "acme.example")
THROWN = Address("pat", "mailinator.com")
TAKEN = read_reply(250, "2.1.5 OK")
DEAD = read_reply(550, "5.1.1 User unknown")
GREY = read_reply(450, "4.7.1 <pat.doe@acme.example>: Recipient address rejected: Greylisted")
BLOCKED = read_reply(550, "5.7.1 Service unavailable; client blocked using zen.spamhaus.org")
BUSY = read_reply(421, "4.3.2 Service shutting down")
FULL = read_reply(552, "5.2.2 Mailbox is full")
SILENT = HostProbe("mx1.acme.example", MailHost.OTHER, None, was_broken=True)


def probed(wanted, *random, host=MailHost.OTHER, exchanger="mx1.acme.example", was_broken=False):
    return HostProbe(exchanger, host, wanted, random, was_broken)


def found(*probes, address=PAT, mail=DomainMail.EXCHANGERS, vendors=()):
    return judge(
        Facts(address, mail, tuple(probe.exchanger for probe in probes), tuple(probes), tuple(vendors))
    )


def vendor(status, *, name="hunter", right=0, wrong=0):
    return VendorVerdict(name, status, right, wrong)


def test_fault_1_a_greylisting_says_address_rejected_and_is_no_dead_mailbox():
    verdict = found(probed(GREY, GREY, GREY))
    assert verdict.status is Status.PENDING


def test_fault_2_who_is_blocked_learns_nothing_of_the_mailbox():
    verdict = found(probed(BLOCKED, BLOCKED, BLOCKED))
    assert verdict.status is Status.UNKNOWN
    assert verdict.reasons == ("we are blocked",)
    assert verdict.retry_after_s == 86_400


def test_fault_3_a_domain_with_a_host_and_no_mail_servers_may_take_mail():
    host = probed(TAKEN, DEAD, DEAD, exchanger="acme.example")
    assert found(host, mail=DomainMail.IMPLICIT).status is Status.DELIVERABLE
    assert found(mail=DomainMail.IMPLICIT).status is Status.UNKNOWN
    assert found(mail=DomainMail.NO_HOST).status is Status.UNDELIVERABLE


def test_fault_4_a_domain_that_says_that_it_takes_no_mail_takes_none():
    verdict = found(mail=DomainMail.TAKES_NO_MAIL)
    assert verdict.status is Status.UNDELIVERABLE
    assert verdict.confidence == 1


@pytest.mark.parametrize("first", [SILENT, probed(BUSY), probed(BLOCKED), probed(GREY)])
def test_fault_5_where_the_first_server_does_not_tell_the_next_does(first):
    second = replace(probed(TAKEN, DEAD, DEAD), exchanger="mx2.acme.example")
    assert found(first, second).status is Status.DELIVERABLE
    assert found(first, replace(second, wanted=DEAD)).status is Status.UNDELIVERABLE


@pytest.mark.parametrize("random", [(), (BUSY, BUSY), (BLOCKED,), (TAKEN,), (TAKEN, BUSY)])
def test_fault_6_a_random_name_that_nobody_answered_for_is_not_refused(random):
    verdict = found(probed(TAKEN, *random, was_broken=True))
    assert verdict.status is Status.UNKNOWN
    assert verdict.retry_after_s is not None


def test_fault_7_a_dead_desk_is_dead_and_a_live_one_is_deliverable_and_a_desk():
    dead = found(probed(DEAD, DEAD, DEAD), address=INFO)
    assert dead.status is Status.UNDELIVERABLE
    live = found(probed(TAKEN, DEAD, DEAD), address=INFO)
    assert live.status is Status.DELIVERABLE
    assert dead.is_role
    assert live.is_role


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("greylisted", 300),
        ("greylisted, try again in 10 seconds", 300),
        ("greylisted for 600 seconds", 600),
        ("greylisted, come back in 2 days", 300),
        ("greylisted, come back in 90 minutes", 900),
    ],
)
def test_fault_8_a_greylisting_is_waited_for(text, wait_s):
    verdict = found(probed(read_reply(450, f"4.2.0 {text}")))
    assert (verdict.status, verdict.retry_after_s) == (Status.PENDING, wait_s)


@pytest.mark.parametrize(
    "text", ["5.7.1 TLS is disabled, access denied", "TLS disabled", "SMTP service inactive for your host"]
)
def test_fault_9_what_is_disabled_is_not_always_the_mailbox(text):
    assert found(probed(read_reply(550, text))).status is Status.UNKNOWN


def test_fault_10_a_verdict_keeps_and_a_dead_mailbox_longest():
    days = [
        found(probed(DEAD, DEAD, DEAD)).keeps_for_days,
        found(probed(TAKEN, DEAD, DEAD)).keeps_for_days,
        found(probed(TAKEN, TAKEN, TAKEN)).keeps_for_days,
        found(probed(FULL)).keeps_for_days,
        found(probed(BLOCKED)).keeps_for_days,
        found(probed(GREY)).keeps_for_days,
    ]
    assert days == [180, 90, 30, 14, 1, 0]


def test_what_is_said_for_the_time_being_is_no_death():
    """No reply is read so; a reading that somebody else made may be."""
    soft = replace(DEAD, is_soft=True)
    assert found(probed(soft)).status is Status.UNKNOWN
    assert found(probed(TAKEN, soft, soft)).status is Status.UNKNOWN


@pytest.mark.parametrize("text", ["", "pat", '"pat"@acme.example', "pat@[192.0.2.1]", "pat@192.0.2.1"])
def test_what_is_no_address_is_undeliverable_for_good(text):
    verdict = judge(Facts(read_address(text)))
    assert verdict.status is Status.UNDELIVERABLE
    assert verdict.reasons
    assert verdict.confidence == 1
    assert verdict.keeps_for_days > 365


def test_a_domain_that_there_is_not_is_undeliverable_and_one_nobody_answers_for_is_unknown():
    gone = found(address=Address("pat", "gmial.con"), mail=DomainMail.NO_SUCH_DOMAIN)
    assert gone.status is Status.UNDELIVERABLE
    assert gone.suggestion == "gmail.com"
    open_ = found(mail=DomainMail.NO_ANSWER)
    assert open_.status is Status.UNKNOWN
    assert open_.retry_after_s == 3_600


def test_two_random_names_taken_are_accept_all_and_one_is_not():
    assert found(probed(TAKEN, TAKEN, TAKEN)).status is Status.ACCEPT_ALL
    assert found(probed(TAKEN, TAKEN)).status is Status.UNKNOWN
    assert found(probed(TAKEN, TAKEN, DEAD)).status is Status.UNKNOWN
    assert found(probed(TAKEN, BUSY, DEAD)).status is Status.DELIVERABLE


def test_a_random_name_that_is_greylisted_is_waited_for():
    verdict = found(probed(TAKEN, GREY, TAKEN))
    assert (verdict.status, verdict.retry_after_s) == (Status.PENDING, 300)


@pytest.mark.parametrize("host", [MailHost.YAHOO, MailHost.MIMECAST, MailHost.PROOFPOINT, MailHost.GATEWAY])
def test_a_server_that_takes_every_name_is_known_unless_it_refuses_one(host):
    assert found(probed(TAKEN, host=host)).status is Status.ACCEPT_ALL
    assert found(probed(TAKEN, BUSY, host=host)).status is Status.ACCEPT_ALL
    assert found(probed(TAKEN, DEAD, DEAD, host=host)).status is Status.DELIVERABLE
    assert found(probed(DEAD, TAKEN, TAKEN, host=host)).status is Status.UNDELIVERABLE


def test_yahoo_need_not_be_asked():
    facts = Facts(PAT, DomainMail.EXCHANGERS, ("mta5.am0.yahoodns.net",))
    assert judge(facts).status is Status.ACCEPT_ALL


def test_nobody_asked_is_unknown():
    verdict = judge(Facts(PAT))
    assert (verdict.status, verdict.confidence) == (Status.UNKNOWN, 0)


@pytest.mark.parametrize(
    ("code", "text", "status"),
    [
        (552, "5.2.2 over quota", Status.RISKY),
        (452, "4.2.2 over quota", Status.RISKY),
        (550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", Status.RISKY),
        (550, "5.2.1 mailbox disabled", Status.UNDELIVERABLE),
        (551, "5.1.6 moved", Status.UNDELIVERABLE),
        (556, "5.1.10 null MX", Status.UNDELIVERABLE),
        (550, "5.7.1 relaying denied", Status.UNKNOWN),
        (252, "cannot verify", Status.UNKNOWN),
        (450, "4.1.1 User unknown", Status.UNKNOWN),
        (554, "No SMTP service here", Status.UNKNOWN),
    ],
)
def test_what_a_server_replies_is_the_verdict(code, text, status):
    assert found(probed(read_reply(code, text), DEAD, DEAD)).status is status


def test_a_disposable_address_is_that_unless_it_is_dead():
    assert judge(Facts(THROWN)).status is Status.DISPOSABLE
    assert found(probed(TAKEN, DEAD, DEAD), address=THROWN).status is Status.DISPOSABLE
    assert found(probed(DEAD), address=THROWN).status is Status.UNDELIVERABLE
    assert found(address=THROWN, mail=DomainMail.NO_SUCH_DOMAIN).status is Status.UNDELIVERABLE
    told = found(probed(TAKEN, DEAD, DEAD), vendors=[vendor(Status.DISPOSABLE, right=50)])
    assert told.status is Status.DISPOSABLE


def test_free_mail_is_told_and_does_not_change_the_status():
    verdict = found(probed(TAKEN, DEAD, DEAD), address=Address("pat", "gmail.com"))
    assert (verdict.status, verdict.is_free, verdict.is_role) == (Status.DELIVERABLE, True, False)


def test_an_address_unfit_for_business_is_risky_at_best():
    unfit = Address("jörg", "acme.example", Unfit.INTERNATIONAL)
    verdict = found(probed(TAKEN, DEAD, DEAD), address=unfit)
    assert verdict.status is Status.RISKY
    assert verdict.reasons[0] == str(Unfit.INTERNATIONAL)
    assert found(probed(DEAD), address=unfit).status is Status.UNDELIVERABLE


def test_where_no_server_tells_a_vendor_does():
    for open_ in (SILENT, probed(BLOCKED), probed(GREY)):
        assert found(open_, vendors=[vendor(Status.DELIVERABLE)]).status is Status.DELIVERABLE
        assert found(open_, vendors=[vendor(Status.UNDELIVERABLE)]).status is Status.UNDELIVERABLE
    verdict = judge(Facts(PAT, vendors=(vendor(Status.DELIVERABLE),)))
    assert verdict.status is Status.DELIVERABLE
    assert verdict.confidence == pytest.approx(0.9)
    assert "hunter says deliverable" in verdict.reasons


def test_a_vendor_that_was_wrong_often_tells_little():
    assert judge(Facts(PAT, vendors=(vendor(Status.DELIVERABLE, wrong=20),))).status is Status.UNKNOWN
    both = (
        vendor(Status.DELIVERABLE, right=200),
        vendor(Status.UNDELIVERABLE, name="other", right=5, wrong=15),
    )
    assert judge(Facts(PAT, vendors=both)).status is Status.DELIVERABLE


def test_vendors_that_contradict_each_other_leave_it_open():
    both = (vendor(Status.DELIVERABLE), vendor(Status.UNDELIVERABLE, name="other"))
    assert judge(Facts(PAT, vendors=both)).status is Status.UNKNOWN


def test_two_vendors_are_surer_than_one():
    one = judge(Facts(PAT, vendors=(vendor(Status.DELIVERABLE),)))
    two = judge(Facts(PAT, vendors=(vendor(Status.DELIVERABLE), vendor(Status.DELIVERABLE, name="other"))))
    assert two.confidence > one.confidence


def test_a_dead_mailbox_is_dead_whatever_vendors_say():
    many = [vendor(Status.DELIVERABLE, name=str(number), right=500) for number in range(5)]
    assert found(probed(DEAD, DEAD, DEAD), vendors=many).status is Status.UNDELIVERABLE
    assert found(mail=DomainMail.NO_SUCH_DOMAIN, vendors=many).status is Status.UNDELIVERABLE


def test_a_mailbox_that_takes_mail_is_risky_where_a_good_vendor_knows_it_dead():
    live = probed(TAKEN, DEAD, DEAD)
    assert found(live, vendors=[vendor(Status.UNDELIVERABLE, right=200)]).status is Status.RISKY
    assert found(live, vendors=[vendor(Status.UNDELIVERABLE, wrong=20)]).status is Status.DELIVERABLE


def test_of_a_server_that_takes_every_name_a_vendor_may_know_the_dead():
    every = probed(TAKEN, TAKEN, TAKEN)
    assert found(every, vendors=[vendor(Status.DELIVERABLE, right=200)]).status is Status.ACCEPT_ALL
    assert found(every, vendors=[vendor(Status.UNDELIVERABLE, right=200)]).status is Status.UNDELIVERABLE


def test_what_else_a_vendor_says_counts_where_we_know_nothing():
    assert judge(Facts(PAT, vendors=(vendor(Status.ACCEPT_ALL),))).status is Status.ACCEPT_ALL
    assert judge(Facts(PAT, vendors=(vendor(Status.UNKNOWN),))).status is Status.UNKNOWN
    assert found(probed(GREY), vendors=[vendor(Status.ACCEPT_ALL)]).status is Status.PENDING


def test_a_website_for_a_mail_server_makes_a_vendor_less_sure():
    assert found(mail=DomainMail.IMPLICIT, vendors=[vendor(Status.DELIVERABLE)]).status is Status.UNKNOWN


READINGS = st.sampled_from([TAKEN, DEAD, GREY, BLOCKED, BUSY, FULL])
PROBES = st.builds(
    HostProbe,
    exchanger=st.sampled_from(["mx1.acme.example", "mx2.acme.example"]),
    host=st.sampled_from(MailHost),
    wanted=st.none() | READINGS,
    random=st.lists(READINGS, max_size=3).map(tuple),
    was_broken=st.booleans(),
)
VENDORS = st.builds(
    VendorVerdict,
    provider=st.sampled_from(["a", "b", "c"]),
    status=st.sampled_from(Status),
    right=st.integers(0, 500),
    wrong=st.integers(0, 500),
)
FACTS = st.builds(
    Facts,
    address=st.sampled_from([PAT, INFO, THROWN, read_address("nothing")]),
    mail=st.none() | st.sampled_from(DomainMail),
    exchangers=st.just(("mx1.acme.example",)),
    probes=st.lists(PROBES, max_size=3).map(tuple),
    vendors=st.lists(VENDORS, max_size=4).map(tuple),
)


@given(FACTS)
def test_whatever_was_found_out_the_verdict_stands_on_it(facts):
    verdict = judge(facts)
    assert isinstance(verdict, Verdict)
    assert verdict.reasons
    assert 0 <= verdict.confidence <= 1
    assert (verdict.status in {Status.UNKNOWN, Status.PENDING}) == (verdict.confidence == 0)
    assert (verdict.status is Status.PENDING) == (verdict.keeps_for_days == 0)
    if verdict.status is Status.PENDING:
        assert 300 <= verdict.retry_after_s <= 900
    wanted = {probe.wanted for probe in facts.probes}
    statuses = {one.status for one in facts.vendors}
    if verdict.status is Status.DELIVERABLE:
        assert TAKEN in wanted or Status.DELIVERABLE in statuses
        assert facts.address in {PAT, INFO}
    if verdict.status is Status.UNDELIVERABLE and not isinstance(facts.address, Address):
        return
    if verdict.status is Status.UNDELIVERABLE:
        gone = {DomainMail.NO_SUCH_DOMAIN, DomainMail.NO_HOST, DomainMail.TAKES_NO_MAIL}
        assert facts.mail in gone or DEAD in wanted or Status.UNDELIVERABLE in statuses


@given(FACTS.filter(lambda facts: facts.address == PAT))
def test_a_desk_gets_the_verdict_that_a_person_gets(facts):
    """A role is told, and changes nothing."""
    assert judge(replace(facts, address=INFO)) == replace(judge(facts), is_role=True)
