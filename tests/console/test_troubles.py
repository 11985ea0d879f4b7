"""What is told to be wrong: each trouble with what to do, and nothing where nothing is wrong."""

import pytest

from console.faces import AgentFace
from console.troubles import forecast, troubles
from console.vitals import Hour, Vitals, Whole
from tenants.modes import Mode

FACE = AgentFace("enrichment", "Enrichment", topic="lead.sourced")


def desk(age_s, name="enrichment-1"):
    return {"desk": name, "age_s": age_s, "lanes": [0], "in_flight": 2, "stands_back": False}


WELL, NOTHING_YET = (desk(1),), Hour()


def vitals(*, desks=WELL, hour=NOTHING_YET, **facts):
    lane = {
        "lane": 0,
        "owner": "",
        "is_leased": True,
        "unread": 0,
        "own": 0,
        "oldest_s": None,
        "is_more": False,
    }
    return Vitals(FACE, desks=desks, lanes=(lane,), hour=hour, **facts)


def whole(*, supervisor_s=8.0, carrier="log", unpublished=None, relay_s=None):
    roles = {"supervisor": {"owner": "host:1", "since_s": 60.0, "left_s": supervisor_s}}
    if relay_s is not None:
        roles["relay"] = {"owner": "host:2", "since_s": 60.0, "left_s": relay_s}
    bus = {"carrier": carrier, "lanes": 12, "unpublished": unpublished}
    return Whole(desks=(), roles=roles, bus=bus, shares=(), oldest=None)


def told(*agents, of_all=None):
    return troubles(agents, of_all, tenant="acme")


def test_where_all_is_well_nothing_is_told():
    busy = vitals(events=40, event_age_s=2.0, hour=Hour(ended=300, failed=3, done_lately=300))
    assert told(busy, of_all=whole()) == []


def test_work_that_nobody_does_is_told_once_desks_would_have_woken():
    assert told(vitals(desks=(), events=3, event_age_s=5.0)) == []
    (trouble,) = told(vitals(desks=(), events=3, event_age_s=45.0))
    assert trouble.kind == "bad"
    assert trouble.text == "Enrichment: 3 wait, the oldest for 45 s, and no desk works on it."
    assert trouble.command == "leadmill doctor"


@pytest.mark.parametrize(("age_s", "kind"), [(5.0, None), (41.0, "doubtful"), (61.0, "bad")])
def test_the_less_a_desk_is_heard_of_the_worse(age_s, kind):
    assert [one.kind for one in told(vitals(desks=(desk(age_s),)))] == ([kind] if kind else [])


def test_a_silent_desk_beside_one_that_works_is_only_to_be_looked_at():
    (trouble,) = told(vitals(desks=(desk(1), desk(300, "enrichment-2"))))
    assert trouble.kind == "doubtful"
    assert "enrichment-2 for 5 min" in trouble.text


def test_an_agent_that_is_off_is_told_with_who_and_why_and_nothing_else_of_it():
    switched = {"changed_by": "ann", "reason": "provider outage", "held": 1200, "whose": ""}
    (trouble,) = told(vitals(desks=(), mode=Mode.PAUSED, switched=switched, events=9, event_age_s=900.0))
    assert trouble.text == "Enrichment is paused by ann: provider outage. 1,200 runs are held."
    assert trouble.page == "agents"


@pytest.mark.parametrize(("failed", "ended", "is_told"), [(4, 19, False), (4, 21, False), (5, 20, True)])
def test_many_failures_are_told_where_there_were_enough_runs(failed, ended, is_told):
    found = told(vitals(hour=Hour(ended=ended, failed=failed)))
    assert [one.page for one in found] == (["errors"] if is_told else [])


def test_retries_that_nobody_takes_up_are_told():
    (trouble,) = told(vitals(retries=4, retry_age_s=200.0, overdue_s=90.0, hour=Hour(done_lately=9)))
    assert "tried again 2 min ago still wait" in trouble.text


def test_who_does_not_keep_up_is_told_how_to_get_more_desks():
    behind = vitals(
        events=2000, is_more=True, event_age_s=700.0, hour=Hour(done_lately=60, came_a_second=1.0)
    )
    (trouble,) = told(behind)
    assert "more than 2,000 wait, the oldest for 12 min" in trouble.text
    assert trouble.command == "leadmill tenant scale acme enrichment --lanes 2"


def test_without_a_supervisor_the_mill_is_to_be_started_and_that_comes_first():
    found = told(vitals(desks=(desk(41),)), of_all=whole(supervisor_s=-3.0))
    assert [one.kind for one in found] == ["bad", "doubtful"]
    assert found[0].command == "leadmill up"


@pytest.mark.parametrize(
    ("unpublished", "relay_s", "is_told"),
    [(0, None, False), (7, None, True), (7, -1.0, True), (7, 4.0, False)],
)
def test_events_that_nobody_carries_to_kafka_are_told(unpublished, relay_s, is_told):
    found = told(of_all=whole(carrier="kafka", unpublished=unpublished, relay_s=relay_s))
    assert bool(found) == is_told


@pytest.mark.parametrize(
    ("waiting", "done_lately", "came_a_second", "oldest_s", "said"),
    [
        (0, 0, 0.0, None, "nothing waits"),
        (240, 600, 0.0, 30.0, "in about 4 min"),
        (20, 600, 0.0, 30.0, "in less than a minute"),
        (3600, 300, 0.0, 30.0, "in about 2 h"),
        (240, 0, 0.0, 30.0, "not at this rate"),
        # a burst of the last minutes is no growth that stays; what has stood for longer is
        (240, 600, 2.0, 30.0, "in about 4 min"),
        (240, 600, 2.0, 700.0, "not at this rate"),
    ],
)
def test_the_forecast_goes_on_as_the_last_ten_minutes_went(
    waiting, done_lately, came_a_second, oldest_s, said
):
    hour = Hour(done_lately=done_lately, came_a_second=came_a_second)
    assert str(forecast(vitals(events=waiting, event_age_s=oldest_s, hour=hour))) == said


def test_where_not_all_was_counted_the_forecast_is_a_lower_bound():
    hour = Hour(done_lately=600)
    assert str(forecast(vitals(events=600, is_more=True, hour=hour))) == "in about 10 min, or more"
