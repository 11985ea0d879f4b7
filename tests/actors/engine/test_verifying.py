"""Lists of addresses: each domain asked once and little, and whoever asks us to come back is asked again."""

import pytest

from actors.core.provider import Link
from actors.core.verification.status import Status
from actors.engine.verifying import PATIENCE_S, Ways, verify_each
from actors.providers import all_providers
from tests.internet.internet import Clock, Domain, open_internet

STAFF = [f"person{number}" for number in range(30)]


async def told(addresses, internet, *, mail=True, **more):
    ways = Ways(Link(None, internet.dns, None), Link(None, internet.base_url, None) if mail else None)
    found = {}
    async for place, verified in verify_each(addresses, ways, all_providers(), **more):
        assert place not in found
        found[place] = verified
    return [found[place].verdict.status for place in range(len(addresses))]


async def test_each_address_has_its_verdict_in_its_place_and_each_domain_is_asked_once():
    domains = {name: Domain("google", STAFF[:20]) for name in ("one-tools.com", "two-tools.com")}
    addresses = [f"{local}@{domain}" for local in STAFF for domain in domains] + ["nonsense", ""]
    async with open_internet(domains) as internet:
        statuses = await told(addresses, internet)
        asked = {name: count for (name, kind), count in internet.names.asked.items() if kind == "MX"}
        connections = sum({id(server): server.connections for server in internet.servers.values()}.values())
    good = [Status.DELIVERABLE if local in STAFF[:20] else Status.UNDELIVERABLE for local in STAFF]
    assert statuses == [one for one in good for _ in domains] + [Status.UNDELIVERABLE] * 2
    assert asked == dict.fromkeys(domains, 1)
    assert connections < len(STAFF)  # many addresses over one connection


async def test_greylisted_addresses_are_asked_again_when_the_server_wants_it():
    clock, slept = Clock(), []

    async def sleep(seconds):
        slept.append(seconds)
        clock.now_s += seconds

    domains = {"grey-tools.com": Domain("postgrey", {"ann"}), "good-tools.com": Domain("google", {"bob"})}
    addresses = ["ann@grey-tools.com", "nobody@grey-tools.com", "bob@good-tools.com"]
    async with open_internet(domains, clock=clock) as internet:
        statuses = await told(addresses, internet, sleep=sleep)
        assert internet.names.asked["grey-tools.com", "MX"] == 1
    assert statuses == [Status.DELIVERABLE, Status.UNDELIVERABLE, Status.DELIVERABLE]
    assert len(slept) == 1
    assert 300 <= slept[0] <= 910


async def test_a_server_that_greylists_for_ever_ends_the_patience():
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    async with open_internet({"grey-tools.com": Domain("postgrey", {"ann"})}, clock=Clock()) as internet:
        assert await told(["ann@grey-tools.com"], internet, sleep=sleep) == [Status.PENDING]
    assert sum(slept) <= PATIENCE_S + len(slept) * 5


@pytest.mark.parametrize("waits", [False])
async def test_where_nobody_waits_it_is_pending(waits):
    async with open_internet({"grey-tools.com": Domain("postgrey", {"ann"})}, clock=Clock()) as internet:
        assert await told(["ann@grey-tools.com"], internet, waits=waits) == [Status.PENDING]


async def test_without_a_way_to_mail_servers_none_is_asked():
    async with open_internet({"good-tools.com": Domain("google", {"bob"})}) as internet:
        assert await told(["bob@good-tools.com"], internet, mail=False) == [Status.UNKNOWN]
        assert not any(internet.connections.values())


async def test_a_way_that_is_none_ends_the_list_and_is_told():
    async with open_internet({"good-tools.com": Domain("google", {"bob"})}) as internet:
        ways = Ways(Link(None, internet.dns, None), Link(None, "no way", None))
        with pytest.raises(ValueError, match="no way"):
            [one async for one in verify_each(["bob@good-tools.com"], ways, all_providers())]
