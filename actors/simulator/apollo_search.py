"""What Apollo's search filters mean for companies and people of the world."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from actors.simulator.apollo_records import technology_uid
from actors.simulator.company import SIZE_BANDS, Company
from actors.simulator.industries import INDUSTRIES
from actors.simulator.person import Person, fold
from actors.simulator.places import COUNTRIES
from actors.simulator.vendor import InvalidInputError, Params
from actors.simulator.world import World

_MOST_SCANNED = 2500  # companies whose people one search looks at, when it names none
_SHORT = {
    "vice president": "vp",
    "chief executive officer": "ceo",
    "chief technology officer": "cto",
    "chief financial officer": "cfo",
    "chief marketing officer": "cmo",
    "chief operating officer": "coo",
    "chief information officer": "cio",
}
_FILLERS = frozenset({"of", "the", "and", "&"})
_RANGES: dict[str, Callable[[Company], int | None]] = {
    "revenue_range": lambda company: company.revenue_usd,
    "total_funding_range": lambda company: company.total_funding_usd,
    "organization_num_jobs_range": lambda company: company.open_jobs,
}


def companies(world: World, params: Params) -> list[Company]:
    """The companies that pass every filter of a company search, in the order of their numbers."""
    tests = _company_tests(params)
    return [company for company in _candidates(world, params) if all(test(company) for test in tests)]


def people(world: World, params: Params) -> list[tuple[Company, Person]]:
    """The people that pass every filter of a people search, company by company, leaders first."""
    tests = _company_tests(params)
    found = [company for company in _candidates(world, params) if all(test(company) for test in tests)]
    passes = _person_test(params)
    return [
        (company, person)
        for company in found[:_MOST_SCANNED]
        for person in world.people(company)
        if passes(person)
    ]


def _candidates(world: World, params: Params) -> list[Company]:
    """The companies that a search names, or else those of the segments that it can concern."""
    domains, ids = params.texts("q_organization_domains_list"), params.texts("organization_ids")
    if domains or ids:
        named = [world.company_by_domain(domain) for domain in domains]
        named += [company for company in map(world.company_by_id, ids) if company is not None]
        return [company for company in dict.fromkeys(named) if company.is_known]
    tags = params.texts("q_organization_keyword_tags")
    industries = {
        name
        for name, industry in INDUSTRIES.items()
        if any(tag in name or any(tag in keyword for keyword in industry.keywords) for tag in tags)
    }
    locations = params.texts("organization_locations")
    countries = {
        code
        for code, country in COUNTRIES.items()
        if any(
            _is_in(location, city, region, code) for location in locations for city, region in country.cities
        )
    }
    ranges = _employee_ranges(params)
    bands = [
        band
        for band, (least, most) in enumerate(SIZE_BANDS)
        if any(low <= most and least <= high for low, high in ranges)
    ]
    return list(
        world.select(
            industries if tags else None, countries if locations else None, bands if ranges else None
        )
    )


def _company_tests(params: Params) -> list[Callable[[Company], bool]]:
    """One test for each company filter in use."""
    tests: list[Callable[[Company], bool]] = []
    if inside := params.texts("organization_locations"):
        tests.append(lambda c: any(_is_in(place, c.city, c.region, c.country) for place in inside))
    if outside := params.texts("organization_not_locations"):
        tests.append(lambda c: not any(_is_in(place, c.city, c.region, c.country) for place in outside))
    if sizes := _employee_ranges(params):
        tests.append(lambda c: any(low <= c.employees <= high for low, high in sizes))
    if tags := params.texts("q_organization_keyword_tags"):
        tests.append(
            lambda c: any(tag in c.industry or any(tag in word for word in c.keywords) for tag in tags)
        )
    if name := params.text("q_organization_name"):
        tests.append(lambda c: name.casefold() in c.name.casefold())
    if any_of := set(params.texts("currently_using_any_of_technology_uids")):
        tests.append(lambda c: not any_of.isdisjoint(map(technology_uid, c.technologies)))
    for filter_name, value in _RANGES.items():
        if bounds := _bounds(params, filter_name):
            tests.append(_within(value, *bounds))
    since, until = (
        params.text("latest_funding_date_range[min]"),
        params.text("latest_funding_date_range[max]"),
    )
    if since or until:
        first, last = _day(since, date.min), _day(until, date.max)
        tests.append(lambda c: c.latest_funding_date is not None and first <= c.latest_funding_date <= last)
    return tests


def _person_test(params: Params) -> Callable[[Person], bool]:
    """The test that all person filters make together."""
    titles = [_title_words(title) for title in params.texts("person_titles")]
    exact = {title.casefold() for title in params.texts("person_titles")}
    is_strict = (params.text("include_similar_titles") or "true").lower() == "false"
    seniorities = params.texts("person_seniorities")
    locations = params.texts("person_locations")
    statuses = params.texts("contact_email_status")
    keywords = (params.text("q_keywords") or "").casefold()

    def passes(person: Person) -> bool:
        words = _title_words(person.title)
        return (
            (
                not titles
                or (person.title.casefold() in exact if is_strict else any(t <= words for t in titles))
            )
            and (not seniorities or person.seniority in seniorities)
            and (
                not locations or any(_is_in(p, person.city, person.region, person.country) for p in locations)
            )
            and (not statuses or person.apollo_knows_email == (statuses != ["unavailable"]))
            and keywords in person.title.casefold()
        )

    return passes


@lru_cache(maxsize=4096)
def _title_words(title: str) -> frozenset[str]:
    """The telling words of a title, "Vice President of Sales" and "VP Sales" being the same."""
    text = title.lower().replace(",", " ")
    for long, short in _SHORT.items():
        text = text.replace(long, short)
    return frozenset(text.split()) - _FILLERS


@lru_cache(maxsize=8192)
def _is_in(location: str, city: str, region: str, country: str) -> bool:
    """Whether a place lies in a location such as "germany", "california" or "berlin, germany"."""
    names = {fold(city), fold(region), fold(COUNTRIES[country].name)}
    return all(fold(part) in names for part in location.split(","))


def _employee_ranges(params: Params) -> list[tuple[int, int]]:
    ranges = []
    for text in params.texts("organization_num_employees_ranges"):
        low, comma, high = text.partition(",")
        if not (comma and low.strip().isdecimal() and high.strip().isdecimal()):
            raise InvalidInputError(f"organization_num_employees_ranges must be like 1,10, not {text}")
        ranges.append((int(low), int(high)))
    return ranges


def _bounds(params: Params, name: str) -> tuple[int, int] | None:
    least, most = params.text(f"{name}[min]"), params.text(f"{name}[max]")
    if least is None and most is None:
        return None
    highest = 10**15
    return params.number(f"{name}[min]", 0, 0, highest), params.number(f"{name}[max]", highest, 0, highest)


def _within(value: Callable[[Company], int | None], least: int, most: int) -> Callable[[Company], bool]:
    def is_within(company: Company) -> bool:
        amount = value(company)
        return amount is not None and least <= amount <= most

    return is_within


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise InvalidInputError(f"not a date: {text}") from None
