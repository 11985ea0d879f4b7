from actors.simulator import salesforce_records
from actors.simulator.customers import on_file
from actors.simulator.salesforce_records import FIELDS, add, change, wire

AT, LATER = "2026-11-02T00:00:00.250+0000", "2026-11-02T00:00:01.250+0000"


def test_an_organisation_holds_what_is_on_file(world):
    org, there = salesforce_records.org(world), on_file(world)
    accounts = org["Account"].values()
    assert [one["Name"] for one in accounts] == [one.company.name for one in there]
    assert {one["Type"] for one in accounts} == {"Customer - Direct", None}
    won = {one["AccountId"] for one in org["Opportunity"].values() if one["IsWon"]}
    typed = {one["Id"] for one in accounts if one["Type"]}
    assert typed < won  # of some customers only a won deal tells
    assert len(org["Contact"]) + len(org["Lead"]) == sum(len(one.people) for one in there)
    assert all(one.keys() == set(FIELDS[name]) for name in org for one in org[name].values())
    assert all(len(id_) == 18 for records in org.values() for id_ in records)


def test_a_change_names_who_made_it(world):
    org = salesforce_records.org(world)
    contact = add(org, "Contact", {"FirstName": "Ann", "LastName": "Lee"}, "005A", AT)
    assert contact["Name"] == "Ann Lee"
    assert change(contact, {"LastName": "Lee"}, "005B", LATER) == {}
    assert (contact["CreatedById"], contact["LastModifiedById"], contact["SystemModstamp"]) == (
        "005A",
        "005B",
        LATER,
    )


def test_related_fields_stand_within_their_own(world):
    account = next(iter(salesforce_records.org(world)["Account"].values()))
    shown = wire("Account", account, ["Name", "Owner.Email"])
    assert shown.keys() == {"attributes", "Name", "Owner"}
    assert shown["attributes"]["url"].endswith(f"/sobjects/Account/{account['Id']}")
    assert shown["Owner"]["attributes"]["type"] == "User"
    assert shown["Owner"]["Email"].endswith("@seller.example")
    assert wire("Account", {**account, "Owner": None}, ["Owner.Email"])["Owner"] is None
