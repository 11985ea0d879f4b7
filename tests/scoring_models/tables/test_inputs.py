import numpy as np

from scoring_models.tables.inputs import UNKNOWN, Input, calendar_of, inputs_of, matrix, met, read
from scoring_models.tables.kinds import look_at
from tests.scoring_models.tables.exports import table_of


def made(name, values, **more):
    return inputs_of(look_at(name, values), values, **more)


def test_a_category_keeps_the_values_that_enough_rows_have_and_no_rare_one():
    values = ["Red"] * 20 + ["blue"] * 10 + ["Ann Smith"] * 9 + [""] * 5
    (one,) = made("colour", values)
    assert one.values == ("red", "blue")
    assert read(one, ["RED ", "Blue", "Ann Smith", "new", "", "Select"]).tolist() == [
        0,
        1,
        2,
        2,
        UNKNOWN,
        UNKNOWN,
    ]


def test_equally_frequent_values_stand_in_the_order_of_the_alphabet():
    (one,) = made("colour", ["b"] * 10 + ["a"] * 10 + ["c"] * 11)
    assert one.values == ("c", "a", "b")


def test_a_text_is_its_length():
    values = [f"we spoke about item {at} and more" for at in range(60)]
    (one,) = made("note", values)
    assert (one.name, one.how) == ("note: length", "length")
    lengths = read(one, ["four", ""])
    assert lengths[0] == 4
    assert np.isnan(lengths[1])


def test_a_number_with_a_long_tail_is_known_as_such_and_never_negative():
    (long,) = made("revenue", [str(10**at) for at in range(9)] + ["1"] * 40)
    (plain,) = made("seats", [str(at) for at in range(49)])
    assert (long.is_long_tailed, plain.is_long_tailed) == (True, False)
    assert read(long, ["-5", "5"]).tolist() == [0, 5]
    assert read(plain, ["-5", "5"]).tolist() == [-5, 5]


def test_columns_that_say_nothing_make_no_input():
    for values in (["x"] * 9, [""] * 9, ["2026-01-31"] * 8 + ["2026-02-01"]):
        assert made("column", values) == []


def test_the_calendar_is_the_weekday_and_the_month_only_where_there_are_years():
    short = ["2026-01-01", "2026-03-02"]
    (weekday,) = calendar_of(look_at("Created", short), short)
    assert read(weekday, ["2026-11-27", "2026-11-30", ""]).tolist() == [4, 0, UNKNOWN]
    long = ["2023-01-01", "2026-03-02"]
    _, month = calendar_of(look_at("Created", long), long)
    assert read(month, ["2026-01-31", "2026-12-01", ""]).tolist() == [0, 11, UNKNOWN]


def test_a_matrix_has_a_column_for_each_input_wherever_the_tables_stand():
    inputs = [
        Input(name="b", column="b", how="number", written="1,234.5"),
        Input(name="a", column="a", how="yes/no"),
    ]
    rows = matrix(table_of({"extra": ["x", "y"], "a": ["yes", ""], "b": ["1.5", "2"]}), inputs)
    assert rows.tolist()[0] == [1.5, 1.0]
    assert np.isnan(rows[1, 1])


def test_what_an_input_can_not_use_is_counted():
    inputs = [
        Input(name="size", column="size", how="number", written="1,234.5"),
        Input(name="colour", column="colour", how="category", values=("red",)),
    ]
    table = table_of({"size": ["1", "ten", ""], "colour": ["red", "mauve", ""]})
    assert [(one.input, one.new, one.unreadable) for one in met(table, inputs)] == [
        ("size", 0, 1),
        ("colour", 1, 0),
    ]
