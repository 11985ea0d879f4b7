"""The fake Internet: all its servers, started and ended together."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace

from tests.internet.behaviours import BEHAVIOURS, Behaviour
from tests.internet.mail_server import MailServer
from tests.internet.names import NameServer

EHLO = "probe.leadmill.example"
SENDER = "verify@leadmill.example"
_TRIES = 20


@dataclass(frozen=True)
class Domain:
    """How a domain's mail servers behave, by the name in BEHAVIOURS or by itself, and what is before the @ there."""

    behaviour: str | Behaviour
    mailboxes: Collection[str] = ()


@dataclass
class Clock:
    """The time of the servers: it goes on only when it is told to."""

    now_s: float = field(default_factory=time.monotonic)

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Internet:
    """Everything that runs. `servers` are by host name; hosts on one server share it, those that are dead have none."""

    port: int
    names: NameServer
    dns: str
    hosts: Mapping[str, tuple[str, ...]]
    servers: Mapping[str, MailServer]

    @property
    def base_url(self) -> str:
        """The way to its mail servers for `mailbox`, with limits that are in nobody's way."""
        return f"{self.way(self.port)}&network=127.0.0.0/8&at_once=9999&per_minute=9999"

    @property
    def public_url(self) -> str:
        """The same as to anybody: no host here is at a public address."""
        return self.way(25)

    def way(self, port: int, **more: str | int) -> str:
        """The way to the mail servers that these names lead to."""
        told = "".join(f"&{key}={value}" for key, value in more.items())
        return f"smtp://{{host}}:{port}?ehlo={EHLO}&from={SENDER}&dns={self.dns}{told}"

    def polite(self, *, at_once: int, per_minute: int) -> str:
        """The way to its mail servers with limits of one's own."""
        return self.way(self.port, network="127.0.0.0/8", at_once=at_once, per_minute=per_minute)

    @property
    def connections(self) -> Counter[str]:
        """How many connections each host has had; a server of many names counts under each of them."""
        return Counter({host: server.connections for host, server in self.servers.items()})


@asynccontextmanager
async def open_internet(
    domains: Mapping[str, Domain],
    *,
    clock: Callable[[], float] = time.monotonic,
    addresses: Mapping[str, Collection[str]] | None = None,
    silent: Collection[str] = (),
) -> AsyncIterator[Internet]:
    """The Internet with these domains, on the loop that runs.

    `addresses` are of more names, for which nobody listens; name servers fail for those that are `silent`.
    """
    laid_out = _Layout(domains, clock)
    async with AsyncExitStack() as stack:
        port = await laid_out.start(stack)
        names = NameServer(
            laid_out.exchangers, {**laid_out.addresses, **(addresses or {})}, silent=tuple(silent)
        )
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: names, local_addr=("127.0.0.1", 0)
        )
        stack.callback(transport.close)
        told_at = transport.get_extra_info("sockname")[1]
        yield Internet(port, names, f"127.0.0.1:{told_at}", laid_out.hosts, laid_out.servers)


@contextmanager
def launch_internet(domains: Mapping[str, Domain], **more: object) -> Iterator[Internet]:
    """The same on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake Internet", daemon=True)
    thread.start()

    def done(awaitable: object) -> object:
        return asyncio.run_coroutine_threadsafe(awaitable, loop).result(60)

    opened = open_internet(domains, **more)
    try:
        yield done(opened.__aenter__())
        done(opened.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


class _Layout:
    """Which host is at which address, and which server is there."""

    def __init__(self, domains: Mapping[str, Domain], clock: Callable[[], float]) -> None:
        self.exchangers: dict[str, list[tuple[int, str]]] = {}
        self.addresses: dict[str, list[str]] = {}
        self.hosts: dict[str, tuple[str, ...]] = {}
        self.servers: dict[str, MailServer] = {}
        self._at: dict[str, MailServer | None] = {}
        self._places: dict[str, str] = {}
        self._known = {
            f"{local}@{name}".lower() for name, domain in domains.items() for local in domain.mailboxes
        }
        self._clock = clock
        for name, domain in domains.items():
            self._lay_out(name, domain)

    async def start(self, stack: AsyncExitStack) -> int:
        """Start them all on one port that is free at every address."""
        for _ in range(_TRIES):
            async with AsyncExitStack() as started:
                port = 0
                try:
                    for address, server in self._at.items():
                        if server is not None:
                            port = await server.start(address, port)
                            started.push_async_callback(server.stop)
                except OSError:
                    continue
                stack.push_async_exit(started.pop_all())
                return port
        raise OSError("no port is free at all addresses")

    def _lay_out(self, name: str, domain: Domain) -> None:
        behaviour = (
            domain.behaviour if isinstance(domain.behaviour, Behaviour) else BEHAVIOURS[domain.behaviour]
        )
        ranked = [(rank, _named(host, name)) for rank, host in behaviour.hosts]
        self.hosts[name] = tuple(host for _, host in sorted(ranked))
        self.exchangers[name] = [] if behaviour.without_mx else ranked
        if behaviour.takes_none:
            self.exchangers[name] = [(0, "")]
        for template, (_, host) in zip((one for _, one in behaviour.hosts), ranked, strict=True):
            place = template if "{dashed}" in template else host
            is_new = place not in self._places
            address = self._places.setdefault(place, _address(len(self._places)))
            if is_new:
                self._at[address] = None if template in behaviour.dead else self._server(behaviour, template)
            self.addresses[host] = [address]
            server = self._at[address]
            if server is not None:
                self.servers[host] = server

    def _server(self, behaviour: Behaviour, template: str) -> MailServer:
        if template in behaviour.busy:
            behaviour = replace(
                behaviour, greeting="421 4.3.2 {host} Service not available, closing transmission channel"
            )
        return MailServer(behaviour, self._is_known, self._clock)

    def _is_known(self, email: str) -> bool:
        return email.lower() in self._known


def _named(template: str, domain: str) -> str:
    return template.replace("{domain}", domain).replace("{dashed}", domain.replace(".", "-"))


def _address(number: int) -> str:
    return f"127.77.{number // 250}.{number % 250 + 1}"
