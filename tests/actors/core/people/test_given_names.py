import csv

import pytest

from actors.core.people.given_names import are_one


@pytest.mark.parametrize(
    ("one", "other"), [("bob", "robert"), ("bob", "rob"), ("kasia", "katarzyna"), ("ann", "ann")]
)
def test_forms_of_one_name_are_one(one, other):
    assert are_one(one, other)
    assert are_one(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("robert", "john"), ("anna", "maria"), ("max", "mia"), ("zorro", "bob")]
)
def test_other_names_are_not(one, other):
    assert not are_one(one, other)


@pytest.mark.dataset
def test_a_quarter_of_the_listed_nicknames_is_known(dataset):
    rows = list(csv.DictReader(dataset("names/nicknames.csv").read_text().splitlines()))
    known = sum(are_one(row["name1"], row["name2"]) for row in rows)
    assert known / len(rows) >= 0.23
