"""Salesforce's records in our words and back, marks of what we wrote, and texts within queries."""

from typing import Any

import pytest

from actors.core.errors import AnswerGarbled
from actors.providers.salesforce_objects import (
    OUR_ID,
    OUR_MARKS,
    changed,
    end_of_second,
    field_names,
    has_place,
    host_of,
    id_of,
    in_our_words,
    like,
    marks_of,
    quoted,
    record,
)

SINCE = {"Id": "001000000000001AAA", "SystemModstamp": "2026-11-02T10:00:00.123+0000"}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (
            {"name": "Acme", "industry": "software", "country": "NL", "employees": 240, "lead_score": 85},
            "Account",
        ),
        ({"name": "Acme", "country": "Freedonia", "lead_tier": "A"}, "Account"),
        ({"name": "Ann van Dijk", "title": "CEO", "account": "001000000000001AAA"}, "Contact"),
        ({"name": "Cher", "department": "music"}, "Contact"),
    ],
)
def test_what_is_written_is_read_again_as_the_same_and_as_ours(fields: dict[str, Any], kind: str) -> None:
    read = record({**SINCE, **changed(fields, kind, {})}, kind)
    assert (read.values, read.edited) == (fields, ())


def test_countries_go_by_their_names_and_last_names_by_themselves() -> None:
    assert changed({"country": "DE"}, "Account", {})["BillingCountry"] == "Germany"
    given = changed({"name": "Ann Lee"}, "Contact", {})
    assert (given["FirstName"], given["LastName"]) == ("Ann", "Lee")


def test_what_others_wrote_counts_as_edited_but_for_what_is_ours_alone() -> None:
    ours = {**SINCE, **changed({"name": "Acme", "employees": 240, "lead_score": 85}, "Account", {})}
    theirs = {**ours, "NumberOfEmployees": 12, "BillingCity": "Oslo", "Leadmill_Score__c": 1, "Name": None}
    assert record(ours, "Account").edited == ()
    assert record(theirs, "Account").edited == ("city", "employees")
    assert record({**ours, OUR_MARKS: None}, "Account").edited == ("name", "employees")
    assert record({**ours, OUR_MARKS: "by hand: x"}, "Account").edited == ("name", "employees")


def test_a_change_keeps_the_marks_of_what_it_leaves_alone() -> None:
    first = {**SINCE, **changed({"name": "Acme", "employees": 240}, "Account", {})}
    second = {**first, **changed({"employees": 250}, "Account", marks_of(first))}
    assert marks_of(second)["name"] == marks_of(first)["name"]
    assert record(second, "Account").edited == ()
    assert len(second[OUR_MARKS]) < 255


def test_our_fields_have_a_place_or_are_left_out_and_fit() -> None:
    fields = {"title": 60 * "ab ", "name": " Ann  Lee", "seniority": "vp", "employees": 5}
    assert in_our_words(fields, "Contact") == {"title": (60 * "ab ")[:128].rstrip(), "name": "Ann Lee"}
    assert in_our_words({"employees": 240.0, "lead_score": 7}, "Account") == {
        "employees": 240,
        "lead_score": 7,
    }
    assert has_place("Account", "industry")
    assert not has_place("Contact", "seniority")
    assert {"Id", OUR_ID, OUR_MARKS, "LastName"} <= set(field_names("Contact"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "'plain'"),
        ("o'brien", "'o\\'brien'"),
        ("a\\", "'a\\\\'"),
        ("a\\'b", "'a\\\\\\'b'"),
        ("5%_", "'5%_'"),
    ],
)
def test_a_text_in_a_query_ends_where_it_ends(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_a_text_in_a_pattern_means_itself() -> None:
    assert like("%//{}%", "a_b%.com") == "'%//a\\_b\\%.com%'"
    assert like("{}", "a'\\") == "'a\\'\\\\'"


@pytest.mark.parametrize(
    ("website", "expected"),
    [("acme.com", "acme.com"), ("https://www.ACME.com/de", "acme.com"), ("www.acme.com:8080", "acme.com"),
     ("//acme.com", "acme.com"), ("http://[", ""), (None, ""), (7, "")],
)  # fmt: skip
def test_a_website_has_a_host(website: object, expected: str) -> None:
    assert host_of(website) == expected


def test_a_second_ends_with_the_next() -> None:
    assert end_of_second(SINCE) == "Mon, 02 Nov 2026 10:00:01 GMT"
    east = {"SystemModstamp": "2026-11-02T10:00:00.000+0200"}
    assert end_of_second(east) == "Mon, 02 Nov 2026 08:00:01 GMT"


@pytest.mark.parametrize("odd", [None, "", "soon", 7, "9999-12-31T23:59:59.999+0000"])
def test_a_version_that_is_no_time_is_garbled(odd: object) -> None:
    with pytest.raises(AnswerGarbled):
        end_of_second({"SystemModstamp": odd})


@pytest.mark.parametrize("odd", [None, "", 7, "001", "001/../query?q=", 16 * "0"])
def test_an_id_is_15_or_18_letters(odd: object) -> None:
    with pytest.raises(AnswerGarbled):
        id_of({"Id": odd})
    assert id_of({"Id": 15 * "a"}) == 15 * "a"


def test_a_record_without_a_version_is_garbled() -> None:
    with pytest.raises(AnswerGarbled):
        record({"Id": "001000000000001AAA", "Name": "Acme"}, "Account")


@pytest.mark.parametrize("odd", [7, [], {}, True, "", None])
def test_an_odd_value_is_none(odd: object) -> None:
    assert record({**SINCE, "BillingCity": odd, "NumberOfEmployees": "12"}, "Account").values == {}
