"""Companies' web sites on loopback: a front page, a careers page and robots.txt."""

from datetime import timedelta
from html import escape
from random import Random

import orjson

from actors.simulator.chance import fraction, stream
from actors.simulator.company import Company
from actors.simulator.places import COUNTRIES
from actors.simulator.titles import DEPARTMENTS, SENIORITIES, title
from actors.simulator.vendor import HTML, TEXT, Answer
from actors.simulator.world import World

_MOST_POSTINGS = 20
_CLOSED_SHARE = 0.03  # of sites, which ask robots to stay away
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
    "React": '<div id="root" data-reactroot=""></div>',
}


class Sites:
    """The web sites of all companies, each under its domain; companies without one answer 404."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, path: str) -> Answer:
        """The page at "domain/page"."""
        domain, _, page = path.partition("/")
        company = self._world.company_by_domain(domain)
        if not (company.is_known and company.has_site):
            return _not_found()
        if page == "":
            return Answer(_front_page(company).encode(), content_type=HTML)
        if page == "careers":
            return Answer(_careers_page(self._world, company).encode(), content_type=HTML)
        if page == "robots.txt":
            is_closed = fraction("robots", company.domain) < _CLOSED_SHARE
            return Answer(f"User-agent: *\nDisallow: {'/' if is_closed else '/admin/'}\n".encode(), 200, TEXT)
        return _not_found()


def _not_found() -> Answer:
    return Answer(b"<!doctype html><title>Not found</title><h1>Not found</h1>", 404, HTML)


def _front_page(company: Company) -> str:
    country = COUNTRIES[company.country].name
    about = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": company.name,
        "url": f"https://{company.domain}/",
        "description": company.one_liner,
        "foundingDate": str(company.founded_year),
        "numberOfEmployees": {"@type": "QuantitativeValue", "value": company.employees},
        "address": {
            "@type": "PostalAddress",
            "addressLocality": company.city,
            "addressRegion": company.region,
            "addressCountry": company.country,
        },
        "sameAs": [f"https://www.linkedin.com/company/{company.domain.partition('.')[0]}"],
    }
    name, text = escape(company.name), escape(company.one_liner)
    hints = "\n".join(_HINTS[technology] for technology in company.technologies if technology in _HINTS)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n'
        f'<meta name="description" content="{text}">\n'
        f'<meta property="og:site_name" content="{name}">\n<meta property="og:title" content="{name}">\n'
        f'<meta property="og:description" content="{text}">\n<meta property="og:type" content="website">\n'
        f'<script type="application/ld+json">{_script_json(about)}</script>\n{hints}\n</head>\n<body>\n'
        f"<h1>{name}</h1>\n<p>{text}</p>\n<p>{', '.join(map(escape, company.keywords))}</p>\n"
        f'<nav><a href="careers">Careers</a></nav>\n'
        f"<footer>{name}, {escape(company.city)}, {escape(country)}</footer>\n</body>\n</html>\n"
    )


def _careers_page(world: World, company: Company) -> str:
    name = escape(company.name)
    rng = stream(world.seed, "careers", company.domain)
    postings = [_posting(rng, world, company) for _ in range(min(company.open_jobs, _MOST_POSTINGS))]
    items = "\n".join(postings) or "<li>We have no open positions at the moment.</li>"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Careers at {name}</title>\n</head>\n<body>\n<h1>Careers at {name}</h1>\n"
        f"<ul>\n{items}\n</ul>\n</body>\n</html>\n"
    )


def _posting(rng: Random, world: World, company: Company) -> str:
    department = rng.choice(list(DEPARTMENTS))
    job = title(rng, rng.choice([s for s in SENIORITIES if s != "c_suite"]), department)
    posting = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": job,
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
