from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.approvals import NEXT, ActKind, ApprovalPolicy, Decision, TrackRecord, may_decide
from tenants.policies import read_config

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_every_standing_has_its_next_ones_and_what_is_settled_never_moves():
    assert set(NEXT) == set(Decision)
    ends = {one for one, after in NEXT.items() if not after}
    assert ends == set(Decision) - {Decision.PENDING, Decision.APPROVED, Decision.EDITED}
    assert Decision.EXECUTED not in NEXT[Decision.PENDING]


def test_about_what_stays_in_the_house_nobody_is_asked_unless_the_tenant_wants_it():
    policy = ApprovalPolicy()
    assert {kind for kind in ActKind if policy.asks(kind, 1_000_000)} == {
        ActKind.ENROL,
        ActKind.OVERWRITE,
        ActKind.SEND_AGAIN,
    }


def test_many_are_decided_at_once_only_where_every_kind_of_act_may_be():
    policy = ApprovalPolicy(bulk=("source", "spend"))
    assert policy.may_be_bulk([ActKind.SOURCE])
    assert policy.may_be_bulk([ActKind.SOURCE, ActKind.SPEND])
    assert not policy.may_be_bulk([ActKind.SOURCE, ActKind.ENROL])
    assert not policy.may_be_bulk([])
    assert not ApprovalPolicy().may_be_bulk([ActKind.SOURCE])
    with pytest.raises(ValueError, match="send_again is decided one by one"):
        ApprovalPolicy(bulk=("send_again",))


def test_each_kind_of_act_says_what_may_come_of_it_and_whether_there_is_a_way_back():
    assert all(kind.risk and kind.way_back for kind in ActKind)


def test_only_to_send_again_is_asked_about_whatever_the_tenant_says():
    policy = ApprovalPolicy(enrol="allow", overwrite="allow", unverified_address="allow")
    assert {kind for kind in ActKind if policy.asks(kind, 1)} == {ActKind.SEND_AGAIN}
    assert {kind for kind in ActKind if kind.is_always_asked} == {ActKind.SEND_AGAIN}


@pytest.mark.parametrize(("value", "asks"), [("never", False), ("ask", True), ("allow", False)])
def test_overwriting_is_asked_about_as_the_tenant_says(value, asks):
    assert ApprovalPolicy(overwrite=value).asks(ActKind.OVERWRITE, 1) == asks


@given(limit=st.integers(0, 1000), amount=st.integers(0, 2000))
def test_a_list_is_asked_about_when_it_is_longer_than_the_limit(limit, amount):
    assert ApprovalPolicy(source_above=limit).asks(ActKind.SOURCE, amount) == (amount > limit)


@pytest.mark.parametrize(("value", "asks"), [("never", False), ("ask", True), ("allow", False)])
def test_an_unverified_address_is_asked_about_as_the_tenant_says(value, asks):
    assert ApprovalPolicy(unverified_address=value).asks(ActKind.UNVERIFIED_ADDRESS, 1) == asks


def test_a_bypass_ends():
    policy = ApprovalPolicy(bypass_until=NOW)
    assert policy.is_bypassed(NOW - timedelta(seconds=1))
    assert not policy.is_bypassed(NOW)
    assert not ApprovalPolicy().is_bypassed(NOW)


@pytest.mark.parametrize(
    ("two_people", "requested_by", "may"),
    [(True, "ann", False), (True, "bob", True), (True, None, True), (False, "ann", True)],
)
def test_who_asked_does_not_decide_where_two_people_are_wanted(two_people, requested_by, may):
    assert may_decide(ApprovalPolicy(two_people=two_people), requested_by=requested_by, by="ann") == may


def test_a_policy_that_makes_no_sense_is_refused_by_its_place():
    with pytest.raises(ValueError, match=r"approvals\.unverified_address"):
        read_config({"approvals": {"unverified_address": "perhaps"}})


@pytest.mark.parametrize(
    ("clean", "decided", "certain"),
    # by hand from Wilson's formula with z = 1.96: n / (n + z²) where all are clean
    [(0, 0, 0.0), (0, 10, 0.0), (1, 1, 0.2065), (73, 73, 0.9500), (72, 72, 0.9493), (9, 10, 0.5958)],
)
def test_few_decisions_prove_little(clean, decided, certain):
    assert TrackRecord(ActKind.SOURCE, clean, decided).certain == pytest.approx(certain, abs=5e-5)


@given(decided=st.integers(1, 500), data=st.data())
def test_more_clean_decisions_never_prove_less(decided, data):
    clean = data.draw(st.integers(0, decided))
    now = TrackRecord(ActKind.SOURCE, clean, decided).certain
    assert 0 <= now <= clean / decided + 1e-9
    assert TrackRecord(ActKind.SOURCE, clean + 1, decided + 1).certain >= now


@pytest.mark.parametrize(
    "policy",
    [{"escalate_to": "eve"}, {"escalate_after_h": 1}, {"escalate_to": "eve", "escalate_after_h": 72}],
)
def test_a_deadline_needs_somebody_to_hand_on_to_and_comes_before_the_end(policy):
    with pytest.raises(ValueError, match="escalate"):
        ApprovalPolicy(**policy)
    assert ApprovalPolicy(escalate_to="eve", escalate_after_h=24).escalate_after_h == 24
