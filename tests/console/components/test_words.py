from datetime import UTC, datetime
from decimal import Decimal

import pytest

from console.components import words


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (None, "never"),
        (0.4, "just now"),
        (42, "42 s ago"),
        (200, "3 min ago"),
        (7300, "2 h ago"),
        (200_000, "2 d ago"),
    ],
)
def test_ages(age, said):
    assert words.ago(age) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.084, "84 ms"), (1.254, "1.25 s"), (125, "2 min 5 s"), (None, "\N{EN DASH}")]
)
def test_durations(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "$0"), (None, "$0"), (Decimal("0.012"), "$0.0120"), (1234.5, "$1,234.50")]
)
def test_dollars(amount, said):
    assert words.dollars(amount) == said


@pytest.mark.parametrize(
    ("amount", "said"), [(1_250_000, "1.25 M"), (3e9, "3 bn"), (950, "950"), (None, "\N{EN DASH}")]
)
def test_large_figures(amount, said):
    assert words.large(amount) == said


def test_stamps_are_utc():
    assert words.stamp(datetime(2026, 11, 22, 14, 3, 5, 999, UTC)) == "2026-11-22T14:03:05Z"
    assert words.stamp(None) == ""
    assert words.percent(0.847) == "85%"
