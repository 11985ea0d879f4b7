from datetime import timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest

from actors.simulator.feed import ATOM, RSS, feed, feed_type, news

ENTRY = "{http://www.w3.org/2005/Atom}entry"


def with_feed(world, dialect):
    return [company for company in world.companies if feed_type(company) == dialect]


def test_some_companies_have_a_feed_in_one_of_two_dialects(world):
    shares = [len(with_feed(world, dialect)) / len(world.companies) for dialect in (None, RSS, ATOM)]
    assert sum(shares) == 1
    assert min(shares) > 0.1


def test_news_are_true_and_none_is_of_tomorrow(world):
    seen = 0
    for company in world.companies:
        told = news(company, world.today)
        assert told == sorted(told, reverse=True)
        assert all(item.on <= world.today for item in told)
        raised = [item for item in told if "raises" in item.title]
        assert [item.on for item in raised] == [on for on in [company.latest_funding_date] if on is not None]
        seen += len(raised)
        assert told[-1].on <= world.today - timedelta(days=366)
    assert seen > 50


@pytest.mark.parametrize("dialect", [RSS, ATOM])
def test_a_feed_says_what_is_new(world, dialect):
    company = with_feed(world, dialect)[0]
    tree = ET.fromstring(feed(company, world.today))
    told = news(company, world.today)
    if dialect == RSS:
        found = [
            (parsedate_to_datetime(item.findtext("pubDate")).date(), item.findtext("title"))
            for item in tree.iter("item")
        ]
    else:
        found = [(item[3].text[:10], item[0].text) for item in tree.iter(ENTRY)]
        told = [(str(on), title) for on, title in told]
    assert found == [tuple(item) for item in told]
