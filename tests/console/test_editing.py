import pytest

from console.editing import changed_input
from console.faults import BadRequest

BEFORE = {"lead_id": "1", "account": {"name": "Acme", "employees": 5, "domain": None}, "rows": [{"id": 1}]}


def test_other_values_of_the_same_kinds_are_taken():
    text = '{"lead_id": "1", "account": {"name": "B", "employees": 5.5, "domain": "b.example"}, "rows": []}'
    assert changed_input(BEFORE, text)["account"] == {"name": "B", "employees": 5.5, "domain": "b.example"}


@pytest.mark.parametrize(
    ("account", "rows", "refusal"),
    [
        ('{"name": 5, "employees": 5, "domain": null}', "[]", "account.name must be a text"),
        ('{"name": "A", "employees": true, "domain": null}', "[]", "account.employees must be a number"),
        ('{"name": "A", "employees": 5}', "[]", "the same fields in account; domain is not in both"),
        ('{"name": "A", "employees": 5, "domain": null}', '[{"id": 2}]', "rows.0.id can't be changed"),
        ("[]", "[]", "account must be an object"),
    ],
)
def test_other_things_are_not(account, rows, refusal):
    with pytest.raises(BadRequest, match=refusal):
        changed_input(BEFORE, f'{{"lead_id": "1", "account": {account}, "rows": {rows}}}')


def test_what_is_no_object_is_no_input():
    with pytest.raises(BadRequest, match="JSON object"):
        changed_input([], "{}")
    with pytest.raises(BadRequest, match="no JSON"):
        changed_input({}, "{,}")
