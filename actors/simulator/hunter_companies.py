"""Hunter's companies: what enrichment says of one, and what the filters of Discover mean."""

from collections.abc import Callable
from typing import Any

from actors.simulator import hunter_records
from actors.simulator.chance import draw64
from actors.simulator.company import SIZE_BANDS, Company, size_band
from actors.simulator.coverage import covers, shows
from actors.simulator.directory import linkedin_slug, phone, symbol
from actors.simulator.places import COUNTRIES
from actors.simulator.vendor import InvalidInputError, Params
from actors.simulator.world import World

_CODES = {name.casefold(): code for code, name in ((code, one.name) for code, one in COUNTRIES.items())}
_FILTERS = ("headquarters_location", "industry", "headcount", "keywords", "organization", "query")


def company(one: Company) -> dict[str, Any]:
    """A company as enrichment gives it, with the fields that the truth table gives Hunter of this one."""
    number = phone(one)
    has = {
        field: shows("hunter", one, field)
        for field in ("industry", "employees", "revenue_usd", "technologies")
    }
    band = hunter_records.HEADCOUNTS[size_band(one.employees)]
    return {
        "id": f"{draw64('hunter', one.domain):016x}",
        "name": one.name,
        "legalName": None,
        "domain": one.domain,
        "domainAliases": [],
        "site": {"phoneNumbers": [number] if number else [], "emailAddresses": []},
        "category": {
            "sector": None,
            "industryGroup": None,
            "industry": hunter_records.INDUSTRIES[one.industry] if has["industry"] else None,
            "naicsCode": None,
            "sicCode": None,
            "gicsCode": None,
        },
        "tags": list(one.keywords),
        "description": one.one_liner,
        "foundedYear": one.founded_year,
        "location": f"{one.city}, {one.region}, {COUNTRIES[one.country].name}",
        "timeZone": None,
        "geo": {
            "city": one.city,
            "state": one.region,
            "country": COUNTRIES[one.country].name,
            "countryCode": one.country,
        },
        "logo": None,
        **{network: {"handle": None} for network in ("facebook", "twitter", "crunchbase", "instagram")},
        "linkedin": {"handle": f"company/{linkedin_slug(one)}"},
        "type": "public" if symbol(one) else "private",
        "ticker": symbol(one),
        "phone": None,
        "metrics": {
            "alexaUsRank": None,
            "alexaGlobalRank": None,
            "trafficRank": None,
            "employees": one.employees if has["employees"] else None,
            "employeesRange": band if has["employees"] else None,
            "marketCap": None,
            "raised": one.total_funding_usd,
            "annualRevenue": one.revenue_usd if has["revenue_usd"] else None,
        },
        "tech": list(one.technologies) if has["technologies"] else [],
        "techCategories": [],
        "fundingRounds": _rounds(one),
    }


def _rounds(one: Company) -> list[dict[str, Any]]:
    if one.latest_funding_date is None:
        return []
    series = (one.latest_funding_stage or "").lower().replace(" ", "_")
    date = str(one.latest_funding_date)
    return [{"amount": one.total_funding_usd, "currency": "USD", "series": series, "announcedDate": date}]


def listed(world: World, one: Company) -> dict[str, Any]:
    """A company as Discover lists it, with the number of its addresses."""
    emails = hunter_records.emails(world, one)
    personal = sum(email["type"] == "personal" for email in emails)
    return {
        "domain": one.domain,
        "organization": one.name,
        "industry": hunter_records.INDUSTRIES[one.industry],
        "headcount": hunter_records.HEADCOUNTS[size_band(one.employees)],
        "country": one.country,
        "emails_count": {"total": len(emails), "personal": personal, "generic": len(emails) - personal},
    }


def filters(params: Params) -> Params:
    """The filters among the parameters; raises InvalidInputError where there is none."""
    asked = Params({name: value for name, value in params.items() if name.partition("[")[0] in _FILTERS})
    if not asked:
        raise InvalidInputError("You must provide a query or at least one filter")
    return asked


def found(world: World, asked: Params) -> list[Company]:
    """The companies that pass every filter, in the order of their numbers. Raises InvalidInputError."""
    tests = [_keyword_test(asked)]
    countries, bands = _countries(asked), _bands(asked)
    industries = _industries(asked)
    domains, names = asked.texts("organization[domain]"), asked.texts("organization[name]")
    if domains or names:
        tests.append(lambda one: one.domain in domains or one.name.lower() in names)
    return [
        one
        for one in world.select(industries, countries, bands)
        if covers("hunter", one) and all(test(one) for test in tests)
    ]


def _countries(asked: Params) -> list[str] | None:
    places = asked.get("headquarters_location[include]")
    if places is None:
        if any(name.startswith("headquarters_location") for name in asked):
            raise InvalidInputError("headquarters_location[include] must be a list of places")
        return None
    if not all(isinstance(place, dict) for place in places):
        raise InvalidInputError("a place has a continent, a country, a state or a city")
    codes = []
    for place in places:
        written = str(place.get("country", ""))
        code = written.upper() if len(written) == 2 else _CODES.get(written.casefold(), "")
        if not code:
            raise InvalidInputError(f"there is no country {written!r}")
        codes.append(code)
    return [code for code in dict.fromkeys(codes) if code in COUNTRIES]


def _bands(asked: Params) -> list[int] | None:
    if "headcount" not in asked:
        return None
    wanted = asked.texts("headcount")
    if not set(wanted) <= set(hunter_records.HEADCOUNTS):
        raise InvalidInputError(f"headcount is one of {', '.join(hunter_records.HEADCOUNTS)}")
    return [band for band in range(len(SIZE_BANDS)) if hunter_records.HEADCOUNTS[band] in wanted]


def _industries(asked: Params) -> list[str] | None:
    if "industry[include]" not in asked:
        return None
    ours = {theirs.lower(): name for name, theirs in hunter_records.INDUSTRIES.items()}
    wanted = asked.texts("industry[include]")
    for name in wanted:
        if name not in ours:
            raise InvalidInputError(f"{name!r} is not one of Hunter's industries")
    return [ours[name] for name in wanted]


def _keyword_test(asked: Params) -> Callable[[Company], bool]:
    """Whether a company is about what is asked for: any of the keywords, or all of them."""
    words = asked.texts("keywords[include]") + (asked.text("query") or "").lower().split()
    together = all if asked.text("keywords[match]") == "all" else any

    def is_about(one: Company) -> bool:
        own = (one.industry, *one.keywords)
        return not words or together(any(word in text for text in own) for word in words)

    return is_about
