"""Fields of a vendor's JSON."""

from datetime import date

import pytest

from actors.core.errors import AnswerGarbled
from actors.providers.fields import amount, day, inner, inners, label, number, part, text, texts, truth, whole


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Acme", "Acme"),
        (" Acme\n", "Acme"),
        ("", None),
        ("  ", None),
        ("A\0B", "AB"),
        ("\0", None),
        (5, None),
        (None, None),
    ],
)
def test_text(value: object, expected: str | None) -> None:
    assert text(value) == expected


def test_a_text_has_an_end() -> None:
    assert len(text("x" * 1_000_000) or "") == 10_000


def test_texts() -> None:
    assert texts(["a", 5, " ", None, "b"]) == ("a", "b")
    assert texts([]) == ()
    assert texts("ab") is None
    assert texts(None) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (1600, 1600), (1600.0, 1600), (2**31 - 1, 2**31 - 1)]
    + [(value, None) for value in (-1, 2**31, 1e29, 1.5, True, "1600", None, [])],
)
def test_whole(value: object, expected: int | None) -> None:
    assert whole(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), (100_000_000, 1e8), (2.5, 2.5)] + [(value, None) for value in (-1, True, "1", None)],
)
def test_amount(value: object, expected: float | None) -> None:
    assert amount(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-12.5, -12.5), (0, 0.0), (3, 3.0)]
    + [(value, None) for value in (True, "1", None, float("inf"), float("nan"))],
)
def test_number(value: object, expected: float | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("series_a", "Series A"),
        ("Series A", "Series A"),
        ("seed", "Seed"),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_label(value: object, expected: str | None) -> None:
    assert label(value) == expected


def test_truth() -> None:
    assert truth(True) is True
    assert truth(False) is False
    assert truth("true") is None
    assert truth(1) is None


@pytest.mark.parametrize("value", ["2023-08-01", "2023-08-01T00:00:00.000+00:00", "2023-08-01 00:00"])
def test_day(value: str) -> None:
    assert day(value) == date(2023, 8, 1)


@pytest.mark.parametrize("value", ["2023-02-30", "soon", "", 20230801, None])
def test_no_day(value: object) -> None:
    assert day(value) is None


def test_a_part_that_is_not_there_has_no_fields() -> None:
    assert part({"geo": {"city": "Leeds"}}, "geo") == {"city": "Leeds"}
    for none in ({}, {"geo": None}, {"geo": []}, {"geo": "Leeds"}):
        assert part(none, "geo") == {}


def test_what_an_answer_is_made_of_must_be_there() -> None:
    assert inner({"a": {"b": 1}}, "a", "acme") == {"b": 1}
    assert inner({"a": None}, "a", "acme") is None
    assert inner({}, "a", "acme") is None
    assert inners({"a": [{}, {"b": 1}]}, "a", "acme") == [{}, {"b": 1}]
    for garbled in ([], "x", 5, True):
        with pytest.raises(AnswerGarbled):
            inner({"a": garbled}, "a", "acme")
    for garbled in ({}, "x", 5, None, [1], [None]):
        with pytest.raises(AnswerGarbled):
            inners({"a": garbled}, "a", "acme")
    with pytest.raises(AnswerGarbled):
        inners({}, "a", "acme")
