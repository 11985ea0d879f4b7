import json

import pytest

from actors.core.effects import EnrolContact, WriteProspect
from tenants.content import EDITABLE, WrongEdit, canonical, edited, hashed
from tenants.records import Contact

EFFECT = {
    "kind": "WriteProspect",
    "lead_id": "1",
    "account": {"name": "Acme", "employees": 240, "share": 0.5},
    "contact": {"title": "COO"},
    "replaces": ["account.name", "contact.title"],
}
CONTENT = {"new": [], "save": [], "say": [], "output": {}, "effect": EFFECT}


def changed(**changes):
    return json.loads(edited(CONTENT, {f"effect.{path}": value for path, value in changes.items()})[0])[
        "effect"
    ]


def test_what_may_be_edited_is_what_the_effects_themselves_say():
    for effect in (EnrolContact, WriteProspect):
        assert EDITABLE[effect.__name__] == effect.editable
    assert set(Contact.model_fields) >= EDITABLE["Contact"]


def test_a_content_has_one_text_and_one_hash_however_it_is_ordered():
    turned = dict(reversed(list(CONTENT.items())))
    assert canonical(turned) == canonical(CONTENT)
    assert hashed(canonical({})) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_values_keep_their_kind_and_what_is_emptied_is_not_written():
    assert changed(**{"account.employees": "50", "account.share": "0.25", "account.name": " Beta "})[
        "account"
    ] == {
        "name": "Beta",
        "employees": 50,
        "share": 0.25,
    }
    assert changed(**{"contact.title": ""})["contact"] == {}
    assert changed(replaces=["contact.title"])["replaces"] == ["contact.title"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("effect.lead_id", "2"),
        ("effect.kind", "EnrolContact"),
        ("effect.account", "x"),
        ("effect.account.employees", "many"),
        ("effect.account.secret", "x"),
        ("effect.replaces", ["account.employees"]),
        ("effect.replaces", "account.name"),
        ("effect.account.name", "x" * 501),
        ("effect.account.name.x", "x"),
        ("effect", "x"),
        ("say.0.type", "x"),
        ("save.0.title", "x"),
        ("save.x.title", "x"),
        ("save", "x"),
        ("output.said", "x"),
        ("", "x"),
    ],
)
def test_nothing_else_can_be_changed(path, value):
    with pytest.raises(WrongEdit):
        edited(CONTENT, {path: value})


def test_a_record_is_held_to_its_own_rules():
    record = {
        "kind": "Contact",
        "id": "00000000-0000-0000-0000-000000000001",
        "account_id": "00000000-0000-0000-0000-000000000002",
        "full_name": "Ann",
        "title": None,
        "source": "t",
    }
    content = {**CONTENT, "save": [record], "effect": None}
    assert json.loads(edited(content, {"save.0.title": "COO"})[0])["save"][0]["title"] == "COO"
    assert json.loads(edited(content, {"save.0.title": ""})[0])["save"][0]["title"] is None
    with pytest.raises(WrongEdit, match="can't be empty"):
        edited(content, {"save.0.full_name": ""})
    with pytest.raises(WrongEdit, match="there is no such value"):
        edited(content, {"effect.sequence": "x"})
