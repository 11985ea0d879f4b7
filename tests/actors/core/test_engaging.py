from datetime import timedelta
from uuid import uuid4

import pytest

from actors.core.engaging import done_by_people
from tenants.records import LeadEngagement
from tests.fakes.context import NOW

LEAD, ANN, BEN = uuid4(), uuid4(), uuid4()


def act(kind, seconds_ago, who=ANN):
    at = NOW - timedelta(seconds=seconds_ago)
    return LeadEngagement(id=uuid4(), lead_id=LEAD, contact_id=who, kind=kind, at=at)


def kinds(acts):
    return [one.kind for one in done_by_people(acts, NOW)]


def test_acts_are_told_by_how_long_ago_they_were_the_newest_first_and_each_once():
    reply, click = act("reply", 86_400), act("click", 43_200)
    told = done_by_people([reply, click, click], NOW)
    assert [(one.kind, one.days_ago) for one in told] == [("click", 0.5), ("reply", 1.0)]


def test_what_is_dated_in_the_future_is_of_now():
    assert done_by_people([act("visit", -500)], NOW)[0].days_ago == 0.0


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        ((100, 101, 102), 0),  # a scanner follows every link of a message
        ((100, 101), 2),
        ((100, 130, 160), 3),
        ((100, 101, 102, 500), 1),
    ],
)
def test_links_that_are_followed_all_at_once_are_followed_by_a_machine(seconds, left):
    assert len(kinds([act("click", one) for one in seconds])) == left


def test_what_several_people_do_at_once_and_what_no_machine_does_stays():
    at_once = [act("click", 100, ANN), act("click", 101, BEN), act("click", 102, uuid4())]
    assert kinds(at_once) == ["click"] * 3
    assert kinds([*(act("click", n) for n in (100, 101, 102)), act("reply", 101)]) == ["reply"]
