"""The part of Elasticsearch's query language that People Data Labs allows, over the fields of the world."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson

from actors.simulator import pdl_records
from actors.simulator.company import Company
from actors.simulator.directory import symbol
from actors.simulator.person import Person
from actors.simulator.vendor import InvalidInputError

Staff = tuple[Company, Person]
_T = TypeVar("_T")
_Field = Callable[[_T], Any]
_Test = Callable[[_T], bool]

_WORD = re.compile(r"[\w'’-]+")  # noqa: RUF001 (an apostrophe)
_BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gte": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "lte": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
}

#: the fields of a company that can be asked for
COMPANY: Mapping[str, Callable[[Company], Any]] = {
    "id": pdl_records.company_id,
    "name": lambda one: one.name.lower(),
    "website": lambda one: one.domain,
    "industry": pdl_records.industry,
    "tags": lambda one: one.keywords,
    "summary": lambda one: f"{one.name}: {one.one_liner}".lower(),
    "size": pdl_records.size,
    "employee_count": pdl_records.employees,
    "founded": lambda one: one.founded_year,
    "ticker": lambda one: (symbol(one) or "").lower() or None,
    "location.country": lambda one: pdl_records.country(one.country),
    "location.region": lambda one: one.region.lower(),
    "location.locality": lambda one: one.city.lower(),
}
#: the fields of a person that can be asked for
PERSON: Mapping[str, Callable[[Staff], Any]] = {
    "id": lambda one: pdl_records.person_id(one[1]),
    "full_name": lambda one: one[1].name.lower(),
    "job_title": lambda one: one[1].title.lower(),
    "job_title_levels": lambda one: (pdl_records.level(one[1]),),
    "job_company_website": lambda one: one[0].domain,
    "job_company_name": lambda one: one[0].name.lower(),
    "location_country": lambda one: pdl_records.country(one[1].country),
    "work_email": lambda one: one[1].email if pdl_records.knows_address(one[1]) else None,
}
_IN_WORDS = frozenset({"summary", "job_title", "name", "full_name", "job_company_name"})


def parsed(text: str | None) -> dict[str, Any]:
    """The query in a text; raises InvalidInputError for anything else."""
    try:
        given = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        given = None
    query = given.get("query") if isinstance(given, dict) else None
    if not isinstance(query, dict):
        raise InvalidInputError("query must be an Elasticsearch query in JSON")
    return query


def test_of(query: Any, fields: Mapping[str, _Field[_T]]) -> _Test[_T]:
    """The test that a query is; raises InvalidInputError for clauses and fields that are not allowed."""
    if not isinstance(query, dict) or len(query) != 1:
        raise InvalidInputError("a query is an object with one clause")
    kind, body = next(iter(query.items()))
    if kind == "match_all":
        return lambda one: True  # noqa: ARG005 (all of them)
    if not isinstance(body, dict) or not body:
        raise InvalidInputError(f"{kind} wants an object")
    if kind == "bool":
        return _joined(body, fields)
    if kind == "exists":
        field = _field(body.get("field"), fields)
        return lambda one: field(one) not in {None, ()}
    name, wanted = next(iter(body.items()))
    return _clause(kind, name, wanted, _field(name, fields))


def named(query: dict[str, Any], name: str) -> str | None:
    """The value that a query demands of a field, where one term of it stands among what must be."""
    must = query.get("bool", {}).get("must", []) if isinstance(query.get("bool"), dict) else []
    clauses = [query, *(must if isinstance(must, list) else [must])]
    for clause in clauses:
        term = clause.get("term") if isinstance(clause, dict) else None
        if isinstance(term, dict) and isinstance(term.get(name), str):
            return str(term[name])
    return None


def _joined(body: dict[str, Any], fields: Mapping[str, _Field[_T]]) -> _Test[_T]:
    tests: dict[str, list[_Test[_T]]] = {}
    for name, clauses in body.items():
        if name not in {"must", "filter", "should", "must_not"}:
            raise InvalidInputError(f"bool does not take {name}")
        listed = clauses if isinstance(clauses, list) else [clauses]
        tests[name] = [test_of(clause, fields) for clause in listed]
    all_of = tests.get("must", []) + tests.get("filter", [])
    any_of = [] if all_of else tests.get("should", [])
    none_of = tests.get("must_not", [])

    def passes(one: _T) -> bool:
        return (
            all(test(one) for test in all_of)
            and (not any_of or any(test(one) for test in any_of))
            and not any(test(one) for test in none_of)
        )

    return passes


def _clause(kind: str, name: str, wanted: Any, field: _Field[_T]) -> _Test[_T]:
    if kind == "range":
        if not isinstance(wanted, dict) or not set(wanted) <= set(_BOUNDS):
            raise InvalidInputError("range takes gte, gt, lte and lt")
        bounds = [(_BOUNDS[bound], value) for bound, value in wanted.items()]
        return lambda one: (
            (number := field(one)) is not None and all(test(number, value) for test, value in bounds)
        )
    if kind == "terms":
        if not isinstance(wanted, list):
            raise InvalidInputError("terms takes a list")
        values = {str(value) for value in wanted}
        return lambda one: not values.isdisjoint(_values(field(one)))
    if kind == "term" or (kind in {"match", "match_phrase"} and name not in _IN_WORDS):
        return lambda one: str(wanted) in _values(field(one))
    words = _WORD.findall(str(wanted).lower())
    if kind == "match":
        return lambda one: not set(words).isdisjoint(_WORD.findall(str(field(one))))
    if kind == "match_phrase":
        phrase = f" {' '.join(words)} "
        return lambda one: phrase in f" {' '.join(_WORD.findall(str(field(one))))} "
    raise InvalidInputError(f"{kind} queries are not allowed")


def _values(value: Any) -> set[str]:
    return set(map(str, value)) if isinstance(value, tuple) else {str(value)}


def _field(name: Any, fields: Mapping[str, _Field[_T]]) -> _Field[_T]:
    if name not in fields:
        raise InvalidInputError(f"there is no field {name}")
    return fields[name]
