"""What companies tell of themselves in a feed: what is true of them in the world, as news with a day."""

from datetime import date, datetime, time, timedelta
from email.utils import format_datetime
from html import escape
from typing import NamedTuple

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import Company

RSS, ATOM = "application/rss+xml", "application/atom+xml"

_FEED_SHARE, _ATOM_SHARE = 0.6, 0.3
_GROWING = 0.15
_OLD = timedelta(days=800)


class News(NamedTuple):
    """Something that a company tells, and when."""

    on: date
    title: str


def feed_type(company: Company) -> str | None:
    """The dialect of a company's feed, None where it has none."""
    if fraction("feed", company.domain) >= _FEED_SHARE:
        return None
    return ATOM if fraction("dialect", company.domain) < _ATOM_SHARE else RSS


def news(company: Company, today: date) -> list[News]:
    """What a company tells, the newest first; some of it is old."""
    told = [
        News(
            today - timedelta(days=draw64("office", company.domain) % 300), f"A new office in {company.city}"
        ),
        News(today - _OLD, f"{company.name} has a new website"),
    ]
    if company.latest_funding_date is not None:
        told.append(
            News(company.latest_funding_date, f"{company.name} raises money: {company.latest_funding_stage}")
        )
    if company.headcount_growth_12m > _GROWING:
        on = today - timedelta(days=draw64("growth", company.domain) % 60)
        told.append(News(on, f"{company.name} grows its team by {company.headcount_growth_12m:.0%}"))
    return sorted(told, reverse=True)


def feed(company: Company, today: date) -> bytes:
    """A company's feed in its dialect."""
    told = list(enumerate(news(company, today), 1))
    title, site = escape(company.name), f"https://{company.domain}"
    if feed_type(company) == ATOM:
        entries = "".join(
            f'<entry><title type="html">{escape(escape(item.title))}</title>'
            f'<link rel="alternate" href="{site}/news/{number}"/><id>{site}/news/{number}</id>'
            f"<updated>{item.on}T09:00:00Z</updated></entry>\n"
            for number, item in told
        )
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f"<title>{title}</title><id>{site}/</id><updated>{today}T09:00:00Z</updated>\n{entries}</feed>\n"
        ).encode()
    items = "".join(
        f"<item><title>{escape(item.title)}</title><link>{site}/news/{number}</link>"
        f"<pubDate>{format_datetime(datetime.combine(item.on, time(9)))}</pubDate></item>\n"
        for number, item in told
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{title}</title>'
        f"<link>{site}/</link><description>News</description>\n{items}</channel></rss>\n"
    ).encode()
