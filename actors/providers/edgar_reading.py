"""What EDGAR's files say of a company: where it is, whether it still reports, what it earned and told of late."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from actors.core.questions import Signal
from actors.providers.fields import amount, day, inner, inners, text, whole
from tenants.countries import country_code

_NAME = "edgar"
HOME_COUNTRY = "US"
# Codes of places with a digit are abroad, such as X0 for the United Kingdom.
_STATE = re.compile(r"[A-Z]{2}")
_NO_STATE = "XX"
_REPORTS = frozenset({"10-K", "10-K/A", "10-Q", "10-Q/A", "20-F", "20-F/A", "40-F", "40-F/A", "6-K"})
_FAREWELLS = frozenset({"15-12B", "15-12G", "15-15D", "15F-12B", "15F-12G", "15F-15D"})
_ANNUAL = frozenset({"10-K", "10-K/A"})
_YEAR_DAYS = range(340, 391)
# What revenue is called; where a company has several for one year, the first of these is all of it.
_REVENUES = (
    "Revenues",
    "RevenueFromContractWithCustomerExcludingAssessedTax",
    "RevenueFromContractWithCustomerIncludingAssessedTax",
    "SalesRevenueNet",
)
_PAGE_OF_FILING = "https://www.sec.gov/Archives/edgar/data/{cik}/{plain}/{number}-index.htm"
_CURRENT_REPORT, _PRIVATE_PLACEMENT = "8-K", "D"
# What a current report is about, by its items. The results of each quarter and exhibits are nothing that happened.
_ITEMS = {
    "1.01": "a material agreement",
    "1.02": "the end of a material agreement",
    "1.03": "bankruptcy",
    "1.05": "a cybersecurity incident",
    "2.01": "a business bought or sold",
    "2.05": "the cost of leaving a business",
    "3.01": "a change of its listing",
    "3.02": "shares sold in private",
    "5.01": "a change of control",
    "5.02": "a change among directors or officers",
}
_OLDEST = timedelta(days=365)
_MOST_FILINGS = 20


def country_of(address: dict[str, Any]) -> str | None:
    """The country of an address. American ones name the state twice: DE is Delaware, and CA no Canada."""
    place = text(address.get("stateOrCountry")) or ""
    if _STATE.fullmatch(place) and place != _NO_STATE and not address.get("isForeignLocation"):
        return HOME_COUNTRY
    named = (address.get("stateOrCountryDescription"), address.get("country"))
    return next(filter(None, (country_code(text(name) or "") for name in named)), None)


def is_reporting(submissions: dict[str, Any]) -> bool:
    """Whether the company has reported since it last said that it would no more. Filings are told in columns."""
    filed = [(form, on) for form, on, _ in _filed(submissions)]
    reported = max((on for form, on in filed if form in _REPORTS), default=date.min)
    said_farewell = max((on for form, on in filed if form in _FAREWELLS), default=date.min)
    return reported > said_farewell


def signals(submissions: dict[str, Any], cik: str) -> list[Signal]:
    """What a company told in current reports and private placements, in the year up to its newest filing."""
    filed = list(_filed(submissions, "items", "accessionNumber"))
    first = max((on for _, on, _ in filed), default=date.min)
    found = []
    for form, on, (items, number) in filed:
        told = _told(form, items)
        if told is not None and first - on <= _OLDEST:
            url = None
            if number is not None:
                url = _PAGE_OF_FILING.format(cik=int(cik), plain=number.replace("-", ""), number=number)
            found.append(Signal(kind=told[0], on=on, title=told[1], url=url))
    return sorted(found, key=lambda one: one.on, reverse=True)[:_MOST_FILINGS]


def _told(form: str | None, items: str | None) -> tuple[str, str] | None:
    """The kind and the title of what a filing tells, None where that is nothing that happened."""
    if form == _PRIVATE_PLACEMENT:
        return "funding", "Raised money: a private placement"
    about = [_ITEMS[item] for item in (items or "").split(",") if item in _ITEMS]
    return ("news", f"Reported {', '.join(about)}") if form == _CURRENT_REPORT and about else None


def _filed(
    submissions: dict[str, Any], *more: str
) -> Iterator[tuple[str | None, date, tuple[str | None, ...]]]:
    """The form and the day of each filing, and what more columns say of it. Filings are told in columns."""
    filings = inner(submissions, "filings", _NAME) or {}
    recent = inner(filings, "recent", _NAME) or {}
    forms, days = recent.get("form"), recent.get("filingDate")
    if not isinstance(forms, list) or not isinstance(days, list) or len(forms) != len(days):
        return
    columns = [recent.get(name) for name in more]
    for at, (form, on) in enumerate(zip(map(text, forms), map(day, days), strict=True)):
        if on is not None:
            said = (text(one[at]) if isinstance(one, list) and at < len(one) else None for one in columns)
            yield form, on, tuple(said)


def revenue_usd(reported: dict[str, Any]) -> float | None:
    """The revenue of the newest year that an annual report tells; of two reports on it, the later one counts.

    Annual reports tell of quarters, too, and of earlier years.
    """
    found = []
    for rank, concept in enumerate(_REVENUES):
        for entry in _in_annual_reports(reported, "us-gaap", concept, ("USD",)):
            begin, end, value = day(entry.get("start")), day(entry.get("end")), amount(entry.get("val"))
            if begin and end and value is not None and (end - begin).days in _YEAR_DAYS:
                found.append((end, -rank, day(entry.get("filed")) or date.min, value))
    return max(found)[-1] if found else None


def employees(reported: dict[str, Any]) -> int | None:
    """The newest number of employees in an annual report. Most companies tell it in words only."""
    found = []
    for entry in _in_annual_reports(reported, "dei", "EntityNumberOfEmployees"):
        end, value = day(entry.get("end")), whole(entry.get("val"))
        if end and value is not None:
            found.append((end, day(entry.get("filed")) or date.min, value))
    return max(found)[-1] if found else None


def _in_annual_reports(
    reported: dict[str, Any], taxonomy: str, concept: str, units: Iterable[str] | None = None
) -> Iterator[dict[str, Any]]:
    facts = inner(reported, "facts", _NAME) or {}
    told = inner(inner(facts, taxonomy, _NAME) or {}, concept, _NAME) or {}
    by_unit = inner(told, "units", _NAME) or {}
    for unit in by_unit.keys() if units is None else by_unit.keys() & set(units):
        yield from (entry for entry in inners(by_unit, unit, _NAME) if text(entry.get("form")) in _ANNUAL)
