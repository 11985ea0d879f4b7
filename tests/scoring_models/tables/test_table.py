import hashlib

import pyarrow as pa
import pytest
from pyarrow import parquet

from scoring_models.errors import DatasetError, FileUnreadableError, NoColumnError
from scoring_models.tables.table import known, read_table, write_table
from tests.scoring_models.tables import exports


def written(folder, content, name="leads.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tmp_path, separator):
    columns = {"name": ["A, Inc.", "B; Ltd"], "size": ["1", "2"], "note": ['said "no"', "two\nlines"]}
    table = read_table(written(tmp_path, exports.csv_of(columns, separator)))
    assert table.columns == columns


def test_a_separator_that_is_told_is_believed(tmp_path):
    table = read_table(written(tmp_path, b"a,b;c\n1,2;3\n"), separator=";")
    assert table.columns == {"a,b": ["1,2"], "c": ["3"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_comes_with_or_without_a_byte_order_mark(tmp_path, encoding):
    assert read_table(written(tmp_path, "naïve,x\nä,1\n".encode(encoding))).columns == {
        "naïve": ["ä"],
        "x": ["1"],
    }


def test_the_hash_is_that_of_the_file(tmp_path):
    content = b"a,b\n1,2\n"
    assert read_table(written(tmp_path, content)).sha256 == hashlib.sha256(content).hexdigest()


def test_a_column_without_a_name_is_called_by_its_place(tmp_path):
    assert list(read_table(written(tmp_path, b"a,b,\n1,2,\n")).columns) == ["a", "b", "column 3"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"a,b\n1,\xff\n", "line 2 is not UTF-8"),
        (b"a,b\n1,\x00\n", "not text"),
        (b"PAR1 cut", "Parquet"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(tmp_path, content, message):
    with pytest.raises(FileUnreadableError, match=message):
        read_table(written(tmp_path, content))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileUnreadableError, match="No such file"):
        read_table(tmp_path / "nothing.csv")


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"a,b\n1,2\n3\n", 3), (b"a,a\n1,2\n", 1), (b"a,b\n", 2), (b'a,b\n1,"open\n', 2), (b"a,b\n1,2,3\n", 2)],
)
def test_a_table_of_the_wrong_shape_is_named_by_its_line(tmp_path, content, line):
    with pytest.raises(DatasetError) as caught:
        read_table(written(tmp_path, content))
    assert caught.value.line == line


def test_a_column_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(NoColumnError, match="no column 'Wonn'; there are Lead Id, "):
        exports.table_of(exports.export(50)).column("Wonn")


def test_what_says_that_it_is_not_known_is_missing():
    assert [known(text) for text in (" Select ", "NA", "n/a", "", "NULL", " x ", "unknown")] == [
        *[""] * 5, "x", "unknown",
    ]  # fmt: skip


def test_a_table_is_written_with_more_columns_and_read_again(tmp_path):
    table = exports.table_of(exports.export(20))
    write_table(table, tmp_path / "out.csv", {"probability": ["0.5"] * 20})
    assert read_table(tmp_path / "out.csv").columns == {**table.columns, "probability": ["0.5"] * 20}


def test_parquet_is_the_same_table_as_csv(tmp_path):
    table = pa.table({"name": ["a", None], "size": [1, 2], "won": [True, False]})
    parquet.write_table(table, tmp_path / "leads.parquet")
    read = read_table(tmp_path / "leads.parquet")
    assert read.columns == {"name": ["a", ""], "size": ["1", "2"], "won": ["yes", "no"]}
