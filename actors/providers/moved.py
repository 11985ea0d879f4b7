"""Where a company's website has moved for good, as far as that says that both addresses are one company's.

A redirect says so only if each hop is permanent and it leads from one front page to another, where somebody is at
home. One into a site mostly leads from what was bought to who bought it, and one to a parking place to nobody.
"""

import re
from collections.abc import Sequence

from yarl import URL

from actors.core.errors import AgentError
from actors.providers.company_site import CompanySite, Elsewhere, Found, Hop
from tenants.companies import registrable_domain

_PERMANENT = frozenset({301, 308})
_MOST_SITES = 3
# A front page may have a name, or a language.
_FRONT = re.compile(
    r"/?|/(?:index|home|default)(?:\.[a-z]{2,5})?/?|/[a-z]{2}(?:[-_][a-z]{2})?/?", re.IGNORECASE
)
# Domains are sold, parked and pages are hosted there. Networks and builders that `registrable_domain` takes for
# nobody's are not named again.
_NOBODYS = frozenset(
    [
        "above.com",
        "afternic.com",
        "atom.com",
        "bodis.com",
        "brandbucket.com",
        "buydomains.com",
        "dan.com",
        "domain.com",
        "domainmarket.com",
        "dynadot.com",
        "efty.com",
        "epik.com",
        "gandi.net",
        "godaddy.com",
        "hover.com",
        "hugedomains.com",
        "ionos.com",
        "ionos.de",
        "mydomaincontact.com",
        "name.com",
        "namecheap.com",
        "networksolutions.com",
        "ovh.com",
        "parkingcrew.net",
        "porkbun.com",
        "register.com",
        "sav.com",
        "secureserver.net",
        "sedo.com",
        "sedoparking.com",
        "squadhelp.com",
        "strato.de",
        "undeveloped.com",
        "uniregistry.com",
        "webflow.com",
        "webs.com",
    ]
)


async def moved_for_good(site: CompanySite, away: Elsewhere) -> tuple[str, tuple[Hop, ...]] | None:
    """The domain at which the company's website is by now, and the hops to there. None where that is not certain.

    The site there is asked for its front page, as it allows, and nothing of it is kept.
    """
    hops: tuple[Hop, ...] = ()
    seen = {registrable_domain(site.domain) or site.domain}
    way: Elsewhere | Found | None = away
    for _ in range(_MOST_SITES):
        if not isinstance(way, Elsewhere):
            break
        hops += way.hops
        domain = _whose_front(way.hops[-1].target, seen)
        if domain is None or not all(hop.status in _PERMANENT for hop in way.hops):
            return None
        seen.add(domain)
        try:
            way = await site.of(domain).front()
        except AgentError:  # whoever may be there, nobody has said so
            return None
        if isinstance(way, Found):
            return domain, hops
    return None


def written(hops: Sequence[Hop]) -> str:
    """The hops as a person reads them."""
    return " ".join([str(hops[0].url), *(f"{hop.status} {hop.target}" for hop in hops)])


def _whose_front(url: URL, seen: set[str]) -> str | None:
    """The domain whose front page this is, None where it is none, nobody's, or one that was seen already.

    A query that names a domain is one about it: an offer to buy it.
    """
    domain = registrable_domain(url.raw_host)
    if domain is None or domain in seen or domain in _NOBODYS:
        return None
    is_plain = url.scheme in {"http", "https"} and url.is_default_port() and url.raw_user is None
    is_front = url.raw_host in {domain, f"www.{domain}"} and _FRONT.fullmatch(url.raw_path)
    asks_about = any(one in url.query_string.lower() for one in seen)
    return domain if is_plain and is_front and not asks_about else None
