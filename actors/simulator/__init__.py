"""The outside world on loopback, for the demo and the tests: vendors' APIs, a platform's services, sites and DNS.

What lives here: an invented world that follows from a seed (`world` and what it is made of), an HTTP server
that speaks as the vendors do (`apollo`, `hunter`, `pdl`, `zerobounce`, `neverbounce`, `companies_house`, `hubspot`,
`salesforce`, `sites`, and those without keys: `gleif`, `edgar`, `wikidata`, `yc`) and as the services of a sales
platform (`sequences`, `crm`), behind a `gate` that checks keys, limits, draws faults and writes the `bill`, a DNS
server (`dns`), the knobs for tests (`control`), and the two ways to start it: `Simulator` in a running loop, `launch`
as a process of its own.

What it may import: the standard library, aiohttp, orjson and uvloop; nothing of ours.
Who may import it: the command line (for the demo) and tests.
"""
