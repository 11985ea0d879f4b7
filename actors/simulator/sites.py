"""Companies' web sites on loopback: a front page, pages about the company and its jobs, news, and robots.txt."""

from collections.abc import Mapping
from datetime import timedelta
from html import escape
from random import Random
from typing import Any

import orjson

from actors.simulator.chance import fraction, stream
from actors.simulator.company import Company
from actors.simulator.faults import WrongSettingError
from actors.simulator.feed import feed, feed_type
from actors.simulator.places import COUNTRIES
from actors.simulator.titles import DEPARTMENTS, SENIORITIES, title
from actors.simulator.vendor import HTML, TEXT, Answer
from actors.simulator.world import World

_MOST_POSTINGS = 20
_CLOSED_SHARE, _NO_CAREERS_SHARE = (
    0.03,
    0.05,
)  # of sites, which ask robots to stay away, or away from their jobs
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATE_SHARE = 0.3  # of sites, which tell their size and age on the page about the company only
_MOST_LEADERS = 3
_HINTS = {
    "WordPress": '<meta name="generator" content="WordPress 6.8">',
    "Webflow": '<meta name="generator" content="Webflow">',
    "Shopify": '<script src="https://cdn.shopify.com/s/trekkie.storefront.js"></script>',
    "Magento": '<script type="text/x-magento-init">{}</script>',
    "HubSpot": '<script id="hs-script-loader" src="https://js.hs-scripts.com/100000.js"></script>',
    "Google Tag Manager": '<script src="https://www.googletagmanager.com/gtm.js?id=GTM-SIM"></script>',
    "Google Analytics": '<script src="https://www.google-analytics.com/analytics.js"></script>',
    "Intercom": '<script src="https://widget.intercom.io/widget/sim"></script>',
    "Segment": '<script src="https://cdn.segment.com/analytics.js/v1/sim/analytics.min.js"></script>',
    "Hotjar": '<script src="https://static.hotjar.com/c/hotjar-1.js"></script>',
    "Stripe": '<script src="https://js.stripe.com/v3/"></script>',
    "Facebook Pixel": '<script src="https://connect.facebook.net/en_US/fbevents.js"></script>',
    "LinkedIn Ads": '<script src="https://snap.licdn.com/li.lms-analytics/insight.min.js"></script>',
    "Marketo": '<script src="https://munchkin.marketo.net/munchkin.js"></script>',
    "Mailchimp": '<script src="https://chimpstatic.com/mcjs-connected/js/users/sim.js"></script>',
    "Zendesk": '<script id="ze-snippet" src="https://static.zdassets.com/ekr/snippet.js?key=sim"></script>',
    "Klaviyo": '<script src="https://static.klaviyo.com/onsite/js/klaviyo.js"></script>',
    "PayPal": '<script src="https://www.paypal.com/sdk/js?client-id=sim"></script>',
    "Google Ads": '<script src="https://www.googleadservices.com/pagead/conversion.js"></script>',
    "Datadog": '<script src="https://www.datadoghq-browser-agent.com/eu1/v6/datadog-rum.js"></script>',
    "Angular": '<app-root ng-version="20.1.0"></app-root>',
    "React": '<div id="root" data-reactroot=""></div>',
}
# what a site's servers say in their headers
_HEADERS = {
    "Cloudflare": {"server": "cloudflare", "cf-ray": "8e0000000000sim-AMS"},
    "Amazon AWS": {"x-amz-cf-id": "sim==", "x-amz-cf-pop": "AMS1-P1"},
    "Microsoft Azure": {"x-azure-ref": "sim"},
    "Node.js": {"x-powered-by": "Express"},
}


def closed_path(company: Company) -> str:
    """Where a company's robots.txt asks robots not to go."""
    luck = fraction("robots", company.domain)
    if luck < _CLOSED_SHARE:
        return "/"
    return "/careers" if luck < _CLOSED_SHARE + _NO_CAREERS_SHARE else "/admin/"


class Sites:
    """The web sites of all companies, each under its domain; companies without one answer 404.

    The front page of any domain can be made to lead elsewhere.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._moves: dict[str, tuple[int, str]] = {}

    def moves(self) -> Mapping[str, tuple[int, str]]:
        """The domains whose front page leads elsewhere, each with status and address."""
        return self._moves

    def move(self, told: Mapping[str, Any]) -> None:
        """Front pages lead elsewhere from now on: {domain: [status, address]}, with null for where it is at home again.

        Raises WrongSettingError for anything else, and moves nothing.
        """
        for domain, way in told.items():
            match way:
                case None | [int(), str()]:
                    pass
                case _:
                    raise WrongSettingError(f"{domain} moves to [status, address], not to {way!r}")
            if way is not None and way[0] not in _REDIRECTS:
                raise WrongSettingError(
                    f"{way[0]} is no redirect, only {', '.join(map(str, sorted(_REDIRECTS)))}"
                )
        for domain, way in told.items():
            if way is None:
                self._moves.pop(domain, None)
            else:
                self._moves[domain] = way[0], way[1]

    def answer(self, path: str) -> Answer:
        """The page at "domain/page"."""
        domain, _, page = path.partition("/")
        if page == "" and domain in self._moves:
            status, address = self._moves[domain]
            return Answer(b"", status, HTML, {"location": address})
        company = self._world.company_by_domain(domain)
        if not (company.is_known and company.has_site):
            return _not_found()
        if page == "robots.txt":
            return Answer(_robots(company).encode(), content_type=TEXT)
        if page == "feed.xml" and (feed_content_type := feed_type(company)) is not None:
            return Answer(feed(company, self._world.today), content_type=feed_content_type)
        if page not in {"", "careers", "about"}:
            return _not_found()
        if page == "":
            text = _front_page(company)
        else:
            text = (
                _careers_page(self._world, company)
                if page == "careers"
                else _about_page(self._world, company)
            )
        headers = {
            name: value for one in company.technologies for name, value in _HEADERS.get(one, {}).items()
        }
        return Answer(text.encode(), content_type=HTML, headers=headers)


def _not_found() -> Answer:
    return Answer(b"<!doctype html><title>Not found</title><h1>Not found</h1>", 404, HTML)


def _robots(company: Company) -> str:
    others = f"User-agent: Hoarder\nDisallow: /\n\nSitemap: https://{company.domain}/sitemap.xml\n"
    return f"User-agent: *\nDisallow: {closed_path(company)}\n\n{others}"


def _tells_late(company: Company) -> bool:
    return fraction("about", company.domain) < _LATE_SHARE


def _size_and_age(company: Company) -> dict[str, Any]:
    return {
        "foundingDate": str(company.founded_year),
        "numberOfEmployees": {"@type": "QuantitativeValue", "value": company.employees},
    }


def _front_page(company: Company) -> str:
    country = COUNTRIES[company.country].name
    about = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": company.name,
        "url": f"https://{company.domain}/",
        "description": company.one_liner,
        "address": {
            "@type": "PostalAddress",
            "addressLocality": company.city,
            "addressRegion": company.region,
            "addressCountry": company.country,
        },
        "sameAs": [f"https://www.linkedin.com/company/{company.domain.partition('.')[0]}"],
    }
    if not _tells_late(company):
        about |= _size_and_age(company)
    dialect = feed_type(company)
    feed_link = f'<link rel="alternate" type="{dialect}" title="News" href="feed.xml">\n' if dialect else ""
    name, text = escape(company.name), escape(company.one_liner)
    hints = "\n".join(_HINTS[technology] for technology in company.technologies if technology in _HINTS)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n'
        f'<meta name="description" content="{text}">\n'
        f'<meta property="og:site_name" content="{name}">\n<meta property="og:title" content="{name}">\n'
        f'<meta property="og:description" content="{text}">\n<meta property="og:type" content="website">\n{feed_link}'
        f'<script type="application/ld+json">{_script_json(about)}</script>\n{hints}\n</head>\n<body>\n'
        f"<h1>{name}</h1>\n<p>{text}</p>\n<p>{', '.join(map(escape, company.keywords))}</p>\n"
        f'<nav><a href="about">About</a> <a href="careers">Careers</a></nav>\n'
        f"<footer>{name}, {escape(company.city)}, {escape(country)}</footer>\n</body>\n</html>\n"
    )


def _about_page(world: World, company: Company) -> str:
    """What the company says of itself, and who leads it, for people and for machines."""
    leaders = world.people(company)[:_MOST_LEADERS]
    about = {
        "@context": "https://schema.org",
        "@type": "AboutPage",
        "mainEntity": {
            "@type": "Organization",
            "name": company.name,
            "url": f"https://{company.domain}/",
            **_size_and_age(company),
            "employee": [
                {"@type": "Person", "name": one.name, "jobTitle": one.title, "email": one.email}
                for one in leaders
            ],
        },
    }
    name = escape(company.name)
    items = "\n".join(f"<li>{escape(one.name)}, {escape(one.title)}</li>" for one in leaders)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>About {name}</title>\n'
        f'<script type="application/ld+json">{_script_json(about)}</script>\n</head>\n<body>\n'
        f"<h1>About {name}</h1>\n<p>Founded in {company.founded_year}.</p>\n<ul>\n{items}\n</ul>\n"
        f"</body>\n</html>\n"
    )


def _careers_page(world: World, company: Company) -> str:
    name = escape(company.name)
    rng = stream(world.seed, "careers", company.domain)
    shown = min(company.open_jobs, _MOST_POSTINGS)
    postings = [_posting(rng, world, company, number) for number in range(1, 1 + shown)]
    items = "\n".join(postings) or "<li>We have no open positions at the moment.</li>"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Careers at {name}</title>\n</head>\n<body>\n<h1>Careers at {name}</h1>\n"
        f"<ul>\n{items}\n</ul>\n</body>\n</html>\n"
    )


def _posting(rng: Random, world: World, company: Company, number: int) -> str:
    department = rng.choice(list(DEPARTMENTS))
    job = title(rng, rng.choice([s for s in SENIORITIES if s != "c_suite"]), department)
    posting = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": job,
        "url": f"https://{company.domain}/careers/{number}",
        "datePosted": str(world.today - timedelta(days=rng.randrange(60))),
        "hiringOrganization": {"@type": "Organization", "name": company.name},
        "jobLocation": {"@type": "Place", "address": {"addressLocality": company.city}},
    }
    return (
        f'<li class="job" data-department="{department}">{escape(job)}, {escape(company.city)}'
        f'<script type="application/ld+json">{_script_json(posting)}</script></li>'
    )


def _script_json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return orjson.dumps(value).decode().replace("<", "\\u003c")
