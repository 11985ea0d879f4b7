"""Ideal customers and personas as Elasticsearch queries in People Data Labs' fields.

A query is a structure and never put together as text, so that nothing that stands in it can end it.
"""

from typing import Any

import orjson

from actors.core.errors import QuestionRefused
from tenants.countries import english_names
from tenants.icp import IdealCustomer, Persona

#: how senior somebody is, in our words and in theirs
LEVELS = {
    "founder": "owner",
    "owner": "owner",
    "c_suite": "cxo",
    "partner": "partner",
    "vp": "vp",
    "head": "director",
    "director": "director",
    "manager": "manager",
    "senior": "senior",
    "entry": "entry",
    "intern": "training",
}

# Countries that People Data Labs writes in another way than Unicode does.
_OWN_NAMES = {
    "AG": "antigua and barbuda",
    "BA": "bosnia and herzegovina",
    "BL": "saint barthélemy",
    "CD": "democratic republic of the congo",
    "CG": "republic of the congo",
    "CI": "ivory coast",
    "GS": "south georgia and the south sandwich islands",
    "HK": "hong kong",
    "HM": "heard island and mcdonald islands",
    "KN": "saint kitts and nevis",
    "LC": "saint lucia",
    "MF": "saint martin",
    "MK": "macedonia",
    "MM": "myanmar",
    "MO": "macau",
    "PM": "saint pierre and miquelon",
    "PN": "pitcairn",
    "PS": "palestine",
    "SH": "saint helena",
    "SJ": "svalbard and jan mayen",
    "ST": "são tomé and príncipe",
    "SZ": "swaziland",
    "TC": "turks and caicos islands",
    "TR": "turkey",
    "TT": "trinidad and tobago",
    "UM": "united states minor outlying islands",
    "VC": "saint vincent and the grenadines",
    "WF": "wallis and futuna",
}
_FILLERS = frozenset({"of", "the", "and", "for", "&"})


def country_name(code: str) -> str:
    """What People Data Labs calls a country. Raises QuestionRefused where there is none of that code."""
    name = english_names().get(code)
    if name is None:
        raise QuestionRefused(f"there is no country {code}", provider="pdl")
    return _OWN_NAMES.get(code, name.lower())


def companies(icp: IdealCustomer) -> str:
    """The search for companies that match, of those that have a website: each that is found costs a credit.

    Industries and keywords are alternatives: one of them is the industry, a tag, or stands in the summary.
    """
    must: list[dict[str, Any]] = [{"exists": {"field": "website"}}]
    if words := [*icp.industries, *icp.keywords]:
        must.append(_any([clause for word in words for clause in _about(word.strip().lower())]))
    if icp.countries:
        must.append({"terms": {"location.country": [country_name(code) for code in icp.countries]}})
    size = {"gte": icp.employees_min, "lte": icp.employees_max}
    if bounds := {name: bound for name, bound in size.items() if bound is not None}:
        must.append({"range": {"employee_count": bounds}})
    query: dict[str, Any] = {"must": must}
    if icp.excluded_domains:
        query["must_not"] = [{"terms": {"website": list(icp.excluded_domains)}}]
    return _text(query)


def people(domain: str, persona: Persona) -> str:
    """The search for people who work at the company with this domain, with such titles and seniority."""
    must: list[dict[str, Any]] = [{"term": {"job_company_website": domain}}]
    if persona.titles:
        must.append(_any([_all(_words(title)) for title in persona.titles]))
    levels = sorted({LEVELS[word] for word in persona.seniorities if word in LEVELS})
    if levels:
        must.append({"terms": {"job_title_levels": levels}})
    return _text({"must": must})


def _about(word: str) -> list[dict[str, Any]]:
    # what others join with & is here often joined with "and"
    names = list(dict.fromkeys([word, word.replace(" & ", " and ")]))
    return [{"terms": {"industry": names}}, {"term": {"tags": word}}, {"match_phrase": {"summary": word}}]


def _words(title: str) -> list[dict[str, Any]]:
    return [{"match": {"job_title": word}} for word in title.lower().split() if word not in _FILLERS]


def _any(clauses: list[dict[str, Any]]) -> dict[str, Any]:
    return {"bool": {"should": clauses}}


def _all(clauses: list[dict[str, Any]]) -> dict[str, Any]:
    return {"bool": {"must": clauses}}


def _text(query: dict[str, Any]) -> str:
    return orjson.dumps({"query": {"bool": query}}).decode()
