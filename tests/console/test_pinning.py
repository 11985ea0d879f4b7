"""A score that a person pins in the console."""

from tests.console.conftest import Visitor
from tests.console.seeds import Sown


async def test_a_score_is_pinned_with_a_reason_and_what_the_model_says_stays_beside_it(
    visitor: Visitor, acme: Sown
):
    lead = str(acme.scored[0])
    visitor.at("/t/acme/lead", f"?lead={lead}")
    assert "Why you know better" in await visitor.asked("ask-pin", lead)
    assert "Say why" in await visitor.said("pin", lead, **{"pin-tier": "D", "why-pin": " "})
    assert "no such tier" in await visitor.said("pin", lead, **{"pin-tier": "Z", "why-pin": "because"})
    assert "Pinned to tier D" in await visitor.said(
        "pin", lead, **{"pin-tier": "D", "why-pin": "they closed down"}
    )
    page = await visitor.page()
    assert "they closed down. The model says" in page
    assert "The pin is off" in await visitor.said("unpin", lead)
    assert "not pinned any more" in await visitor.said("unpin", lead)
    assert "they closed down" not in await visitor.page()
