import csv
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.people.title_words import FIELDS, SENIORITIES
from actors.core.people.titles import read_title
from actors.simulator import titles as invented

# Rows marked "before" were written before there was any rule, "last" when all rules stood: of these 25 of 30 were
# read rightly at first.
TABLE = list(csv.DictReader((Path(__file__).parent / "titles.tsv").read_text().splitlines(), delimiter="\t"))


def as_said(row):
    role = read_title(row["title"])
    return role.seniority == (row["seniority"] or None), set(role.departments) == set(
        row["departments"].split()
    )


@pytest.mark.parametrize("written", ["before", "after", "last"])
def test_titles_are_read_as_they_are_labelled(written):
    rows = [row for row in TABLE if row["written"] == written]
    wrong = [row["title"] for row in rows if as_said(row) != (True, True)]
    assert len(TABLE) >= 200
    assert len(rows) >= 30
    assert len(wrong) / len(rows) <= (0.04 if written == "last" else 0.03), wrong


def test_every_title_of_the_invented_world_is_read_as_it_was_meant():
    wrong = set()
    for seniority in invented.SENIORITIES:
        for department in invented.DEPARTMENTS:
            for seed in range(40):
                title = invented.title(Random(seed), seniority, department)
                role = read_title(title)
                if (role.seniority, role.departments) != (seniority, (department,)):
                    wrong.add((title, role.seniority, role.departments))
    assert wrong == set()


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Assistant to the VP of Sales", "is_assistant"),
        ("Assistante de direction", "is_assistant"),
        ("VP, Sales (interim)", "is_interim"),
        ("Acting CFO", "is_interim"),
        ("Former CEO", "is_former"),
        ("ex-VP Sales", "is_former"),
    ],
)
def test_what_is_not_simply_so_is_said(title, said):
    assert [
        name for name in ("is_assistant", "is_interim", "is_former") if getattr(read_title(title), name)
    ] == [said]


def test_who_was_something_elsewhere_is_still_what_they_are():
    role = read_title("Founder, ex-Google")
    assert (role.seniority, role.is_former) == ("founder", False)


def test_a_title_is_written_out():
    assert read_title("Sr. Dir., Demand Gen").title == "senior director demand gen"
    assert read_title("SVP Sales").title == "senior vice president sales"


def test_of_what_says_nothing_nothing_is_known():
    for text in ("", "???", "Ninja"):
        role = read_title(text)
        assert (role.seniority, role.departments, role.confidence) == (None, (), 0.0)


@given(
    st.one_of(st.text(), st.lists(st.sampled_from([row["title"] for row in TABLE]), max_size=3).map(" ".join))
)
def test_any_text_is_read(text):
    role = read_title(text)
    assert role.seniority in {None, *SENIORITIES}
    assert set(role.departments) <= set(FIELDS)
    assert 0 <= role.confidence <= 1
    assert read_title(text.upper()).seniority == read_title(text.upper().lower()).seniority
