"""The command line of the simulator: python -m actors.simulator."""

import argparse
import asyncio
import json
import os
import signal
import sys
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import uvloop

from actors.simulator.faults import Settings
from actors.simulator.founding import MOST_COMPANIES
from actors.simulator.server import Simulator
from actors.simulator.world import World

_PARENT_WATCH_S = 0.5

_ABOUT = """\
The outside world on loopback: Apollo, Hunter, People Data Labs, ZeroBounce, NeverBounce, Companies House, open
registers, company web sites and DNS over an invented, seeded world, and the Sequences and CRM services of a sales
platform, HubSpot and Salesforce, which remember what they were told.

It prints one JSON line when it is ready, and serves until it gets SIGTERM or SIGINT:
  {"http": "http://127.0.0.1:PORT", "dns": "127.0.0.1:PORT", "pid": N, "companies": N, "seed": N}
"""

_WHERE = """\
where things are:
  /apollo/api/v1/...   header x-api-key, any key that begins with sim-
  /hunter/v2/...       api_key=..., header X-API-KEY or a bearer token, any key that begins with sim-
  /pdl/v5/...          header X-Api-Key, any key that begins with sim-
  /zerobounce/v2/...   api_key=..., any key that begins with sim-
  /neverbounce/v4.2/...   key=... or "key" in a JSON body, any key that begins with sim-
  /companies_house/... HTTP Basic, a user name that begins with sim- and no password
  /gleif/api/v1/...    no key; so too /wikidata/sparql and /yc/api/companies/all.json
  /edgar/...           no key, but a mail address in the User-Agent
  /sequences/v1/...    a bearer token that begins with sim-
  /crm/v1/...          the same
  /hubspot/crm/...     the same
  /salesforce/services/data/v66.0/...   the same
  /sites/DOMAIN/       the web site of a company; /careers, /about, /feed.xml and /robots.txt below it
  /_simulator/         health, bill, effects, settings and moves of web sites (GET, PUT), reset (POST),
                       companies.csv, history.csv

for example:
  python -m actors.simulator --port 8080 --latency-ms 50±20 --rate-429 0.02
  curl -H 'x-api-key: sim-me' 'http://127.0.0.1:8080/apollo/api/v1/organizations/enrich?domain=example.com'
  curl -X PUT http://127.0.0.1:8080/_simulator/settings -d '{"hunter": {"outage": true}}'
  curl -X PUT http://127.0.0.1:8080/_simulator/settings -d '{"sequences": {"rate_lost": 0.2, "keys": "forgotten"}}'
  curl -X PUT http://127.0.0.1:8080/_simulator/moves -d '{"old.com": [301, "https://new.com/"]}'
  curl http://127.0.0.1:8080/_simulator/bill
"""


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Say it and exit with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m actors.simulator",
        description=_ABOUT,
        epilog=_WHERE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=0, help="HTTP port; 0 takes a free one (default)")
    add("--dns-port", type=int, default=0, help="DNS port, UDP and TCP; 0 takes a free one (default)")
    add("--seed", type=int, default=7, help="the same seed makes the same world (default: %(default)s)")
    add("--companies", type=int, default=12_000, help=f"1 to {MOST_COMPANIES} (default: %(default)s)")
    add(
        "--latency-ms",
        default="0",
        metavar="MS",
        help="of each vendor's answer, like 50 or 50±20 (default: 0)",
    )
    add(
        "--rate-429",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="of calls refused as too fast (default: 0)",
    )
    add("--rate-500", type=float, default=0.0, metavar="SHARE", help="of calls that fail (default: 0)")
    today = datetime.now(UTC).date()
    add(
        "--today",
        type=date.fromisoformat,
        default=today,
        metavar="DAY",
        help="the world's day (default: today)",
    )
    add("--exit-with-parent", action="store_true", help="end when the process that started this one ends")
    return parser


async def _serve(simulator: Simulator, options: argparse.Namespace, parent: int) -> None:
    """Listen, say so in one line, and serve until a signal comes or the parent is gone."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await simulator.start(options.host, options.port, options.dns_port)
    ready: dict[str, Any] = {"http": simulator.http, "dns": simulator.dns, "pid": os.getpid()}
    ready |= {"companies": options.companies, "seed": options.seed}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    while not ended.is_set() and not (options.exit_with_parent and os.getppid() != parent):
        try:
            await asyncio.wait_for(ended.wait(), _PARENT_WATCH_S)
        except TimeoutError:
            continue
    await simulator.stop()


def main() -> None:
    """Serve the simulator as the arguments say; exit 2 for wrong ones, 1 if it cannot listen."""
    parent = os.getppid()
    parser = _parser()
    options = parser.parse_args()
    try:
        settings = Settings(options.latency_ms, options.rate_429, options.rate_500)
        simulator = Simulator(World(options.seed, options.companies, options.today))
    except ValueError as error:
        parser.error(str(error))
    for gate in simulator.gates.values():
        gate.faults.settings = settings
    try:
        uvloop.run(_serve(simulator, options, parent))
    except (OSError, OverflowError) as error:
        parser.exit(1, f"{parser.prog}: cannot listen on {options.host}: {error}\n")


if __name__ == "__main__":
    main()
