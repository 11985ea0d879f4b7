import pytest

from actors.simulator.soql import MalformedQueryError, parse, value_of

ACME = {"Id": "001", "Name": "Acme", "Website": "https://www.acme.example/", "Type": "Customer - Direct", "Size": 12,
        "IsOld": False, "Owner": {"Email": "bea@seller.example"}}  # fmt: skip
ODD = {
    "Id": "002",
    "Name": "O'Odd_%\\",
    "Website": None,
    "Type": None,
    "Size": None,
    "IsOld": True,
    "Owner": None,
}
DEALS = [{"AccountId": "001", "IsWon": True}, {"AccountId": "002", "IsWon": False}]


def rows(table):
    return {"Account": [ACME, ODD], "Opportunity": DEALS}[table]


def found(where):
    query = parse(f"SELECT Id FROM Account WHERE {where}")
    return [row["Id"] for row in rows("Account") if query.passes(row, rows)]


def test_a_query_says_what_is_wanted():
    query = parse("select Id, Owner.Email FROM Account WHERE Name = 'A' AND Id > '1' ORDER BY Id LIMIT 10")
    assert (query.fields, query.table, query.named) == (("Id", "Owner.Email"), "Account", ("Name", "Id"))
    assert (query.is_ordered, query.limit) == (True, 10)
    plain = parse("SELECT Id FROM Account")
    assert (plain.is_ordered, plain.limit, plain.passes(ODD, rows)) == (False, None, True)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Name = 'ACME'", ["001"]),
        ("Name != 'acme'", ["002"]),
        ("Name = 'O\\'Odd_%\\\\'", ["002"]),
        ("Type LIKE 'customer%'", ["001"]),
        ("Website LIKE '%//www.acme.example%'", ["001"]),
        ("Website LIKE 'acme%'", []),
        ("Name LIKE 'O\\'Odd\\_\\%%'", ["002"]),
        ("Name LIKE 'Ac_e'", ["001"]),
        ("Name LIKE 'Ac\\_e'", []),
        ("IsOld = true", ["002"]),
        ("Type = null", ["002"]),
        ("Size > 11", ["001"]),
        ("Size >= 13", []),
        ("Size < 13", ["001"]),
        ("Size <= 12", ["001"]),
        ("Id > '001'", ["002"]),
        ("NOT (Type LIKE 'Customer%')", ["002"]),
        ("Name = 'Acme' OR Name = 'x' AND Type = null", ["001"]),
        ("(Name = 'Acme' OR Name = 'x') AND Type = null", []),
        ("Owner.Email = 'bea@seller.example'", ["001"]),
        ("Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = true)", ["001"]),
        ("Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = false) AND Id > '0'", ["002"]),
    ],
)
def test_what_passes(where, expected):
    assert found(where) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT Id",
        "SELECT Id FROM Account WHERE",
        "SELECT Id FROM Account WHERE Name = Acme",
        "SELECT Id FROM Account WHERE Name ~ 'A'",
        "SELECT Id FROM Account WHERE Name = 'A",
        "SELECT Id FROM Account WHERE (Name = 'A'",
        "SELECT Id FROM Account WHERE Name LIKE 5",
        "SELECT Id FROM Account ORDER BY Name",
        "SELECT Id FROM Account LIMIT 5 OFFSET",
        "SELECT 'Id' FROM Account",
        "SELECT Id FROM Account WHERE Name = 'A' OR Id IN (SELECT AccountId FROM Opportunity)",
    ],
)
def test_what_cannot_be_read_is_malformed(text):
    with pytest.raises(MalformedQueryError):
        parse(text)


def test_a_field_of_a_related_row():
    assert value_of(ACME, "Owner.Email") == "bea@seller.example"
    assert value_of(ODD, "Owner.Email") is None
    assert value_of(ACME, "Nothing") is None
