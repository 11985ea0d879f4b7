"""The ladder: what is to be known of an address is asked rung by rung, the cheap ones first, until it is enough."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from pydantic import BaseModel

from actors.core.errors import AgentError, DomainSilent, NotConnected, ProviderDown
from actors.core.questions import (
    Answer,
    FindMailExchangers,
    MailboxProbe,
    MailExchangers,
    ProbeMailbox,
    Question,
    VerifyAddress,
)
from actors.core.verification.address import Malformed, read_address
from actors.core.verification.facts import DomainMail, Facts, HostProbe, VendorVerdict
from actors.core.verification.hosts import mail_host
from actors.core.verification.replies import read_reply
from actors.core.verification.status import Status
from actors.core.verification.verdict import Verdict, judge
from tenants.records import TrackRecord

AnswerT = TypeVar("AnswerT", bound=BaseModel)

#: how right a source was so far in such claims, as mail has shown; None: nobody knows yet
RecordOf = Callable[[str, str], Awaitable[TrackRecord | None]]


async def _nobody_knows(_source: str, _claim: str) -> None:
    return None


class Ask(Protocol):
    """How questions are put: the first hit among those who may be asked."""

    async def __call__(
        self, question: Question[AnswerT], *, besides: Collection[str] = ()
    ) -> Answer[AnswerT]:
        """The answer of any but those in `besides`.

        Raises NotConnected where nobody may be asked, and what kept them from answering.
        """
        ...


@dataclass(frozen=True, slots=True)
class Verified:
    """An address as it is written for sure, how it stands, and what was said to and by its mail servers.

    `by_servers` is whether it was they who told, and no vendor.
    """

    email: str
    verdict: Verdict
    transcript: tuple[str, ...] = ()
    by_servers: bool = False


async def verify(told: str, ask: Ask, record_of: RecordOf = _nobody_knows) -> Verified:
    """The verdict on an address. Vendors cost something, and are asked only where nothing else can tell.

    One after the other is asked until what they say together decides it, each weighed by its record. Raises
    NotConnected where neither mail servers nor a vendor may be asked and that would have decided it, and what kept a
    vendor from answering.
    """
    address = read_address(told)
    facts = Facts(address)
    if isinstance(address, Malformed):
        return Verified(told, judge(facts))
    email = str(address)
    verdict = judge(facts)
    if verdict.status is not Status.UNKNOWN:
        return Verified(email, verdict)
    mail, hosts = await _mail_of(address.domain, ask)
    facts = replace(facts, mail=mail, exchangers=hosts)
    probe = await _probe(email, hosts, ask) if hosts else None
    transcript: tuple[str, ...] = ()
    if probe is not None:
        facts, transcript = replace(facts, probes=_probes(probe)), probe.transcript
    verdict = judge(facts)
    if verdict.status is not Status.UNKNOWN:
        return Verified(email, verdict, transcript, by_servers=probe is not None)
    facts = await _with_vendors(facts, email, ask, record_of, may_be_none=probe is not None)
    return Verified(email, judge(facts), transcript)


async def _mail_of(domain: str, ask: Ask) -> tuple[DomainMail, tuple[str, ...]]:
    """Where the domain takes mail. That its name servers don't answer says nothing of the address."""
    try:
        found = (await ask(FindMailExchangers(domain=domain))).content
    except (DomainSilent, ProviderDown):
        return DomainMail.NO_ANSWER, ()
    if found is None:
        return DomainMail.NO_SUCH_DOMAIN, ()
    return _kind_of(found), found.hosts


def _kind_of(found: MailExchangers) -> DomainMail:
    if found.hosts:
        return DomainMail.IMPLICIT if found.is_implicit else DomainMail.EXCHANGERS
    return DomainMail.TAKES_NO_MAIL if found.takes_none else DomainMail.NO_HOST


async def _probe(email: str, hosts: tuple[str, ...], ask: Ask) -> MailboxProbe | None:
    """What the mail servers say; None where they may not be asked, or not now."""
    try:
        return (await ask(ProbeMailbox(email=email, hosts=hosts))).content
    except NotConnected:
        return None
    except AgentError as error:
        # whoever else may be asked can tell all the same, and why these were not is to be seen
        return MailboxProbe(email=email, visits=(), transcript=(f"* not asked: {error}",))


def _probes(probe: MailboxProbe) -> tuple[HostProbe, ...]:
    """The visits to mail servers as they are judged. Only one of them has come to speak of the address."""
    found = []
    for visit in probe.visits:
        host = mail_host(visit.host)
        counts = visit.host == probe.host
        reply = probe.wanted if counts else visit.reply
        found.append(
            HostProbe(
                visit.host,
                host,
                read_reply(reply.code, reply.text, host) if reply is not None else None,
                tuple(
                    read_reply(one.reply.code, one.reply.text, host)
                    for one in probe.randoms
                    if counts and one.reply is not None
                ),
                was_broken=visit.trouble is not None,
            )
        )
    return tuple(found)


async def _with_vendors(
    facts: Facts, email: str, ask: Ask, record_of: RecordOf, *, may_be_none: bool
) -> Facts:
    """The facts with what vendors say, of whom the next is asked only while the verdict is open."""
    while judge(facts).status in {Status.UNKNOWN, Status.PENDING}:
        heard = [one.provider for one in facts.vendors]
        try:
            answer = await ask(VerifyAddress(email=email), besides=heard)
        except NotConnected:
            if not heard and not may_be_none:
                raise
            break
        except AgentError:
            if not heard:
                raise
            break  # what the others have said stands
        if answer.content is None:
            break
        record = await record_of(answer.provider, "email_status")
        right, wrong = (record.right, record.wrong) if record is not None else (0, 0)
        said = VendorVerdict(answer.provider, answer.content.status, right, wrong)
        facts = replace(facts, vendors=(*facts.vendors, said))
    return facts
