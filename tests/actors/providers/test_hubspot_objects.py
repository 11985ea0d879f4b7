"""HubSpot's objects in our words and back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actors.core.errors import AnswerGarbled
from actors.providers.hubspot_objects import (
    has_place,
    in_our_words,
    properties,
    property_names,
    record,
)


def company(history: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    return {"id": "7", "properties": given, "propertiesWithHistory": history or {}}


def written(source: str, at: str = "2026-11-02T10:00:00.000Z") -> list[dict[str, Any]]:
    return [{"value": "x", "timestamp": at, "sourceType": source}]


@pytest.mark.parametrize(
    ("fields", "objects", "expected"),
    [
        (
            {"name": "Acme", "country": "NL", "employees": 240, "founded_year": 1999.0, "lead_score": 85},
            "companies",
            {
                "name": "Acme",
                "country": "Netherlands",
                "numberofemployees": "240",
                "founded_year": "1999",
                "leadmill_score": "85",
            },
        ),
        ({"country": "Freedonia"}, "companies", {"country": "Freedonia"}),
        ({"name": "Ann van Dijk"}, "contacts", {"firstname": "Ann van", "lastname": "Dijk"}),
        ({"name": "Cher"}, "contacts", {"firstname": "", "lastname": "Cher"}),
    ],
)
def test_what_is_written_is_read_again_as_the_same(
    fields: dict[str, Any], objects: str, expected: dict[str, str]
) -> None:
    given = properties(fields, objects)
    assert given == expected
    assert record(company(**given), objects).values == fields


def test_our_fields_have_a_place_or_are_left_out() -> None:
    assert in_our_words({"name": " Ann  Lee ", "salary": 1}, "contacts") == {"name": "Ann Lee"}
    assert has_place("companies", "employees")
    assert not has_place("companies", "industry")
    assert {"firstname", "lastname"} <= set(property_names("contacts"))


@pytest.mark.parametrize("odd", ["many", "12.5", "-3", "nan", "1e400"])
def test_a_number_that_is_none_stays_a_text(odd: str) -> None:
    assert record(company(numberofemployees=odd), "companies").values == {"employees": odd}


@pytest.mark.parametrize("odd", [None, "", 7, [], {"a": 1}])
def test_an_odd_value_is_none(odd: object) -> None:
    assert record(company(name=odd, city="Oslo"), "companies").values == {"city": "Oslo"}


@pytest.mark.parametrize(
    ("source", "is_a_persons"),
    [("CRM_UI", True), ("CRM_UI_BULK_ACTION", True), ("MOBILE_IOS", True), ("IMPORT", True), ("FORM", True),
     ("CONTACTS_WEB", True), ("SOMETHING_NEW", True), (None, True), ("INTEGRATION", False), ("API", False),
     ("CALCULATED", False), ("DATA_ENRICHMENT", False), ("WORKFLOWS", False)],
)  # fmt: skip
def test_who_wrote_a_field_last_is_a_person_unless_a_machine_is_known(
    source: str | None, is_a_persons: bool
) -> None:
    older = written("INTEGRATION" if is_a_persons else "CRM_UI", "2025-01-01T00:00:00.000Z")
    history = {"city": [*written(source), *older]}
    assert record(company(history, city="Oslo"), "companies").edited == (("city",) if is_a_persons else ())


def test_a_field_that_a_person_emptied_is_edited_and_one_that_nobody_wrote_is_not() -> None:
    read = record(company({"city": written("CRM_UI"), "name": []}, city="", name=None), "companies")
    assert (read.values, read.edited) == ({}, ("city",))


def test_either_part_of_a_name_makes_the_name_edited() -> None:
    history = {"firstname": written("INTEGRATION"), "lastname": written("CRM_UI")}
    assert record(company(history, firstname="A", lastname="B"), "contacts").edited == ("name",)


def test_the_version_is_that_of_our_fields() -> None:
    def version(**more: Any) -> str:
        at = {"name": written("API", more.pop("at", "2026-11-01T00:00:00.000Z"))}
        return record({**company(at, name=more.pop("name", "Acme")), **more}, "companies").etag

    usual = version()
    assert version(updatedAt="2026-11-03T00:00:00.000Z") == usual
    assert version(at="2026-11-02T00:00:00.000Z") != usual
    assert version(name="ACME") != usual
    assert version(id="8") != usual


@pytest.mark.parametrize(
    "odd", [{}, {"properties": None}, {"properties": []}, {"properties": {}, "propertiesWithHistory": 1}]
)
def test_an_object_without_its_parts_is_garbled(odd: dict[str, Any]) -> None:
    with pytest.raises(AnswerGarbled):
        record(odd, "companies")


@pytest.mark.parametrize("odd", [[], [1], "x", {"a": 1}, None, [{"sourceType": 1}]])
def test_an_odd_history_breaks_nothing(odd: object) -> None:
    assert record(company({"city": odd}, city="Oslo"), "companies").values == {"city": "Oslo"}


@pytest.mark.dataset
def test_recorded_properties_of_contacts_are_there(dataset: Callable[[str], Path]) -> None:
    path = dataset("providers/dlt_hubspot_recorded/mock_contacts_with_history.json")
    names = json.loads(path.read_text())["results"][0]["properties"].keys()
    listed = json.loads(dataset("providers/dlt_hubspot_recorded/mock_contacts_properties.json").read_text())
    known = names | {one["name"] for one in listed["results"]}
    assert set(property_names("contacts")) <= known
    assert "hs_email_optout" in known
