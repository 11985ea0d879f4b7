import json
from uuid import uuid4

import pytest

from actors.events import event_types
from actors.events.envelope import UnreadableEvent, read_payload


def engagement(kind):
    return json.dumps({"lead_id": str(uuid4()), "kind": kind, "occurred_at": "2026-01-02T03:04:05Z"})


@pytest.mark.parametrize("kind", ["reply", "meeting", "click", "visit", "open"])
def test_a_prospect_reacts_in_one_of_these_ways(kind):
    read = read_payload(event_types(), "engagement.recorded", engagement(kind))
    assert (read.kind, read.occurred_at.tzinfo is not None) == (kind, True)
    assert read.concerns == read.lead_id


def test_a_reaction_that_we_do_not_know_is_kept_apart_and_not_taken_for_another():
    with pytest.raises(UnreadableEvent, match="kind"):
        read_payload(event_types(), "engagement.recorded", engagement("stare"))
