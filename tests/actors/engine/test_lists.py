import pytest

from actors.engine.lists import LONGEST_LINE_BYTES, ListFault, read_rows
from actors.engine.sourcing import ROWS_IN_A_PART, request_list
from tenants.store import log, tenants
from tests.fakes.works import open_fake_works


def written(tmp_path, content, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(tmp_path, content, name="list.csv"):
    return [dict(row) for row in read_rows(written(tmp_path, content, name))]


ACME = {"name": "Acme", "website": "acme.com"}


@pytest.mark.parametrize(
    "content",
    [
        "name,website\nAcme,acme.com\n",
        "name,website\nAcme,acme.com",
        "\ufeffname,website\r\nAcme,acme.com\r\n",
        "name;website\nAcme;acme.com\n",
        "name\twebsite\nAcme\tacme.com\n",
        "name|website\n\n  |\nAcme|acme.com\n\n",
        ' name ,"website"\n"Acme",acme.com\n',
    ],
)
def test_a_table_is_read_however_it_is_written(tmp_path, content):
    assert rows(tmp_path, content) == [ACME]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.jsonl", '{"name": "Acme", "website": "acme.com"}\n'),
        ("list.jsonl", '\ufeff\n  {"name": "Acme", "website": "acme.com"}\r\n\n'),
        ("LIST.JSONL", '{"name": "Acme", "website": "acme.com"}'),
        ("list.ndjson", '{"name": "Acme", "website": "acme.com"}'),
        ("list.txt", '{"name": "Acme", "website": "acme.com"}'),
        ("list.txt", '\ufeff{"name": "Acme", "website": "acme.com"}'),
    ],
)
def test_json_lines_are_read_however_they_are_written(tmp_path, name, content):
    assert rows(tmp_path, content, name) == [ACME]


def test_quotes_hold_delimiters_line_ends_and_quotes_together(tmp_path):
    content = 'name,description\n"Acme, ""the"" Inc","We\ndo"\nÜnïcode,“ja”\n'
    assert rows(tmp_path, content) == [
        {"name": 'Acme, "the" Inc', "description": "We\ndo"},
        {"name": "Ünïcode", "description": "“ja”"},
    ]


def test_a_row_may_end_early(tmp_path):
    assert rows(tmp_path, "name,website,city\nAcme\n") == [{"name": "Acme"}]


def test_a_table_without_rows_has_none(tmp_path):
    assert rows(tmp_path, "name,website\n") == []


@pytest.mark.parametrize("column", ["Company", "account_name", "ORGANIZATION", "Website", "company domain"])
def test_one_column_that_tells_the_company_is_enough(tmp_path, column):
    assert rows(tmp_path, f"city,{column}\nKöln,acme.com\n") == [{"city": "Köln", column: "acme.com"}]


TOO_LONG = "x" * LONGEST_LINE_BYTES

FAULTS = {
    "UTF-16": ("name,website\nAcme,acme.com\n".encode("utf-16"), 1, "NUL byte"),
    "UTF-16 without a mark": ("name\nAcme\n".encode("utf-16-le"), 1, "NUL byte"),
    "UTF-32": ("name\nAcme\n".encode("utf-32"), 1, "NUL byte"),
    "Latin-1": (
        "name,city\nAcme,Berlin\nAcme,Köln\n".encode("latin-1"),
        3,
        "not UTF-8 (byte 0xf6 at column 7)",
    ),
    "Latin-1 after a mark": (b"\xef\xbb\xbfname,K\xf6ln\n", 1, "byte 0xf6"),
    "a cut letter": ("name\nAcmé".encode()[:-1], 2, "not UTF-8"),
    "NUL": (b"name,website\nAcme,acme.com\nRi\0val,\n", 3, "NUL byte"),
    "no column for a name": ("city,zip\nKöln,50667\n", 1, "no column for a company's name or website"),
    "a blank line first": ("\nname\nAcme\n", 1, "no column"),
    "nothing but a mark": ("\ufeff", 1, "no column"),
    "an open quote": ('name,website\n"Acme\nAG",a.com\n"Rival,b.com\nFoe,c.com\n', 4, "never closed"),
    "a quote within": ('name,website\nAcme,a.com\n"Rival" Inc,b.com\n', 3, "expected after"),
    "too many cells": ("name,website\nAcme,a.com\nRival, Inc,b.com\n", 3, "3 cells where the header has 2"),
    "an endless line": (f"name\nAcme\n{TOO_LONG}\n", 3, "longer than 1,000,000 bytes"),
    "an endless header": (f"name{TOO_LONG}\nAcme\n", 1, "longer than 1,000,000 bytes"),
    "an endless column": (f"name,{'x' * 200_000}\nAcme,\n", 1, "field limit"),
    "an endless cell": (f'name\nAcme\n"{"x" * 200_000}"\n', 3, "field limit"),
    "lines of an old Mac": (b"name,website\rAcme,acme.com\r", 1, ""),
    "an old Mac's line within": (b"name,website\nAcme,acme.com\rRival,rival.com\n", 2, ""),
}


@pytest.mark.parametrize(("content", "line", "what"), FAULTS.values(), ids=FAULTS)
def test_a_table_with_a_fault_is_refused_with_file_and_line(tmp_path, content, line, what):
    with pytest.raises(ListFault) as fault:
        rows(tmp_path, content)
    assert str(fault.value).startswith(f"list.csv, line {line}: ")
    assert what in str(fault.value)
    assert len(str(fault.value)) < 400
    assert "\n" not in str(fault.value)


GOOD = '{"name":"Acme"}\n'
JSON_FAULTS = {
    "no JSON": (GOOD + "Rival\n", 2, "not JSON"),
    "an open brace": (GOOD + "\n" + '{"name":"Rival"\n' + GOOD, 3, "not JSON"),
    "two on a line": (GOOD.strip() + GOOD, 1, "not JSON"),
    "a list": ('[{"name":"Acme"}]\n', 1, "a JSON object is expected"),
    "a number": (GOOD + "7\n", 2, "a JSON object is expected"),
    "a pretty list": ("[\n" + GOOD + "]\n", 1, "not JSON"),
    "no number": ('{"name":NaN}\n', 1, "not JSON"),
    "half a letter": ('{"name":"\\ud800"}\n', 1, "not JSON"),
    "too deep": ('{"a":' * 5000 + "1" + "}" * 5000 + "\n", 1, "not JSON"),
    "Latin-1": (GOOD.encode() + b'{"name":"K\xf6ln"}\n', 2, "not UTF-8"),
    "NUL": (GOOD.encode() + b'{"name":"a\0b"}\n', 2, "NUL byte"),
    "an endless line": (GOOD + f'{{"name":"{TOO_LONG}"}}\n', 2, "longer than 1,000,000 bytes"),
}


@pytest.mark.parametrize(("content", "line", "what"), JSON_FAULTS.values(), ids=JSON_FAULTS)
def test_json_lines_with_a_fault_are_refused_with_file_and_line(tmp_path, content, line, what):
    with pytest.raises(ListFault) as fault:
        rows(tmp_path, content, "list.jsonl")
    assert str(fault.value).startswith(f"list.jsonl, line {line}: ")
    assert what in str(fault.value)
    assert len(str(fault.value)) < 400


def test_a_line_of_the_greatest_length_is_read(tmp_path):
    line = f'{{"name":"{"x" * (LONGEST_LINE_BYTES - 12)}"}}\n'
    assert len(line) == LONGEST_LINE_BYTES
    assert len(rows(tmp_path, line + GOOD, "list.jsonl")) == 2


def test_a_file_that_is_empty_missing_a_folder_or_closed_is_refused_by_its_name(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    for path, what in [
        (written(tmp_path, "", "empty.csv"), "is empty"),
        (tmp_path / "missing.csv", "No such file"),
        (tmp_path / "folder.csv", "Is a directory"),
        (written(tmp_path, GOOD, "list.csv") / "beyond.csv", "Not a directory"),
    ]:
        with pytest.raises(ListFault, match=what) as fault:
            list(read_rows(path))
        assert path.name in str(fault.value)


async def test_a_list_with_a_fault_at_its_very_end_brings_in_nothing(database, vault, tmp_path):
    acme = await tenants.add(database, vault, "acme", {})
    good = "".join(f'{{"name":"Company {n}"}}\n' for n in range(2 * ROWS_IN_A_PART + 1))
    async with open_fake_works(database, vault) as works:
        profile = (await works.profiles.of([acme.id]))[acme.id]
        with pytest.raises(ListFault, match=f"line {2 * ROWS_IN_A_PART + 2}: not JSON"):
            await request_list(database, profile, written(tmp_path, good + "{", "list.jsonl"), by="ann")
        async with database.tenant(acme.id) as session:
            assert await session.value("SELECT count(*) FROM source_request") == 0
            assert await log.end(session, "source.requested", acme.home_lane) == 0
        _, parts = await request_list(database, profile, written(tmp_path, good, "list.jsonl"), by="ann")
        async with database.tenant(acme.id) as session:
            assert await log.end(session, "source.requested", acme.home_lane) == parts == 3
