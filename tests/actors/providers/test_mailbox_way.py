"""How a connection says who asks, and where mail servers may be."""

import pytest

from actors.core.errors import NotConnected
from actors.core.provider import Link
from actors.providers.mailbox_way import BASE_URL, Limits, are_hosts, domain_of, way_of

WHO = "ehlo=probe.acme.example&from=verify@acme.example"


def test_a_connection_says_who_asks() -> None:
    way = way_of(f"{BASE_URL}?{WHO}")
    assert (way.hello, way.sender, way.port, way.network) == (
        "probe.acme.example",
        "verify@acme.example",
        25,
        None,
    )
    assert way.limits == Limits(at_once=2, per_minute=30, per_day=2_000)


def test_it_may_say_more() -> None:
    way = way_of(
        f"smtp://{{host}}:2525?{WHO}&dns=127.0.0.1:5353&network=127.0.0.0/8&at_once=5&per_minute=120"
    )
    assert (way.port, str(way.network)) == (2525, "127.0.0.0/8")
    assert way.servers.places == (("127.0.0.1", 5353),)
    assert way.limits == Limits(at_once=5, per_minute=120)


def test_an_address_may_have_a_plus_in_it() -> None:
    assert way_of(f"{BASE_URL}?ehlo=a.example&from=verify+x@acme.example").sender == "verify+x@acme.example"


def test_it_leads_to_anybody() -> None:
    assert Link(None, f"{BASE_URL}?{WHO}", None).is_to_anybody


@pytest.mark.parametrize(
    ("base_url", "says"),
    [
        ("", "must begin with"),
        (BASE_URL, "ehlo=NAME&from=ADDRESS"),
        (f"{BASE_URL}?ehlo=probe.acme.example", "ehlo=NAME&from=ADDRESS"),
        (f"{BASE_URL}?ehlo=&from=verify@acme.example", "ehlo=NAME&from=ADDRESS"),
        (f"{BASE_URL}?ehlo", "cannot be read"),
        (f"smtp://{{host}}:x?{WHO}", "cannot be read"),
        (f"smtp://mx.acme.example:25?{WHO}", "must begin with"),
        (f"smtp://127.0.0.1:25?{WHO}", "must begin with"),
        (f"http://{{host}}:25?{WHO}", "must begin with"),
        (f"smtp://{{host}}:6379?{WHO}", "port 25 only"),
        (f"{BASE_URL}?{WHO}&network=10.0.0.0/8", "no loopback network"),
        (f"{BASE_URL}?{WHO}&network=0.0.0.0/0", "no loopback network"),
        (f"{BASE_URL}?{WHO}&network=here", "no loopback network"),
        (f"{BASE_URL}?{WHO}&from=other@acme.example", "once"),
        (f"{BASE_URL}?{WHO}&helo=x", "nothing else"),
        (f"{BASE_URL}?ehlo=localhost&from=verify@acme.example", "no host name"),
        (f"{BASE_URL}?ehlo=a.b%0d%0aRSET&from=verify@acme.example", "no host name"),
        (f"{BASE_URL}?ehlo=probe.acme.example&from=nobody", "no address"),
        (f"{BASE_URL}?ehlo=probe.acme.example&from=a@b.c%0d%0aRSET", "no address"),
        (f"{BASE_URL}?{WHO}&dns=nowhere", "no resolver"),
        (f"{BASE_URL}?{WHO}&at_once=0", "no number of connections"),
        (f"{BASE_URL}?{WHO}&per_minute=many", "no number of connections"),
    ],
)
def test_what_is_wrong_with_it_is_said(base_url: str, says: str) -> None:
    with pytest.raises(NotConnected, match=says) as caught:
        way_of(base_url)
    assert caught.value.provider == "mailbox"


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ann@acme.example", "acme.example"),
        ("Ann.O'Lee+x@ACME.example", "acme.example"),
        ("ann@b@acme.example", None),
        ("@acme.example", None),
        ("ann@acme.example.", None),
        (f"{'a' * 65}@acme.example", None),
        ("ann@acme.example\n", None),
        ("ann\0@acme.example", None),
    ],
)
def test_the_domain_of_an_address(email: str, domain: str | None) -> None:
    assert domain_of(email) == domain


def test_hosts_are_names() -> None:
    assert are_hosts(["mx.acme.example"])
    assert not are_hosts([])
    assert not are_hosts(["mx.acme.example", "a b"])
