"""Wikidata's query service on loopback: it understands queries for what is known of one company."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from actors.simulator.chance import fraction
from actors.simulator.company import FOREIGN, Company
from actors.simulator.coverage import covers
from actors.simulator.open_vendor import ANYBODY, OpenVendor, as_json
from actors.simulator.registered import cik, legal_name, lei, ticker
from actors.simulator.vendor import TEXT, Answer, Call, InvalidInputError, Params
from actors.simulator.world import World

RESULTS = "application/sparql-results+json;charset=utf-8"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_WEBSITE = re.compile(r"<https?://(?:www\.)?([^/>\s]+)/?>")
_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"@\w+')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_COUNTRY = re.compile(r'wdt:P17/wdt:P297 "([A-Z]{2})"')
# a part of the query that tells one field: which property, what else is wanted of it, and the field's name
_FIELD = re.compile(r'\{ \?company (\S+) \?\w+ (.*?)BIND\("([^"]+)" AS \?field\)', re.DOTALL)
_PROPERTY = re.compile(r"P\d+")
_DOLLAR, _EURO = "Q4917", "Q4916"
_DOLLAR_COUNTRIES = frozenset({"US"})
_LEGAL_NAME_SHARE = 0.4

Value = dict[str, str]


class Wikidata(OpenVendor):
    """The query service, as its manual has it: results as bindings, 429 with Retry-After, 403 for the nameless."""

    name = "wikidata"

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_name = {
            name: company
            for company in world.companies
            if covers("wikidata", company)
            for name in (company.name, legal_name(company))
        }
        self.endpoints = {"GET /sparql": self._query}

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (as all vendors)
        """Nobody's key, for those whose software has a name."""
        return ANYBODY if headers.get("user-agent") else ""

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (as all vendors)
        """429, and when to come back."""
        refusal = self.refused(429, "Rate limit exceeded")
        return Answer(refusal.body, 429, TEXT, {"retry-after": str(retry_after_s)})

    def refused(self, status: int, reason: str) -> Answer:
        """Plain text, as its Java has it."""
        return Answer(f"SPARQL-QUERY: {reason}\n".encode(), status, TEXT)

    def _query(self, call: Call) -> Answer:
        query = call.params.text("query") or ""
        fields = [
            (property_, wanted, name)
            for path, wanted, name in _FIELD.findall(query)
            if (property_ := _property(path)) is not None
        ]
        if not fields:
            raise InvalidInputError("MalformedQueryException: nothing that this service can answer")
        rows = [
            {"company": _uri(company), "field": {"type": "literal", "value": name}, **row}
            for company in self._companies(query)
            for property_, wanted, name in fields
            for row in _PROPERTIES[property_](self._world, company)
            if _has_unit(row, wanted)
        ]
        for row in rows:
            row.pop("unit", None)
        variables = ["company", "field", "value", "on"]
        return as_json({"head": {"vars": variables}, "results": {"bindings": rows}}, RESULTS)

    def _companies(self, query: str) -> list[Company]:
        """The companies that a query names, by website, or by label and country."""
        domains, names = set(_WEBSITE.findall(query)), {_unescaped(name) for name in _NAME.findall(query)}
        country = _COUNTRY.search(query)
        if not domains and not (names and country):
            raise InvalidInputError("QueryTimeoutException: this would be asked of everything there is")
        at_domains = [self._world.company_by_domain(domain) for domain in sorted(domains)]
        found = [company for company in at_domains if covers("wikidata", company)]
        if country:
            # labels are found by their exact letters only
            named = (self._by_name[name] for name in sorted(names & self._by_name.keys()))
            found += [company for company in named if company.country == country[1]]
        return list({company.number: company for company in found}.values())


def _property(path: str) -> str | None:
    found = _PROPERTY.search(path)
    name = found[0] if found else path
    return name if name in _PROPERTIES else None


def _unescaped(text: str) -> str:
    """What a literal of SPARQL says."""
    return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), text)


def _has_unit(row: Mapping[str, Any], wanted: str) -> bool:
    """Whether a value has the unit that the query wants, where it wants one."""
    return "quantityUnit" not in wanted or f"quantityUnit wd:{row.get('unit')}" in wanted


def _uri(company: Company) -> Value:
    return {"type": "uri", "value": f"http://www.wikidata.org/entity/Q{20_000_000 + company.number}"}


def _literal(value: object, datatype: str | None = None) -> dict[str, Any]:
    typed = {"datatype": _XSD + datatype} if datatype else {}
    return {"value": {"type": "literal", **typed, "value": str(value)}}


def _label(value: str, language: str = "en") -> dict[str, Any]:
    return {"value": {"type": "literal", "xml:lang": language, "value": value}}


def _in_year(year: int) -> dict[str, Any]:
    return {"on": {"type": "literal", "datatype": f"{_XSD}dateTime", "value": f"{year}-12-31T00:00:00Z"}}


def _legal_names(world: World, company: Company) -> Iterator[dict[str, Any]]:  # noqa: ARG001 (as all properties)
    if fraction("official name", company.domain) < _LEGAL_NAME_SHARE:
        yield _label(legal_name(company))


def _websites(world: World, company: Company) -> Iterator[dict[str, Any]]:  # noqa: ARG001 (as all properties)
    www = "www." if fraction("www", company.domain) < 0.6 else ""
    slash = "/" if fraction("slash", company.domain) < 0.5 else ""
    yield {"value": {"type": "uri", "value": f"https://{www}{company.domain}{slash}"}}


def _identifiers(world: World, company: Company) -> Iterator[dict[str, Any]]:  # noqa: ARG001 (as all properties)
    if covers("gleif", company) and company.number < FOREIGN:
        yield _literal(lei(company.domain))


def _ciks(world: World, company: Company) -> Iterator[dict[str, Any]]:  # noqa: ARG001 (as all properties)
    if covers("edgar", company) and company.number < FOREIGN:
        yield _literal(f"{cik(company):010}")


def _listings(world: World, company: Company) -> Iterator[dict[str, Any]]:  # noqa: ARG001 (as all properties)
    if covers("edgar", company) and company.number < FOREIGN:
        yield _literal(ticker(company))


def _employees(world: World, company: Company) -> Iterator[dict[str, Any]]:
    """The true number as of last year, beside an earlier one and one without a date."""
    yield _literal(company.employees // 2 + 1, "decimal") | _in_year(world.today.year - 5)
    yield _literal(company.employees, "decimal") | _in_year(world.today.year - 1)
    yield _literal(company.employees * 3, "decimal")


def _revenue(world: World, company: Company) -> Iterator[dict[str, Any]]:
    """Revenue in the money of the country: dollars in America, and euros for all others."""
    if company.revenue_usd is None:
        return
    unit = _DOLLAR if company.country in _DOLLAR_COUNTRIES else _EURO
    for value, year in ((company.revenue_usd // 2, 4), (company.revenue_usd, 1)):
        yield _literal(f"+{value}", "decimal") | _in_year(world.today.year - year) | {"unit": unit}


_PROPERTIES: Mapping[str, Callable[[World, Company], Iterator[dict[str, Any]]]] = {
    "rdfs:label": lambda _, company: iter([_label(company.name), _label(company.name, "mul")]),
    "P1448": _legal_names,
    "P856": _websites,
    "P452": lambda _, company: iter([_label(company.industry)]),
    "P159": lambda _, company: iter([_label(company.city)]),
    "P17": lambda _, company: iter([_literal(company.country)]),
    "P1278": _identifiers,
    "P5531": _ciks,
    "P249": lambda _, __: iter(()),  # tickers stand with the exchange where they are traded
    "P414": _listings,
    "P571": lambda _, company: iter([_literal(f"{company.founded_year}-01-01T00:00:00Z", "dateTime")]),
    "P1128": _employees,
    "P2139": _revenue,
}
