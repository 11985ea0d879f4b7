"""The ladder: who is asked, in which order, and when nobody else is."""

import pytest

from actors.core.errors import DomainSilent, LeftAlone, NotConnected, ProviderDown
from actors.core.questions import (
    AddressVerdict,
    Answer,
    FindMailExchangers,
    HostVisit,
    MailboxProbe,
    MailExchangers,
    ProbeMailbox,
    RecipientReply,
    ServerReply,
    VerifyAddress,
)
from actors.core.verification.ladder import verify
from actors.core.verification.replies import MailHost, read_reply
from actors.core.verification.status import Status
from tenants.records import TrackRecord

EMAIL = "ann.lee@acme-tools.com"
HOSTS = MailExchangers(hosts=("mx1.acme-tools.com", "mx2.acme-tools.com"))
NOBODY, TAKEN = (550, "5.1.1 no such user"), (250, "2.1.5 OK")


class Asked:
    """Answers what it is told to, and remembers what it was asked. What it is told nothing of is not connected."""

    def __init__(self, mail=HOSTS, probe=None, vendor=None):
        self.told = {FindMailExchangers: mail, ProbeMailbox: probe, VerifyAddress: vendor}
        self.questions = []

    async def __call__(self, question, *, besides=()):
        self.questions.append(type(question))
        told = self.told[type(question)]
        if isinstance(told, dict):  # several vendors, each by name
            left = [name for name in told if name not in besides]
            if not left:
                raise NotConnected(type(question).__name__)
            if isinstance(told[left[0]], Exception):
                raise told[left[0]]
            return Answer(provider=left[0], content=told[left[0]])
        if besides:
            raise NotConnected(type(question).__name__)
        if told is None and not isinstance(question, FindMailExchangers):
            raise NotConnected(type(question).__name__)
        if isinstance(told, Exception):
            raise told
        return Answer(provider="oracle", content=told)


def said(code, text):
    return ServerReply(
        code=code, text=text, enhanced=None, meaning=read_reply(code, text, MailHost.OTHER).meaning
    )


def probe(wanted, *randoms, first_is=None):
    """What the second host says, where the first one is out of the way, or the first one's own words."""
    visits = [HostVisit(host="mx2.acme-tools.com", address="192.0.2.2", step="recipients")]
    if first_is is not None:
        visits.insert(0, first_is)
    return MailboxProbe(
        email=EMAIL,
        visits=tuple(visits),
        host="mx2.acme-tools.com",
        randoms=tuple(RecipientReply(email="x@acme-tools.com", reply=said(*one)) for one in randoms),
        wanted=said(*wanted) if wanted is not None else None,
        transcript=("> RCPT", "< reply"),
    )


async def test_an_address_that_is_none_is_told_by_its_letters_alone():
    ask = Asked()
    verified = await verify("ann..lee@acme-tools.com", ask)
    assert verified.verdict.status is Status.UNDELIVERABLE
    assert ask.questions == []


async def test_one_that_is_thrown_away_is_told_before_anybody_is_asked():
    ask = Asked()
    assert (await verify("ann@mailinator.com", ask)).verdict.status is Status.DISPOSABLE
    assert ask.questions == []


@pytest.mark.parametrize("mail", [None, MailExchangers(hosts=()), MailExchangers(hosts=(), takes_none=True)])
async def test_a_domain_that_takes_no_mail_ends_it(mail):
    ask = Asked(
        mail=mail,
        probe=probe(TAKEN, NOBODY, NOBODY),
        vendor=AddressVerdict(email=EMAIL, status="deliverable"),
    )
    assert (await verify(EMAIL, ask)).verdict.status is Status.UNDELIVERABLE
    assert ask.questions == [FindMailExchangers]


@pytest.mark.parametrize(
    ("replies", "status"),
    [
        ((TAKEN, NOBODY, NOBODY), Status.DELIVERABLE),
        ((TAKEN, TAKEN, TAKEN), Status.ACCEPT_ALL),
        ((NOBODY, NOBODY, NOBODY), Status.UNDELIVERABLE),
        (((450, "4.2.0 Greylisted, come back"), (450, "4.2.0 Greylisted")), Status.PENDING),
    ],
)
async def test_what_a_mail_server_tells_is_not_bought_from_a_vendor(replies, status):
    ask = Asked(probe=probe(*replies), vendor=ZeroDivisionError())
    verified = await verify(EMAIL, ask)
    assert verified.verdict.status is status
    assert verified.transcript == ("> RCPT", "< reply")
    assert ask.questions == [FindMailExchangers, ProbeMailbox]


async def test_a_greylisting_is_waited_out_for_minutes():
    ask = Asked(probe=probe((450, "4.2.0 Greylisted"), (450, "4.2.0 Greylisted")))
    assert 300 <= (await verify(EMAIL, ask)).verdict.retry_after_s <= 900


async def test_where_mail_servers_do_not_tell_a_vendor_is_asked():
    blocked = probe((554, "5.7.1 your address is on a list"), (554, "5.7.1 your address is on a list"))
    ask = Asked(probe=blocked, vendor=AddressVerdict(email=EMAIL, status="deliverable"))
    verified = await verify(EMAIL, ask)
    assert ask.questions == [FindMailExchangers, ProbeMailbox, VerifyAddress]
    assert verified.verdict.status is Status.DELIVERABLE
    assert any("oracle" in reason for reason in verified.verdict.reasons)


async def test_where_there_is_no_vendor_it_stays_open_and_never_dead():
    blocked = probe((554, "5.7.1 your address is on a list"))
    assert (await verify(EMAIL, Asked(probe=blocked))).verdict.status is Status.UNKNOWN


async def test_mail_servers_that_may_not_be_asked_now_leave_it_to_a_vendor_and_it_is_seen_why():
    ask = Asked(
        probe=LeftAlone("blocked three times"), vendor=AddressVerdict(email=EMAIL, status="undeliverable")
    )
    verified = await verify(EMAIL, ask)
    assert verified.verdict.status is Status.UNDELIVERABLE
    assert "blocked three times" in verified.transcript[0]


@pytest.mark.parametrize("error", [DomainSilent("SERVFAIL"), ProviderDown("no answer")])
async def test_name_servers_that_are_silent_say_nothing_of_the_address(error):
    ask = Asked(mail=error, vendor=AddressVerdict(email=EMAIL, status="unknown"))
    assert (await verify(EMAIL, ask)).verdict.status is Status.UNKNOWN
    # where the first vendor can't tell another is looked for, and here is none
    assert ask.questions == [FindMailExchangers, VerifyAddress, VerifyAddress]


async def test_with_nobody_to_ask_it_is_said_that_nobody_is_connected():
    with pytest.raises(NotConnected):
        await verify(EMAIL, Asked())


async def test_what_keeps_a_vendor_from_answering_is_told():
    with pytest.raises(ProviderDown):
        await verify(EMAIL, Asked(vendor=ProviderDown("away")))


async def test_a_primary_that_blocks_us_is_no_word_on_the_address():
    banner = HostVisit(
        host="mx1.acme-tools.com",
        address="192.0.2.1",
        step="greeting",
        reply=said(554, "5.7.1 no access for you"),
    )
    verified = await verify(EMAIL, Asked(probe=probe(TAKEN, NOBODY, NOBODY, first_is=banner)))
    assert verified.verdict.status is Status.DELIVERABLE


async def test_a_dead_primary_leaves_it_to_the_second():
    dead = HostVisit(host="mx1.acme-tools.com", address="192.0.2.1", step="connection", trouble="refused")
    verified = await verify(EMAIL, Asked(probe=probe(NOBODY, NOBODY, first_is=dead)))
    assert verified.verdict.status is Status.UNDELIVERABLE


def verdicts(**told):
    return {name: AddressVerdict(email=EMAIL, status=status) for name, status in told.items()}


def records(**wrong):
    async def record_of(source, claim):
        assert claim == "email_status"
        count = wrong.get(source)
        return TrackRecord(source=source, claim=claim, right=0, wrong=count) if count is not None else None

    return record_of


async def test_the_next_vendor_is_asked_only_while_the_verdict_is_open():
    asked = Asked(vendor=verdicts(first="deliverable", second="undeliverable"))
    verified = await verify(EMAIL, asked)
    assert verified.verdict.status is Status.DELIVERABLE
    assert asked.questions.count(VerifyAddress) == 1
    asked = Asked(vendor=verdicts(first="unknown", second="undeliverable"))
    verified = await verify(EMAIL, asked)
    assert verified.verdict.status is Status.UNDELIVERABLE
    assert verified.verdict.reasons[-2:] == ("first says unknown", "second says undeliverable")


async def test_a_vendor_that_was_often_wrong_needs_another_one_that_says_the_same():
    often = records(first=12)
    asked = Asked(vendor=verdicts(first="deliverable"))
    assert (await verify(EMAIL, asked, often)).verdict.status is Status.UNKNOWN
    for second in (Status.DELIVERABLE, Status.UNDELIVERABLE):
        asked = Asked(vendor=verdicts(first="deliverable", second=second))
        assert (await verify(EMAIL, asked, often)).verdict.status is second
        assert asked.questions.count(VerifyAddress) == 2


async def test_a_second_vendor_that_cannot_answer_leaves_what_the_first_said():
    told = verdicts(first="unknown") | {"second": ProviderDown("away")}
    verified = await verify(EMAIL, Asked(vendor=told))
    assert verified.verdict.status is Status.UNKNOWN
    assert "first says unknown" in verified.verdict.reasons
