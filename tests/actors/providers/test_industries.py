"""Names of industries, in one way."""

import pytest

from actors.providers.industries import usual_name


@pytest.mark.parametrize(
    ("said", "usual"),
    [
        ("Software Development", "computer software"),
        ("IT Services and IT Consulting", "information technology & services"),
        ("Hospitals and Health Care", "hospital & health care"),
        ("Transportation, Logistics, Supply Chain and Storage", "logistics & supply chain"),
        ("Marketing Services", "marketing & advertising"),
        ("information technology and services", "information technology & services"),
        ("Information Technology And Services", "information technology & services"),
        ("glass, ceramics, & concrete", "glass, ceramics & concrete"),
        ("Retail", "retail"),
        ("Basket Weaving", "basket weaving"),
        (None, None),
    ],
)
def test_the_name_under_which_it_is_known(said: str | None, usual: str | None) -> None:
    assert usual_name(said) == usual


def test_a_usual_name_stays_what_it_is() -> None:
    for name in ("computer software", "marketing & advertising", "logistics & supply chain"):
        assert usual_name(name) == name
