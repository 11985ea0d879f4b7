import pytest

from scoring_models.errors import ColumnUnfitError, NoColumnError, SplitError, TooFewLabelsError
from scoring_models.tables.preparation import Wish, prepare
from tests.scoring_models.tables import exports

COLUMNS = exports.export(1200)


def prepared(columns=COLUMNS, **wish):
    return prepare(exports.table_of(columns), Wish(label="Won", **wish))


def test_each_column_is_looked_at_or_left_out_for_a_reason():
    made = prepared(time="Created", group="Account")
    looked_at = {one.column for one in made.inputs}
    assert looked_at | made.excluded.keys() == COLUMNS.keys() - {"Won"}
    assert not looked_at & (made.excluded.keys() - {"Created"})
    assert made.excluded["Lead Id"].startswith("an identifier")
    assert made.excluded["Region"].startswith("constant")
    assert made.excluded["Account"] == "the account of the rows"


def test_of_a_time_the_weekday_is_looked_at_and_nothing_else():
    assert [one.name for one in prepared(time="Created").inputs if one.column == "Created"] == [
        "Created: weekday"
    ]
    assert prepared().excluded["Created"].startswith("a date")


def test_whoever_has_dates_and_names_no_time_is_told():
    assert any("--time 'Created'" in note for note in prepared().notes)
    assert not any("--time" in note for note in prepared(time="Created").notes)


def test_columns_are_left_out_by_name_and_by_pattern():
    made = prepared(exclude=("N*", "Demo"))
    assert {name for name, why in made.excluded.items() if why == "excluded by name"} == {
        "Note",
        "Noise",
        "Demo",
    }
    with pytest.raises(NoColumnError, match=r"no column 'X\*'"):
        prepared(exclude=("X*",))


def test_rows_without_an_outcome_or_a_time_are_left_out_and_counted():
    columns = {**COLUMNS, "Won": ["", *COLUMNS["Won"][1:]], "Created": [*COLUMNS["Created"][:-2], "", "NA"]}
    made = prepared(columns, time="Created")
    assert made.table.rows == 1197
    assert len(made.won) == 1197
    assert made.notes == (
        "1 rows are left out: Won is not known",
        "2 rows are left out: Created is not known",
    )


def test_a_time_must_be_dates_or_numbers_that_can_be_told():
    with pytest.raises(ColumnUnfitError, match="Industry can't be the time: it holds no dates"):
        prepared(time="Industry")
    ambiguous = {**COLUMNS, "Created": ["01/02/2026", "03/04/2026"] * 600}
    with pytest.raises(ColumnUnfitError, match="day and month can't be told apart"):
        prepared(ambiguous, time="Created")
    slip = {**COLUMNS, "Created": ["soon", *COLUMNS["Created"][1:]]}
    with pytest.raises(SplitError, match="'soon' in Created is no time"):
        prepared(slip, time="Created")
    assert prepared(time="Seats").split.by == "the latest by Seats"


def test_the_order_of_the_file_can_be_the_time():
    split = prepared(in_order=True).split
    assert split.held_back.tolist() == list(range(960, 1200))


def test_a_direction_is_for_numbers():
    with pytest.raises(
        ColumnUnfitError, match=r"Industry can't be given a direction: it holds no numbers \(category\)"
    ):
        prepared(rises=("Industry",))
    assert [
        one.direction for one in prepared(rises=("Budget",), falls=("Seats",)).inputs if one.direction
    ] == [1, -1]


def test_a_column_that_does_not_exist_is_told_wherever_it_is_named():
    for wish in ({"time": "x"}, {"group": "x"}, {"force": ("x",)}, {"rises": ("x",)}, {"falls": ("x",)}):
        with pytest.raises(NoColumnError):
            prepared(**wish)


def test_too_few_outcomes_are_told():
    few = {**COLUMNS, "Won": ["1"] * 39 + ["0"] * 1161}
    with pytest.raises(TooFewLabelsError, match="39 won and 1161 lost leads, and training needs 40 of each"):
        prepared(few)


def test_an_identifier_can_be_forced():
    columns = {**COLUMNS, "Town": [f"town {at % 700}" for at in range(1200)]}
    assert prepared(columns).excluded["Town"].startswith("an identifier")
    assert prepared(columns, force=("Town",)).excluded["Town"] == "no value of it has 10 rows"
