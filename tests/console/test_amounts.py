import pytest

from console.amounts import amounts_draft
from console.faults import BadRequest
from tenants.budgets import Budgets, fields_of

NOW = Budgets(
    total_usd=100,
    day_usd=10,
    providers={"apollo": {"day_usd": 5}, "hunter": {"total_usd": 7}},
    kill_switch={"fill_rate_below": 0.2, "calls": 100},
)


def form(budgets, **other):
    return {f"budget.{name}": text for name, text in {**fields_of(budgets), **other}.items()}


def test_the_form_makes_the_budgets_that_it_shows():
    assert amounts_draft(form(NOW), Budgets()).budgets == NOW
    assert amounts_draft({}, NOW).budgets == NOW  # what a form does not show stays


def test_what_is_emptied_has_no_ceiling_any_more():
    draft = amounts_draft(form(NOW, day_usd="", **{"providers.apollo.day_usd": " "}), NOW)
    assert draft.budgets.day_usd is None
    assert set(draft.budgets.providers) == {"hunter"}


def test_a_kill_switch_that_judges_nothing_is_none():
    assert amounts_draft(form(NOW, **{"kill_switch.fill_rate_below": ""}), NOW).budgets.kill_switch is None


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("day_usd", "a lot", "An amount is wanted, such as 12.50."),
        ("day_usd", "-1", "It must be 0 or more."),
        ("day_usd", "nan", "An amount is wanted, such as 12.50."),
        ("providers.apollo.total_usd", "5,5", "An amount is wanted, such as 12.50."),
        ("kill_switch.fill_rate_below", "20%", "A share between 0 and 1 is wanted."),
        ("kill_switch.fill_rate_below", "20", "It must be 1 or less."),
        ("kill_switch.calls", "many", "A whole number is wanted."),
        ("kill_switch.calls", "1", "It must be 10 or more."),
    ],
)
def test_a_mistake_is_told_at_its_field_and_stays_written(place, text, said):
    draft = amounts_draft(form(NOW, **{place: text}), NOW)
    assert draft.budgets is None
    assert draft.mistakes == {place: said}
    assert draft.written[place] == text


@pytest.mark.parametrize(
    "name", ["budget.x", "budget.total_usd.x", "budget.providers.a.b.day_usd", "budget."]
)
def test_a_field_that_no_form_of_ours_has_is_refused(name):
    with pytest.raises(BadRequest):
        amounts_draft({name: "1"}, NOW)
