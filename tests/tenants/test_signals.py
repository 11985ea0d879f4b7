from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_models.intent import HAPPENINGS
from tenants.records import Finding
from tenants.signals import SignalKind, changes, merged, same_address, signal

ACME = UUID(int=7)
TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)


def told(kind, title="Cook", *, ago=0, url=None, source="website"):
    return signal(ACME, kind, TODAY - timedelta(days=ago), title, url, source, NOW)


def after(known, heard):
    """What is known once this was heard, as a store that keeps rows by their ids has it."""
    rows = {one.id: one for one in known}
    rows.update((one.id, one) for one in merged(known, heard))
    return tuple(rows.values())


heard = st.lists(
    st.builds(
        told,
        st.sampled_from(list(SignalKind)),
        st.sampled_from(["Cook", "COOK (m/w/d)", "Baker", "Uses C", "Uses C++", "%"]),
        ago=st.integers(0, 200),
        url=st.sampled_from([None, "https://a.com/news/1", "http://www.a.com/news/1/?utm_source=x", "https://a.com"]),
        source=st.sampled_from(["website", "edgar"]),
    ),
    max_size=12,
)  # fmt: skip


@given(heard, heard)
def test_heard_again_it_brings_nothing(known, new):
    before = after((), known)
    now = after(before, new)
    assert merged(now, new) == ()
    assert merged(now, known[:0]) == ()


@given(heard, heard, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(known, new, chance):
    before = after((), known)
    again, mixed = list(before), list(new)
    chance.shuffle(again)
    chance.shuffle(mixed)
    assert merged(again, mixed) == merged(before, new)


@given(heard, heard)
def test_no_two_rows_of_one_id_and_nothing_known_is_lost_or_begins_later(known, new):
    before = {one.id: one for one in after((), known)}
    changed = merged(before.values(), new)
    assert len({one.id for one in changed}) == len(changed)
    for one in changed:
        if one.id in before:
            assert one == before[one.id].model_copy(update={"on": one.on})
            assert one.on < before[one.id].on


def test_the_same_job_on_another_day_is_one_with_its_first_day():
    first = told("hiring", "Software Engineer", ago=20)
    assert merged([first], [told("hiring", "software engineer (m/w/d)", url="https://a.com/other")]) == ()
    (earlier,) = merged([first], [told("hiring", "Software-Engineer", ago=30)])
    assert (earlier.id, earlier.on) == (first.id, TODAY - timedelta(days=30))
    assert len(merged([first], [told("hiring", "Baker")])) == 1


def test_the_same_news_counts_once_in_sixty_days_whatever_its_address():
    first = told("news", "We open in Kiel", ago=100, url="https://www.a.com/news/kiel/?utm_source=feed")
    assert merged([first], [told("news", "We open in Kiel!", ago=40)]) == ()
    assert len(merged([first], [told("news", "We open in Kiel", ago=39)])) == 1
    assert merged([first], [told("news", "Kiel: we are open", ago=99, url="http://a.com/news/kiel")]) == ()
    front = told("news", "One", ago=3, url="https://a.com/"), told("news", "Two", ago=2, url="https://a.com")
    assert len(merged([], front)) == 2


def test_a_round_told_by_two_is_one_within_thirty_days():
    known = told("funding", "Raised money: Series B", ago=60, source="apollo")
    assert merged([known], [told("funding", "Raised a B round", ago=31, source="edgar")]) == ()
    assert len(merged([known], [told("funding", "Raised money: Series B", ago=29)])) == 1


def test_signs_tell_technologies_apart():
    assert len(merged([], [told("technology", "Uses C now"), told("technology", "Uses C++ now")])) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.a.com/x/?b=2&a=1&utm_campaign=k", "http://a.com/x?a=1&b=2#top"),
        ("https://a.com/x?fbclid=1", "https://a.com:443/x/"),
    ],
)
def test_what_does_not_matter_in_an_address(one, other):
    assert same_address(one) == same_address(other)


def test_what_matters_in_an_address_and_what_is_none():
    assert same_address("https://a.com/x?id=1") != same_address("https://a.com/x?id=2")
    assert same_address("https://a.com:8443/x") != same_address("https://a.com/x")
    assert same_address("https://[a/x") == "https://[a/x"


def finding(field, value, provider="website"):
    return Finding(
        subject_id=ACME, field=field, value=value, provider=provider, evidence="", confidence=0.5,
        cost_usd=Decimal(0), found_at=NOW,
    )  # fmt: skip


def changed(standing, found):
    return {(one.kind, one.on, one.title, one.source) for one in changes(ACME, standing, found, NOW)}


def test_technology_that_came_or_went_since_the_same_provider_looked():
    before = [finding("technologies", ["React", "jQuery"])]
    assert changed(before, [finding("technologies", ["react", "Vue"])]) == {
        ("technology", TODAY, "Uses Vue now", "website"),
        ("technology", TODAY, "No longer uses jQuery", "website"),
    }
    assert changed(before, [finding("technologies", ["Vue"], "apollo")]) == set()
    assert changed([], [finding("technologies", ["Vue"])]) == set()


def test_a_round_is_of_its_day_or_of_the_day_on_which_the_stage_was_another():
    on, stage = (
        finding("last_funding_on", "2026-02-01", "apollo"),
        finding("funding_stage", "Series B", "apollo"),
    )
    assert changed([], [on, stage]) == {("funding", date(2026, 2, 1), "Raised money: Series B", "apollo")}
    assert changed([], [on]) == {("funding", date(2026, 2, 1), "Raised money", "apollo")}
    assert changed([], [stage]) == set()
    seed = finding("funding_stage", "Seed", "apollo")
    assert changed([seed], [stage]) == {("funding", TODAY, "Raised money: Series B", "apollo")}
    assert changed([], [finding("last_funding_on", "2026-03-05", "apollo")]) == set()


def test_a_website_that_says_something_else_of_itself():
    before = [
        finding("name", "Acme"),
        finding("description", "We bake."),
        finding("description", "x", "apollo"),
    ]
    found = [
        finding("name", "ACME"),
        finding("description", "We cook " + "well " * 40),
        finding("name", "Y", "apollo"),
    ]
    ((kind, on, title, source),) = changed(before, found)
    assert (kind, on, source) == ("site", TODAY, "website")
    assert title.startswith("Says of itself now: We cook well")
    assert len(title) < 150


def test_each_kind_says_something_of_intent():
    assert set(HAPPENINGS) == set(SignalKind)
