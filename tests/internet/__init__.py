"""A fake Internet on loopback: name servers and mail servers that behave as real services do.

Every mail host has an address of its own in 127.0.0.0/8, and all listen on one port. A table says of each domain how
its mail servers behave and which mailboxes there are; what was asked is counted.

    async with open_internet({"acme.example": Domain("google", {"ann"})}) as internet:
        Link(None, internet.base_url, None)     # for `mailbox`; internet.dns is the address for `dns`
    with launch_internet(domains) as internet:  # the same on a thread of its own, for tests and benchmarks with none

Lives here: `behaviours` (what each kind of server says, in its own words), `mail_server`, `names` (the name server),
`internet` (all of it, started and ended). May import: tests' fakes, and nothing of ours but what says how to reach
it. May be imported by: any test or benchmark.
"""
