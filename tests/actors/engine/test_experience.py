"""Experience: what calls have shown, by segment and in all."""

from decimal import Decimal

from actors.core.waterfall import Track
from actors.engine.experience import ANYWHERE, tracks_of
from tenants.store.calls import Experience


def test_what_was_seen_in_segments_adds_up_to_what_was_seen_in_all():
    rows = [
        Experience("apollo", "DE/small", 10, 4, Decimal("0.20"), {"employees": 4, "industry": 1}),
        Experience("apollo", "US/large", 20, 19, Decimal("0.95"), {"employees": 18}),
        Experience("pdl", "DE/small", 5, 0, Decimal(0), {}),
    ]
    assert tracks_of(rows) == {
        ("apollo", "DE/small"): Track(10, 4, 0.2, {"employees": 4, "industry": 1}),
        ("apollo", "US/large"): Track(20, 19, 0.95, {"employees": 18}),
        ("apollo", ANYWHERE): Track(30, 23, 1.15, {"employees": 22, "industry": 1}),
        ("pdl", "DE/small"): Track(5, 0, 0.0, {}),
        ("pdl", ANYWHERE): Track(5, 0, 0.0, {}),
    }
