"""How fast a list of addresses is verified, and how gently: 10,000 addresses at 500 domains of a fake Internet.

Ours is addresses a second of `leadmill verify`'s own way through the list; the peer asks one address after the other,
each with its own questions to name servers and its own connection, as a script around an SMTP client does. One
address in fifty is greylisted; the minutes until it may come back are not waited for but set on the servers' clock.
Told besides: whether each verdict is the truth, how often name servers were asked for a domain, and whether any mail
host saw more connections at once than its limit.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from actors.core.provider import Link
from actors.core.questions import Answer, FindMailExchangers, VerifyAddress
from actors.core.verification.ladder import verify
from actors.core.verification.status import Status
from actors.engine.verifying import Ways, verify_each
from actors.providers import all_providers
from tests.bench import Measured, Tell
from tests.internet.internet import Clock, Domain, Internet, launch_internet

DOMAINS, OF_EACH, ONE_BY_ONE, PAIRS = 500, 20, 500, 3
AT_ONCE = 4
# Of a hundred domains, and how an address that is there and one that is not are to be told.
_MIX: dict[str, tuple[int, Status, Status]] = {
    "postfix": (38, Status.DELIVERABLE, Status.UNDELIVERABLE),
    "google": (20, Status.DELIVERABLE, Status.UNDELIVERABLE),
    "microsoft_365": (20, Status.DELIVERABLE, Status.UNDELIVERABLE),
    "accept_all": (9, Status.ACCEPT_ALL, Status.ACCEPT_ALL),
    # it turns strangers away in words that others have for their policy: no mailbox is called dead for these
    "mimecast": (4, Status.ACCEPT_ALL, Status.UNKNOWN),
    "dead_primary": (3, Status.DELIVERABLE, Status.UNDELIVERABLE),
    "null_mx": (2, Status.UNDELIVERABLE, Status.UNDELIVERABLE),
    "few_recipients": (2, Status.DELIVERABLE, Status.UNDELIVERABLE),
    "postgrey": (2, Status.DELIVERABLE, Status.UNDELIVERABLE),
}


def run(tell: Tell) -> Measured:
    """Three times the list, each beside a part of it one by one."""
    domains, truth = _world()
    pairs, facts = [], {}
    for _ in range(PAIRS):
        clock = Clock()
        with launch_internet(domains, clock=clock) as internet:
            ours, facts = asyncio.run(_list(internet, clock, truth))
        with launch_internet(domains, clock=Clock()) as internet:
            peer = asyncio.run(_one_by_one(internet, list(truth)[:: len(truth) // ONE_BY_ONE]))
        pairs.append((ours, peer))
        tell(f"{ours:,.0f} addresses/s together, {peer:,.0f} one by one; {facts}")
    return Measured("verify", "addresses/s", "asking for one after the other", pairs, facts)


def _world() -> tuple[Mapping[str, Domain], Mapping[str, Status]]:
    """The domains, and each address with what is to be told of it."""
    kinds = [kind for kind, (share, *_) in _MIX.items() for _ in range(share * DOMAINS // 100)]
    domains, truth = {}, {}
    for number, kind in enumerate(kinds):
        name = f"company-{number}.com"
        there = {f"person.{one}" for one in range(OF_EACH // 2)}
        domains[name] = Domain(kind, there)
        _, right, wrong = _MIX[kind]
        for one in range(OF_EACH):
            local = f"person.{one}"
            truth[f"{local}@{name}"] = right if local in there else wrong
    return domains, truth


async def _list(
    internet: Internet, clock: Clock, truth: Mapping[str, Status]
) -> tuple[float, dict[str, Any]]:
    addresses, statuses = list(truth), Counter[str]()
    waited_s = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal waited_s
        waited_s += seconds
        clock.now_s += seconds

    ways = Ways(Link(None, internet.dns, None), Link(None, _way(internet), None))  # type: ignore[arg-type]
    right = 0
    began = time.monotonic()
    async for place, verified in verify_each(addresses, ways, all_providers(), sleep=sleep):
        statuses[verified.verdict.status] += 1
        right += verified.verdict.status is truth[addresses[place]]
    took_s = time.monotonic() - began
    asked = [count for (_, kind), count in internet.names.asked.items() if kind == "MX"]
    return len(addresses) / took_s, {
        "addresses": len(addresses),
        "right": right,
        "most_mx_questions_for_a_domain": max(asked),
        "most_connections_at_once": max(server.most_at_once for server in internet.servers.values()),
        "limit": AT_ONCE,
        "connections": sum({id(server): server.connections for server in internet.servers.values()}.values()),
        "greylisted_for_s": round(waited_s),
        **{str(status): count for status, count in statuses.most_common()},
    }


async def _one_by_one(internet: Internet, addresses: Sequence[str]) -> float:
    providers = all_providers()
    names, mail = Link(None, internet.dns, None), Link(None, _way(internet), None)  # type: ignore[arg-type]

    async def ask(question: Any) -> Answer[Any]:
        if isinstance(question, VerifyAddress):
            return Answer(provider="", content=None)
        name, link = ("dns", names) if isinstance(question, FindMailExchangers) else ("mailbox", mail)
        reply = await providers[name].answers[type(question)](link, question)
        return Answer(provider=name, content=reply.content)

    began = time.monotonic()
    for address in addresses:
        await verify(address, ask)
    return len(addresses) / (time.monotonic() - began)


def _way(internet: Internet) -> str:
    return internet.polite(at_once=AT_ONCE, per_minute=9_999)
