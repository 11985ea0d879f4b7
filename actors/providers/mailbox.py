"""Mail servers: what they say of an address when they are asked for it, without a message being sent."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from weakref import WeakKeyDictionary

from actors.core.errors import AgentError, QuestionRefused
from actors.core.provider import Bulk, Link, Provider, Reply
from actors.core.questions import ProbeMailbox
from actors.providers.mailbox_probe import DomainProbe
from actors.providers.mailbox_turns import Turns
from actors.providers.mailbox_way import BASE_URL, NAME, are_hosts, domain_of, way_of

_MOST_AT_ONCE = 20

# For each loop, which in production is each process.
_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


async def probe_mailbox(link: Link, question: ProbeMailbox) -> Reply:
    """What the mail servers of its domain say of an address. Whatever comes of asking them is an answer."""
    (outcome,) = await probe_mailboxes(link, [question])
    if isinstance(outcome, AgentError):
        raise outcome
    return outcome


async def probe_mailboxes(link: Link, questions: Sequence[ProbeMailbox]) -> list[Reply | AgentError]:
    """The same for many at once, in their order: those of one domain over one connection."""
    if not questions:
        return []
    way = way_of(link.base_url)
    turns = _TURNS.setdefault(asyncio.get_running_loop(), Turns())
    turns.look()
    outcomes: dict[ProbeMailbox, Reply | AgentError] = {}
    asked: list[ProbeMailbox] = []
    for question in dict.fromkeys(questions):
        if domain_of(question.email) is None or not are_hosts(question.hosts):
            outcomes[question] = QuestionRefused("no address, or no mail host", provider=NAME)
        else:
            asked.append(question)
    asked.sort(key=_place)
    groups = [list(group) for _, group in groupby(asked, key=_place)]
    probes = [DomainProbe(way, turns, [one.email for one in group], group[0].hosts) for group in groups]
    ended = await asyncio.gather(*(probe.run() for probe in probes), return_exceptions=True)
    for group, probe, error in zip(groups, probes, ended, strict=True):
        if error is not None and not isinstance(error, AgentError):
            raise error
        for one in group:
            outcomes[one] = error or Reply(probe.told(one.email), evidence=f"RCPT at {probe.evidence}")
    return [outcomes[question] for question in questions]


def _place(question: ProbeMailbox) -> tuple[str | None, tuple[str, ...]]:
    return domain_of(question.email), question.hosts


PROVIDER = Provider(
    name=NAME,
    title="Mail servers",
    base_url=BASE_URL,
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={ProbeMailbox: probe_mailbox},
    bulk={ProbeMailbox: Bulk(probe_mailboxes, _MOST_AT_ONCE, among=_place)},
    trust=0.9,
    licence="what mail servers say to anybody",
    keeps_for_days=30,
    is_one_service=False,
)
