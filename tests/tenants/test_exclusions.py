import pytest
from pydantic import ValidationError

from tenants.exclusions import Exclusion, ExclusionKind, read_whom


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Acme.com", ExclusionKind.DOMAIN, "acme.com"),
        ("https://www.acme.co.uk/about", ExclusionKind.DOMAIN, "acme.co.uk"),
        (" Ann@Acme.com ", ExclusionKind.EMAIL, "ann@acme.com"),
        ("Acme & Söhne GmbH", ExclusionKind.NAME, "acme and sohne"),
        ("Booking.com B.V.", ExclusionKind.NAME, "booking com"),
        ("J @ K Ltd", ExclusionKind.NAME, "j k"),
    ],
)
def test_what_is_excluded_is_told_from_how_it_is_written(text, kind, value):
    assert read_whom(text) == (kind, value)


def test_nothing_is_nobody():
    with pytest.raises(ValueError, match="neither an address nor a domain nor a name"):
        read_whom("  ")


def test_an_exclusion_has_a_reason():
    with pytest.raises(ValidationError, match="reason"):
        Exclusion(kind=ExclusionKind.NAME, value="acme", reason=" ", source="by hand")
