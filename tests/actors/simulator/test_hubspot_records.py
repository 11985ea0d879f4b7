import json

import pytest

from actors.simulator import hubspot_records
from actors.simulator.customers import on_file
from actors.simulator.hubspot_records import Record, Source, passes, wrong_properties
from actors.simulator.hubspot_wire import batch, item_error, refusal
from actors.simulator.vendor import InvalidInputError

AT = "2026-11-02T00:00:00.001Z"


def described(providers, name):
    return json.loads((providers / "hubspot" / f"hubspot_{name}.json").read_text())["components"]["schemas"]


def record():
    record = Record("7", AT, AT)
    record.set({"name": "Acme", "domain": "acme.example"}, Source("CRM_UI", "userId:1", 1), AT)
    return record


@pytest.mark.dataset
def test_shapes_hold_the_fields_that_the_descriptions_demand(providers):
    companies = described(providers, "companies_v3")
    shown = record().wire("companies", ["city"], ["name"])
    assert set(companies["SimplePublicObjectWithAssociations"]["required"]) <= shown.keys()
    version = shown["propertiesWithHistory"]["name"][0]
    assert set(companies["ValueWithTimestamp"]["required"]) <= version.keys()
    assert version.keys() <= companies["ValueWithTimestamp"]["properties"].keys()
    owner = hubspot_records.owners()[0]
    assert set(described(providers, "crmOwners_v3")["PublicOwner"]["required"]) <= owner.keys()
    assert owner.keys() <= described(providers, "crmOwners_v3")["PublicOwner"]["properties"].keys()
    partly = json.loads(batch([], [item_error(400, "VALIDATION_ERROR", "no", {"ids": ["1"]})]).body)
    assert set(companies["BatchResponseSimplePublicUpsertObjectWithErrors"]["required"]) <= partly.keys()
    assert {"status", "category", "message", "context"} <= partly["errors"][0].keys()
    refused = json.loads(refusal(400, "VALIDATION_ERROR", "no").body)
    assert set(companies["Error"]["required"]) <= refused.keys()


@pytest.mark.dataset
def test_default_properties_are_those_of_recorded_answers(providers):
    folder = providers / "dlt_hubspot_recorded"
    for objects in ("companies", "contacts", "deals"):
        recorded = json.loads((folder / f"mock_{objects}_data.json").read_text())["results"][0]
        shown = Record("7", AT, AT).wire(objects, [])
        assert (shown.keys(), shown["properties"].keys()) == (recorded.keys(), recorded["properties"].keys())


def test_what_was_not_set_is_null_and_what_did_not_change_is_no_version():
    one = record()
    shown = one.wire("companies", ["city"])
    assert (shown["properties"]["city"], shown["properties"]["name"]) == (None, "Acme")
    assert "propertiesWithHistory" not in shown
    later = "2026-11-02T00:00:00.002Z"
    assert one.set({"name": "Acme"}, Source("API"), later) == {}
    assert one.set({"name": "ACME"}, Source("API"), later) == {"name": "ACME"}
    assert [version["value"] for version in one.versions["name"]] == ["ACME", "Acme"]
    assert (one.value("hs_lastmodifieddate"), one.updated_at) == (later, later)


@pytest.mark.parametrize(
    ("name", "operator", "value", "passed"),
    [("domain", "EQ", "ACME.example", True), ("domain", "EQ", "acme", False), ("city", "EQ", "Oslo", False),
     ("hs_object_id", "GT", "6", True), ("hs_object_id", "GT", "7", False), ("name", "GT", "1", False)],
)  # fmt: skip
def test_filters(name, operator, value, passed):
    assert passes(record(), {"propertyName": name, "operator": operator, "value": value}) is passed


def test_a_filter_that_is_not_known_is_refused():
    with pytest.raises(InvalidInputError):
        passes(record(), {"propertyName": "name", "operator": "LIKE", "value": "a"})


def test_wrong_properties_are_named_with_what_is_wrong():
    given = {
        "name": "Acme",
        "nam": "Acme",
        "hs_object_id": "1",
        "numberofemployees": "12.5",
        "annualrevenue": "x",
    }
    wrong = wrong_properties("companies", given)
    assert {one["name"]: one["error"] for one in wrong} == {
        "nam": "PROPERTY_DOESNT_EXIST",
        "hs_object_id": "READ_ONLY_VALUE",
        "annualrevenue": "INVALID_DOUBLE",
    }


def test_a_portal_holds_what_is_on_file(world):
    portal, there = hubspot_records.portal(world), on_file(world)
    assert [one.value("domain") for one in portal["companies"].values()] == [o.company.domain for o in there]
    assert len(portal["contacts"]) == sum(len(one.people) for one in there)
    assert {one.value("hs_is_closed") for one in portal["deals"].values()} == {"true", "false"}
    ids = [id_ for objects in portal.values() for id_ in objects]
    assert len(ids) == len(set(ids))
    assert hubspot_records.next_id(portal) not in ids
    companies = portal["companies"].keys()
    assert all(
        set(one.companies) <= companies for one in (*portal["contacts"].values(), *portal["deals"].values())
    )
