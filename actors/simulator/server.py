"""The simulator as one object in a running loop: HTTP for vendors, sites and control, and DNS beside it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from aiohttp import web
from aiohttp.web_runner import ServerRunner, TCPSite

from actors.simulator.apollo import Apollo
from actors.simulator.bill import Bill
from actors.simulator.companies_house import CompaniesHouse
from actors.simulator.control import Control
from actors.simulator.crm import Crm
from actors.simulator.dns import DnsServer
from actors.simulator.edgar import Edgar
from actors.simulator.gate import Gate
from actors.simulator.gleif import Gleif
from actors.simulator.hubspot import Hubspot
from actors.simulator.hunter import Hunter
from actors.simulator.neverbounce import Neverbounce
from actors.simulator.pdl import Pdl
from actors.simulator.prefixes import PREFIXES, SITES
from actors.simulator.salesforce import Salesforce
from actors.simulator.sequences import Sequences
from actors.simulator.sites import Sites
from actors.simulator.vendor import Answer
from actors.simulator.wikidata import Wikidata
from actors.simulator.world import World
from actors.simulator.yc import Yc
from actors.simulator.zerobounce import Zerobounce

_LONGEST_LINE = 65_536  # a search may name a thousand domains in its query
_BACKLOG = 1024


class Simulator:
    """The outside world, served; the clock counts the seconds of rate limits."""

    def __init__(self, world: World, clock: Callable[[], float] = time.monotonic) -> None:
        self.world = world
        self.bill = Bill()
        services = Sequences(), Crm(), Hubspot(world, clock), Salesforce(world)
        registers = Gleif(world), Edgar(world), Wikidata(world), Yc(world)
        self.gates = {
            vendor.name: Gate(vendor, self.bill, world.seed, clock)
            for vendor in (
                Apollo(world),
                Hunter(world),
                Pdl(world),
                CompaniesHouse(world),
                Zerobounce(world),
                Neverbounce(world),
                *registers,
                *services,
            )
        }
        self.http = ""
        self.dns = ""
        self._sites = Sites(world)
        self._control = Control(world, self.bill, self.gates, self._sites, services)
        self._dns = DnsServer(world)
        self._runner: ServerRunner | None = None

    async def start(self, host: str = "127.0.0.1", http_port: int = 0, dns_port: int = 0) -> None:
        """Listen; afterwards http and dns say where. Raises OSError where a port is taken."""
        self.dns = f"{host}:{await self._dns.start(host, dns_port)}"
        server = web.Server(self._handle, access_log=None, max_line_size=_LONGEST_LINE)
        self._runner = runner = ServerRunner(server, shutdown_timeout=1.0)
        await runner.setup()
        await TCPSite(runner, host, http_port, backlog=_BACKLOG).start()
        self.http = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening and let go of every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._dns.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        room = path[1:].partition("/")[0]
        body = await request.read() if request.can_read_body else b""
        gate = self.gates.get(room)
        if gate is not None:
            endpoint = f"{request.method} {path.removeprefix(PREFIXES[room])}"
            answer, latency_s = gate.answer(endpoint, request.headers, query, body)
            if latency_s:
                await asyncio.sleep(latency_s)
        elif room == "_simulator":
            answer = self._control.answer(f"{request.method} {path.removeprefix('/_simulator')}", query, body)
        elif room == "sites":
            answer = self._sites.answer(path.removeprefix("/sites/"))
        else:
            there = ", ".join((*PREFIXES.values(), SITES, "/_simulator"))
            answer = Answer(f"Nothing here. There are {there}.\n".encode(), 404)
        if answer.is_lost and request.transport is not None:
            request.transport.abort()
        headers = {**answer.headers, "content-type": answer.content_type}
        if answer.drip_s:
            return await _dripping(request, answer, headers)
        return web.Response(body=answer.body, status=answer.status, headers=headers)


async def _dripping(
    request: web.BaseRequest, answer: Answer, headers: Mapping[str, str]
) -> web.StreamResponse:
    """The answer a byte at a time, for as long as somebody listens."""
    response = web.StreamResponse(status=answer.status, headers=headers)
    if answer.body:
        await response.prepare(request)
    with suppress(ConnectionResetError):  # whoever listened has had enough
        for byte in answer.body or b" ":
            await asyncio.sleep(answer.drip_s)
            if not response.prepared:
                await response.prepare(request)
            await response.write(bytes([byte]))
    return response
