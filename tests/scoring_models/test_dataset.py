import hashlib

import pytest

from scoring_models.dataset import LABEL, parse_dataset, read_dataset, read_leads
from scoring_models.errors import DatasetError
from scoring_models.features import FEATURES

HEADER = ",".join((*FEATURES, LABEL))
FULL = "300,2015,1e6,2500.5,12,4,Software,DE,vp,sales,verified,1"
EMPTY = ",,,,,,,,,,,0"


def csv_of(*lines):
    return "\n".join((HEADER, *lines)).encode()


def changed(column, text):
    values = dict(zip((*FEATURES, LABEL), FULL.split(","), strict=True)) | {column: text}
    return ",".join(values.values())


def test_rows_become_columns_and_an_empty_value_is_missing():
    dataset = parse_dataset(csv_of(FULL, EMPTY))
    assert dataset.leads.employees == [300.0, None]
    assert dataset.leads.revenue_usd == [1e6, None]
    assert dataset.leads.email_status == ["verified", None]
    assert dataset.leads.engagement == [(), ()]
    assert dataset.won == (True, False)


def test_the_hash_is_that_of_the_file(tmp_path):
    file = tmp_path / "leads.csv"
    file.write_bytes(csv_of(FULL))
    assert read_dataset(file).sha256 == hashlib.sha256(csv_of(FULL)).hexdigest()


def test_the_order_of_columns_a_byte_order_mark_and_blank_lines_do_not_matter():
    swapped = "won," + ",".join(FEATURES) + "\r\n\r\n1," + FULL.removesuffix(",1") + "\r\n"
    assert parse_dataset(b"\xef\xbb\xbf" + swapped.encode()).leads == parse_dataset(csv_of(FULL)).leads


@pytest.mark.parametrize(("head", "value"), [("", ""), (",won", ",1"), (",won", ",")])
def test_leads_are_read_whether_or_not_it_is_known_which_were_won(tmp_path, head, value):
    file = tmp_path / "leads.csv"
    file.write_text(f"{','.join(FEATURES)}{head}\n{FULL.removesuffix(',1')}{value}\n")
    assert read_leads(file) == parse_dataset(csv_of(FULL)).leads


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("employees", "many"),
        ("employees", "12.5"),
        ("open_jobs", "-1"),
        ("founded_year", "²"),
        ("revenue_usd", "nan"),
        ("funding_usd", "inf"),
        ("funding_usd", "-5"),
        ("won", ""),
        ("won", "yes"),
    ],
)
def test_a_wrong_value_is_named_by_line_and_column(column, text):
    with pytest.raises(DatasetError) as caught:
        parse_dataset(csv_of(EMPTY, changed(column, text), changed(column, "x")))
    assert (caught.value.line, caught.value.column) == (3, column)
    assert f"Line 3, column {column}: " in str(caught.value)


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"", 1, FEATURES[0]),
        (csv_of(), 2, "(row)"),
        (HEADER.replace("country,", "").encode(), 1, "country"),
        (f"{HEADER},shoe_size\n".encode(), 1, "shoe_size"),
        (f"{HEADER},won\n".encode(), 1, "won"),
        (csv_of(FULL, FULL + ",1"), 3, "(row)"),
        (csv_of(FULL, "1,2"), 3, "(row)"),
        (csv_of(FULL) + b"\n\xff", 3, "(row)"),
        (csv_of(FULL, '"open'), 3, "(row)"),
    ],
)
def test_a_file_of_the_wrong_shape_is_named_by_line_and_column(content, line, column):
    with pytest.raises(DatasetError) as caught:
        parse_dataset(content)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_lines_are_counted_as_an_editor_counts_them():
    two_lines_long = changed("industry", '"Real\nestate"')
    with pytest.raises(DatasetError) as caught:
        parse_dataset(csv_of(two_lines_long, changed("won", "2")))
    assert caught.value.line == 4
