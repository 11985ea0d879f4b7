import random

import numpy as np
import pytest

from scoring_models.tables.kinds import COMMA, ISO, POINT, look_at, read_days, read_flags, read_numbers

DICE = random.Random(4)


def kind(values, name="column"):
    return look_at(name, values).kind


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["", "NA", "Select"], "empty"),
        (["x"] * 9, "constant"),
        (["x"] * 9 + [""], "category"),
        (["Yes", "No", ""], "yes/no"),
        (["1", "0", "1"], "yes/no"),
        (["true", "false"], "yes/no"),
        (["1", "2", "3.5", ""], "number"),
        (["$1,200.50", "€ 3", "12%"], "number"),
        (["1.234,5", "2,75", "3"], "number"),
        (["01067", "10115", "99999"], "category"),
        (["2026-01-31", "2026-02-01 12:30:00", "2026-02-01T12:30:00Z"], "date"),
        (["31.01.2026", "1.2.2026"], "date"),
        (["01/31/2026", "12/01/2026"], "date"),
        (["red", "green", "red"], "category"),
        ([f"name{at}" for at in range(60)], "identifier"),
        ([f"we spoke about item {at} and more" for at in range(60)], "text"),
    ],
)
def test_a_columns_kind_is_found_out_from_its_values(values, expected):
    assert kind(values) == expected


def test_numbers_that_were_given_so_that_no_two_are_equal_identify():
    given = DICE.sample(range(600_000, 610_000), 2000)
    assert kind([str(number) for number in given]) == "identifier"
    measured = [str(DICE.randrange(10_000)) for _ in range(2000)]
    assert kind(measured) == "number"


def test_wide_numbers_identify_only_where_the_name_says_so():
    wide = [str(number) for number in DICE.sample(range(10**12), 500)]
    assert kind(wide, "revenue") == "number"
    assert kind(wide, "Account Number") == "identifier"
    assert kind([f"{number}.5" for number in wide], "id") == "number"


def test_one_slip_in_a_column_of_numbers_is_missing():
    values = [str(number) for number in range(1, 100)] + ["ten"]
    column = look_at("seats", values)
    assert column.kind == "number"
    assert np.isnan(read_numbers(values, column.written)).tolist() == [False] * 99 + [True]


def test_numbers_are_read_as_they_are_written():
    assert read_numbers(["1,234.5", "-2", "$3.50", "4e2", "x", ""], POINT)[:4].tolist() == [
        1234.5,
        -2,
        3.5,
        400,
    ]
    assert read_numbers(["1.234,5", "2,5", "3"], COMMA).tolist() == [1234.5, 2.5, 3]
    assert look_at("price", ["2,5", "3,75", "4"]).written == COMMA


def test_day_and_month_are_told_apart_where_a_value_does():
    assert look_at("d", ["13/01/2026", "02/01/2026"]).written == "%d/%m/%Y"
    assert look_at("d", ["01/13/2026", "01/02/2026"]).written == "%m/%d/%Y"
    assert look_at("d", ["01/02/2026", "03/04/2026"]).is_ambiguous
    assert not look_at("d", ["2026-02-01", "2026-03-04"]).is_ambiguous


def test_days_are_counted_from_1970_and_zones_are_taken_off():
    days = read_days(["1970-01-02", "1970-01-01T12:00:00+00:00", "1970-01-01T01:00:00+01:00", "soon"], ISO)
    assert days[:3].tolist() == [1.0, 0.5, 0.0]
    assert np.isnan(days[3])


def test_flags_are_one_zero_or_missing():
    flags = read_flags(["Yes", "no", " TRUE ", "0", "", "maybe"])
    assert flags[:4].tolist() == [1, 0, 1, 0]
    assert np.isnan(flags[4:]).all()
